"""References: objects that stand where their ids will stand, in values that users give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = Any
"""An object of a resource class, whose base stands above this module."""

ANY_CLASS: Final = "*"
"""What a field refers to where the type that stands beside it tells the class."""


class ObjectId:
    """Stands in JSON for the id of an object: it equals that id as soon as the API has given one."""

    __slots__ = ("as_text", "target")

    def __init__(self, target: Object, *, as_text: bool = False) -> None:
        self.target = target
        self.as_text = as_text

    @property
    def value(self) -> object:
        """The id; the object itself while it has none."""
        identity = identity_of(self.target)
        return str(identity) if self.as_text and identity is not self.target else identity

    def __eq__(self, other: object) -> bool:
        mine, theirs = self.value, other.value if isinstance(other, ObjectId) else other
        return mine is theirs if mine is self.target else mine == theirs

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return repr(self.target)


def is_object(value: object) -> TypeGuard[Object]:
    """Whether a value is an object of a resource class, which has an id of its own."""
    return hasattr(type(value), "__identity__")


def identity_of(target: Object) -> object:
    """Return what stands in a body for an object: its id, of one made of several parts the last; itself while new."""
    identity = target.__identity__
    return identity[-1] if isinstance(identity, tuple) else identity


def fits(target: object, refers: str) -> bool:
    """Whether an object is one that a field with that mark refers to."""
    return refers == ANY_CLASS or any(each.__name__ == refers for each in type(target).__mro__)


def objects_in(value: object) -> Iterator[Object]:
    """Yield the objects that stand in a value at any depth, in the place of their ids."""
    if isinstance(value, ObjectId):
        yield value.target
    elif is_object(value):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from objects_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from objects_in(each)
    elif hasattr(value, "__state__"):
        yield from _objects_of(value)


def objects_of(record: Object) -> Iterator[tuple[str, Object]]:
    """Yield the objects that a record was given in place of ids, each with the name of the attribute.

    Children that were given as plain dicts count as well; relations and collections do not.
    """
    for name, edit in (record.__state__.edits or {}).items():
        if edit.reference is not None:
            yield name, edit.reference
        value = record.__dict__.get(name)
        if isinstance(value, (list, dict)) or hasattr(value, "__state__"):
            for target in objects_in(value):
                yield name, target
    for name, children in (record.__state__.given_children or {}).items():
        for target in objects_in(children):
            yield name, target


def _objects_of(record: Object) -> Iterator[Object]:
    for edit in (record.__state__.edits or {}).values():
        if edit.reference is not None:
            yield edit.reference
    for value in record.__dict__.values():
        yield from objects_in(value)


class Loadable:
    """A relation as an attribute of its class, which `selectin` takes."""

    __slots__ = ()
