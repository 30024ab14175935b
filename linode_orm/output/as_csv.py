"""Tables as CSV (RFC 4180): a line of names, then a line for each row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm.output.as_json import PORTION, document
from linode_orm.output.cells import CellType, iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linode_orm.output.cells import TableColumn

_END: Final = "\r\n"
_quoted: Final = re.compile(r'[",\r\n]|^\s|\s$').search


def csv_lines(columns: Sequence[TableColumn]) -> Iterator[str]:
    """Yield the parts of the text; the standard library's writer cannot tell null from an empty string before 3.12."""
    yield ",".join(_text(each.name) for each in columns) + _END
    length = len(columns[0].cells) if columns else 0
    for begin in range(0, length, PORTION):
        texts = [[*map(_WRITTEN[each.cell_type], each.cells[begin : begin + PORTION])] for each in columns]
        yield _END.join(map(",".join, zip(*texts, strict=True))) + _END


def _text(value: str | None) -> str:
    if value is None:
        return ""
    return value if value and not _quoted(value) else '"' + value.replace('"', '""') + '"'


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _boolean(value: object) -> str:
    return "" if value is None else "true" if value else "false"


def _datetime(value: Any) -> str:  # noqa: ANN401  a datetime, or None
    return "" if value is None else iso(value)


def _mixed(value: object) -> str:
    if value is None or isinstance(value, str):
        return _text(value)
    return _boolean(value) if isinstance(value, bool) else str(value)


def _document(value: object) -> str:
    return "" if value is None else _text(document(value))


_WRITTEN: Final[dict[CellType, Callable[[Any], str]]] = {
    CellType.TEXT: _text,
    CellType.INTEGER: _plain,
    CellType.FLOAT: _plain,
    CellType.BOOLEAN: _boolean,
    CellType.DATETIME: _datetime,
    CellType.MIXED: _mixed,
    CellType.TEXTS: _document,
    CellType.INTEGERS: _document,
    CellType.JSON: _document,
}
