"""The ids that the creations of one run were answered with, shared by its workers."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.outcome.lookup import LookupCriteria


class ClaimedIds:
    """The ids that creations of this run got, by collection: no creation in doubt is one of them. Thread-safe."""

    def __init__(self) -> None:
        self._ids: dict[tuple[object, ...], set[object]] = {}
        self._lock = Lock()

    def add(self, model: type[Model], parents: tuple[object, ...], identity: object) -> None:
        """Record that a creation was answered with an id."""
        with self._lock:
            self._ids.setdefault((model, parents), set()).add(identity)

    def of(self, criteria: LookupCriteria) -> frozenset[object]:
        """Return the ids that another creation in the same collection got."""
        with self._lock:
            return frozenset(self._ids.get((criteria.model, criteria.parents), ()))
