"""What a new row looks like before anybody said anything about it, and what a body makes of it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.simulator.schema import Leaf, Shape
    from linode_orm.simulator.store import Body

_EMPTY: Final[dict[str, object]] = {"text": "", "integer": 0, "number": 0.0, "boolean": False, "any": None}


def fresh(leaves: Mapping[str, Leaf], now: str) -> Body:
    """Give a body with a value of its type for every field that answers have."""
    return {key: value_of(leaf, now) for key, leaf in leaves.items() if not leaf.hidden}


def value_of(leaf: Leaf, now: str) -> Any:  # noqa: ANN401  JSON
    """Give the value of a field that nobody set: the documented default, null, or the empty value of its type."""
    if leaf.default is not None:
        return deepcopy(leaf.default)
    shape = leaf.shape
    if shape.nullable and shape.kind != "list":
        return None
    return empty(shape, now)


def empty(shape: Shape, now: str) -> Any:  # noqa: ANN401  JSON
    """Give the empty value of a type; the first of a choice."""
    if shape.kind == "moment":
        return now
    if shape.kind == "list":
        return []
    if shape.kind == "map":
        return {}
    if shape.kind == "object":
        return {key: value_of(leaf, now) for key, leaf in shape.leaves.items() if not leaf.hidden and not leaf.absent}
    if shape.choices and not shape.nullable:
        return next((choice for choice in shape.choices if choice is not None), None)
    return _EMPTY[shape.kind]


def split(leaves: Mapping[str, Leaf], body: Mapping[str, Any], verb: str) -> tuple[Body, Body]:
    """Give what of a body shows in answers and what stays hidden; unknown and read-only keys are dropped in silence.

    Unknown ones are accepted as recorded (`TestInstance_Config_Update#3`).
    """
    shown: Body = {}
    hidden: Body = {}
    for key, value in body.items():
        leaf = leaves.get(key)
        if leaf is None or not (leaf.createable if verb == "create" else leaf.mutable and not leaf.written_by):
            continue
        (hidden if leaf.hidden else shown)[key] = value
    return shown, hidden


def merge(leaves: Mapping[str, Leaf], old: Body, new: Mapping[str, Any], now: str, *, verb: str) -> Body:
    """Give the old body with the new values: objects are filled up, null means what FACTS 6 says it means."""
    return old | {
        key: taken(leaves[key], old.get(key), value, now, verb=verb)
        for key, value in new.items()
        if not _keeps(leaves[key], value, verb)
    }


def _keeps(leaf: Leaf, value: object, verb: str) -> bool:
    # `interfaces: null` in the PUT of a config left them as they were (TestInstance_ConfigInterfaces_Update#6).
    return value is None and verb == "update" and leaf.shape.kind in {"list", "map"} and not leaf.shape.nullable


def taken(leaf: Leaf, old: object, value: Any, now: str, *, verb: str) -> Any:  # noqa: ANN401  JSON
    """Give the value that a field has after somebody gave it one."""
    shape = leaf.shape
    if value is None:
        return None if shape.nullable else value_of(leaf, now)
    if shape.kind == "object" and isinstance(value, dict):
        start = old if isinstance(old, dict) else empty(shape, now)
        return filled(shape, start, value, now, verb=verb)
    if shape.kind == "list" and isinstance(value, list) and shape.item is not None:
        return [_item(shape.item, each, now, verb=verb) for each in value]
    if shape.kind == "map" and isinstance(value, dict) and shape.item is not None:
        return {key: _item(shape.item, each, now, verb=verb) for key, each in value.items()}
    return float(value) if shape.plain == {float} and type(value) is int else value


def filled(shape: Shape, old: Mapping[str, Any], value: Mapping[str, Any], now: str, *, verb: str) -> Body:
    """Give an object with new leaves; what is not given stays (`TestDatabaseMySQL_EngineConfig_Suite#65`)."""
    known = {
        key: taken(shape.leaves[key], old.get(key), each, now, verb=verb)
        for key, each in value.items()
        if key in shape.leaves and not shape.leaves[key].hidden
    }
    return {**old, **known}


def _item(shape: Shape, value: Any, now: str, *, verb: str) -> Any:  # noqa: ANN401  JSON
    if shape.kind != "object" or not isinstance(value, dict):
        return value
    return filled(shape, empty(shape, now), value, now, verb=verb)
