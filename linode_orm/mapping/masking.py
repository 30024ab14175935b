"""Bodies without their secrets: those that declarations mark, at any depth, and those that their keys name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._secrets import MASK, is_secret, is_secret_key, masked, stripped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.protocols import FieldFacts


def secret_keys(fields: Mapping[str, FieldFacts]) -> frozenset[str]:
    """Return the keys of the secrets that fields declare, at any depth, as far as their names do not say so."""
    found: set[str] = set()
    for key, field in fields.items():
        if not field.is_secret:
            found |= _declared_inside(field)
        elif not is_secret_key(key):
            found.add(key)
    return frozenset(found)


def _declared_inside(field: FieldFacts) -> frozenset[str]:
    """Return those keys of the objects that a value is or holds."""
    return frozenset().union(*(secret_keys(nested.__mapper__.keys) for nested in field.codec.nested))


def masked_value(field: FieldFacts, raw: object) -> object:
    """Return a copy of a field's value in JSON with the secrets in it masked; `raw` may be `ABSENT`."""
    if field.is_secret:
        return raw if raw is None else MASK
    return _masked(field, raw) if isinstance(raw, (dict, list)) else raw  # nothing is inside a plain value


def _masked(field: FieldFacts, raw: object) -> object:
    fields = field.codec.json_type.fields
    if not fields:
        return masked(raw, _declared_inside(field))
    if isinstance(raw, list):
        return [_masked(field, each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    return {
        key: masked_value(fields[key], each) if key in fields else MASK if is_secret(key, each) else masked(each)
        for key, each in raw.items()
    }


def holds_secret(field: FieldFacts, raw: object) -> bool:
    """Whether a value is a secret, or has one in it."""
    if field.is_secret or not isinstance(raw, (dict, list)):
        return field.is_secret and raw is not None
    return masked_value(field, raw) != stripped_value(field, raw)


def stripped_value(field: FieldFacts, raw: object) -> object:
    """Return a copy of a field's value in JSON without the secrets inside it."""
    fields = field.codec.json_type.fields
    if not fields:
        return stripped(raw, _declared_inside(field))
    if isinstance(raw, list):
        return [stripped_value(field, each) for each in raw]
    return stripped_body(fields, raw) if isinstance(raw, dict) else raw


def stripped_body(fields: Mapping[str, FieldFacts], raw: Mapping[str, object]) -> dict[str, object]:
    """Return a copy of an object in JSON without the secrets in it; `fields` are declared, by their keys in JSON."""
    shown: dict[str, object] = {}
    for key, each in raw.items():
        field = fields.get(key)
        if field is None:
            shown |= {} if is_secret(key, each) else {key: stripped(each)}
        elif not field.is_secret:
            shown[key] = stripped_value(field, each)
    return shown
