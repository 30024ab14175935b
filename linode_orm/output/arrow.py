"""Tables as Arrow, through nanoarrow (extra `data`): typed buffers that other libraries read without copies."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from linode_orm.output.as_json import document
from linode_orm.output.cells import CellType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.output.cells import TableColumn

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**63
_LONG_TEXT: Final = 2**31 - 1
"""Bytes of text in a column of plain strings; longer ones have offsets of 64 bits."""


def arrow_stream(columns: Sequence[TableColumn], requested_schema: object) -> object:
    """Return the capsule of a stream with one batch."""
    try:
        nanoarrow = import_module("nanoarrow")
        streams = import_module("nanoarrow.c_array_stream")
    except ImportError as error:
        msg = "tables as Arrow need nanoarrow: pip install 'linode_orm[data]'"
        raise ImportError(msg, name=error.name) from error
    arrays = [_array(nanoarrow, each) for each in columns]
    schema = nanoarrow.struct({each.name: made.schema for each, made in zip(columns, arrays, strict=True)})
    length = len(columns[0].cells) if columns else 0
    batch = nanoarrow.c_array_from_buffers(schema, length, [None], null_count=0, children=arrays)
    stream: Any = streams.CArrayStream.from_c_arrays([batch], batch.schema)
    capsule: object = stream.__arrow_c_stream__(requested_schema)
    return capsule


def _array(arrow: Any, column: TableColumn) -> Any:  # noqa: ANN401  a module and a value of nanoarrow
    return _MADE[column.cell_type](arrow, column.cells)


def _validity(cells: Sequence[object]) -> tuple[bytes | None, int]:
    """Return the bits that say which cells hold a value, the lowest first, and how many hold none."""
    missing = cells.count(None)
    if not missing:
        return None, 0
    bits = bytearray(-(-len(cells) // 8))
    for at, value in enumerate(cells):
        if value is not None:
            bits[at >> 3] |= 1 << (at & 7)
    return bytes(bits), missing


def _fixed(arrow: Any, schema: Any, cells: Sequence[Any], values: array[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    bits, missing = _validity(cells)
    return arrow.c_array_from_buffers(schema, len(cells), [bits, values], null_count=missing)


def _integers(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    if any(value is not None and not -_LARGEST <= value < _LARGEST for value in cells):
        return _texts(arrow, [None if value is None else str(value) for value in cells])
    return _fixed(arrow, arrow.int64(), cells, array("q", [0 if value is None else value for value in cells]))


def _floats(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    return _fixed(
        arrow, arrow.float64(), cells, array("d", [0.0 if value is None else float(value) for value in cells])
    )


def _booleans(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    bits, missing = _validity(cells)
    values, _ = _validity([each or None for each in cells])
    whole = b"\xff" * -(-len(cells) // 8) if values is None else values
    return arrow.c_array_from_buffers(arrow.bool_(), len(cells), [bits, whole], null_count=missing)


def _datetimes(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    values = array("q", [0 if value is None else _microseconds(value) for value in cells])
    return _fixed(arrow, arrow.timestamp("us", "UTC"), cells, values)


def _microseconds(value: datetime) -> int:
    past = value - _EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def _texts(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
    # half a surrogate pair has no form in UTF-8
    encoded = [b"" if value is None else value.encode("utf-8", "replace") for value in cells]
    ends, end = array("q", [0]), 0
    for each in encoded:
        end += len(each)
        ends.append(end)
    is_long = end > _LONG_TEXT
    schema, offsets = (arrow.large_string(), ends) if is_long else (arrow.string(), array("i", ends))
    bits, missing = _validity(cells)
    return arrow.c_array_from_buffers(schema, len(cells), [bits, offsets, b"".join(encoded)], null_count=missing)


def _lists(item: Callable[[Any, Sequence[Any]], Any]) -> Callable[[Any, Sequence[Any]], Any]:
    def made(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
        held = [each for value in cells if value is not None for each in value]
        offsets, end = array("i", [0]), 0
        for value in cells:
            end += 0 if value is None else len(value)
            offsets.append(end)
        inner = item(arrow, held)
        bits, missing = _validity(cells)
        schema = arrow.list_(inner.schema)
        return arrow.c_array_from_buffers(schema, len(cells), [bits, offsets], null_count=missing, children=[inner])

    return made


def _written(write: Callable[[Any], str]) -> Callable[[Any, Sequence[Any]], Any]:
    def made(arrow: Any, cells: Sequence[Any]) -> Any:  # noqa: ANN401  of nanoarrow
        return _texts(arrow, [None if value is None else write(value) for value in cells])

    return made


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else document(value)


_MADE: Final[dict[CellType, Callable[[Any, Sequence[Any]], Any]]] = {
    CellType.TEXT: _texts,
    CellType.INTEGER: _integers,
    CellType.FLOAT: _floats,
    CellType.BOOLEAN: _booleans,
    CellType.DATETIME: _datetimes,
    CellType.MIXED: _written(_as_text),
    CellType.TEXTS: _lists(_written(_as_text)),
    CellType.INTEGERS: _lists(_integers),
    CellType.JSON: _written(document),
}
