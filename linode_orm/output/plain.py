"""Cells as a person reads them, in one line without control characters, and tables of them for a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm._printable import printable
from linode_orm.output.cells import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linode_orm.output.cells import TableColumn


def shown(value: object) -> str:
    """Return a cell as a person reads it; null is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, (list, tuple)) and all(isinstance(each, (str, int)) for each in value):
        return printable(", ".join(map(str, value)))
    return printable(value)


def text_lines(columns: Sequence[TableColumn], total: int, most: int, widest: int) -> Iterator[str]:
    """Yield the lines of a table of at most `most` rows, whose cells are cut at `widest` characters."""
    rows = zip(*(each.cells[:most] for each in columns), strict=True)
    cells = [[_cut(printable(each.name), widest) for each in columns]]
    cells += [[_cut(shown(value), widest) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    if total > most:
        yield f"… {total} rows in all"


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else f"{text[: widest - 1]}…"
