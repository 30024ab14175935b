"""Bodies without their secrets: those that declarations mark, at any depth, and those that their keys name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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


_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


class Masker:
    """Masks bodies of one class: what `masked_value` does for each field, decided once and not for every body.

    A body without secrets is returned as it is, so nothing may change what comes back.
    """

    def __init__(self, fields: Mapping[str, FieldFacts]) -> None:
        self._fields = fields
        self._hidden = frozenset(key for key, field in fields.items() if field.is_secret)
        self._open = frozenset(fields) - self._hidden
        self._inside: dict[str, Masker | None] = {}

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body with its secrets masked."""
        changed: dict[str, Any] = {}
        for key, value in body.items():
            if value is None or (type(value) in _SCALARS and key in self._open):
                continue
            made = self._masked(key, value)
            if made is not value:
                changed[key] = made
        return {**body, **changed} if changed else body

    def _masked(self, key: str, value: Any) -> object:  # noqa: ANN401  JSON
        if key in self._hidden or (key not in self._open and is_secret(key, value)):
            return MASK
        if type(value) in _SCALARS:
            return value
        if key not in self._open:
            return masked(value)
        inside = self._masker(key)
        if inside is None:
            is_plain = type(value) is list and _SCALARS.issuperset(map(type, value))
            return value if is_plain else masked_value(self._fields[key], value)
        return inside.inside(value)

    def inside(self, value: object) -> object:
        """Return a value with the secrets masked in the objects that it is or holds."""
        if isinstance(value, dict):
            return self(value)
        if isinstance(value, list):
            return [self.inside(each) for each in value] if not _SCALARS.issuperset(map(type, value)) else value
        return value

    def _masker(self, key: str) -> Masker | None:
        """Return what masks the objects under a key; None where nothing is declared of them."""
        if key not in self._inside:  # made at the first use: an object may hold others of its own class
            fields = self._fields[key].codec.json_type.fields
            self._inside[key] = Masker(fields) if fields else None
        return self._inside[key]
