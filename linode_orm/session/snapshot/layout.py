"""The layout of a snapshot: one table a class with typed columns and the body, and the tables that tell of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from linode_orm.mapping.addressing import flat, quoted
from linode_orm.output.as_json import document
from linode_orm.output.cells import CellType
from linode_orm.session.query.columns import Reach, cell_reader, default_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from sqlite3 import Connection

    from linode_orm.mapping import Model
    from linode_orm.mapping.columns import Column

    Body = dict[str, Any]

FORMAT: Final = 1
"""The form of snapshots."""
READ: Final = frozenset({1})
"""The forms that are read: this one, and the one before it where there is one."""
APPLICATION: Final = 0x4C4F5253
"""What marks the file as a snapshot of this library: LORS."""

ABOUT: Final = """
CREATE TABLE _snapshot (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE _classes (name TEXT PRIMARY KEY, path TEXT NOT NULL, rows INTEGER NOT NULL);
CREATE TABLE _skipped (class TEXT NOT NULL, parents TEXT NOT NULL, path TEXT NOT NULL, status INTEGER, reason TEXT);
"""
_SQL_TYPES: Final = {
    CellType.INTEGER: "INTEGER",
    CellType.BOOLEAN: "INTEGER",
    CellType.FLOAT: "REAL",
    CellType.DATETIME: "TIMESTAMP",
}
_LARGEST: Final = 2**63
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


def key_text(ids: Iterable[object]) -> str:
    """Return ids as they stand in a path: `123/456`."""
    return "/".join(quoted(each) for each in flat(tuple(ids)))


def sql_name(name: str) -> str:
    """Return a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def count_of(connection: Connection, name: str) -> int:
    """Return how many rows a table has."""
    (count,) = connection.execute(f"SELECT count(*) FROM {sql_name(name)}").fetchone()  # noqa: S608  a quoted name
    return int(count)


class Layout(NamedTuple):
    """The table of one class.

    `_key` are the ids of an object from the outermost parent in, as they stand in its path (null where the API gives it
    none). `_parents` are those of its parents, and `_body` is its body as it came, secrets masked.
    """

    model: type[Model]
    columns: tuple[Column[object], ...]

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.model.__name__

    @property
    def definition(self) -> str:
        """The statement that creates the table."""
        types = [_SQL_TYPES.get(cell_reader(each.path).cell_type, "TEXT") for each in self.columns]
        columns = [f"{sql_name(each.name)} {kind}" for each, kind in zip(self.columns, types, strict=True)]
        columns += ["_key TEXT", "_parents TEXT NOT NULL", "_body TEXT NOT NULL"]
        return f"CREATE TABLE {sql_name(self.name)} ({', '.join(columns)})"

    @property
    def indexes(self) -> Iterator[str]:
        """The statements that make objects and children quick to find, once all rows are there."""
        for column in ("_key", "_parents") if self.model.__mapper__.placeholders else ("_key",):
            yield f"CREATE INDEX {sql_name(f'{self.name}{column}')} ON {sql_name(self.name)} ({column})"

    @property
    def insertion(self) -> str:
        """The statement that inserts a row."""
        marks = ", ".join("?" * (len(self.columns) + 3))
        return f"INSERT INTO {sql_name(self.name)} VALUES ({marks})"  # noqa: S608  a quoted name

    def rows(
        self, parents: tuple[object, ...], identities: Sequence[object], bodies: Sequence[Body]
    ) -> Iterator[tuple[object, ...]]:
        """Return what is inserted for objects below the same parents; an identity is None where the API gives none."""
        masker, above = self.model.__mapper__.masker, key_text(parents)
        taken = Reach(each.path for each in self.columns).take(bodies)
        cells = [self._cells(each, taken) for each in self.columns]
        keys = [self._key(above, each) for each in identities]
        texts = [document(masker(body)) for body in bodies]
        return zip(*cells, keys, [above] * len(bodies), texts, strict=True)

    def _key(self, above: str, identity: object) -> str | None:
        if self.model.__mapper__.singleton:
            return above
        if identity is None:
            return None
        own = key_text((identity,))
        return f"{above}/{own}" if above else own

    @staticmethod
    def _cells(column: Column[object], taken: dict[tuple[str, ...], list[Any]]) -> list[Any]:
        reader = cell_reader(column.path)
        cells = reader.cells(column.name, taken[reader.keys], 0, [])
        return cells if reader.cell_type is CellType.BOOLEAN else [*map(_SQL_VALUES.get(reader.cell_type, _any), cells)]


def layout_of(model: type[Model]) -> Layout:
    """Return the table of a class."""
    return Layout(model, default_columns(cast("Any", model)))


def sql_timestamp(value: datetime) -> str:
    """Return a datetime as SQLite's own functions write it, in UTC; its texts are ordered as the times are."""
    return value.replace(tzinfo=None).isoformat(sep=" ")


def _text(value: Any) -> object:  # noqa: ANN401  a string, or None
    return value if value is None or value.isascii() else _HALF_PAIR.sub("\ufffd", value)


def _integer(value: Any) -> object:  # noqa: ANN401  a number, or None
    return value if value is None or -_LARGEST <= value < _LARGEST else str(value)


def _timestamp(value: Any) -> object:  # noqa: ANN401  a datetime, or None
    return None if value is None else sql_timestamp(value)


def _any(value: object) -> object:
    return _text(value) if isinstance(value, str) else _integer(value) if isinstance(value, int) else value


_SQL_VALUES: Final = {
    CellType.TEXT: _text,
    CellType.INTEGER: _integer,
    CellType.FLOAT: _any,
    CellType.DATETIME: _timestamp,
}
