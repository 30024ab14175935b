"""The newest values of many objects, in as few requests as tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.session.waiting.bulk_refresh import BulkRefresh, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.waiting.bulk_refresh import Polls


def refresh_in_bulk(session: Polls, instances: Iterable[Model], whole: Iterable[Model] = ()) -> list[Model]:
    """Bring objects up to date, each once, pending changes stay; give those that are gone.

    Objects of one class below the same parents are read in one filtered list where the API can filter by their id, or
    in their whole list where that takes fewer requests than they are; the others, and those of the classes of `whole`,
    which rows do not tell enough of, by a GET each, side by side. Raises what kept it from reading them.
    """
    once = {id(each): each for each in instances}
    refreshed = BulkRefresh(session).look(groups_of(once.values(), whole=frozenset(map(type, whole))))
    if refreshed.trouble is not None:
        raise refreshed.trouble
    return [each for each, _ in refreshed.gone]
