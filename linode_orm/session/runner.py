"""Answers queries: reads what the planner says, evaluates the rest here, and makes objects of what matches."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

from linode_orm.session import sources
from linode_orm.session.batches import Batch
from linode_orm.session.evaluate import compile_condition, order_key, sort_rows
from linode_orm.session.explanation import Explanation
from linode_orm.session.listing import Listing, in_order, read_page
from linode_orm.session.pages import ListReader
from linode_orm.session.planner import plan_query
from linode_orm.session.sources import Library
from linode_orm.session.windows import SMALLEST, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Query
    from linode_orm.session.batches import Batches
    from linode_orm.session.planner import ReadPlan
    from linode_orm.session.sources import Body, Parents

    Found = tuple[Parents, object, Body]


class Asks(Library, Protocol):
    """What answering queries needs of a session."""

    batches: Batches
    strict_filters: bool

    def check_thread(self) -> None:
        """Refuse another thread."""

    def delete(self, instance: Model) -> None:
        """Mark an object for deletion."""


class QueryRunner:
    """The session's answers to queries."""

    def __init__(self, session: Asks) -> None:
        self._session = session

    def _plan(self, query: Query[Any]) -> ReadPlan:
        self._session.check_thread()
        return plan_query(query, strict=self._session.strict_filters)

    # -- objects -----------------------------------------------------------------------------------------------------

    def rows(self, query: Query[Any]) -> Iterator[Any]:
        """Give the matching objects, reading pages as they are asked for; raises at once what makes no sense."""
        return self._objects(query, self._plan(query))

    def _objects(self, query: Query[Any], plan: ReadPlan) -> Iterator[Any]:
        batch = Batch(refuses=any(option.kind == "raise" for option in query.chosen))
        options = [option for option in query.chosen if option.kind != "raise"]
        for parents, bodies in self._runs(plan):
            objects = self._session.loader.rows(plan.model, parents, bodies, batch=batch)
            batch.add(map(ref, objects))
            if options:
                self._session.batches.prefetch(objects, options)
            yield from objects

    def _runs(self, plan: ReadPlan) -> Iterator[tuple[Parents, list[Body]]]:
        """Give the bodies of the matches, in order, in runs below the same parents."""
        if plan.is_empty:
            return
        if plan.order:
            found = self._sorted(plan)
            stop = None if plan.limited is None else plan.skipped + plan.limited
            for parents, _, body in islice(found, plan.skipped, stop):
                yield parents, [body]
            return
        skip, left = plan.skipped, plan.limited
        for parents, bodies in self._matches(plan, plan.enough):
            taken = bodies[skip:] if left is None else bodies[skip : skip + left]
            skip = max(0, skip - len(bodies))
            if taken:
                yield parents, taken
            if left is not None:
                left -= len(taken)
                if not left:
                    return

    def _matches(self, plan: ReadPlan, enough: int | None) -> Iterator[tuple[Parents, list[Body]]]:
        """Give the bodies that meet the condition, as they arrive."""
        holds = None if plan.condition is None else compile_condition(plan.model, plan.condition)
        for parents, bodies in sources.chunks(self._session, plan, enough=enough):
            if holds is None:
                yield parents, bodies
            else:
                yield parents, [body for body in bodies if holds(body, parents) is True]

    # -- order -------------------------------------------------------------------------------------------------------

    def _sorted(self, plan: ReadPlan) -> list[Found]:
        """Give the matches in order: those that the limit can reach where the server orders, else every one."""
        found = self._first_ones(plan) if plan.ordered else None
        if found is None:
            found = [self._found(plan, parents, body) for parents, body in self._all(plan, None)]
        sort_rows(plan.model, plan.order, found)
        return found

    def _all(self, plan: ReadPlan, enough: int | None) -> Iterator[tuple[Parents, Body]]:
        for parents, bodies in self._matches(plan, enough):
            for body in bodies:
                yield parents, body

    def _found(self, plan: ReadPlan, parents: Parents, body: Body) -> Found:
        return parents, self._session.loader.identity_of(plan.model, body), body

    def _first_ones(self, plan: ReadPlan) -> list[Found] | None:
        """Read in the server's order until the limit and the ties after it; None where it did not keep the order."""
        key, enough = order_key(plan.model, plan.order[0]), plan.enough or 0
        falls = plan.order[0].descending
        found: list[Found] = []
        last: tuple[object, ...] | None = None
        holds = None if plan.condition is None else compile_condition(plan.model, plan.condition)
        for parents, bodies in sources.chunks(self._session, plan, enough=enough):
            for body in bodies:
                here = key(body)
                if len(here) == 1 or (last is not None and (here > last if falls else here < last)):
                    return None  # a null, whose place is not on record, or no order at all
                if len(found) >= enough and here != last:
                    return found
                last = here
                if holds is None or holds(body, parents) is True:
                    found.append(self._found(plan, parents, body))
        return found

    # -- everything else ---------------------------------------------------------------------------------------------

    def count(self, query: Query[Any]) -> int:
        """Count the matches: one request where nothing is evaluated here, else by reading them, without objects."""
        plan = self._plan(query)
        if plan.is_empty:
            return 0
        total = self._counted(plan)
        if total is None:
            total = sum(len(bodies) for _, bodies in self._matches(plan, None))
        total = max(0, total - plan.skipped)
        return total if plan.limited is None else min(total, plan.limited)

    def _counted(self, plan: ReadPlan) -> int | None:
        """Give the server's own count of one unfiltered list; None where there is none to trust."""
        mapper = plan.model.__mapper__
        sized = isinstance(mapper.page_size, int) and mapper.page_size >= SMALLEST
        if plan.condition is not None or mapper.catalogue or mapper.envelope != "page" or not sized:
            return None
        if plan.path is not None or plan.parents is None or len(plan.parents) != 1:
            return None
        listing = Listing(plan.model, mapper.collection_path(plan.parents[0]), plan.parents[0], None, mapper.envelope)
        window = Window(1, SMALLEST, 0, SMALLEST)
        page = read_page(listing, window, self._session.client.send(listing.request(window)))
        return len(page.rows) if page.pages <= 1 else page.results

    def x_filter(self, query: Query[Any]) -> dict[str, object]:
        """Give the X-Filter that would be sent."""
        return dict(self._plan(query).x_filter)

    def explain(self, query: Query[Any]) -> Explanation:
        """Say what would be sent and why; sends nothing itself."""
        return Explanation(self._plan(query), tuple(query.chosen))

    def update(self, query: Query[Any], values: Mapping[str, object]) -> int:
        """Assign values on every match."""
        matches = list(self.rows(query))
        for name in values:
            if name not in query.model.__mapper__.attributes:
                query.model.__mapper__.refuse_unknown(name)
        for instance in matches:
            for name, value in values.items():
                setattr(instance, name, value)
        return len(matches)

    def delete(self, query: Query[Any]) -> int:
        """Mark every match for deletion."""
        matches = list(self.rows(query))
        for instance in matches:
            self._session.delete(instance)
        return len(matches)

    # -- whole lists, for other parts of the session -----------------------------------------------------------------

    def read_list(self, model: type[Model]) -> list[Body]:
        """Read the whole list of a class that has no parents."""
        listing = Listing(model, model.__mapper__.collection_path(()), envelope=model.__mapper__.envelope)
        return [row for rows in ListReader(self._session.client, listing).pages() for row in rows]

    def read_whole(self, model: type[Model], most: int) -> list[Model] | None:
        """Read every object of a class that has no parents, unless that takes more than `most` requests."""
        listing = Listing(model, model.__mapper__.collection_path(()), envelope=model.__mapper__.envelope)
        reader = ListReader(self._session.client, listing)
        batch = Batch()
        objects: list[Model] = []
        for rows in reader.pages():
            if reader.counted > most:
                return None
            objects += self._session.loader.rows(model, (), rows, batch=batch)
        batch.add(map(ref, objects))
        return objects

    def read_many(self, lists: Iterable[tuple[type[Model], str, str, Parents]]) -> list[list[Model]]:
        """Read whole lists side by side: class, path, envelope (both empty for the class's own) and parents of each."""
        listings = [
            Listing(
                model,
                path or model.__mapper__.collection_path(parents),
                () if path else parents,
                envelope=envelope or model.__mapper__.envelope,
            )
            for model, path, envelope, parents in lists
        ]
        readers = [ListReader(self._session.client, listing) for listing in listings]
        results: list[list[Model]] = []
        arrived = in_order(self._session.client, [reader.opening for reader in readers])
        for listing, reader, first in zip(listings, readers, arrived, strict=True):
            batch = Batch()
            objects: list[Model] = []
            for rows in reader.after(first):
                objects += self._session.loader.rows(listing.model, listing.parents, rows, batch=batch)
            batch.add(map(ref, objects))
            results.append(objects)
        return results
