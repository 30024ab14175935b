"""Assignments from text, `NAME=VALUE`: checked before anything is sent, then made on each object."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

import click

from linode_orm._secrets import SecretText, is_secret_key
from linode_orm.cli.attribute_paths import unknown
from linode_orm.cli.literals import LiteralError, as_datetime
from linode_orm.errors import LinodeORMError
from linode_orm.mapping.state import Status
from linode_orm.mapping.transient import DETACHED
from linode_orm.mapping.values import WrongType
from linode_orm.output.cells import CellType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.operations import Operation

_PARTS: Final = re.compile(r"([\w.-]*?)([+-]?=)(.*)", re.DOTALL)
_LISTS: Final = frozenset({CellType.TEXTS, CellType.INTEGERS, CellType.JSON})
_LONGEST: Final = 1_000_000


class Assignment(NamedTuple):
    """One change of every object: the attribute, `=`, or `+=` and `-=` for an item of a list, and the value."""

    path: tuple[str, ...]
    sign: Literal["=", "+=", "-="]
    value: object

    def make(self, instance: Model) -> None:
        """Change an object; sends nothing."""
        holder: Any = instance
        for name in self.path[:-1]:
            holder = getattr(holder, name)
            if holder is None:
                msg = f"{instance.__describe__()}.{name} is None, and nothing in it can be set; nothing was sent"
                raise click.ClickException(msg)
        name = self.path[-1]
        if self.sign == "=":
            setattr(holder, name, deepcopy(self.value))
            return
        items = getattr(holder, name)
        if self.sign == "+=" and self.value not in items:
            items.append(self.value)
        elif self.sign == "-=" and self.value in items:
            items.remove(self.value)


def assignments_of(model: type[Model], texts: Iterable[str], secrets: Mapping[str, str]) -> list[Assignment]:
    """Return the assignments that texts and secrets stand for; raise `click.UsageError` for what no object takes."""
    made = [_assignment(model, text) for text in texts]
    made += [Assignment((name,), "=", _secret(model, name, text)) for name, text in secrets.items()]
    if not made:
        msg = "name what to set: NAME=VALUE, such as label=web-1, tags+=edge, alerts.cpu=90"
        raise click.UsageError(msg)
    anyone = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    for each in made:
        if len(each.path) == 1 and each.sign == "=":
            try:
                setattr(anyone, each.path[0], deepcopy(each.value))
            except (TypeError, ValueError, AttributeError, LinodeORMError) as error:
                raise click.UsageError(_plainly(model, error)) from None
    return made


def _plainly(model: type[Model], error: Exception) -> str:
    """Return the message of an error without the object that stands for every match."""
    return re.sub(rf"{model.__name__}\([^()]*\)", model.__name__, str(error)) + "; nothing was sent"


def _assignment(model: type[Model], text: str) -> Assignment:
    path, sign, given = _split(text)
    first, field = path[0], _field(model, path)
    if field.is_secret:
        msg = f"{'.'.join(path)} is a secret, which others would see in a list of processes: give --secret {path[-1]}"
        raise click.UsageError(msg)
    if len(path) > 1 or sign != "=":
        refusal = _field(model, (first,)).refusal(model.__bare__(None, (), DETACHED, Status.PERSISTENT))
        if refusal:
            msg = f"{model.__name__}.{first} {refusal}; nothing was sent"
            raise click.UsageError(msg)
    if sign == "=":
        value = _value(field, given)
        if len(path) > 1 and not field.codec.accepts(value):
            msg = f"{'.'.join(path)} takes {field.codec.text}, not {given!r}"
            raise click.UsageError(msg)
        return Assignment(path, sign, value)
    return Assignment(path, sign, _item(field, path, given))


def _split(text: str) -> tuple[tuple[str, ...], Literal["=", "+=", "-="], str]:
    parts = _PARTS.fullmatch(text)
    if parts is None or not parts[1]:
        msg = f"{text[:60]!r} is no NAME=VALUE"
        raise click.UsageError(msg)
    if len(text) > _LONGEST:
        msg = f"the value of {parts[1]} has {len(parts[3]):,} characters, which no attribute takes"
        raise click.UsageError(msg)
    return tuple(parts[1].split(".")), cast("Literal['=', '+=', '-=']", parts[2]), parts[3]


def _field(model: type[Model], path: tuple[str, ...]) -> Any:  # noqa: ANN401  a field
    """Return the field at a path; raise `click.UsageError` for a name that there is not, with a suggestion."""
    mapper: Any = model.__mapper__
    if path[0] not in mapper.attributes:
        raise click.UsageError(unknown(f"{model.__name__} has no attribute", path[0], mapper.attributes))
    attribute = mapper.attributes[path[0]]
    via = getattr(attribute, "via", None)
    if path[0] not in mapper.fields and not via:
        msg = f"{model.__name__}.{path[0]} leads to other objects, and cannot be set"
        raise click.UsageError(msg)
    field: Any = mapper.fields[via or path[0]]
    for place, name in enumerate(path[1:], 1):
        fields = field.codec.bare.fields
        if name not in fields:
            raise click.UsageError(unknown(f"{'.'.join(path[:place])} has no attribute", name, fields))
        field = fields[name]
    return field


def _value(field: Any, text: str) -> object:  # noqa: ANN401  a field
    """Return a value: JSON where it parses and the field is no string."""
    codec = field.codec
    if codec.bare.cell_type is CellType.DATETIME and text != "null":
        try:
            return as_datetime(text)
        except LiteralError as error:
            raise click.UsageError(str(error)) from None
    return text if codec.bare.cell_type is CellType.TEXT else _json(text)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _item(field: Any, path: tuple[str, ...], text: str) -> object:  # noqa: ANN401  a field
    """Return one item of a list; raise `click.UsageError` where the field is none, or takes no such item."""
    codec = field.codec.bare
    if codec.cell_type not in _LISTS or codec.fields:
        msg = f"{'.'.join(path)} is no list; += and -= add and take away an item of one"
        raise click.UsageError(msg)
    value = text if codec.cell_type is CellType.TEXTS else _json(text)
    try:
        codec.part(value)
    except WrongType as wrong:
        msg = f"{'.'.join(path)}: {wrong}"
        raise click.UsageError(msg) from None
    return value


def _secret(model: type[Model], name: str, text: str) -> object:
    value = _value(_field(model, (name,)), text)
    return SecretText(value) if isinstance(value, str) else value


# -- arguments of actions ----------------------------------------------------------------------------------------------


def operation_called(model: type[Model], name: str) -> Operation:
    """Return the action of a name; raise `click.UsageError` where there is none, with a suggestion."""
    offered = {key: each for key, each in model.__mapper__.operations.items() if each.scope == "item"}
    if name not in offered:
        raise click.UsageError(unknown(f"{model.__name__} has no action", name, offered))
    return offered[name]


def arguments_of(
    model: type[Model], action: Operation, texts: Iterable[str], secrets: Mapping[str, str]
) -> dict[str, object]:
    """Return the arguments of an action; raise `click.UsageError` for those that it does not take or lacks."""
    hints: Mapping[str, str] = getattr(model, action.name).__annotations__
    known = {name: text for name, text in hints.items() if name not in {"return", "session"}}
    made: dict[str, object] = {}
    for text in texts:
        path, sign, given = _split(text)
        name = ".".join(path)
        _check_argument(action, name, known)
        if sign != "=":
            msg = f"{action.name}({name}=) is given by =, not {sign}"
            raise click.UsageError(msg)
        if is_secret_key(name) or action.body.get(name, name) in action.secret:
            msg = f"{name} is a secret, which others would see in a list of processes: give --secret {name}"
            raise click.UsageError(msg)
        made[name] = given if _is_text(known[name]) else _json(given)
    for name, given in secrets.items():
        _check_argument(action, name, known)
        made[name] = SecretText(given) if _is_text(known[name]) else _json(given)
    missing = [name for name in action.required if name not in made]
    if missing:
        msg = f"{action.name}() needs {', '.join(f'{name}=' for name in missing)}"
        raise click.UsageError(msg)
    return made


def _check_argument(action: Operation, name: str, known: Mapping[str, str]) -> None:
    if name not in known:
        text = unknown(f"{action.name}() takes no argument", name, known)
        raise click.UsageError(text if known else f"{action.name}() takes no arguments")


def _is_text(hint: str) -> bool:
    """Whether an argument is a text, or the slug of an object: then no number is made of it."""
    kinds = {each.strip() for each in hint.split("|")}
    others = {"int", "float", "bool"}
    return "str" in kinds and not kinds & others and "[" not in hint
