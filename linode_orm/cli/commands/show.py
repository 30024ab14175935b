"""`linode-orm show`: one object whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from linode_orm._printable import printable
from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.rows import FORMATS, to_json, with_account, write_record
from linode_orm.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model


@click.command("show", cls=CliCommand)
@click.argument("model", metavar="CLASS", type=ClassName())
@click.argument("identity", metavar="[ID]", required=False)
@click.argument("parent", metavar="[PARENT]", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@account_options
def command(
    model: type[Model], identity: str | None, parent: str | None, form: str, *, account: AccountOptions
) -> None:
    """Print one object of CLASS whole, read now.

    Examples:
      linode-orm show Instance 123
      linode-orm show Disk 5 123               # the disk 5 of the Linode 123
      linode-orm show NodeBalancerNode 7 3/4   # below the config 4 of the NodeBalancer 3
      linode-orm show ObjectStorageBucket us-east/backups
      linode-orm show Account --format json

    ID and PARENT of several parts have slashes between them. What there is one of in an account needs no ID.

    """
    key = _key(model, identity, parent)
    with session_of(account) as session:
        found: Any = session.load(model, *key)
        from linode_orm.mapping.as_dict import shown_body  # noqa: PLC0415  loaded by now
        from linode_orm.mapping.state import state_of  # noqa: PLC0415  the same

        body = shown_body(model.__mapper__, dict(state_of(found).raw))
    if form in {"json", "jsonl"}:
        write_record(body)
    elif form == "csv":
        _write_csv(body)
    else:
        for line in _lines(body):
            say(line)


def _key(model: type[Model], identity: str | None, parent: str | None) -> list[Any]:
    """Return id and parent as `session.load` takes them; raise `click.UsageError` for one too many or missing."""
    mapper = model.__mapper__
    ids = 0 if mapper.singleton else max(1, len(mapper.id_names))
    given = [each for each in (identity, parent) if each is not None]
    wanted = (["ID"] if ids else []) + (["PARENT"] if mapper.parent_count else [])
    if len(given) != len(wanted):
        needs = f"needs {' and '.join(wanted)}" if wanted else "is one in the account, and needs no ID"
        msg = f"{model.__name__} {needs}"
        raise click.UsageError(msg)
    counts = ([ids] if ids else []) + ([mapper.parent_count] if mapper.parent_count else [])
    return [_parts(text, count, name) for text, count, name in zip(given, counts, wanted, strict=True)]


def _parts(text: str, count: int, name: str) -> object:
    parts = text.split("/") if count > 1 else [text]
    if len(parts) != count:
        msg = f"{name} has {count} parts here, with slashes between them"
        raise click.UsageError(msg)
    return parts[0] if count == 1 else tuple(parts)


def _lines(body: dict[str, Any], indent: str = "") -> Iterator[str]:
    """Yield a body as lines for people: a name and a value, objects indented below their name."""
    width = max(map(len, body), default=0)
    for name, value in body.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{printable(name)}"
            yield from _lines(value, f"{indent}  ")
            continue
        text = "" if value is None else value if isinstance(value, str) else to_json(value)
        first, *more = text.splitlines() or [""]
        yield f"{indent}{printable(name).ljust(width)}  {printable(first)}".rstrip()
        yield from (f"{indent}{'':{width}}  {printable(each)}".rstrip() for each in more)


def _write_csv(body: dict[str, Any]) -> None:
    from linode_orm.output.as_csv import csv_lines  # noqa: PLC0415  only CSV needs it
    from linode_orm.output.cells import CellType, TableColumn  # noqa: PLC0415  the same

    columns = [
        TableColumn(name, CellType.JSON if isinstance(value, (dict, list)) else CellType.MIXED, [value])
        for name, value in body.items()
    ]
    for part in csv_lines(with_account(columns, 1)):
        say(part.replace("\r\n", "\n").rstrip("\n"))
