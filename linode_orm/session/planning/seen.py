"""What a deletion rests on: what was seen of the object that goes, compared with what is there now; sends nothing."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.masking import holds_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.mapper import Mapper

_PLAIN: Final = (str, int, float, bool, type(None))


def seen_of(mapper: Mapper, body: Mapping[str, Any]) -> dict[str, object]:
    """Return what is kept of a body to see later whether the object is still the same: by key, no secret in it.

    Values that change by themselves are left out (`volatile` ones, points in time), and so are secrets. Of values that
    have parts a digest is kept, in which the order of lists does not count.
    """
    there = (field for field in _compared(mapper) if field.key in body and not holds_secret(field, body[field.key]))
    return {field.key: _kept(body[field.key]) for field in there}


def moved(mapper: Mapper, seen: Mapping[str, object], body: Mapping[str, Any]) -> list[Kind[Any]]:
    """Return the fields whose values are not as they were seen; what a body lacks is not compared."""
    return [
        field
        for field in _compared(mapper)
        if field.key in seen and field.key in body and seen[field.key] != _kept(body[field.key])
    ]


def _compared(mapper: Mapper) -> Iterator[Kind[Any]]:
    for field in mapper.fields.values():
        changes_by_itself = field.volatile or field.codec.bare.filter_type == "datetime"
        if not (changes_by_itself or field.is_secret or field.is_write_only):
            yield field


def _kept(value: object) -> object:
    if isinstance(value, _PLAIN):
        return value
    return f"sha256:{sha256(json.dumps(_sorted(value), sort_keys=True, default=repr).encode()).hexdigest()}"


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(
            (_sorted(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True, default=repr)
        )
    return value
