"""Codecs of objects with declared fields, and of values that may be of several types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.codecs import Codec, NoneType
from linode_orm.mapping.containers import Container
from linode_orm.mapping.json_types import ANY_OF, Object
from linode_orm.mapping.json_values import problem_of
from linode_orm.mapping.references import AnswerValue, ObjectId, fits, identity_of, is_object
from linode_orm.mapping.values import ABSENT, WrongType

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping.codecs import Path, Visit
    from linode_orm.mapping.merging import Merging
    from linode_orm.mapping.tracked import Holder

UNDECLARED: Final = AnyJSON()
"""The codec of a key that no declaration has."""


def _leaf(cls: type[Any], key: str) -> Codec:
    """Return the codec of a key of objects, declared or not."""
    field = cls.__mapper__.keys.get(key)
    return field.codec if field is not None else UNDECLARED


def _named(cls: type[Any], value: dict[str, object]) -> dict[str, object]:
    """Return a plain dict with the names of attributes in place of the keys of JSON."""
    mapper: Any = cls.__mapper__
    return {
        key if key in mapper.attributes or key not in mapper.keys else mapper.keys[key].name: each
        for key, each in value.items()
    }


def _is_empty(cls: type[Any], key: str, value: object) -> bool:
    """Whether a value says no more than a key that is left out: the API fills in what stands for nothing."""
    if value is None or value is False or value in ("", [], {}):
        return True
    field = cls.__mapper__.keys.get(key)
    if field is not None and field.default is not None and field.codec.alike(field.default, value):
        return True
    return isinstance(value, dict) and field is not None and field.codec.alike({}, value)


class Structure(Container):
    """Objects with declared fields."""

    compared_as_is = frozenset({dict})

    # The base class of nested objects stands above this module, for it has fields: its class is any here.
    def __init__(self, cls: type[Any]) -> None:
        super().__init__(cls.__name__)
        self.cls = cls
        self.fields = cls.__mapper__.fields
        self.json_type = Object(cls.__mapper__.keys)
        self.nested = (cls,)

    @property
    def decoder(self) -> Callable[[Any, Any, str], object]:
        hydrate: Callable[[Any, Any, str], object] = self.cls.__hydrate__
        return hydrate

    def fits(self, value: object) -> TypeGuard[Any]:
        return isinstance(value, self.cls)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return self.cls.__hydrate__(cast("dict[str, object]", raw), holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, dict):
            try:
                value = self.cls(**_named(self.cls, value))
            except (TypeError, AttributeError) as error:
                msg = f"{self.text} ({error})"
                raise WrongType(msg, value) from None
        if not self.fits(value):
            raise WrongType(self.text, value)
        return value.__held_by__(holder, name)

    def encode(self, value: object) -> object:
        return value.__encode__()  # type: ignore[attr-defined]  # a Nested by construction

    def same(self, one: object, other: object) -> bool:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return one is other
        keys = self.cls.__mapper__.keys
        for key in one.keys() | other.keys():
            field = keys.get(key)
            if field is not None and not field.codec.same(one.get(key, ABSENT), other.get(key, ABSENT)):
                return False
            if field is None and one.get(key, ABSENT) != other.get(key, ABSENT):
                return False
        return True

    def alike(self, one: object, other: object) -> bool:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return one is other
        keys = self.cls.__mapper__.keys
        for key in one.keys() | other.keys():
            field, mine, theirs = keys.get(key), one.get(key, ABSENT), other.get(key, ABSENT)
            if field is not None and not field.takes("update"):
                continue
            if mine is ABSENT and field is not None and field.form is not None and field.form.is_chosen:
                continue
            if mine is ABSENT or theirs is ABSENT:
                if not _is_empty(self.cls, key, theirs if mine is ABSENT else mine):
                    return False
            elif not _leaf(self.cls, key).alike(mine, theirs):
                return False
        return True

    def completed(self, raw: object, theirs: object) -> object:
        if not isinstance(raw, dict) or not isinstance(theirs, dict):
            return raw
        given = {key: _leaf(self.cls, key).completed(each, theirs.get(key)) for key, each in raw.items()}
        return {**theirs, **given}

    def overlay(self, value: object, adopted: object) -> bool:
        if not self.fits(value) or not self.fits(adopted):
            return False
        value.__overlay__(adopted)
        return True

    def update(self, value: object, raw: object) -> bool:
        if not self.fits(value) or not isinstance(raw, dict):
            return False
        value.__merge_body__(raw)
        return True

    def replace(self, value: object, adopted: object) -> bool:
        if not self.fits(value) or not isinstance(adopted, self.cls):
            return False
        value.__become__(adopted)
        return True

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        del onto, force  # each part has an edit of its own, which is rebased by itself
        return not self.is_one_value and self.update(value, theirs)

    def forget(self, value: object) -> None:
        value.__mark_clean__()  # type: ignore[attr-defined]  # a Nested by construction

    def trim(self, raw: object, verb: str) -> object:
        if not isinstance(raw, dict):
            return raw
        keys = self.cls.__mapper__.keys
        return {
            key: keys[key].codec.trim(each, verb) if key in keys else each
            for key, each in raw.items()
            if key not in keys or keys[key].takes(verb)
        }

    def agrees(self, sent: object, answered: object) -> bool:
        if not isinstance(sent, dict) or not isinstance(answered, dict):
            return super().agrees(sent, answered)
        return all(_leaf(self.cls, key).agrees(value, answered[key]) for key, value in sent.items() if key in answered)

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        """Merge key by key; a key that is not in `mine` and was in `base` stays out, because it is never sent."""
        one, other, own = base, theirs, mine
        are_objects = isinstance(one, dict) and isinstance(other, dict) and isinstance(own, dict)
        if self.is_one_value or not are_objects or path in merging.assigned:
            return merging.whole(self, base, theirs, mine, path)
        one, other, own = (cast("dict[str, object]", each) for each in (base, theirs, mine))
        merged: dict[str, object] = {}
        for key in dict.fromkeys((*own, *other)):
            if key not in own and key in one:
                continue
            values = (one.get(key, ABSENT), other.get(key, ABSENT), own.get(key, ABSENT))
            value = _leaf(self.cls, key).merge(*values, merging, (*path, key))
            if value is not ABSENT:
                merged[key] = value
        return merged

    def only_changed(self, new: object, old: object) -> object:
        if not isinstance(new, dict) or not isinstance(old, dict):
            return new
        changed: dict[str, object] = {}
        for key, value in new.items():
            codec, theirs = _leaf(self.cls, key), old.get(key, ABSENT)
            if not codec.same(value, theirs):
                changed[key] = codec.only_changed(value, theirs)
        return changed

    def inside(self, key: str | int) -> Codec | None:
        field = self.cls.__mapper__.keys.get(str(key))
        return field.codec if field is not None else None

    def map_objects(self, value: object, raw: Any, visit: Visit, path: Path) -> object:  # noqa: ANN401  an object in JSON
        return visit(value, raw, path) if raw is not None and self.fits(value) else raw


class ById(Structure):
    """Objects that requests name by their ids and answers show whole (docs/api-notes.md#ids-in-objects-out)."""

    is_named_by_id = True

    def map_objects(self, value: object, raw: object, visit: Visit, path: Path) -> object:
        del value, visit, path
        return raw

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if self.fits(value):
            return value.__held_by__(holder, name)
        named = self.cls.__mapper__.keys["id"]
        if is_object(value) and named.refers and not fits(value, named.refers):
            msg = f"{named.refers}, or the id of one,"
            raise WrongType(msg, value)
        identity: object = identity_of(value) if is_object(value) else value
        if is_object(identity):
            return self.cls.__stand_for__(identity, holder, name)
        if type(identity) not in named.codec.plain or problem_of(identity):
            msg = f"an object, or the id of one, for {self.text}"
            raise WrongType(msg, value)
        return self.cls.__hydrate__({"id": identity}, holder, name)

    def same(self, one: object, other: object) -> bool:
        return self.trim(one, "") == self.trim(other, "")

    def alike(self, one: object, other: object) -> bool:
        return self.same(one, other)

    def completed(self, raw: object, theirs: object) -> object:
        del theirs
        return raw

    def trim(self, raw: object, verb: str) -> object:
        del verb
        return raw.get("id") if isinstance(raw, dict) else raw


def items_of(item: Codec) -> Codec:
    """Return the codec of the items of a list: objects with an id, of which nothing can be set, are `ById`."""
    fields = item.cls.__mapper__.keys if type(item) is Structure else {}
    is_by_id = "id" in fields and all(each.is_read_only for each in fields.values())
    return ById(item.cls) if is_by_id and isinstance(item, Structure) else item


class _Wrapper(Codec):
    """What a codec leaves to the one that it wraps, whether a value is null or not."""

    inner: Codec

    @property
    def bare(self) -> Codec:
        return self.inner

    def parse(self, text: str) -> object:
        return self.inner.parse(text)

    def completed(self, raw: object, theirs: object) -> object:
        return self.inner.completed(raw, theirs)

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        return self.inner.merge(base, theirs, mine, merging, path)

    def only_changed(self, new: object, old: object) -> object:
        return self.inner.only_changed(new, old)

    def inside(self, key: str | int) -> Codec | None:
        return self.inner.inside(key)


class Optional(_Wrapper):
    """A type, or null."""

    allows_null = True

    _COPIED: Final = ("mutable", "is_exact", "json_type", "refers", "fields", "nested", "known_values", "cell_type")

    def __init__(self, inner: Codec) -> None:
        super().__init__(f"{inner.text} | None")
        self.inner = inner
        self.plain = inner.plain | {NoneType}
        for name in self._COPIED:
            setattr(self, name, getattr(inner, name))

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return None if raw is None else self.inner.decode(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return None if value is None else self.inner.adopt(value, holder, name)

    def encode(self, value: object) -> object:
        return None if value is None else self.inner.encode(value)

    def same(self, one: object, other: object) -> bool:
        if one is None or other is None:
            return one is other
        return self.inner.same(one, other)

    def alike(self, one: object, other: object) -> bool:
        if one is None or other is None:
            return one is other
        return self.inner.alike(one, other)

    def normal(self, raw: object) -> object:
        return None if raw is None else self.inner.normal(raw)

    def overlay(self, value: object, adopted: object) -> bool:
        return value is not None and adopted is not None and self.inner.overlay(value, adopted)

    def agrees(self, sent: object, answered: object) -> bool:
        return sent is None or self.inner.agrees(sent, answered)

    def update(self, value: object, raw: object) -> bool:
        return value is not None and raw is not None and self.inner.update(value, raw)

    def replace(self, value: object, adopted: object) -> bool:
        return value is not None and adopted is not None and self.inner.replace(value, adopted)

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        return value is not None and theirs is not None and self.inner.rebase(value, onto, theirs, force=force)

    def forget(self, value: object) -> None:
        if value is not None:
            self.inner.forget(value)

    def trim(self, raw: object, verb: str) -> object:
        return None if raw is None else self.inner.trim(raw, verb)

    def map_objects(self, value: object, raw: object, visit: Visit, path: Path) -> object:
        return raw if value is None or raw is None else self.inner.map_objects(value, raw, visit, path)


class Choice(Container):
    """Values of one of several types that are not all scalars; the first type that takes a value counts."""

    is_exact = True
    json_type = ANY_OF

    def __init__(self, parts: tuple[Codec, ...]) -> None:
        super().__init__(" | ".join(part.text for part in parts))
        self.parts = parts
        self.nested = tuple(each for part in parts for each in part.nested)
        self.plain = frozenset().union(*(part.plain for part in parts))

    def _try(self, action: Callable[[Codec], object], value: object) -> object:
        for part in self.parts:
            try:
                return action(part)
            except WrongType:
                continue
        raise WrongType(self.text, value)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return self._try(lambda part: part.decode(raw, holder, name), raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return self._try(lambda part: part.adopt(value, holder, name), value)

    def encode(self, value: object) -> object:
        if isinstance(value, (int, float, str, NoneType)):
            return value
        return self._try(lambda part: part.operand(value), value)

    def agrees(self, sent: object, answered: object) -> bool:
        return any(part.agrees(sent, answered) for part in self.parts)

    def cell(self, raw: object) -> object:
        if self.accepts(raw):
            return raw
        raise WrongType(self.text, raw)

    def exported(self, raw: object) -> object:
        fitting = next((part for part in self.parts if part.accepts(raw)), None)
        return raw if fitting is None else fitting.exported(raw)

    def update(self, value: object, raw: object) -> bool:
        return any(part.update(value, raw) for part in self.parts)

    def map_objects(self, value: object, raw: object, visit: Visit, path: Path) -> object:
        fitting = (part for part in self.parts if isinstance(part, Container) and part.fits(value))
        return next((part.map_objects(value, raw, visit, path) for part in fitting), raw)

    def trim(self, raw: object, verb: str) -> object:
        if raw is None:
            return None
        fitting = next((part for part in self.parts if part.accepts(raw)), None)
        if fitting is None and isinstance(raw, (AnswerValue, ObjectId)):
            return raw
        if fitting is None:
            raise WrongType(self.text, raw)
        return fitting.trim(raw, verb)
