"""The N+1 detector: collections of one query's objects that are read one request at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from linode_orm._caller import caller
from linode_orm.errors import NPlusOne
from linode_orm.mapping.owner import LoadOrigin
from linode_orm.mapping.state import state_of
from linode_orm.session.loading.loader_batch import LoaderBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.relations import Many

    Report = Callable[[NPlusOne], object]
    Relations = tuple[str, ...]


class NPlusOneDetector:
    """Reports the second object of one query whose collection is loaded by a request of its own.

    The first one may be the only one that a program needs. A collection of objects that came alone, or that `selectin`
    has loaded, is never reported; neither is a reference, because those of one query are loaded together anyway. It is
    asked where a request is about to be sent, and no other read knows of it.
    """

    def __init__(self) -> None:
        self._reports: tuple[Report, ...] = ()
        self._first: WeakKeyDictionary[LoaderBatch, dict[Relations, object]] = WeakKeyDictionary()
        """What was loaded first: the object's key by the relations that lead to the collection, for each query."""

    def report_to(self, report: Report) -> None:
        """Switch the detector on."""
        self._reports = (*self._reports, report)

    @contextmanager
    def reporting_to(self, report: Report) -> Iterator[None]:
        """Switch the detector on for a `with` block."""
        before, self._reports = self._reports, (*self._reports, report)
        self._first.clear()  # what was read before the block does not count in it
        try:
            yield
        finally:
            self._reports = before

    def loading(self, parent: Model, relation: Many[Any]) -> None:
        """Take note that the collection of an object is loaded by a request of its own."""
        if not self._reports:
            return
        query, path = _traced(parent, relation.name)
        if query is None:
            return
        first, state = self._first.setdefault(query, {}), state_of(parent)
        key = (type(parent), *state.parents, state.identity)
        if first.setdefault(path, key) in {key, _REPORTED}:
            return
        first[path] = _REPORTED
        for report in self._reports:
            report(NPlusOne(_message(path)))


_REPORTED = object()


def _traced(parent: Model, relation: str) -> tuple[LoaderBatch | None, Relations]:
    """Return the batch of the query that an object came from, and the relations that lead from it to a collection.

    The batch is None where the object, or the one that refers to it, came alone.
    """
    batch, path = state_of(parent).batch, [f"{type(parent).__name__}.{relation}"]
    if isinstance(batch, LoadOrigin):  # a reference that is not loaded
        path.insert(0, f"{type(batch.instance).__name__}.{batch.relation}")
        batch = state_of(batch.instance).batch
    if not isinstance(batch, LoaderBatch):
        return None, ()
    sources = list(batch.sources())
    return sources[-1][0], (*(reached_by for _, reached_by in reversed(sources) if reached_by), *path)


def _message(path: Relations) -> str:
    model = path[0].partition(".")[0]
    return (
        f"{path[-1]} is loaded by one request an object at {caller()}; "
        f"the query of {model} loads it for all of them: .options(selectin({', '.join(path)}))"
    )
