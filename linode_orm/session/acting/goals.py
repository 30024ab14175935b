"""Goals of actions: which objects are finished, by a condition that their user named, on what is read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import ApiError, TransportError
from linode_orm.session.waiting.bulk_refresh import groups_of
from linode_orm.session.waiting.goals import goals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh


class ReachedGoals:
    """Says which of the objects whose jobs have ended meet a condition; without one all do, at no request."""

    def __init__(self, refresh: BulkRefresh, until: Expression | None) -> None:
        self._refresh, self._until = refresh, until

    def among(self, objects: Sequence[Model]) -> tuple[set[int], dict[int, Exception]]:
        """Return the `id()` of the objects that are finished, and of those that are gone, with what says so.

        Mostly 1 request a class. A failure that may pass tells of none.
        """
        if self._until is None or not objects:
            return {id(each) for each in objects}, {}
        goals = goals_of({type(each): None for each in objects}, (self._until,))
        needs_get = frozenset(model for model, goal in goals.items() if goal.needs_get)
        met: set[int] = set()
        gone: dict[int, Exception] = {}
        try:
            result = self._refresh.read(groups_of(objects, needs_get=needs_get))
            gone = {id(each): error for each, error in result.gone}
            read = [each for each in objects if id(each) in result.read]
            for model, goal in goals.items():
                mine = [each for each in read if type(each) is model]
                met.update(map(id, self._refresh.meeting(goal.condition, model, mine)))
        except (ApiError, TransportError) as error:
            if not error.retryable:
                raise
        return met, gone
