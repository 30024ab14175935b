"""Bodies for every declared class: samples that fit a declaration, and what can be wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm import models
from linode_orm.mapping import Model, Nested
from linode_orm.mapping.codecs import DateTime, Scalar
from linode_orm.mapping.containers import ListOf, MapOf
from linode_orm.mapping.structures import Choice, Structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.fields import Kind

MODELS: list[type[Model]] = [
    each
    for each in (getattr(models, name) for name in models.INDEX)
    if isinstance(each, type) and issubclass(each, Model) and each.__mapper__.path
]
PLAIN = {int: 7, str: "some", bool: True, float: 1.5}


def sample(codec: Codec) -> Any:
    """Give a value in JSON that fits a codec."""
    codec = codec.bare
    if isinstance(codec, Scalar):
        return codec.choices[0] if codec.choices else next(PLAIN[each] for each in PLAIN if each in codec.plain)
    if isinstance(codec, DateTime):
        return "2018-01-02T03:04:05"
    if isinstance(codec, ListOf):
        return [sample(codec.item)]
    if isinstance(codec, MapOf):
        return {"key": sample(codec.item)}
    if isinstance(codec, Structure):
        return {field.key: sample(field.codec) for field in codec.fields.values() if not field.is_write_only}
    if isinstance(codec, Choice):
        return sample(codec.parts[0])
    return {"free": [1, "two", None]}


def answered(model: type[Model]) -> list[Kind[Any]]:
    """Give the fields that answers hold, without those that name the object."""
    mapper = model.__mapper__
    fields = mapper.fields.values()
    return [each for each in fields if not each.is_write_only and each.name not in mapper.id_names]


def body_of(model: type[Model]) -> dict[str, Any]:
    """Give a body that fits the declaration of a class."""
    fields = model.__mapper__.fields.values()
    return {field.key: sample(field.codec) for field in fields if not field.is_write_only}


def holed(value: Any, hole: Any) -> Iterator[Any]:
    """Give copies of a value in which one key of an object inside it is null, or left out, or all of them are."""
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from ([*value[:at], new, *value[at + 1 :]] for new in holed(each, hole))
    if isinstance(value, dict):
        yield {} if hole is LEFT_OUT else dict.fromkeys(value, hole)
        for key, each in value.items():
            rest = {name: one for name, one in value.items() if name != key}
            yield rest if hole is LEFT_OUT else {**rest, key: hole}
            yield from ({**rest, key: new} for new in holed(each, hole))


LEFT_OUT = object()
"""Stands for a key that a body does not have."""


def read_whole(value: Any) -> None:
    """Read every attribute of a value, of the objects inside it too."""
    if isinstance(value, (Model, Nested)):
        for name, field in value.__mapper__.fields.items():
            if not field.is_write_only:
                read_whole(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for each in value:
            read_whole(each)
    elif isinstance(value, dict):
        for each in value.values():
            read_whole(each)
