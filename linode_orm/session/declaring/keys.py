"""The keys by which wanted objects are compared with those of an account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm._printable import printable
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.record import edits_of, encoded_value, pending_reference, raw_value, value_of
from linode_orm.mapping.references import ObjectId
from linode_orm.mapping.relations import Many
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from linode_orm.mapping.fields import Kind

_FEW: Final = 5
"""How many objects a message names."""


class Key(NamedTuple):
    """The key of one object: its parents, and the value of each attribute as the API compares them."""

    scope: Hashable
    values: tuple[Hashable, ...]


class NaturalKey:
    """The attributes that tell one object of a class from the others below the same parent."""

    def __init__(self, model: type[Model], names: Iterable[str]) -> None:
        self.model = model
        self.fields = tuple(_field(model, name) for name in names)
        self.names = frozenset(each.name for each in self.fields)

    def of_wanted(self, instance: Model) -> Key:
        """Return the key of a new object; raise `InvalidRequestError` where it lacks a part of it."""
        missing = [each.shown_name for each in self.fields if not _is_given(instance, each)]
        if missing:
            msg = f"{instance!r} has no {', '.join(missing)}, by which it would be found; assign it"
            raise InvalidRequestError(msg)
        return self.of(instance)

    def of(self, instance: Model) -> Key:
        """Return the key that an object has with its pending changes; a part that is not known is null."""
        return Key(scope_of(instance), tuple(_comparable(instance, each) for each in self.fields))

    def shown(self, instance: Model) -> str:
        """Return the key of an object for people: `label 'web'`."""
        parts = [f"{each.shown_name} {_current(instance, each)!r}" for each in self.fields]
        return printable(", ".join(parts))


def natural_key(model: type[Model], given: object) -> NaturalKey:
    """Return the key that was given for a class, else the one that it declares.

    Raises `InvalidRequestError` where neither is there, and `AttributeError` for a name that the class does not have.
    """
    mapper = model.__mapper__
    if given is None:
        if mapper.natural_key:
            return NaturalKey(model, mapper.natural_key)
        msg = f"a {mapper.name} has no key of its own; say which attributes tell one from another: key=(..., ...)"
        raise InvalidRequestError(msg)
    names = given if isinstance(given, (tuple, list)) else ()
    if not names or not all(isinstance(each, str) for each in names):
        msg = f"key is a tuple of attribute names such as ('label',), not {given!r}"
        raise InvalidRequestError(msg)
    within = [each for each in names if each != mapper.parent_attribute]  # a key holds within its parent anyway
    return NaturalKey(model, within or names)


def _field(model: type[Model], name: str) -> Kind[Any]:
    mapper = model.__mapper__
    relation = mapper.relations.get(name)
    if isinstance(relation, Many):
        msg = f"{mapper.name}.{name} is a collection, and no part of a key"
        raise InvalidRequestError(msg)
    via = name if relation is None else relation.via
    if via not in mapper.fields:
        mapper.refuse_unknown(name)
    field = mapper.fields[via]
    is_given_by_api = via in mapper.id_names and not field.is_chosen_key
    if field.is_write_only or field.is_secret or not field.createable or is_given_by_api:
        msg = f"{mapper.name}.{name} is no part of a key: users give a key to an object, and every list shows it"
        raise InvalidRequestError(msg)
    return field


def _is_given(instance: Model, field: Kind[Any]) -> bool:
    is_certain = field.default is not None or (field.form is not None and field.form.within is not None)
    return is_certain or field.name in edits_of(instance)


def scope_of(instance: Model) -> Hashable:
    """Return within what the key of an object holds: the ids of its parents, or the parent that is new."""
    state = state_of(instance)
    parent = state.pending_parent
    if isinstance(parent, Model) and state_of(parent).is_new:
        return id(parent)
    return (*state_of(parent).key,) if isinstance(parent, Model) else state.parents


def _current(instance: Model, field: Kind[Any]) -> object:
    """Return the value of a field in JSON: the pending one, else the API's, else what a POST without it gets."""
    target = pending_reference(instance, field.name)
    if target is not None:
        return target
    if field.name in edits_of(instance) and value_of(instance, field.name, ABSENT) is not ABSENT:
        raw: object = encoded_value(instance, field.name)
        return raw.value if isinstance(raw, ObjectId) else raw
    raw = raw_value(instance, field.name)
    if raw is ABSENT:
        return field.default if state_of(instance).is_new else None
    return raw


def _comparable(instance: Model, field: Kind[Any]) -> Hashable:
    """Return the value of a field as two objects with the same one have it, in whatever spelling they were given."""
    raw, form = _current(instance, field), field.form
    if isinstance(raw, Model):
        return id(raw)
    if form is not None and form.within is not None:
        raw = form.within(instance, raw)
    raw = field.codec.normal(raw)
    if isinstance(raw, list) and field.codec.bare.accepts(raw) and field.unordered:
        raw = sorted(raw, key=repr)
    if isinstance(raw, (list, dict)):
        return json.dumps(raw, sort_keys=True, default=repr)
    return type(raw) is bool, raw


def refuse_twice(key: NaturalKey, wanted: Iterable[tuple[Key, Model]]) -> None:
    """Raise `InvalidRequestError` where two wanted objects have the same key."""
    seen: dict[Key, Model] = {}
    twice: list[str] = []
    for each, instance in wanted:
        if each in seen:
            twice.append(f"{seen[each]!r} and {instance!r} have the same {key.shown(instance)}")
        seen[each] = instance
    if twice:
        raise InvalidRequestError(few(twice))


def few(problems: list[str]) -> str:
    """Return the first of many problems as one message."""
    more = len(problems) - _FEW
    return "; ".join([*problems[:_FEW], *([f"and {more} more"] if more > 0 else [])])
