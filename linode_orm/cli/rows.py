"""Rows on standard output: tables for people, JSON, JSON lines and CSV for programs, as the pages arrive."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import click

from linode_orm._printable import printable
from linode_orm.cli import scope
from linode_orm.cli.terminal import output, say_error
from linode_orm.output.cells import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping.query import Query
    from linode_orm.output.cells import TableColumn
    from linode_orm.output.table import Table
    from linode_orm.session.verbs.session import Session

    Record = dict[str, object]

FORMATS: Final = ("table", "json", "jsonl", "csv")
_SHOWN: Final = 8
_FIRST: Final = (
    "id",
    "label",
    "domain",
    "username",
    "name",
    "address",
    "action",
    "status",
    "region",
    "type",
    "size",
    "ipv4",
    "tags",
    "created",
)
"""The columns that a person looks for first; a table without `--columns` has those of them that there are."""
_WIDEST: Final = sys.maxsize


def format_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option that chooses the form of the output; the command gets it as `form`."""
    option = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="A table for people; the others for programs.",
    )
    return option(command)


def _plain(value: object) -> object:
    """Return what JSON has no form for: datetimes in ISO 8601, all else as text."""
    return iso(value) if hasattr(value, "isoformat") else str(value)  # type: ignore[arg-type]  # a datetime


to_json: Final = json.JSONEncoder(default=_plain).encode
"""Writes a value as JSON in ASCII, so that no character of it controls a terminal."""


def write_query(session: Session, query: Query[Any], columns: list[Any], form: str, *, is_verbose: bool = False) -> int:
    """Print the matches of a query; return how many there are.

    JSON lines are printed as each page arrives, the first before the last page is read. How many have been printed is
    shown on standard error after each page: on a terminal where the output goes elsewhere, and where `is_verbose`.
    """
    with _progress(is_verbose=is_verbose) as tell:
        if form == "table":
            return _write_table(query, columns or _chosen(query.model))
        if form == "csv":
            return _write_csv(_tables(session, query, columns), tell)
        return write_records(_records(session, query, columns), form, tell)


@contextmanager
def _progress(*, is_verbose: bool) -> Iterator[Callable[[int], None]]:
    """Yield what shows on standard error how many rows have been printed."""
    is_drawn = sys.stderr.isatty() and not sys.stdout.isatty()
    if scope.current() is not None or not (is_drawn or is_verbose):
        yield lambda _: None
        return

    def tell(count: int) -> None:
        with suppress(OSError):
            sys.stderr.write(f"\r{count:,} rows" if is_drawn else f"{count:,} rows\n")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if is_drawn:
            with suppress(OSError):
                sys.stderr.write("\r\x1b[K")


def write_records(portions: Iterable[Iterable[Record]], form: str, tell: Callable[[int], None] = lambda _: None) -> int:
    """Print objects as JSON lines, or as an array with one on a line; return how many there are.

    In a fleet they are lines with the name of their account first, which `fleet` makes one array of.
    """
    out, count, inside = output(), 0, scope.current()
    is_array = form == "json" and inside is None
    for portion in portions:
        for found in portion:
            record = found if inside is None else inside.labelled(found)
            head = ("[\n " if not count else ",\n ") if is_array else ""
            out.write(f"{head}{to_json(record)}{'' if is_array else chr(10)}")
            count += 1
            if count == 1:
                out.flush()  # whoever reads the pipe begins while the rest of the page is written
        out.flush()
        tell(count)
    if is_array:
        out.write("\n]\n" if count else "[]\n")
    return count


def _records(session: Session, query: Query[Any], columns: list[Any]) -> Iterator[Iterator[Record]]:
    """Yield the matches page by page: whole objects, or the columns that were asked for."""
    if columns:
        for table in _tables(session, query, columns):
            names = table.columns
            yield (dict(zip(names, row, strict=True)) for row in table)
        return
    from linode_orm.mapping.as_dict import shown_body  # noqa: PLC0415  only these formats need it
    from linode_orm.session.verbs.session import parts_of  # noqa: PLC0415  loaded by now

    mapper = query.model.__mapper__
    runs, _ = parts_of(session).runner.raw_rows(query)
    for _, bodies in runs:
        yield (shown_body(mapper, body) for body in bodies)


def _tables(session: Session, query: Query[Any], columns: list[Any]) -> Iterator[Table[Any]]:
    from linode_orm.mapping.query import column_of  # noqa: PLC0415  loaded by now
    from linode_orm.session.query.streams import tables_of  # noqa: PLC0415  only columns need it
    from linode_orm.session.verbs.session import parts_of  # noqa: PLC0415  loaded by now

    chosen = [column_of(query.model, each) for each in columns]
    for table in tables_of(parts_of(session).runner, query, chosen):
        _note_problems(table)
        yield table


def _chosen(model: Any) -> list[Any]:  # noqa: ANN401  a Model
    """Return the columns of a table for people: those that are looked for first, else the first scalar ones."""
    mapper = model.__mapper__
    fields = {name: mapper.fields.get(getattr(each, "via", "") or name) for name, each in mapper.attributes.items()}
    names = [name for name in _FIRST if (field := fields.get(name)) is not None and _is_listed(field)]
    if len(names) < 2:  # noqa: PLR2004  a class with none of these
        scalars = [name for name, field in fields.items() if field is not None and _is_listed(field, is_scalar=True)]
        names = list(dict.fromkeys([*names, *scalars]))[:_SHOWN]
    return [getattr(model, name) for name in names]


def _is_listed(field: Any, *, is_scalar: bool = False) -> bool:  # noqa: ANN401  a field
    """Whether rows of lists have a field that fits into a cell."""
    if field.is_write_only or field.only_on_get or field.codec.bare.fields:
        return False
    return field.codec.cell_type.is_scalar or not is_scalar


def _write_table(query: Query[Any], columns: list[Any]) -> int:
    table: Table[Any] = query.table(*columns)
    _note_problems(table)
    print_table(table)
    return len(table)


def print_table(table: Table[Any]) -> None:
    """Print a table: drawn on a terminal, in plain columns that are never cut elsewhere."""
    if not len(table):
        say_error("nothing matches")
        return
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415  it takes as long to import as a small list to read

        width = Console().width
        Console(file=output(), force_terminal=True, width=width, highlight=False, markup=False).print(table)
        return
    from linode_orm.output.plain import text_lines  # noqa: PLC0415  only tables need it

    for line in text_lines(table.__cells__(), len(table), len(table), _WIDEST):
        output().write(f"{line}\n")


def _write_csv(tables: Iterator[Table[Any]], tell: Callable[[int], None]) -> int:
    from linode_orm.output.as_csv import csv_lines  # noqa: PLC0415  only CSV needs it

    count, out = 0, output()
    for number, table in enumerate(tables):
        parts = csv_lines(with_account(table.__cells__(), len(table)))
        head = next(parts, "")
        for part in chain([] if number else [head], parts):
            out.write(_tamed(part))
        out.flush()
        count += len(table)
        tell(count)
    return count


def with_account(columns: Sequence[TableColumn], rows: int) -> Sequence[TableColumn]:
    """Return columns, in a fleet with the name of the account before them."""
    inside = scope.current()
    if inside is None:
        return columns
    from linode_orm.output.cells import CellType, TableColumn  # noqa: PLC0415  only CSV needs it

    return [TableColumn("account", CellType.TEXT, [inside.account] * rows), *columns]


def write_record(record: Mapping[str, object]) -> None:
    """Print one object as a JSON line, in a fleet with the name of its account first."""
    inside = scope.current()
    output().write(f"{to_json(record if inside is None else inside.labelled(record))}\n")


def _tamed(text: str) -> str:
    """Return a part of CSV whose cells do not control a terminal; line ends and tabs stay."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.isprintable() else printable(line, keep="\t") for line in lines)


def _note_problems(table: Table[Any]) -> None:
    for each in table.problems[:_SHOWN]:
        say_error(f"Warning: cannot be read: {each}")
    if len(table.problems) > _SHOWN:
        say_error(f"Warning: {len(table.problems)} cells cannot be read in all")
