"""Cells: the types that the values of a column have in every form, and how datetimes are written."""

from __future__ import annotations

from datetime import UTC
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class CellType(Enum):
    """What the cells of a column are; each may be null."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    MIXED = "mixed"
    """Strings, numbers and truth values side by side."""
    TEXTS = "texts"
    """Lists of strings."""
    INTEGERS = "integers"
    """Lists of whole numbers."""
    JSON = "json"
    """Any other document."""

    @property
    def is_scalar(self) -> bool:
        """Whether a cell is one value, and neither a list nor an object."""
        return self not in {CellType.TEXTS, CellType.INTEGERS, CellType.JSON}


class TableColumn(NamedTuple):
    """One column: its name, the type of its cells, the cells, and another name under which it is found."""

    name: str
    cell_type: CellType
    cells: list[object]
    alias: str = ""


def iso(value: datetime) -> str:
    """Return an aware datetime in ISO 8601, in UTC, with `Z`."""
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
