"""Bodies: types and required fields, refused with texts like the API's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import Refused, bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.simulator.schema import Action, Leaf, Shape

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_NAMES: Final = {
    "text": "String",
    "moment": "String",
    "integer": "Integer",
    "number": "Float",
    "boolean": "Boolean",
    "list": "Array",
    "map": "Object",
    "object": "Object",
}


def body_of(raw: object) -> dict[str, Any]:
    """Give a body as an object; no body at all is an empty one (FACTS 6: actions take either)."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise bad("Invalid JSON")
    return raw


def check(leaves: Mapping[str, Leaf], body: Mapping[str, Any], verb: str, *, strict: bool = False) -> None:
    """Refuse a body that lacks what is required or holds values of other types, all reasons at once."""
    wrong = [*_missing(leaves, body, verb), *_mistyped(leaves, body, verb, strict=strict)]
    if wrong:
        raise Refused(*wrong)


def check_action(action: Action, body: Mapping[str, Any]) -> None:
    """Refuse the body of an action that lacks what is required."""
    wrong = [(f"{key} is required", key) for key in action.required if body.get(key) is None]
    if wrong:
        raise Refused(*wrong)


def _missing(leaves: Mapping[str, Leaf], body: Mapping[str, Any], verb: str) -> Iterable[tuple[str, str]]:
    for key, leaf in leaves.items():
        needed = leaf.required if verb == "create" else leaf.put_required
        if needed and body.get(key) is None:
            yield f"{key} is required", key


def _mistyped(
    leaves: Mapping[str, Leaf], body: Mapping[str, Any], verb: str, *, strict: bool
) -> Iterable[tuple[str, str]]:
    for key, value in body.items():
        leaf = leaves.get(key)
        if leaf is not None and (leaf.createable if verb == "create" else leaf.mutable):
            yield from _problems(leaf.shape, value, key, strict=strict)


def _problems(shape: Shape, value: Any, where: str, *, strict: bool) -> Iterable[tuple[str, str]]:  # noqa: ANN401  JSON
    if value is None or shape.kind == "any":
        wrong = strict and value is None and not shape.nullable and shape.kind not in {"any", "list", "map"}
        yield from [(f"Must be of type {_NAMES[shape.kind]}", where)] if wrong else []
    elif not _fits(shape, value):
        yield f"Must be of type {_NAMES[shape.kind]}", where
    elif shape.kind == "list" and shape.item is not None:
        # some bodies name by id what answers spell out (`TestLogStream_Delete#5`)
        by_id = (int, str) if shape.item.kind == "object" and not strict else ()
        for at, each in enumerate(value):
            if not isinstance(each, by_id):
                yield from _problems(shape.item, each, f"{where}[{at}]", strict=strict)
    elif shape.kind == "object":
        for key, each in value.items():
            if key in shape.leaves:
                yield from _problems(shape.leaves[key].shape, each, f"{where}.{key}", strict=strict)
    elif strict and shape.choices and value not in shape.choices:
        yield f"Must be one of {', '.join(map(str, shape.choices))}", where


def _fits(shape: Shape, value: object) -> bool:
    if type(value) in shape.plain:
        return True
    if shape.kind != "number":
        return False
    # an amount of money may be a text (`usd` of a payment, in the description)
    return type(value) is int or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)
