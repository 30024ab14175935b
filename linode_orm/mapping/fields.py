"""Fields: the five kinds of attribute that a resource declares, one line each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Never, TypedDict, TypeVar, Unpack, overload

from linode_orm.errors import ReadOnlyAttribute
from linode_orm.mapping.annotations import parse
from linode_orm.mapping.codecs import WrongType
from linode_orm.mapping.operators import Attribute
from linode_orm.mapping.record import Record, declared_at, read, write
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.tracked import TagList

    _Tags = list[str] | tuple[str, ...] | set[str] | frozenset[str]
    _Plain = str | int | float | bool | datetime | Sequence[object] | Mapping[str, object] | None

# Covariant, though `__set__` takes it too: only so do both checkers tell plain values from nested ones below.
T_co = TypeVar("T_co", covariant=True)
N = TypeVar("N", bound=Record)


class Marks(TypedDict, total=False):
    """What a declaration may say of a field beside its type."""

    key: str
    """The key in JSON, where the attribute is called otherwise."""
    filterable: bool
    """X-Filter takes it."""
    required: bool
    """POST must have it."""
    put_required: bool
    """Every PUT must have it."""
    volatile: bool
    """It changes without a PUT, and is read again when it is old."""
    absent: bool
    """A whole body may come without it; it then reads None."""
    nullable: bool
    """Beside `absent`: null may come as well."""
    only_on_get: bool
    """The rows of lists do not have it."""
    written_by: str
    """The path below the item whose PUT takes its whole value."""
    merged: bool
    """A partial object in a PUT is merged into it."""
    unique: bool
    """The server refuses a second one with the same value."""
    redacted: bool
    """Answers mask it after the first."""
    unordered: bool
    """A list that the API keeps as a set."""
    changed_by: str
    """The actions that change it."""
    changed_as: str
    """The classes of the same objects that may assign it."""
    refers: str
    """The class of the object whose id it holds, without a relation beside it; `*` where a type beside it tells."""
    deprecated: bool
    format: str
    default: object
    """What the API takes where a POST does not say; for readers."""
    create: bool
    """POST takes it (True unless told)."""
    update: bool
    """PUT takes it, of a value that only requests have."""


_INNER: Final = frozenset({"nullable", "create", "update"})


class Kind(Generic[T_co]):
    """What the five kinds share: the marks of a declaration, and reading.

    The decoded value sits in the instance's `__dict__`, where it shadows this non-data descriptor; a name missing
    there is undecoded, expired or not loaded, and comes through here.
    """

    kind: ClassVar[str]
    """The kind's name for readers; what a field may do its properties say."""

    is_read_only: ClassVar[bool] = False
    """The server sets it, and no body has it."""

    is_editable: ClassVar[bool] = False
    """A PUT of the object changes it."""

    is_write_only: ClassVar[bool] = False
    """Only bodies that are sent have it, and no answer."""

    is_hidden: ClassVar[bool] = False
    """Nobody may see the value but the request."""

    name: str = ""
    owner: type
    text: str = ""

    key: str = ""
    filterable: bool = False
    required: bool = False
    put_required: bool = False
    volatile: bool = False
    absent: bool = False
    only_on_get: bool = False
    written_by: str = ""
    merged: bool = False
    unique: bool = False
    redacted: bool = False
    unordered: bool = False
    changed_by: str = ""
    changed_as: str = ""
    refers: str = ""
    deprecated: bool = False
    format: str = ""
    default: object = None
    _create: bool = True
    _update: bool = False
    _nullable: bool | None = None
    _codec: Codec | None = None
    _decoding: tuple[str, str, frozenset[type], Callable[[Any, Any, str], object] | None] = ("", "", frozenset(), None)
    """What the first read of a value needs, in one attribute: key, name, types that need no decoding, decoder."""

    def __init__(self, **marks: Unpack[Marks]) -> None:
        unknown = marks.keys() - Marks.__annotations__.keys()
        if unknown:
            msg = f"a field has no mark {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        for name, value in marks.items():
            setattr(self, f"_{name}" if name in _INNER else name, value)

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner
        self.name = name
        self.key = self.key or name

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the place of the declaration: what is declared there is the field."""
        return declared_at, (self.owner, self.name)

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take from the declaration what an earlier version pickled whole, with what it was made of then."""
        vars(self).update(vars(declared_at(state["owner"], state["name"])))

    @property
    def createable(self) -> bool:
        """Whether POST takes the field."""
        return self._create and not self.is_read_only

    @property
    def mutable(self) -> bool:
        """Whether PUT takes the field, or a request of its own does."""
        return self.is_editable or (self.is_write_only and self._update) or bool(self.written_by)

    @property
    def is_secret(self) -> bool:
        """Whether the value is shown to nobody: declared as a secret, or masked by the API in its answers."""
        return self.redacted or self.is_hidden

    @property
    def is_chosen_key(self) -> bool:
        """Whether users choose the value, where it is an id; never a number: a device has that of what it guards."""
        return self.createable and int not in self.codec.plain

    def takes(self, verb: str) -> bool:
        """Whether the body of a `create` or an `update` takes the field."""
        return self.createable if verb == "create" else self.mutable

    @property
    def codec(self) -> Codec:
        """The way between JSON and Python, read from the annotation when first needed."""
        if self._codec is None:
            names = vars(sys.modules[self.owner.__module__])
            self._codec = parse(self.text, names, unordered=self.unordered)
            # null is plain where it may be, so that the decoder never sees it
            self._decoding = (self.key, self.name, self._codec.plain, self._codec.bare.decoder)
        return self._codec

    @property
    def nullable(self) -> bool:
        """Whether the API may send null here."""
        if self._nullable is not None:
            return self._nullable
        return self.codec.allows_null and not self.absent

    def attribute(self, model: type) -> Attribute[object]:
        """Give what stands in conditions, starting at `model`."""
        return nested_attribute(model, (self,))

    if TYPE_CHECKING:

        @overload
        def __get__(self: Kind[_Plain], instance: None, owner: type, /) -> Attribute[T_co]: ...
        @overload
        def __get__(self: Kind[N | None], instance: None, owner: type, /) -> type[N]: ...
        @overload
        def __get__(self, instance: object, owner: type, /) -> T_co: ...
        def __get__(self, instance: object, owner: type, /) -> object: ...

    else:

        def __get__(self, instance, owner=None):
            """Give the attribute's value, decoding or loading it; on a class, what stands in conditions."""
            if instance is None:
                return self.attribute(owner)
            key, name, plain, decode = self._decoding
            state = instance.__state__
            value = state.raw.get(key, ABSENT)
            if value is ABSENT or decode is None or state.edits:
                return read(instance, self)
            if type(value) in plain:
                instance.__dict__[name] = value
                return value
            try:
                value = instance.__dict__[name] = decode(value, instance, name)
            except WrongType:
                return read(instance, self)  # which says what is wrong with it
            return value

    def assign(self, record: Record, value: object) -> None:
        """Take a value that a user assigned, or refuse it."""
        reason = self.refusal(record)
        if reason:
            msg = f"{record.__describe__()}.{self.name} {reason}"
            raise ReadOnlyAttribute(msg)
        write(record, self, value)

    def refusal(self, record: Record) -> str:
        """Say why the field cannot be assigned on this record now; empty where it can."""
        is_new = getattr(record.__state__, "is_new", True)
        if getattr(record.__state__, "is_free", False) and (self.createable or self.mutable):
            return ""
        if (is_new and self.createable) or (not is_new and self.mutable):
            return ""
        if self.changed_by:
            actions = " or ".join(f"{name.strip()}()" for name in self.changed_by.split(","))
            return f"cannot be assigned; {actions} changes it"
        if self.changed_as:
            names = " or ".join(name.strip() for name in self.changed_as.split(","))
            return f"cannot be assigned here; load the object as {names}"
        if self.is_read_only:
            return "is read-only: the server sets it"
        if is_new:
            return "cannot be given at creation; assign it after the commit that creates the object"
        return "is fixed at creation: the API has no way to change it afterwards"


class ReadOnly(Kind[T_co]):
    """The server's: in no body."""

    kind = "readonly"
    is_read_only = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: Never, /) -> None: ...


class Fixed(Kind[T_co]):
    """Given at creation, never changed by PUT."""

    kind = "fixed"

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


class Field(Kind[T_co]):
    """What a user may change."""

    kind = "field"
    is_editable = True

    if TYPE_CHECKING:

        @overload
        def __set__(self: Field[TagList], instance: object, value: _Tags, /) -> None: ...
        @overload
        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co
        def __set__(self, instance: object, value: object, /) -> None: ...


class WriteOnly(Kind[T_co]):
    """What only a request has: in a body and never in an answer."""

    kind = "writeonly"
    is_write_only = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


class Secret(Kind[T_co]):
    """What nobody may see: in a body and never in an answer, shown to nobody but the request."""

    kind = "secret"
    is_write_only = True
    is_hidden = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


_get: Any = Kind.__get__


def volatile_kind(kind: Kind[Any]) -> None:
    """Turn a field into its volatile twin, a data descriptor that asks the clock at every read."""
    kind.__class__ = _VOLATILE_KINDS[type(kind)]


class _AsksTheClock(Kind[T_co]):
    if not TYPE_CHECKING:

        def __get__(self, instance, owner=None):
            """Give the value, after a refresh where it is older than the session allows."""
            if instance is None:
                return self.attribute(owner)
            origin = instance.__state__.origin
            until = origin.fresh_until
            if until is not None and origin.owner.monotonic() >= until:
                origin.owner.freshen(instance, self.name)
            try:
                return instance.__dict__[self.name]
            except KeyError:
                pass  # the read comes outside, so that no error of its own seems to follow from this one
            return _get(self, instance, owner)

        def __set__(self, instance, value):
            """Assign; `Record.__setattr__` comes first, this makes a data descriptor."""
            self.assign(instance, value)


class _VolatileReadOnly(_AsksTheClock[T_co], ReadOnly[T_co]):
    pass


class _VolatileFixed(_AsksTheClock[T_co], Fixed[T_co]):
    pass


class _VolatileField(_AsksTheClock[T_co], Field[T_co]):
    pass


_VOLATILE_KINDS: dict[type[Kind[Any]], type[Kind[Any]]] = {
    ReadOnly: _VolatileReadOnly,
    Fixed: _VolatileFixed,
    Field: _VolatileField,
}

KINDS: dict[str, type[Kind[Any]]] = {
    "ReadOnly": ReadOnly,
    "Fixed": Fixed,
    "Field": Field,
    "WriteOnly": WriteOnly,
    "Secret": Secret,
}


class NestedAttribute(Attribute[Any]):
    """An attribute with attributes: `Event.entity`, of which `Event.entity.id` can be asked for."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Attribute[Any]:
        field = self.field.codec.fields.get(name)
        if field is None:
            msg = f"{self} has no attribute {name!r}"
            raise AttributeError(msg)
        return nested_attribute(self.model, (*self.path, field))


def nested_attribute(model: type, path: tuple[FieldFacts, ...]) -> Attribute[object]:
    """Give the attribute at the end of a path, one with attributes of its own where the field is an object."""
    return (NestedAttribute if path[-1].codec.fields else Attribute)(model, path)
