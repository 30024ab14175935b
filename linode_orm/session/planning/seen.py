"""Compares what was seen of an object that is deleted with what it is now; sends nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import crc32

from linode_orm.mapping.masking import holds_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.mapper import Mapper


def checksums(mapper: Mapper, body: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Return a checksum of each attribute of a body, by name: enough to see later whether it is as it was.

    Secrets are left out, and so is what changes by itself: volatile values and points in time.
    """
    return tuple((field.name, _checksum(field, body[field.key])) for field in _compared(mapper, body))


def moved(mapper: Mapper, seen: Mapping[str, int], body: Mapping[str, Any]) -> list[Kind[Any]]:
    """Return the fields whose values are not as they were seen; what a body lacks is not compared."""
    return [
        field
        for field in _compared(mapper, body)
        if field.name in seen and seen[field.name] != _checksum(field, body[field.key])
    ]


def _compared(mapper: Mapper, body: Mapping[str, Any]) -> Iterator[Kind[Any]]:
    for field in mapper.fields.values():
        changes_by_itself = field.volatile or field.codec.bare.filter_type == "datetime"
        is_hidden = field.is_secret or field.is_write_only or field.redacted
        if field.key in body and not (changes_by_itself or is_hidden or holds_secret(field, body[field.key])):
            yield field


def _checksum(field: Kind[Any], value: object) -> int:
    shown = value if field.codec.bare.is_one_value else _sorted(value)
    return crc32(json.dumps(shown, sort_keys=True).encode())


def _sorted(value: object) -> object:
    """Return a value with its lists in one order: the API gives most of them in any."""
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value
