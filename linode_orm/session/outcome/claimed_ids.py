"""The ids that creations of one run got, and those that its deletions freed, shared by its workers."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.outcome.lookup import LookupCriteria


class ClaimedIds:
    """Ids by collection: those that creations of this run got, which no creation in doubt is, or those that are freed.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[object, ...], set[object]] = {}
        self._lock = Lock()

    def add(self, model: type[Model], parents: tuple[object, ...], identity: object) -> None:
        """Record an id: of a creation that was answered, or of a deletion."""
        with self._lock:
            self._ids.setdefault((model, parents), set()).add(identity)

    def of(self, criteria: LookupCriteria) -> frozenset[object]:
        """Return the ids of the collection that something is created in."""
        with self._lock:
            return frozenset(self._ids.get((criteria.model, criteria.parents), ()))
