"""Values of every declared type, for tests that walk all declarations: samples, changes of two writers, and what both see."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from linode_orm import models
from linode_orm.mapping import Model
from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.containers import ListOf, MapOf
from linode_orm.mapping.structures import ById, Structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.fields import Kind


def resources() -> list[type[Model]]:
    """Return every declared resource."""
    every = (getattr(models, name) for name in models.__all__)
    return [*dict.fromkeys(each for each in every if isinstance(each, type) and issubclass(each, Model))]


def whole_fields() -> Iterator[tuple[type[Model], Kind[Any]]]:
    """Yield every field of every resource whose value has parts, goes whole in an update, and can be read before."""
    for model in resources():
        mapper = model.__mapper__
        if mapper.read_by or mapper.verbs.isdisjoint(("get", "list")):
            continue
        for field in mapper.fields.values():
            can_be_sent = bool(field.written_by) or (field.mutable and "update" in mapper.verbs)
            if can_be_sent and field.codec.mutable and not field.is_write_only and not field.redacted:
                yield model, field


def sample(codec: Codec, number: int) -> Any:
    """Return a value in JSON of a type; of two numbers, two different ones."""
    bare = codec.bare
    if isinstance(bare, ById):
        return {"id": sample(bare.fields["id"].codec, number)}
    if isinstance(bare, Structure):
        return {field.key: sample(field.codec, number) for field in bare.fields.values() if not field.is_write_only}
    if isinstance(bare, ListOf):
        return [sample(bare.item, number), sample(bare.item, number + 1)]
    if isinstance(bare, MapOf):
        return {f"key{number}": sample(bare.item, number), f"key{number + 1}": sample(bare.item, number)}
    if isinstance(bare, AnyJSON):
        return {"one": number, "two": [number]}
    if str in bare.plain:
        return f"v{number}"
    if bool in bare.plain and int not in bare.plain:
        return bool(number % 2)
    return number if int in bare.plain else f"2026-01-01T00:00:{number:02}"


def given(codec: Codec, number: int) -> Any:
    """Return a sample as a user assigns it: without what only the server sets."""
    return deepcopy(codec.trim(sample(codec, number), "update"))


def inner_fields(bare: Codec) -> list[Kind[Any]]:
    """Return the fields of an object that an update sends, and that have parts themselves."""
    fields = [field for field in bare.fields.values() if field.takes("update") and not field.is_write_only]
    return [field for field in fields if field.codec.mutable]


def settable(bare: Codec) -> list[Kind[Any]]:
    """Return the fields of an object that an update sends and that hold one plain value, as two numbers tell apart."""
    fields = [each for each in bare.fields.values() if each.takes("update") and not each.is_secret]
    return [each for each in fields if not each.codec.mutable and not each.is_write_only and each.codec.plain]


def change_here(value: Any, codec: Codec) -> bool:
    """Change a value of an object in place: one part of it, at every depth; return whether anything was changed."""
    bare = codec.bare
    if isinstance(bare, ById) or value is None:
        return False
    if isinstance(bare, Structure):
        plain = settable(bare)[::2]
        for field in plain:
            setattr(value, field.name, sample(field.codec, 70))
        inner = [change_here(getattr(value, field.name), field.codec) for field in inner_fields(bare)]
        return any([*inner, bool(plain)])
    if isinstance(bare, ListOf):
        rows = settable(bare.item.bare) if isinstance(bare.item.bare, Structure) else []
        if rows and not isinstance(bare.item.bare, ById):
            change_here(value[0], bare.item)
        value.append(given(bare.item, 80))
    else:
        value["mine"] = 80
    return True


def change_there(raw: Any, codec: Codec) -> Any:
    """Return the JSON of a value with other parts changed than those of `change_here`."""
    bare, raw = codec.bare, deepcopy(raw)
    if isinstance(bare, ById) or raw is None:
        return raw
    if isinstance(bare, Structure):
        for field in settable(bare)[1::2]:
            raw[field.key] = sample(field.codec, 60)
        for field in inner_fields(bare):
            raw[field.key] = change_there(raw[field.key], field.codec)
    elif isinstance(bare, ListOf):
        raw = [*raw, sample(bare.item, 90)]
    else:
        raw["theirs"] = 90
    return raw


def has_both(raw: Any, base: Any, codec: Codec) -> bool:
    """Whether a value has both the changes of `change_here` and those of `change_there`."""
    bare = codec.bare
    if isinstance(bare, ById) or raw is None:
        return True
    if isinstance(bare, Structure):
        plain = settable(bare)
        mine = all(raw[field.key] == sample(field.codec, 70) for field in plain[::2])
        theirs = all(raw[field.key] == sample(field.codec, 60) for field in plain[1::2])
        return (
            mine and theirs and all(has_both(raw[each.key], base[each.key], each.codec) for each in inner_fields(bare))
        )
    if isinstance(bare, ListOf):
        wanted = [_shown(bare.item, sample(bare.item, number)) for number in (80, 90)]
        there = [_shown(bare.item, each) for each in raw]
        return len(there) == len(base) + 2 and all(any(bare.item.same(each, row) for row in there) for each in wanted)
    return raw.get("mine") == 80 and raw.get("theirs") == 90


def _shown(item: Codec, raw: Any) -> Any:
    """Return a row as an update sends it: what answers mask is not among it."""
    raw = item.trim(raw, "update")
    masked = {field.key for field in item.bare.fields.values() if field.is_secret}
    return {key: each for key, each in raw.items() if key not in masked} if isinstance(raw, dict) else raw


def is_one_value(codec: Codec) -> bool:
    """Whether two changes of different parts of a value cannot be merged, at any depth of it."""
    bare = codec.bare
    return bool(getattr(bare, "is_one_value", False)) or any(is_one_value(field.codec) for field in inner_fields(bare))
