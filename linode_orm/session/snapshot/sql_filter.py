"""X-Filter over a snapshot: SQL evaluates a part of it, and drops no row that meets the whole.

The query planner evaluates every condition again on the rows that come, as it does with the answers of the API.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.output.cells import CellType
from linode_orm.session.query.columns import cell_reader
from linode_orm.session.snapshot.layout import sql_name, sql_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.session.snapshot.layout import Layout

_COMPARED: Final = {"+gt": ">", "+gte": ">=", "+lt": "<", "+lte": "<="}
_NUMBERS: Final = frozenset({CellType.INTEGER, CellType.FLOAT})


class SQLExpression(NamedTuple):
    """A condition in SQL, and the values of its marks."""

    text: str
    values: tuple[object, ...] = ()


ALL: Final = SQLExpression("1")
"""What holds for every row."""


class SQLFilter:
    """Writes filters and orders for the table of one class."""

    def __init__(self, layout: Layout) -> None:
        self._columns = {
            ".".join(field.key for field in each.path): (sql_name(each.name), cell_reader(each.path).cell_type)
            for each in layout.columns
            # a value with a normal form has several spellings, which SQL does not know
            if each.path[-1].form is None
        }

    def where(self, x_filter: Mapping[str, Any] | None) -> SQLExpression:
        """Return a condition that every row meets which meets the filter."""
        if not x_filter:
            return ALL
        conditions = {name: each for name, each in x_filter.items() if name not in {"+order_by", "+order"}}
        return self._every(self._entry(name, each) for name, each in conditions.items()) or ALL

    def order(self, x_filter: Mapping[str, Any] | None) -> str:
        """Return the order that a filter asks for, ties by the order of the list; nulls come last."""
        column = self._columns.get(str((x_filter or {}).get("+order_by")))
        if column is None:
            return "rowid"
        direction = "DESC" if (x_filter or {}).get("+order") == "desc" else "ASC"
        return f"{column[0]} IS NULL, {column[0]} {direction}, rowid"

    def _entry(self, name: str, value: Any) -> SQLExpression | None:  # noqa: ANN401  JSON
        """Return one condition; None where SQL cannot evaluate it."""
        if name == "+and" and isinstance(value, list):
            return self._every(self.where(each) for each in value)
        if name == "+or" and isinstance(value, list):
            return self._some(self.where(each) for each in value)
        if name not in self._columns:
            return None
        if isinstance(value, dict):
            return self._every(self._compared(name, symbol, each) for symbol, each in value.items())
        return self._equal(name, value)

    def _equal(self, name: str, value: object) -> SQLExpression | None:
        column, cell_type = self._columns[name]
        if value is None:
            return SQLExpression(f"{column} IS NULL")
        if cell_type is CellType.TEXT and isinstance(value, str):
            return SQLExpression(f"{column} = ? COLLATE NOCASE", (value,))
        wanted = _sql_value(cell_type, value)
        return None if wanted is None else SQLExpression(f"{column} = ?", (wanted,))

    def _compared(self, name: str, symbol: str, value: object) -> SQLExpression | None:
        column, cell_type = self._columns[name]
        wanted = _sql_value(cell_type, value)
        if symbol == "+contains" and cell_type is CellType.TEXT and isinstance(value, str):
            return SQLExpression(f"instr(lower({column}), lower(?))", (value,))
        if symbol == "+neq" and wanted is not None:
            return SQLExpression(f"({column} IS NULL OR {column} <> ?)", (wanted,))
        if symbol in _COMPARED and wanted is not None and cell_type is not CellType.TEXT:
            return SQLExpression(f"{column} {_COMPARED[symbol]} ?", (wanted,))
        return None

    @staticmethod
    def _every(clauses: Iterable[SQLExpression | None]) -> SQLExpression | None:
        known = [each for each in clauses if each is not None and each is not ALL]
        return _joined(known, " AND ") if known else None

    @staticmethod
    def _some(clauses: Iterable[SQLExpression | None]) -> SQLExpression | None:
        known = [*clauses]
        if not known or None in known or ALL in known:
            return None
        return _joined([each for each in known if each is not None], " OR ")


def _joined(clauses: list[SQLExpression], word: str) -> SQLExpression:
    return SQLExpression(
        f"({word.join(each.text for each in clauses)})", tuple(one for each in clauses for one in each.values)
    )


def _sql_value(cell_type: CellType, value: object) -> object:
    """Return a value of a filter as the column has it; None where the column has none like it."""
    if cell_type is CellType.BOOLEAN:
        return int(value) if isinstance(value, bool) else None
    if cell_type in _NUMBERS:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if is_number and -(2**63) <= value < 2**63 else None  # type: ignore[operator]  # a number
    if cell_type is CellType.TEXT:
        return value if isinstance(value, str) and value.isprintable() else None
    return _timestamp(value) if cell_type is CellType.DATETIME else None


def _timestamp(value: object) -> str | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return sql_timestamp(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
