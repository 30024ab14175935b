"""The order that a user adds by hand: which object's requests wait for those of which other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import Status, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Key
    from linode_orm.session.planning.steps import DraftStep

_WHY = "what session.depends_on() names is done"


class ManualOrder:
    """The order that `session.depends_on()` added, until the next commit has sent it."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Model, Model]] = []
        """An object, and the one that it waits for."""

    def add(self, instance: Model, others: Iterable[Model]) -> None:
        """Let the requests of an object wait for those of others."""
        self.pairs += ((instance, other) for other in others)

    def concerns(self, instance: Model) -> bool:
        """Whether an object waits for another one, or another one for it: then it keeps a request of its own."""
        return any(instance is each for pair in self.pairs for each in pair)

    def drop(self, instance: Model) -> None:
        """Forget an object that leaves its session."""
        self.pairs = [pair for pair in self.pairs if not any(instance is each for each in pair)]

    def clear(self) -> None:
        """Forget everything: it was sent, or taken back."""
        self.pairs.clear()

    def record(self, drafts: Sequence[DraftStep], cascade: Mapping[Key, Key]) -> None:
        """Record in each draft what it waits for by hand; raise `InvalidRequestError` where one request does both."""
        places: dict[int, list[int]] = {}
        for at, draft in enumerate(drafts):
            for each in draft.everyone():
                places.setdefault(id(each.instance), []).append(at)
        deletions = {draft.token: at for at, draft in enumerate(drafts) if draft.operation == "delete"}
        for one, other in self.pairs:
            befores = _places_of(other, places, deletions, cascade)
            for at in _places_of(one, places, deletions, cascade):
                for before in befores:
                    if at != before:
                        drafts[at].wait_for(before, _WHY)
                    elif drafts[at].operation == "create" and not _is_below(one, other):
                        msg = f"{one!r} cannot wait for {other!r}: one request creates both; commit in two steps"
                        raise InvalidRequestError(msg)


def _places_of(
    instance: Model, places: Mapping[int, list[int]], deletions: Mapping[Key | str, int], cascade: Mapping[Key, Key]
) -> list[int]:
    """Return the requests of an object; what dies with its parent has the request that deletes that one."""
    if id(instance) in places or state_of(instance).status is not Status.DELETED:
        return places.get(id(instance), [])
    from linode_orm.session.planning.steps import key_of  # noqa: PLC0415  a session that only reads plans nothing

    root = cascade.get(key_of(instance))
    return [] if root is None or root not in deletions else [deletions[root]]


def _is_below(instance: Model, other: Model) -> bool:
    """Whether an object is created inside another one, which then is there first."""
    from linode_orm.session.planning.steps import parent_of  # noqa: PLC0415  a session that only reads plans nothing

    above = parent_of(instance)
    return above is not None and (above is other or _is_below(above, other))
