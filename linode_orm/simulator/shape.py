"""The shape of rows: the values of a new one, and the merge of a body into an old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping.json_types import first_value, may_be_null, merged_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.simulator.store import Body

    Fields = Mapping[str, Kind[Any]]


def fresh(fields: Fields, now: str) -> Body:
    """Return a body with a value of its type for every field that answers have."""
    return {key: first_value(field, now) for key, field in fields.items() if not field.is_write_only}


def copied(body: Body) -> Body:
    """Return a copy of a body that shares no list and no object with it."""
    return {key: _copied(each) if isinstance(each, (dict, list)) else each for key, each in body.items()}


def _copied(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def split(fields: Fields, body: Mapping[str, Any], verb: str) -> tuple[Body, Body]:
    """Return the part of a body that answers show and the part that they hide; unknown and read-only keys are dropped.

    Unknown ones are accepted as recorded (docs/api-notes.md#unknown-keys).
    """
    shown: Body = {}
    hidden: Body = {}
    for key, value in body.items():
        field = fields.get(key)
        if field is None or not field.takes(verb) or (verb == "update" and field.written_by):
            continue
        (hidden if field.is_write_only else shown)[key] = value
    return shown, hidden


def merge(fields: Fields, old: Body, new: Mapping[str, Any], now: str, *, verb: str) -> Body:
    """Return the old body with the new values.

    Objects keep the keys that are not given (docs/api-notes.md#partial-objects), and null empties a list or a map
    (docs/api-notes.md#null-for-a-list).
    """
    return old | {
        key: merged_value(fields[key], old.get(key), value, now)
        for key, value in new.items()
        if not (value is None and verb == "update" and _keeps(fields[key]))
    }


def _keeps(field: Kind[Any]) -> bool:
    """Whether null in an update leaves a field as it is."""
    # `interfaces: null` in the PUT of a config left them as they were (TestInstance_ConfigInterfaces_Update#6).
    return field.codec.json_type.forgives_null and not may_be_null(field)
