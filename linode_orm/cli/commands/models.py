"""`linode-orm models`: the classes, or the fields and actions of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.rows import format_option, print_table, write_records
from linode_orm.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model

    Record = dict[str, object]


@click.command("models", cls=CliCommand)
@click.argument("model", metavar="[CLASS]", type=ClassName(), required=False)
@format_option
def command(model: type[Model] | None, form: str) -> None:
    """List the classes; with CLASS its fields, what it leads to, and its actions. Sends nothing.

    Examples:
      linode-orm models
      linode-orm models Instance
      linode-orm models volumes --format jsonl | jq 'select(.filterable)'

    A field is filterable where the server evaluates conditions on it; the others are evaluated here, on all rows. It
    is changed by `set`, by an action, given when the object is created, or by the server alone.

    """
    records = list(_classes() if model is None else _members(model))
    if form == "table":
        _print(records, model)
    elif form == "csv":
        _write_csv(records)
    else:
        write_records([records], form)


def _classes() -> Iterator[Record]:
    from linode_orm.mapping.registry import lookup, names  # noqa: PLC0415  only the list needs every class

    for name in names():
        model = cast("Any", lookup(name))
        mapper = model.__mapper__
        yield {
            "class": name,
            "path": mapper.path,
            "verbs": " ".join(verb for verb in ("list", "get", "create", "update", "delete") if verb in mapper.verbs),
            "means": _first_line(model),
        }


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]


def _members(model: type[Model]) -> Iterator[Record]:
    mapper = model.__mapper__
    for field in mapper.fields.values():
        yield {
            "name": field.name,
            "kind": "field",
            "type": field.text,
            "filterable": field.filterable,
            "changed by": _changed_by(field),
        }
    for relation in mapper.relations.values():
        is_many = relation.quantifier == "any"
        kind = f"list[{relation.target}]" if is_many else relation.target
        via = getattr(relation, "via", "")
        by = _changed_by(mapper.fields[via]) if via else ""
        is_filterable = bool(via) and mapper.fields[via].filterable
        yield {"name": relation.name, "kind": "relation", "type": kind, "filterable": is_filterable, "changed by": by}
    for action in mapper.operations.values():
        arguments = [name if name in action.required else f"[{name}]" for name in action.body]
        yield {
            "name": f"{action.name}({', '.join(arguments)})",
            "kind": "action",
            "type": action.answers or "",
            "filterable": False,
            "changed by": _first_line(getattr(model, action.name)),
        }


def _changed_by(field: Any) -> str:  # noqa: ANN401  a field
    """Return who may change a field."""
    if field.mutable:
        return "set"
    if field.changed_by:
        return " or ".join(f"{name.strip()}()" for name in field.changed_by.split(","))
    if field.is_read_only:
        return "the server"
    return "creation alone"


def _print(records: list[Record], model: type[Model] | None) -> None:
    """Print the classes, or the fields and relations of one, then its actions."""
    if model is None:
        _print_records(records)
        return
    say(f"{model.__name__}  {model.__mapper__.path}\n{_first_line(model)}\n")
    _print_records([each for each in records if each["kind"] != "action"])
    actions = [each for each in records if each["kind"] == "action"]
    for each in actions:
        say(f"\n{each['name']}\n    {each['changed by']}")


def _print_records(records: list[Record]) -> None:
    from linode_orm.output.cells import CellType, TableColumn  # noqa: PLC0415  only tables need them
    from linode_orm.output.table import Table  # noqa: PLC0415  the same

    shown = [{name: _cell(value) for name, value in each.items()} for each in records]
    print_table(Table([TableColumn(name, CellType.TEXT, [each[name] for each in shown]) for name in shown[0]]))


def _cell(value: object) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else str(value)


def _write_csv(records: list[Record]) -> None:
    from linode_orm.output.as_csv import csv_lines  # noqa: PLC0415  only CSV needs it
    from linode_orm.output.cells import CellType, TableColumn  # noqa: PLC0415  the same

    columns = [TableColumn(name, CellType.MIXED, [each[name] for each in records]) for name in records[0]]
    for part in csv_lines(columns):
        say(part.replace("\r\n", "\n").rstrip("\n"))
