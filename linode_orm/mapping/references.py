"""References: objects that stand where their ids will stand, in values that users give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from linode_orm._public import public
from linode_orm.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


if TYPE_CHECKING:
    _AnyValue = Any
else:
    _AnyValue = object


@public
class AnswerValue(_AnyValue):  # type: ignore[misc]  # checkers take it for whatever value it stands for
    """Stands for a value of the answer that will create an object; `later(balancer, "ipv4")` makes it.

    To a type checker it fits wherever the value could stand. It has no public attribute: the commit fills the value in.
    """

    __slots__ = ("__place__", "__shown__", "__suits__", "__target__")

    def __init__(
        self, target: object, place: tuple[str | int, ...], shown: str, suits: Callable[[object], bool]
    ) -> None:
        self.__target__: Object = target
        self.__place__ = place
        """Keys of JSON, and indexes of lists, that lead from the answer to the value."""
        self.__shown__ = shown
        self.__suits__ = suits
        """Whether the values of a codec may be of the type that is declared at the place."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AnswerValue):
            return False
        return self.__target__ is other.__target__ and bool(self.__place__ == other.__place__)

    def __hash__(self) -> int:
        return hash((id(self.__target__), self.__place__))

    def __encode__(self) -> AnswerValue:
        """Return itself: in JSON it stands for the value, too."""
        return self

    def __repr__(self) -> str:
        return f"later({self.__target__!r}){self.__shown__}"


def referred(reference: object) -> Object:
    """Return the object that has to exist first: the one that stands for its id, or whose answer has a value."""
    return reference.__target__ if isinstance(reference, AnswerValue) else reference


def check_session(holder: object, target: Object, name: str) -> None:
    """Raise `InvalidRequestError` where an object of one session is put into an object of another."""
    mine, theirs = _session_of(holder), _session_of(target)
    if mine is not None and theirs is not None and mine is not theirs:
        msg = f"{name}: {target!r} belongs to another session; session.merge(x) brings its values here"
        raise InvalidRequestError(msg)


def _session_of(holder: object) -> object:
    """Return the owner of the object that holds a value; None where it is in no session."""
    while holder is not None:
        state: Any = getattr(holder, "__state__", None)
        if state is not None and state.origin is not None:
            return state.origin.owner if state.is_in_session else None
        holder = state.holder if state is not None else getattr(holder, "_holder", None)
    return None


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
    elif isinstance(value, AnswerValue):
        yield value.__target__
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
            yield name, referred(edit.reference)
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
            yield referred(edit.reference)
    for value in record.__dict__.values():
        yield from objects_in(value)


class Loadable:
    """A relation as an attribute of its class, which `selectin` takes."""

    __slots__ = ()
