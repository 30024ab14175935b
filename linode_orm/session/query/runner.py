"""The query runner: reads the lists of a plan, evaluates every condition here, and makes objects of the matches."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from linode_orm._secrets import forgets_locals
from linode_orm.errors import BadRequest
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import Status
from linode_orm.mapping.transient import DETACHED
from linode_orm.session.loading.lists.listing import PAGES_AHEAD, Listing, read_page
from linode_orm.session.loading.lists.page_windows import first_window
from linode_orm.session.loading.loader_batch import LoaderBatch
from linode_orm.session.query.evaluate import compile_condition, order_key, sort_rows
from linode_orm.session.query.explanation import Explanation
from linode_orm.session.query.planner import plan_query
from linode_orm.session.query.refusals import Refusals
from linode_orm.session.query.routes import follows_relations
from linode_orm.session.query.sources import Reading, Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.columns import Column
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.sync_result import SyncOptions, SyncResult
    from linode_orm.output.table import Table
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.query.eager import EagerLoader
    from linode_orm.session.query.planner import ReadPlan
    from linode_orm.session.query.relation_reader import ConditionReader, RelationReaders
    from linode_orm.session.query.sources import Body, Chunk, Parents
    from linode_orm.wire.client import Client

    Found = tuple[Parents, object, Body]
    Run = tuple[Parents, list[Body]]
    SortKey = tuple[object, ...]

_PORTION: Final = 500
"""After how many rows of several lists objects are returned."""
_TOGETHER: Final = 5_000
"""For how many rows at most the lists of relations are asked together, which bounds the memory of a streamed query."""


class QueryRunner:
    """Answers the queries of a session.

    `check` refuses another thread and a closed session; `delete` marks an object for deletion, and `sync` lets
    matches become wanted objects. All are decided further up than queries are. `strict` refuses filters that the server
    cannot evaluate.
    """

    def __init__(  # noqa: PLR0913  the parts of a session that answer a query
        self,
        client: Client,
        loader: Loader,
        reference_data: ReferenceData,
        relations: RelationReaders,
        eager: EagerLoader,
        *,
        check: Callable[[], None],
        delete: Callable[[Model, Expression | None], None],
        sync: Callable[[Query[Any], Iterable[Any], SyncOptions], SyncResult[Any]],
        strict: bool,
    ) -> None:
        self.client = client
        self._loader = loader
        self.reference_data = reference_data
        self._sources = Sources(client, loader, reference_data)
        self._relations = relations
        self._eager = eager
        self._check = check
        self._delete = delete
        self.sync = sync
        """Lets the matches of a query become wanted objects, and returns what became of each."""
        self._strict = strict

    @property
    def lenient(self) -> QueryRunner:
        """The same without `strict`, for what the session itself looks for."""
        runner = copy(self)
        runner._strict = False  # noqa: SLF001  its own copy
        return runner

    def _plan(self, query: Query[Any]) -> ReadPlan:
        self._check()
        return plan_query(query, strict=self._strict)

    # -- objects -----------------------------------------------------------------------------------------------------

    @forgets_locals
    def rows(self, query: Query[Any]) -> Iterator[Any]:
        """Return an iterator of the matching objects, which reads pages as it goes.

        Raises at once for conditions and orders that no list can answer. With `selectin` every match is read first, so
        that each relation is loaded once for all of them.
        """
        return self._objects(query, self._plan(query), Refusals(self.client, query))

    def _objects(self, query: Query[Any], plan: ReadPlan, refusals: Refusals) -> Iterator[Any]:
        batch = LoaderBatch(refuses=any(option.kind == "raise" for option in query.chosen))
        options = [option for option in query.chosen if option.kind != "raise"]
        portions = self._portions(plan, batch, refusals)
        if options:
            every = [each for objects in portions for each in objects]
            self._eager.prefetch(every, options, refusals)
            portions = iter((every,))
        for objects in portions:
            yield from objects

    def _portions(self, plan: ReadPlan, batch: LoaderBatch, refusals: Refusals) -> Iterator[list[Any]]:
        """Yield the objects in portions; the objects of one portion are hydrated together."""
        if plan.is_empty:
            return
        reading = self._reading(plan, batch.held.setdefault("", []), refusals)
        if plan.order:
            yield self._in_order(plan, batch, self._sorted(plan, reading))
            return
        lists = 1 if plan.parents is not None and len(plan.parents) * len(plan.filters) == 1 else PAGES_AHEAD
        for runs in _together(self._runs(plan, reading), lists):
            yield [each for parents, bodies in runs for each in self._made(plan, batch, parents, bodies)]

    def _made(self, plan: ReadPlan, batch: LoaderBatch, parents: Parents, bodies: list[Body]) -> list[Any]:
        objects = self._loader.rows(plan.model, parents, bodies, batch=batch)
        batch.add(map(ref, objects))
        return objects

    def _in_order(self, plan: ReadPlan, batch: LoaderBatch, found: list[Found]) -> list[Any]:
        """Return the objects of sorted rows; rows below the same parents are hydrated together."""
        below: dict[Parents, list[Body]] = {}
        for parents, _, body in found:
            below.setdefault(parents, []).append(body)
        made = {parents: iter(self._made(plan, batch, parents, bodies)) for parents, bodies in below.items()}
        return [next(made[parents]) for parents, _, _ in found]

    def _runs(self, plan: ReadPlan, reading: Reading) -> Iterator[Run]:
        """Yield the bodies of the matches in runs below the same parents, in order, from the offset to the limit."""
        if plan.is_empty:
            return
        if plan.order:
            yield from _runs_of(self._sorted(plan, reading))
            return
        skip, left = plan.passed, plan.limited
        for parents, bodies in self._matches(plan, plan.enough, reading):
            taken = bodies[skip:] if left is None else bodies[skip : skip + left]
            skip = max(0, skip - len(bodies))
            yield parents, taken
            if left is not None:
                left -= len(taken)
                if not left:
                    return

    def _matches(self, plan: ReadPlan, enough: int | None, reading: Reading) -> Iterator[Run]:
        """Yield the bodies that meet the condition, as they arrive.

        The server's filter is not trusted: it may ignore case, or know fewer operators.
        """
        chunks = self._sources.chunks(plan, self, enough=enough, reading=reading)
        if reading.relations is not None:
            yield from _related(chunks, reading.relations, 1 if enough is not None else _TOGETHER)
            return
        holds = None if plan.condition is None else compile_condition(plan.model, plan.condition)
        for parents, bodies in chunks:
            if holds is None:
                yield parents, bodies
            else:
                yield parents, [body for body in bodies if holds(body, parents) is True]

    def _reading(self, plan: ReadPlan, held: list[Model], refusals: Refusals) -> Reading:
        """Begin a reading of a plan; a condition that follows relations gets what reads their lists."""
        if plan.condition is None or not follows_relations(plan.condition):
            return Reading(held, refusals, None)
        return Reading(held, refusals, self._relations.of(plan.model, plan.condition, refusals.take))

    # -- order -------------------------------------------------------------------------------------------------------

    def _sorted(self, plan: ReadPlan, reading: Reading) -> list[Found]:
        """Return the matches in order, from the offset to the limit; every match is read unless the server orders."""
        found = self._first_ones(plan, reading) if plan.ordered else None
        if found is None:
            runs = self._matches(plan, None, reading)
            found = [_found(plan, parents, body) for parents, bodies in runs for body in bodies]
        sort_rows(plan.order, found)
        return found[plan.passed : None if plan.limited is None else plan.passed + plan.limited]

    def _first_ones(self, plan: ReadPlan, reading: Reading) -> list[Found] | None:
        """Return the first matches in the server's order, with the ties after the limit.

        Returns None where the rows do not come in that order: the caller then reads and sorts everything. Whole pages
        are checked, because a server that ignores the order may send a few rows in it by chance.
        """
        key, enough = order_key(plan.order[0]), plan.enough or 0
        found: list[Found] = []
        last: SortKey | None = None
        holds = _test_of(plan, reading)
        for parents, bodies in self._sources.chunks(plan, self, enough=enough + 1, reading=reading):
            keys = [key(body) for body in bodies]
            known = _before_nulls(keys)
            if not _in_direction(last, keys[:known], descending=plan.order[0].descending):
                return None
            matching = holds(parents, bodies[:known])
            for here, body, is_match in zip(keys[:known], bodies, matching, strict=False):
                if len(found) >= enough and here != last:
                    return found
                last = here
                if is_match:
                    found.append(_found(plan, parents, body))
            if known < len(keys):
                return None  # the limit lies among nulls, and no recording shows where the server puts them
        return found

    # -- tables ------------------------------------------------------------------------------------------------------

    @forgets_locals
    def table(self, query: Query[Any], columns: Sequence[Column[object]]) -> Table[Any]:
        """Return columns of the matches, read as the query's own objects would be, and made of raw rows alone."""
        from linode_orm.session.query.streams import table_of  # noqa: PLC0415  only tables need it

        return table_of(self, query, columns)

    def raw_rows(self, query: Query[Any]) -> tuple[Iterator[Run], Reading]:
        """Begin to read the matches; return their bodies, in runs as they arrive, and what the reading learns."""
        plan = self._plan(query)
        reading = self._reading(plan, [], Refusals(self.client, query))
        return self._runs(plan, reading), reading

    # -- everything else ---------------------------------------------------------------------------------------------

    @forgets_locals
    def count(self, query: Query[Any], *, partial: bool) -> int:
        """Return the number of matches: 1 request where nothing is evaluated here, else all pages, without objects."""
        plan = self._plan(query)
        reading = self._reading(plan, [], Refusals(self.client, query))
        if plan.is_empty:
            return 0
        total = _counted(self.client, plan)
        if total is None:
            total = sum(len(bodies) for _, bodies in self._matches(plan, None, reading))
            query.__check_whole__("count()", partial=partial)
        total = max(0, total - plan.passed)
        return total if plan.limited is None else min(total, plan.limited)

    def x_filter(self, query: Query[Any]) -> dict[str, object]:
        """Return the X-Filter that would be sent."""
        return dict(self._plan(query).x_filter)

    def explain(self, query: Query[Any]) -> Explanation:
        """Return what would be sent, and why; sends nothing itself."""
        return Explanation(self._plan(query), tuple(query.chosen))

    @forgets_locals
    def update(self, query: Query[Any], values: Mapping[str, object], *, partial: bool) -> int:
        """Assign values on every match; return their number.

        Names and values that no object could take are refused before any request.
        """
        given = {name: list(value) if isinstance(value, Iterator) else value for name, value in values.items()}
        _check_values(query.model, given)
        matches = list(self.rows(query))
        query.__check_whole__("update()", partial=partial)
        for instance in matches:
            for name, value in given.items():
                setattr(instance, name, value)
        return len(matches)

    @forgets_locals
    def delete(self, query: Query[Any], *, partial: bool) -> int:
        """Mark every match for deletion; return their number."""
        matches = list(self.rows(query))
        query.__check_whole__("delete()", partial=partial)
        for instance in matches:
            self._delete(instance, query.condition)
        return len(matches)


def _counted(client: Client, plan: ReadPlan) -> int | None:
    """Return the length of one unfiltered list by its first page; None where that does not tell.

    The page is as large as possible: where it holds the whole list its rows are counted, because `results` may be
    wrong (TestObjectStorageBuckets_List#1).
    """
    mapper, size = plan.model.__mapper__, plan.model.__mapper__.page_size
    if plan.condition is not None or mapper.reference_data or mapper.envelope != "page":
        return None
    if plan.path is not None or plan.parents is None or len(plan.parents) != 1 or not isinstance(size, int):
        return None
    listing = Listing(plan.model, mapper.collection_path(plan.parents[0]), plan.parents[0], None, mapper.envelope)
    window = first_window(size)
    try:
        page = read_page(listing, window, client.send(listing.request(window)))
    except BadRequest as error:
        if "page_size" in repr(error.errors):
            return None
        raise
    if page.pages <= 1:
        return len(page.rows)
    fits = len(page.rows) == size and page.pages == -(-page.results // size)
    return page.results if fits else None


def _test_of(plan: ReadPlan, reading: Reading) -> Callable[[Parents, list[Body]], Sequence[bool]]:
    """Return what tells which of some rows below the same parents meet the condition of a plan."""
    relations = reading.relations
    if relations is not None:
        return lambda parents, bodies: [value is True for value in relations.values([(parents, row) for row in bodies])]
    if plan.condition is None:
        return lambda _, bodies: [True] * len(bodies)
    holds = compile_condition(plan.model, plan.condition)
    return lambda parents, bodies: [holds(body, parents) is True for body in bodies]


def _related(chunks: Iterator[Chunk], relations: ConditionReader, together: int) -> Iterator[Run]:
    """Yield the matches of a condition that follows relations, so many rows at a time, which share the lists read."""
    for taken in _portioned(chunks, together):
        rows = [(parents, body) for parents, bodies in taken for body in bodies]
        values = relations.values(rows)
        at = 0
        for parents, bodies in taken:
            yield parents, [body for body, value in zip(bodies, values[at:], strict=False) if value is True]
            at += len(bodies)


def _portioned(chunks: Iterator[Chunk], rows: int) -> Iterator[list[Chunk]]:
    """Yield chunks in groups of at least so many rows."""
    taken: list[Chunk] = []
    held = 0
    for chunk in chunks:
        taken.append(chunk)
        held += len(chunk.rows)
        if held >= rows:
            yield taken
            taken, held = [], 0
    if taken:
        yield taken


def _check_values(model: type[Model], values: Mapping[str, object]) -> None:
    """Assign values on an object that stands for every match, so that wrong ones raise."""
    anyone = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    for name, value in values.items():
        if name not in model.__mapper__.attributes:
            model.__mapper__.refuse_unknown(name)
        setattr(anyone, name, value)


def _together(runs: Iterator[Run], lists: int) -> Iterator[list[Run]]:
    """Yield as many runs at a time as were asked for side by side; fewer where they hold many rows."""
    taken: list[Run] = []
    rows = 0
    for run in runs:
        taken.append(run)
        rows += len(run[1])
        if len(taken) >= lists or rows >= _PORTION:
            yield taken
            taken, rows = [], 0
    if taken:
        yield taken


def _found(plan: ReadPlan, parents: Parents, body: Body) -> Found:
    return parents, identity_in(plan.model.__mapper__, body), body


def _runs_of(found: list[Found]) -> Iterator[Run]:
    """Yield sorted rows in runs below the same parents."""
    for parents, rows in groupby(found, key=lambda each: each[0]):
        yield parents, [body for _, _, body in rows]


def _before_nulls(keys: Sequence[SortKey]) -> int:
    """Return how many keys stand before the nulls at the end."""
    known = len(keys)
    while known and len(keys[known - 1]) == 1:
        known -= 1
    return known


def _in_direction(last: SortKey | None, keys: list[SortKey], *, descending: bool) -> bool:
    """Whether the keys after `last` only rise, or only fall; a null among them is in no order."""
    line = keys if last is None else [last, *keys]
    if any(len(key) == 1 for key in line):
        return False
    return all((one >= other) if descending else (one <= other) for one, other in pairwise(line))
