"""Holders: which objects the JSON of an object names, in nested values and lists as well."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm.mapping.model import resource
from linode_orm.mapping.references import ANY_CLASS
from linode_orm.mapping.state import state_of
from linode_orm.session.planning.ordering_rules import ENTITY_TYPES, HELD_BY, KIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.protocols import FieldFacts

    Keys = Mapping[str, FieldFacts]


class Path(NamedTuple):
    """The keys that lead to ids inside a body, through any lists, and the class of what has them.

    `is_inverse` says that the object names who holds it there. `is_attached` says that the object is attached to what
    it names, by an action.
    """

    keys: tuple[str, ...]
    target: str
    is_inverse: bool = False
    is_attached: bool = False


class IdReference(NamedTuple):
    """An object that a body names: its class and its id, the last part of one made of several."""

    model: str
    identity: object
    path: Path


@cache
def paths_of(name: str) -> tuple[Path, ...]:
    """Return every path of a class that leads to the id of something that can be deleted."""
    found = _paths(resource(name).__mapper__.keys, ())
    return tuple(path._replace(is_inverse=(name, ".".join(path.keys)) in HELD_BY) for path in found)


def _paths(keys: Keys, above: tuple[str, ...]) -> Iterator[Path]:
    for key, field in keys.items():
        path = (*above, key)
        if field.refers:
            yield Path(path, field.refers, is_attached="detach" in field.changed_by)
        for inner in field.codec.nested:
            if len(path) < _DEPTH:
                yield from _paths(inner.__mapper__.keys, path)


_DEPTH = 6
"""How deep objects nest in bodies, at most."""


@cache
def targets_of(name: str) -> frozenset[str]:
    """Return the classes of all that objects of a class may name."""
    targets = {path.target for path in paths_of(name)}
    if ANY_CLASS in targets:
        targets |= {*ENTITY_TYPES.values()}
    return frozenset(targets | {each for target in targets for each in KIN.get(target, ())})


def named_in(name: str, body: Mapping[str, Any]) -> Iterator[IdReference]:
    """Yield what the JSON of an object of a class names."""
    for path in paths_of(name):
        for identity, entity in _values(body, path.keys, path.keys[0]):
            target = ENTITY_TYPES.get(entity, "") if path.target == ANY_CLASS else path.target
            for model in (target, *KIN.get(target, ())):
                yield IdReference(model, identity, path)


def _values(value: Any, keys: tuple[str, ...], entity: str) -> Iterator[tuple[object, str]]:  # noqa: ANN401  JSON
    """Yield the ids at the end of a path, each with the type that stands beside it, else the key of the outer list."""
    if isinstance(value, list):
        for each in value:
            yield from _values(each, keys, entity)
    elif keys and isinstance(value, dict):
        kind = value.get("type") or value.get("entity_type")
        yield from _values(value.get(keys[0]), keys[1:], kind if isinstance(kind, str) else entity)
    elif isinstance(value, (int, str)) and (not keys or keys == ("id",)):
        yield value, entity


def bodies_of(instance: Model, sent: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the JSON of an object as the API has it, and what a request changes in it, each with its class.

    Children that stand in such a body as rows are yielded as well.
    """
    mapper = instance.__mapper__
    for body, keys in ((state_of(instance).body, mapper.embedded_keys), (sent, mapper.create_keys)):
        if body:
            yield mapper.name, body
        for key, target in keys.items():
            rows = body.get(key)
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict):
                    yield target, row


def last_part(identity: object) -> object:
    """Return what bodies name an object by: its id, of one made of several parts the last."""
    return identity[-1] if isinstance(identity, tuple) and identity else identity


def are_apart(one: Iterable[object], other: Iterable[object]) -> bool:
    """Whether the regions of two objects are known and differ."""
    mine, theirs = ({each for each in regions if isinstance(each, str)} for regions in (one, other))
    return bool(mine and theirs) and mine.isdisjoint(theirs)
