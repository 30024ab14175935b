"""Tables as JSON: an array of objects, one on a line."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from linode_orm.output.cells import CellType, iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linode_orm.output.cells import TableColumn

PORTION: Final = 10_000
"""How many rows are written at once, so that the text of a long table is never held whole."""
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode


def json_lines(columns: Sequence[TableColumn]) -> Iterator[str]:
    """Yield the parts of the text."""
    heads = [f"{_encode(each.name)}: " for each in columns]
    length = len(columns[0].cells) if columns else 0
    yield "["
    for begin in range(0, length, PORTION):
        texts = [[*map(json_text(each.cell_type), each.cells[begin : begin + PORTION])] for each in columns]
        rows = zip(*texts, strict=True)
        lines = (", ".join([head + text for head, text in zip(heads, row, strict=True)]) for row in rows)
        body = "},\n {".join(lines)
        yield f"{',' if begin else ''}\n {{{body}}}"
    yield "\n]\n"


def json_text(cell_type: CellType) -> Any:  # noqa: ANN401  a function of one cell
    """Return the function that writes a cell of a type as JSON."""
    return _datetime if cell_type is CellType.DATETIME else _float if cell_type is CellType.FLOAT else document


def document(value: object) -> str:
    """Return any value as JSON; half a surrogate pair is written as its escape, for it has no form in UTF-8."""
    text = _encode(value)
    return text if text.isascii() else _HALF_PAIR.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _datetime(value: Any) -> str:  # noqa: ANN401  a datetime, or None
    return "null" if value is None else f'"{iso(value)}"'


def _float(value: Any) -> str:  # noqa: ANN401  a number, or None
    return "null" if value is None or not isfinite(value) else document(value)
