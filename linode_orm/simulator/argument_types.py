"""Types of the arguments of actions: what the annotations of their methods let a body hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.registry import lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

_GENERIC: Final = re.compile(r"(\w+)\[(.*)\]")
_PLAIN: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "str": ((str,), "Must be of type String"),
    "datetime": ((str,), "Must be of type String"),
    "int": ((int,), "Must be of type Integer"),
    "float": ((int, float), "Must be of type Float"),
    "bool": ((bool,), "Must be of type Boolean"),
    "Mapping": ((dict,), "Must be of type Object"),
    "dict": ((dict,), "Must be of type Object"),
    "Literal": ((str, int), "Must be of type String"),
}
_ANY: Final = ((object,), "")
_ID: Final = ((int, str), "Must be an id")
_LISTS: Final = frozenset({"Sequence", "list"})


def problem(hint: str, value: object) -> str:
    """Return why a body cannot hold a value for an argument that is annotated so; empty where it can, and for null."""
    if value is None:
        return ""
    reasons = [_problem(each, value) for each in _alternatives(hint)]
    return "" if not reasons or "" in reasons else reasons[0]


def _problem(hint: str, value: object) -> str:
    name, items = _named(hint)
    if name in _LISTS:
        if not isinstance(value, list):
            return "Must be of type Array"
        return next(
            filter(None, (problem(items, each) if each is not None else "Must not be null" for each in value)), ""
        )
    kinds, reason = _kinds(name)
    is_wrong_bool = isinstance(value, bool) and bool not in kinds and object not in kinds
    return reason if is_wrong_bool or not isinstance(value, kinds) else ""


def _named(hint: str) -> tuple[str, str]:
    match = _GENERIC.fullmatch(hint)
    return (match[1], match[2]) if match is not None else (hint, "")


def _kinds(name: str) -> tuple[tuple[type, ...], str]:
    """Return the types of JSON for a name in an annotation: a resource stands there by its id, a nested value whole."""
    if name in _PLAIN:
        return _PLAIN[name]
    if not name[:1].isupper() or name == "JSON":
        return _ANY
    try:
        lookup(name)
    except LookupError:
        return _PLAIN["dict"]
    return _ID


@cache
def _alternatives(hint: str) -> tuple[str, ...]:
    """Return the members of a union, without those that no body holds."""
    return tuple(each for each in _split(hint) if each not in {"None", "Unset"})


def _split(hint: str) -> Iterator[str]:
    depth, begin = 0, 0
    for at, character in enumerate(hint):
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "|" and not depth:
            yield hint[begin:at].strip()
            begin = at + 1
    yield hint[begin:].strip()
