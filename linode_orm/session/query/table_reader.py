"""The table reader: the matches of a query as columns of cells, decoded from the rows as they arrive."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linode_orm.errors import ApiError, BadRequest, Busy, Forbidden, NotFound, Unauthorized
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import state_of
from linode_orm.output.cells import CellType, TableColumn
from linode_orm.output.table import Table
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.loading.whole_lists import listing_of
from linode_orm.session.query.by_id import can_filter_by_id, listings_by_id
from linode_orm.session.query.columns import Reach, cell_reader, check_column, check_names, default_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.columns import Column
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.to_one import ReferenceFacts
    from linode_orm.output.table import CellProblem
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.query.columns import CellReader, Taken
    from linode_orm.session.query.refusals import Refusals
    from linode_orm.session.query.sources import Reading
    from linode_orm.wire.client import Client

    Body = dict[str, Any]
    Key = tuple[object, ...]
    Run = tuple[Key, list[Body]]

_REFUSED = (BadRequest, Forbidden, NotFound, Unauthorized)


class _Target(NamedTuple):
    """A column that is filled: what it reads, and the cells so far."""

    column: Column[object]
    cells: list[Any]

    @property
    def cell_type(self) -> CellType:
        column = self.column
        if column.path:
            return cell_reader(column.path).cell_type
        relation = column.relations[-1]
        if relation.via:
            return cell_reader((_via(relation),)).cell_type
        mapper = relation.model.__mapper__
        names = mapper.id_names
        return cell_reader((mapper.fields[names[0]],)).cell_type if len(names) == 1 else CellType.JSON


def _via(relation: ReferenceFacts) -> FieldFacts:
    """Return the field with the raw id of what a relation leads to."""
    mapper: Mapper = relation.owner.__mapper__  # type: ignore[attr-defined]  # a Model
    return mapper.fields[relation.via]


class TableReader:
    """Reads the tables of one session."""

    def __init__(self, client: Client, reference_data: ReferenceData) -> None:
        self._client = client
        self._reference_data = reference_data

    def check(self, query: Query[Any], columns: Sequence[Column[object]]) -> Sequence[Column[object]]:
        """Return the columns that are read; raise `InvalidRequestError` for those that no list can fill."""
        for each in columns:
            check_column(each)
        check_names(columns)
        return columns or default_columns(cast("Any", query.model))

    def read(
        self, query: Query[Any], columns: Sequence[Column[object]], runs: Iterable[Run], reading: Reading
    ) -> Table[Any]:
        """Return the table of the rows that `runs` yields; `reading` has the parents that were read for them."""
        targets = [_Target(each, []) for each in columns]
        problems: list[CellProblem] = []
        level = _Level(query.model, 0, targets, problems)
        for parents, bodies in runs:
            level.take(bodies, [parents] * len(bodies))
        self._follow(level, reading)
        problems.sort(key=lambda each: each.row)
        return Table([_finished(each) for each in targets], problems, query.skipped)

    def _follow(self, level: _Level, reading: Reading) -> None:
        """Fill the columns behind each relation of a level from one list of the other class."""
        for relation, keys, targets in level.further():
            model = cast("type[Model]", relation.model)
            found = self._bodies(model, {key for key in keys if key is not None}, relation, reading)
            deeper = _Level(model, level.depth + 1, targets, level.problems)
            deeper.take([None if key is None else found.get(key) for key in keys], [key and key[:-1] for key in keys])
            self._follow(deeper, reading)

    def _bodies(
        self, model: type[Model], keys: set[Key], relation: ReferenceFacts, reading: Reading
    ) -> dict[Key, Body]:
        if model.__mapper__.reference_data:
            return {(identity_in(model.__mapper__, row),): row for row in self._reference_data.rows(model)}
        known = {state_of(each).key: each for each in reading.held if type(each) is model and state_of(each).is_loaded}
        found: dict[Key, Body] = {key: dict(state_of(known[key]).body) for key in keys & known.keys()}
        missing = sorted(keys - found.keys(), key=repr)
        for parents, below in groupby(sorted(missing, key=lambda key: repr(key[:-1])), key=lambda key: key[:-1]):
            rows = self._rows(model, parents, [key[-1] for key in below], relation, reading.refusals)
            found |= {(*parents, identity_in(model.__mapper__, row)): row for row in rows}
        return found

    def _rows(
        self, model: type[Model], parents: Key, ids: list[object], relation: ReferenceFacts, refusals: Refusals
    ) -> Iterator[Body]:
        """Yield the rows of one list: those with the ids where one filter says so, else all of them."""
        listings = listings_by_id(model, parents, ids) if can_filter_by_id(model) else []
        listing = listings[0] if len(listings) == 1 else listing_of(model, parents)
        try:
            for rows in ListReader(self._client, listing).pages():
                yield from rows
        except _REFUSED as error:
            if isinstance(error, Busy):
                raise
            refusals.take_list(cast("ApiError", error), listing.path, relation.name)


class _Level:
    """The columns that begin at one class: its own, and those that lead on over its relations."""

    def __init__(self, model: type[Model], depth: int, targets: list[_Target], problems: list[CellProblem]) -> None:
        self.model = model
        self.depth = depth
        self.problems = problems
        self._own: list[tuple[_Target, CellReader]] = []
        self._parent_ids: list[_Target] = []
        self._further: dict[str, list[_Target]] = {}
        for target in targets:
            self._sort_in(target)
        self._keys: dict[str, list[Key | None]] = {name: [] for name in self._further}
        followed = [each[0].column.relations[depth] for each in self._further.values()]
        vias = [(_via(relation),) for relation in followed if relation.via]
        self._reach = Reach([*(reader.path for _, reader in self._own), *vias])
        self._count = 0

    def _sort_in(self, target: _Target) -> None:
        """Note where a column is read: here, from the row or its parents' ids, or behind a relation."""
        column = target.column
        left = len(column.relations) - self.depth
        if not left:
            self._own.append((target, cell_reader(column.path)))
            return
        relation = column.relations[self.depth]
        if left > 1 or column.path:
            self._further.setdefault(relation.name, []).append(target)
        elif relation.via:
            self._own.append((target, cell_reader((_via(relation),))))
        else:
            self._parent_ids.append(target)

    def take(self, bodies: Sequence[Body | None], parents: Sequence[Key | None]) -> None:
        """Fill the columns with some more rows; None stands for one that was not found."""
        taken, begin = self._reach.take(bodies), self._count
        self._count += len(bodies)
        for target, reader in self._own:
            target.cells.extend(reader.cells(target.column.name, taken[reader.keys], begin, self.problems))
        for target in self._parent_ids:
            target.cells.extend(key[-1] if key else None for key in self._parents(bodies, parents))
        for name, targets in self._further.items():
            relation = targets[0].column.relations[self.depth]
            self._keys[name].extend(self._targets(relation, taken, bodies, parents))

    def _parents(self, bodies: Sequence[Body | None], parents: Sequence[Key | None]) -> Iterator[Key | None]:
        mapper = self.model.__mapper__
        for body, key in zip(bodies, parents, strict=True):
            if mapper.parent_keys and key is not None and len(key) != mapper.parent_count:
                yield mapper.parents_in(body)
            else:
                yield key

    def _targets(
        self, relation: ReferenceFacts, taken: Taken, bodies: Sequence[Body | None], parents: Sequence[Key | None]
    ) -> Iterator[Key | None]:
        """Yield the key of the object that each row refers to."""
        if not relation.via:
            yield from self._parents(bodies, parents)
            return
        field, target = _via(relation), relation.model.__mapper__
        above: Iterable[Key | None] = ((),) * len(bodies)
        if target.parent_count:
            above = self._beside(target, bodies, parents)
        for identity, key in zip(taken[field.key,], above, strict=True):
            if identity is None or key is None or not field.codec.accepts(identity):
                yield None
            else:
                yield (*key, target.id_part(target.id_names[0], identity))

    @staticmethod
    def _beside(target: Mapper, bodies: Sequence[Body | None], parents: Sequence[Key | None]) -> Iterator[Key | None]:
        """Yield the parents of a child that is named by its id alone: they stand beside it, or are the row's own."""
        for body, key in zip(bodies, parents, strict=True):
            named = None if body is None else body.get(f"{target.parent_attribute}_id")
            if named is not None:
                yield (named,)
            else:
                yield None if key is None or len(key) < target.parent_count else key[: target.parent_count]

    def further(self) -> Iterator[tuple[ReferenceFacts, list[Key | None], list[_Target]]]:
        """Yield each relation that columns lead over, with the key of each row's object and those columns."""
        for name, targets in self._further.items():
            yield targets[0].column.relations[self.depth], self._keys[name], targets


def _finished(target: _Target) -> TableColumn:
    return TableColumn(target.column.name, target.cell_type, target.cells, target.column.alias)
