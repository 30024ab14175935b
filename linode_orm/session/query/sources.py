"""Sources: the lists that hold the matches of a query, read page by page as raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linode_orm.errors import BadRequest, Forbidden, NotFound
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.mapping.query import Query
from linode_orm.mapping.state import state_of
from linode_orm.session.loading.lists.listing import PAGES_AHEAD, Listing, send_in_order
from linode_orm.session.loading.lists.pagination import ListReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Runner
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.query.planner import ReadPlan
    from linode_orm.session.query.refusals import Refusals
    from linode_orm.session.query.relation_reader import ConditionReader
    from linode_orm.wire.client import Client

    Body = dict[str, Any]
    Parents = tuple[object, ...]


class Chunk(NamedTuple):
    """Rows that arrived together, below the same parents."""

    parents: Parents
    rows: list[Body]


class Reading(NamedTuple):
    """One reading of a plan: the parents that were read for it, and what is known of refused lists and relations.

    While `held` lives, the parents are read once and not again for each child. `relations` evaluates a condition that
    follows relations; None where the plan's does not.
    """

    held: list[Model]
    refusals: Refusals
    relations: ConditionReader | None


class Sources:
    """Reads the lists that a plan names."""

    def __init__(self, client: Client, loader: Loader, reference_data: ReferenceData) -> None:
        self._client = client
        self._loader = loader
        self._reference_data = reference_data

    def chunks(self, plan: ReadPlan, runner: Runner, *, enough: int | None, reading: Reading) -> Iterator[Chunk]:
        """Yield the rows of the lists of a plan; `enough` is the number of rows after which the caller may stop.

        `runner` reads the parents where the plan leaves them open.
        """
        if plan.model.__mapper__.reference_data and plan.path is None:
            yield Chunk((), self._reference_data.rows(plan.model))
            return
        listings = list(_listings(plan, self._parents(plan, runner, reading)))
        if len(listings) == 1 and plan.parents is not None:
            reader = ListReader(self._client, listings[0], wanted=enough, is_exact=plan.complete)
            for rows in reader.pages():
                yield Chunk(listings[0].parents, rows)
            return
        # lists of different parents share no row; the answers to several filters of one list may
        fresh = _Once(plan.model) if len(plan.filters) > 1 else None
        refusals = reading.refusals if plan.parents is None or len(plan.parents) > 1 else None
        yield from self._side_by_side(listings, fresh, refusals, are_named=plan.parents is not None)

    def _parents(self, plan: ReadPlan, runner: Runner, reading: Reading) -> Iterable[Parents]:
        """Return the keys of the parents whose lists are read; reads the parents where the plan leaves them open."""
        mapper = plan.model.__mapper__
        parent = resource(str(mapper.parent)) if mapper.parent is not None else None
        if plan.parents is not None:
            keys = plan.parents
            if reading.relations is not None and len(keys) > 1:
                keys = tuple(reading.relations.among_keys(keys))
            if parent is not None and plan.path is None and not parent.__mapper__.singleton:
                reading.held.extend(self._loader.reference(parent, key[-1], key[:-1]) for key in keys)
            return keys
        every: Query[Any] = Query(cast("type[Model]", parent), runner, plan.parent_condition)
        found = every.all()
        reading.refusals.take_over(every)
        if reading.relations is not None:
            found = reading.relations.among(found)
        reading.held.extend(found)
        return [state_of(each).key for each in found]

    def _side_by_side(
        self, listings: list[Listing], fresh: _Once | None, refusals: Refusals | None, *, are_named: bool
    ) -> Iterator[Chunk]:
        """Ask for the first pages of several lists at once, then read each list to its end in turn.

        A parent may be deleted before its children are asked for. The children are gone then, too, and a 404 is no
        error, unless the caller named the parents. A list that is refused goes to `refusals`, and the others are read.
        """
        for begin in range(0, len(listings), PAGES_AHEAD):
            readers = [ListReader(self._client, listing) for listing in listings[begin : begin + PAGES_AHEAD]]
            arrived = send_in_order(self._client, [reader.opening for reader in readers])
            for listing, reader, first in zip(listings[begin:], readers, arrived, strict=False):
                try:
                    for rows in reader.after(first):
                        yield Chunk(listing.parents, fresh.of(listing.parents, rows) if fresh is not None else rows)
                except (BadRequest, Forbidden, NotFound) as error:
                    if refusals is None or (are_named and isinstance(error, NotFound)):
                        raise
                    refusals.take(error, listing.path, self._parent_of(listing))

    def _parent_of(self, listing: Listing) -> Model:
        parent = resource(str(listing.model.__mapper__.parent))
        key = listing.parents
        if parent.__mapper__.singleton:
            return self._loader.reference(parent, None, key)
        return self._loader.reference(parent, key[-1], key[:-1])


def _listings(plan: ReadPlan, parents: Iterable[Parents]) -> Iterator[Listing]:
    mapper = plan.model.__mapper__
    for key in parents:
        below = key if plan.path is None else ()
        path = plan.path or mapper.collection_path(key)
        for x_filter in plan.filters:
            yield Listing(plan.model, path, below, x_filter, plan.envelope)


class _Once:
    """Lets each row through once: the answers to several filters of one list may share rows."""

    def __init__(self, model: type[Model]) -> None:
        self._mapper = model.__mapper__
        self._seen: set[object] = set()

    def of(self, parents: Parents, rows: list[Body]) -> list[Body]:
        """Return the rows that did not come before."""
        new: list[Body] = []
        for row in rows:
            key = (parents, identity_in(self._mapper, row))
            if key not in self._seen:
                self._seen.add(key)
                new.append(row)
        return new
