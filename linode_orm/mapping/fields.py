"""Fields: the five kinds of attribute that a class declares, one line each, and how they are read and assigned."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Never, TypedDict, TypeVar, Unpack, overload

from linode_orm._caller import warn
from linode_orm._former import names_of
from linode_orm._lazy import Later
from linode_orm._secrets import is_secret_key
from linode_orm.errors import ReadOnlyAttribute, UnknownValue
from linode_orm.mapping.record import Record, declared_at, read, write
from linode_orm.mapping.values import ABSENT, WrongType, not_among

if TYPE_CHECKING:
    from builtins import property as computed_once
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from linode_orm.mapping import annotations as typed
    from linode_orm.mapping import nested_attributes, normal_forms
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.normal_forms import NormalForm
    from linode_orm.mapping.operators import Attribute
    from linode_orm.mapping.tracked import TagList

    _Tags = list[str] | tuple[str, ...] | set[str] | frozenset[str]
    _Plain = str | int | float | bool | datetime | Sequence[object] | Mapping[str, object] | None
else:
    # The codecs are imported when the first value is read, and attributes when the first condition is made.
    typed, normal_forms = Later("linode_orm.mapping.annotations"), Later("linode_orm.mapping.normal_forms")
    nested_attributes = Later("linode_orm.mapping.nested_attributes")
    # A type checker takes a property for a member of a protocol, and no other descriptor.
    from functools import cached_property as computed_once

# Covariant although `__set__` takes it: otherwise the overloads of `__get__` cannot tell plain values from nested ones.
T_co = TypeVar("T_co", covariant=True)
N = TypeVar("N", bound=Record)


class Marks(TypedDict, total=False):
    """What a declaration may say of a field beside its type."""

    key: str
    """The key in JSON, if it differs from the attribute's name."""
    filterable: bool
    """X-Filter takes the field."""
    required: bool
    """The body of a POST must have it."""
    put_required: bool
    """The body of every PUT must have it."""
    volatile: bool
    """The value changes without a PUT; it is read again when it is older than `volatile_ttl`."""
    absent: bool
    """A complete body may lack the key; the attribute then reads None."""
    nullable: bool
    """For a field that may be absent: the API may also answer null."""
    only_on_get: bool
    """The rows of lists lack the key."""
    written_by: str
    """The path below the object's own whose PUT takes the whole value."""
    merged: bool
    """The API merges a partial object in a PUT into the value."""
    unique: bool
    """The API refuses a second object with the same value."""
    initial: bool
    """It says what an object is made from, and is not compared with what the object is by now."""
    redacted: bool
    """The API masks the value in every answer but the first."""
    unordered: bool
    """A list that the API keeps as a set."""
    ordered: bool
    """A list, or an object of slots, in which order means something: two changes of it are never merged."""
    changed_by: str
    """The actions that change the value, separated by commas."""
    changed_as: str
    """The classes of the same objects that may assign it."""
    refers: str
    """The class of the object whose id it holds, without a relation beside it; `*` where a type beside it tells."""
    normal: str
    """The normal form in which the API writes the values (`normal_forms.py`), where the format does not tell it."""
    deprecated: bool
    """The API may drop the field."""
    secret: bool
    """Nobody may see the value, or everybody, whatever its key is called."""
    format: str
    """The format that the API's description names, such as `password`."""
    default: object
    """The value that the API takes if a POST has none; the simulator does so too."""
    rows_of: str
    """Which resource the objects of a list are, by its name."""
    create: bool
    """A POST takes the field: True unless given."""
    update: bool
    """A PUT takes a field that only requests have: False unless given."""


_PRIVATE_MARKS: Final = frozenset({"nullable", "create", "update"})
"""Marks whose names are properties of a field, which know more; the marks themselves are kept under `_name`."""


class Kind(Generic[T_co]):
    """What all kinds share: the marks of a declaration, and how an attribute is read.

    The descriptor has no `__set__` at run time, so that a decoded value in the instance's `__dict__` shadows it. Python
    calls `__get__` only for a value that is not decoded yet, is expired or was never loaded.
    """

    kind: ClassVar[str]
    """The name of the kind, for people; code asks the attributes below."""

    is_read_only: ClassVar[bool] = False
    """The API sets it; no request body has it."""

    is_editable: ClassVar[bool] = False
    """The PUT of the object changes it."""

    is_write_only: ClassVar[bool] = False
    """Only request bodies have it, never an answer."""

    is_hidden: ClassVar[bool] = False
    """The value is masked wherever it is shown."""

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
    initial: bool = False
    redacted: bool = False
    secret: bool | None = None
    unordered: bool = False
    ordered: bool = False
    changed_by: str = ""
    changed_as: str = ""
    refers: str = ""
    normal: str = ""
    deprecated: bool = False
    format: str = ""
    default: object = None
    rows_of: str = ""
    _create: bool = True
    _update: bool = False
    _nullable: bool | None = None
    _decoding: tuple[str, str, frozenset[type], Callable[[Any, Any, str], object] | None] = ("", "", frozenset(), None)
    """Key, name, the types that need no decoding, and the decoder: what the first read of a value needs.

    They stand in one attribute because reading and unpacking it takes 17 ns, and reading four attributes 29 ns.
    """

    def __init__(self, **marks: Unpack[Marks]) -> None:
        unknown = marks.keys() - Marks.__annotations__.keys()
        if unknown:
            msg = f"a field has no mark {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        for name, value in marks.items():
            setattr(self, f"_{name}" if name in _PRIVATE_MARKS else name, value)

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner
        self.name = name
        self.key = self.key or name

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the place of the declaration: what is declared there is the field."""
        return declared_at, (self.owner, self.name)

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Replace the contents that an earlier version pickled by those of the declaration of today."""
        vars(self).update(vars(declared_at(state["owner"], state["name"])))

    @property
    def shown_name(self) -> str:
        """The name that users write and the API has: `type` where the id of the relation `type` is `type_id`."""
        return self.key if self.name == f"{self.key}_id" else self.name

    @property
    def createable(self) -> bool:
        """Whether POST takes the field."""
        return self._create and not self.is_read_only

    @property
    def mutable(self) -> bool:
        """Whether PUT takes the field, or a request of its own does."""
        return self.is_editable or (self.is_write_only and self._update) or bool(self.written_by)

    @computed_once
    def is_secret(self) -> bool:
        """Whether the value is shown to nobody.

        It is declared as a secret, or masked by the API in its answers, or its key names a secret. Ids, UUIDs and truth
        values are none, and what is declared with `secret=False`.
        """
        if self.secret is not None:
            return self.secret
        return self.redacted or self.is_hidden or (is_secret_key(self.key) and not self._is_open)

    @property
    def _is_open(self) -> bool:
        """Whether the value may be shown whatever its key is called."""
        return self.format == "uuid" or self.codec.plain <= {bool, type(None)}

    @property
    def is_chosen_key(self) -> bool:
        """Whether users choose the value, where it is an id; never a number: a device has that of what it guards."""
        return self.createable and int not in self.codec.plain

    def takes(self, verb: str) -> bool:
        """Whether the body of a `create` or an `update` takes the field."""
        return self.createable if verb == "create" else self.mutable

    @computed_once
    def codec(self) -> Codec:
        """The codec that the annotation names; it is read at the first use, which keeps the import short."""
        marks = typed.ValueMarks(self.refers, self.form, self.unordered, self.ordered)
        codec = typed.parse(self.text, vars(sys.modules[self.owner.__module__]), marks)
        # What is kept as it came needs no decoding: null too, unless it reads as an empty list.
        undecoded = codec.plain if codec.null_is_empty else codec.plain | {type(None)}
        self._decoding = (self.key, self.name, undecoded, codec.bare.decoder)
        return codec

    @computed_once
    def form(self) -> NormalForm | None:
        """The normal form of the values, or of the items of a list: by the field's mark, else by its format."""
        return normal_forms.form_of(self.normal, self.format) if self.normal or self.format else None

    @computed_once
    def known_values(self) -> tuple[object, ...]:
        """The documented values, of the items if the field is a list; none if strings of a format may come too."""
        return () if self.format else self.codec.known_values

    def unknown_in(self, value: object) -> list[object]:
        """Return the values, or items of a list, that are documented nowhere; null and objects are none of them."""
        known = self.known_values
        given = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        plain = (each for each in given if isinstance(each, (str, int)) and not isinstance(each, bool))
        return [each for each in plain if each not in known] if known else []

    @property
    def nullable(self) -> bool:
        """Whether the API may send null here."""
        if self._nullable is not None:
            return self._nullable
        return self.codec.allows_null and not self.absent

    def attribute(self, model: type) -> Attribute[object]:
        """Return the attribute that conditions on `model` are made of."""
        return nested_attributes.nested_attribute(model, (self,))

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
            """Return the value, decoded or loaded; on a class, the attribute that conditions are made of."""
            if instance is None:
                return self.attribute(owner)
            # The quick path of a first read, without a call of our own for plain values. `read` is for all that is
            # rare: a value that is missing, edited or of another type, and an annotation that was not read yet.
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
                return read(instance, self)  # raises the error that users see
            return value

    def assign(self, record: Record, value: object, name: str = "") -> None:
        """Take a value that a user assigned; raise `ReadOnlyAttribute` if the kind forbids it now.

        `name` is what the user called the attribute, where that is the relation beside it.
        """
        reason = self.refusal(record)
        if reason:
            msg = f"{record.__describe__()}.{name or self.name} {reason}"
            raise ReadOnlyAttribute(msg)
        write(record, self, value, name)
        if self.known_values:
            self._warn_of_unknown(record, value)

    def _warn_of_unknown(self, record: Record, value: object) -> None:
        unknown = self.unknown_in(value)
        # what the server has already is known to it, whatever is documented
        if unknown and record.__state__.raw.get(self.key, ABSENT) != value:
            warn(UnknownValue(f"{record.__describe__()}.{self.name}: {not_among(unknown, self.known_values)}"))

    def refusal(self, record: Record) -> str:
        """Return why the field cannot be assigned on this record now; empty if it can."""
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
    """A field that the API sets."""

    kind = "readonly"
    is_read_only = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: Never, /) -> None: ...


class Fixed(Kind[T_co]):
    """A field that is given at creation and that no PUT changes."""

    kind = "fixed"

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


class Field(Kind[T_co]):
    """A field that users change."""

    kind = "field"
    is_editable = True

    if TYPE_CHECKING:

        @overload
        def __set__(self: Field[TagList], instance: object, value: _Tags, /) -> None: ...
        @overload
        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co
        def __set__(self, instance: object, value: object, /) -> None: ...


class WriteOnly(Kind[T_co]):
    """A field that only requests have, and that may be shown."""

    kind = "writeonly"
    is_write_only = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


class Secret(Kind[T_co]):
    """A field that nobody may see: only requests have it, and messages, plans and journals mask it."""

    kind = "secret"
    is_write_only = True
    is_hidden = True

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T_co, /) -> None: ...  # type: ignore[misc]  # see T_co


_get: Any = Kind.__get__


def make_volatile(kind: Kind[Any]) -> None:
    """Make a field a data descriptor, which Python calls at every read, so that it can look at the clock."""
    kind.__class__ = _VOLATILE_KINDS[type(kind)]


class _Volatile(Kind[T_co]):
    if not TYPE_CHECKING:

        def __get__(self, instance, owner=None):
            """Return the value, read again if it is older than the session allows."""
            if instance is None:
                return self.attribute(owner)
            origin = instance.__state__.origin
            until = origin.fresh_until
            if until is not None and origin.owner.monotonic() >= until:
                origin.owner.freshen(instance, self.name)
            try:
                return instance.__dict__[self.name]
            except KeyError:
                pass  # the read stands outside, so that its errors are not chained to this one
            return _get(self, instance, owner)

        def __set__(self, instance, value):
            """Assign. `Record.__setattr__` assigns before; a data descriptor needs the method all the same."""
            self.assign(instance, value)


class _VolatileReadOnly(_Volatile[T_co], ReadOnly[T_co]):
    pass


class _VolatileFixed(_Volatile[T_co], Fixed[T_co]):
    pass


class _VolatileField(_Volatile[T_co], Field[T_co]):
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

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)
