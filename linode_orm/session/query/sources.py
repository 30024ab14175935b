"""Sources: the lists that hold the matches of a query, read page by page as raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from linode_orm.errors import NotFound
from linode_orm.mapping.model import resource
from linode_orm.mapping.query import Query
from linode_orm.mapping.state import state_of
from linode_orm.session.lists.listing import PAGES_AHEAD, Listing, send_in_order
from linode_orm.session.lists.pagination import ListReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.query import Runner
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.query.planner import ReadPlan
    from linode_orm.wire.client import Client

    Body = dict[str, Any]
    Parents = tuple[object, ...]


class Library(Protocol):
    """What reading lists needs of a session."""

    client: Client
    catalogue: ReferenceData
    loader: Loader

    @property
    def runner(self) -> Runner:
        """What answers queries."""
        ...

    def reference(
        self, model: type, identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> Any:  # noqa: ANN401  an instance of `model`
        """Give the object with that key, without a request."""


class Chunk(NamedTuple):
    """Rows that arrived together, below the same parents."""

    parents: Parents
    rows: list[Body]


def chunks(session: Library, plan: ReadPlan, *, enough: int | None, held: list[Model]) -> Iterator[Chunk]:
    """Read the lists of a plan; `enough` is the number of rows after which the caller may stop.

    `held` takes the parents of the rows: while it lives, they are read once and not again for each child.
    """
    if plan.model.__mapper__.catalogue and plan.path is None:
        yield Chunk((), session.catalogue.rows(plan.model))
        return
    listings = list(_listings(plan, _parents(session, plan, held)))
    if len(listings) == 1 and plan.parents is not None:
        reader = ListReader(session.client, listings[0], wanted=enough, is_exact=plan.complete)
        for rows in reader.pages():
            yield Chunk(listings[0].parents, rows)
        return
    fresh = _once(len(plan.filters) > 1, session.loader, plan.model)
    yield from _side_by_side(session.client, listings, fresh, named=plan.parents is not None)


def _parents(session: Library, plan: ReadPlan, held: list[Model]) -> Iterable[Parents]:
    """Give the keys of the parents whose lists are read, reading the parents where the plan leaves them open."""
    mapper = plan.model.__mapper__
    parent = resource(str(mapper.parent)) if mapper.parent is not None else None
    if plan.parents is not None:
        if parent is not None and plan.path is None and not parent.__mapper__.singleton:
            held += (session.reference(parent, key[-1], key[:-1], None) for key in plan.parents)
        return plan.parents
    every: Query[Any] = Query(cast("type[Model]", parent), session.runner)
    found = every.all()
    held += found
    return [state_of(each).key for each in found]


def _listings(plan: ReadPlan, parents: Iterable[Parents]) -> Iterator[Listing]:
    mapper = plan.model.__mapper__
    for key in parents:
        below = key if plan.path is None else ()
        path = plan.path or mapper.collection_path(key)
        for x_filter in plan.filters:
            yield Listing(plan.model, path, below, x_filter, plan.envelope)


def _side_by_side(client: Client, listings: list[Listing], fresh: _Once, *, named: bool) -> Iterator[Chunk]:
    """Ask for the first pages of several lists at once, and for what follows of each in turn.

    A parent that the caller has not `named` may go before its children are asked for: then so have they.
    """
    for begin in range(0, len(listings), PAGES_AHEAD):
        readers = [ListReader(client, listing) for listing in listings[begin : begin + PAGES_AHEAD]]
        arrived = send_in_order(client, [reader.opening for reader in readers])
        for listing, reader, first in zip(listings[begin:], readers, arrived, strict=False):
            if isinstance(first, NotFound) and not named:
                continue
            for rows in reader.after(first):
                yield Chunk(listing.parents, fresh(listing.parents, rows))


class _Once:
    """Lets each row through once, where the answers of several requests may share some."""

    def __init__(self, loader: Loader, model: type[Model]) -> None:
        self._loader = loader
        self._model = model
        self._seen: set[object] = set()

    def __call__(self, parents: Parents, rows: list[Body]) -> list[Body]:
        new: list[Body] = []
        for row in rows:
            key = (parents, self._loader.identity_of(self._model, row))
            if key not in self._seen:
                self._seen.add(key)
                new.append(row)
        return new


class _All(_Once):
    """Lets every row through: the lists of different parents share none."""

    def __call__(self, parents: Parents, rows: list[Body]) -> list[Body]:
        del parents
        return rows


def _once(overlapping: bool, loader: Loader, model: type[Model]) -> _Once:  # noqa: FBT001  one of two
    return (_Once if overlapping else _All)(loader, model)
