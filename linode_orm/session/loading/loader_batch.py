"""Loader batches: the objects of one query, whose references and stale values are read together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.mapping.state import Status, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from weakref import ref

    from linode_orm.mapping import Model

_SWEEP_FROM: Final = 1024


class LoaderBatch:
    """The objects of one query, held weakly, and what was loaded for them, held strongly.

    The first read of `volume.linode.label` on one object of a query loads the Linodes of all of them. They must live
    as long as the batch, although nobody holds them yet, or the second object would send the request again.
    `held` keeps them by the name of the relation (`""`: the parents of the objects). `refuses` says that the query was
    made with `raiseload()`. `source` is where the objects of a collection or of references came from: the batch of the
    objects that have them, and the relation.
    """

    __slots__ = ("__weakref__", "_limit", "held", "members", "refuses", "source")

    def __init__(self, *, refuses: bool = False) -> None:
        self.members: list[ref[Model]] = []
        self._limit = _SWEEP_FROM
        self.held: dict[str, list[Model]] = {}
        self.refuses = refuses
        self.source: tuple[LoaderBatch, str] | None = None

    def reached_from(self, owner: Model, relation: str) -> None:
        """Remember the query of the objects, and their relation, by which these objects were reached."""
        batch = state_of(owner).batch
        if self.source is None and isinstance(batch, LoaderBatch) and self not in {each for each, _ in batch.sources()}:
            self.source = batch, f"{type(owner).__name__}.{relation}"

    def sources(self) -> Iterator[tuple[LoaderBatch, str]]:
        """Yield this batch and those that it was reached from, each with the relation that leads on from it."""
        batch, reached_by = self, ""
        while True:
            yield batch, reached_by
            if batch.source is None:
                return
            batch, reached_by = batch.source

    def add(self, references: Iterable[ref[Model]]) -> None:
        """Add objects; drop dead references when their number has doubled, so that a streamed query stays small."""
        self.members += references
        # The limit doubles with what is alive, so that sweeping costs a constant time for each object that is added.
        if len(self.members) > self._limit:
            self.members = [reference for reference in self.members if reference() is not None]
            self._limit = 2 * len(self.members) + _SWEEP_FROM

    def alive(self) -> Iterator[Model]:
        """Yield the objects that somebody still holds and that are still in the session."""
        for reference in self.members:
            instance = reference()
            if instance is not None and state_of(instance).status is not Status.DETACHED:
                yield instance
