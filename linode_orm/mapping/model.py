"""The base classes of declarations: resources, and the objects inside their bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never, Self, cast

from linode_orm._printable import printable
from linode_orm._secrets import MASK, Sealed, SecretText, forget_locals
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.identity import body_of_id
from linode_orm.mapping.mapper import Mapper
from linode_orm.mapping.masking import masked_value, stripped_body, stripped_value
from linode_orm.mapping.owner import SessionBase
from linode_orm.mapping.record import (
    EMPTY,
    NestedState,
    Record,
    edits_of,
    encode,
    mark_clean,
    merge_body,
    refer,
    write,
)
from linode_orm.mapping.registry import lookup, register
from linode_orm.mapping.state import Loaded, Origin, State, Status
from linode_orm.mapping.transient import DETACHED, TRANSIENT
from linode_orm.mapping.values import ABSENT, WrongType

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.owner import Owner
    from linode_orm.mapping.tracked import Holder


if TYPE_CHECKING:
    _DeclaredType = type
else:

    class _DeclaredType(type):
        """The class of declared classes: it refuses a name that a class does not have.

        Python asks it for attributes of classes only; a `__getattr__` of the objects would double the cost of every
        read.
        """

        def __getattr__(cls, name: str) -> Never:
            """Raise `AttributeError` with what to write instead, or with the attribute that comes closest."""
            mapper = None if name.startswith("_") else getattr(cls, "__mapper__", None)
            if mapper is not None:
                mapper.refuse_unknown(name)
            msg = f"type object {cls.__name__!r} has no attribute {name!r}"
            raise AttributeError(msg, name=name, obj=cls)

        @property
        def __signature__(cls) -> Signature | None:
            """The call that makes a new object, as a person types it; None for the base classes."""
            mapper = vars(cls).get("__mapper__")
            from linode_orm.mapping.constructor import signature_of  # noqa: PLC0415  only tools ask for it

            return signature_of(mapper) if mapper is not None else None


class _Declared(Record, metaclass=_DeclaredType):
    """What models and nested values share beside being records: assignment by declaration."""

    __slots__ = ()

    __mapper__: ClassVar[Mapper]

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            """Assign a declared attribute; raise `AttributeError` for every other name."""
            attribute = self.__mapper__.attributes.get(name)
            if attribute is None:
                self.__mapper__.refuse_unknown(name)
            try:
                attribute.assign(self, value)
            except Exception as error:
                value = Sealed(None)  # it may be a secret, and the frame may be shown
                forget_locals(error)
                raise

        def __delattr__(self, name: str) -> None:
            """Raise `AttributeError`: an attribute of the API can be null, but not deleted."""
            msg = f"{self.__describe__()}.{name} cannot be deleted; assign None where the API takes null"
            raise AttributeError(msg)


def _assign_all(record: Record, given: Sealed) -> None:
    """Assign the values that a constructor was given; none of them is a local of a frame of an error."""
    for name in given.value:
        setattr(record, name, given.value[name])


_new = object.__new__
_set_state = Record.__dict__["__state__"].__set__


class Model(_Declared):
    """A resource of the API. Its only public names are `save`, `delete` and `wait_until`; all others are the API's.

    `Instance(label=..., region=...)` makes a new object for `session.add`. `Instance(session, 123)` returns a reference
    to an existing object, which loads itself at the first read. `Disk(session, 5, 123)` names the parent third.
    """

    if TYPE_CHECKING:
        __state__: State

    def __init_subclass__(cls, **options: object) -> None:
        """Read the declaration; class keywords say where the resource lives."""
        super().__init_subclass__()
        cls.__mapper__ = Mapper(cls, options)
        if cls.__mapper__.path:
            register(cls.__name__, cls)

    if not TYPE_CHECKING:

        def __new__(cls, *key: object, **values: object) -> Self:
            """Return a new object from keywords, or the reference that a session and a key name."""
            if not key:
                given = Sealed(values)  # no frame of an error shows what it was given
                values = None
                return cls.__transient__(given)
            session, *ids = key
            if not isinstance(session, SessionBase) or values:
                msg = f"{cls.__name__}(...) takes keywords for a new object, or a session and an id"
                raise TypeError(msg)
            return session.__owner__.reference(cls, *_split(cls.__mapper__, ids), None)

        def __init__(self, *key: object, **values: object) -> None:
            """Do nothing: `__new__` may have returned an object that exists already."""

    @classmethod
    def __transient__(cls, given: Sealed) -> Self:
        self = cls.__bare__(None, (), TRANSIENT, Status.TRANSIENT)
        try:
            _assign_all(self, given)
        except AttributeError as error:
            if getattr(error, "name", None) is not None:
                raise TypeError(str(error)) from None
            raise
        return self

    @classmethod
    def __bare__(cls, identity: object, parents: tuple[object, ...], owner: object, status: Status) -> Self:
        """Return an object of which nothing but the key is known."""
        self = object.__new__(cls)
        raw = body_of_id(cls.__mapper__, identity) or EMPTY
        _set_state(self, State(raw, identity, Origin(cast("Owner", owner), parents, status)))
        return self

    @property
    def __identity__(self) -> object:
        """The id by which others refer to this object; the object itself while it has none."""
        state = self.__state__
        return self if state.is_new else state.identity

    def __changed__(self) -> None:
        state = self.__state__
        state.owner.changed(self)

    def __touch__(self, name: str) -> None:
        state = self.__state__
        if state.is_unread:
            state.identity  # noqa: B018  the row is read for it, on which the change is made
        # A list that the user still holds of an expired object changes: it goes back to its place, and the edit begins
        # from the body in which the list was read.
        if (
            state.stale_values is not None
            and name in state.stale_values.values
            and not (state.edits and name in state.edits)
        ):
            self.__dict__[name] = state.stale_values.values[name]
            raw, state.raw = state.raw, state.stale_values.raw
            super().__touch__(name)
            state.raw = raw
            return
        super().__touch__(name)

    def __adopt_parent__(self, parent: object) -> None:
        """Take a parent, given as object, id or tuple of ids."""
        mapper, state = self.__mapper__, self.__state__
        name = mapper.parent_attribute
        relation: Any = mapper.relations[name] if name else None
        if isinstance(parent, Model):
            relation.key_of(parent, type(self).__name__)
            state.share(pending_parent=parent)
            if parent.__state__.is_new:
                return
            parents = parent.__state__.key
        else:
            state.share(pending_parent=None)
            parents = parent if isinstance(parent, tuple) else (parent,)
        state.move_below(mapper.check_parents(parents))

    def save(self) -> None:
        """Send what is pending for this object now, with the pending parents and references it cannot exist without.

        Sends nothing when there is nothing to send. Raises the error of the first request that failed (an `ApiError`,
        or a `TransportError` where no answer came), `ConflictError` or `CommitInterrupted`; `error.report` tells what
        became of each request. Raises `InvalidRequestError` inside a `begin()` block.
        """
        self.__state__.owner.save(self)

    def delete(self) -> None:
        """Delete this object now, in one request; a pending one just leaves its session.

        Raises `InvalidRequestError` inside a `begin()` block.
        """
        self.__state__.owner.delete(self)

    def wait_until(self, condition: Expression, timeout: float = 300.0) -> None:
        """Read this object until `condition` is true of it; raise `WaitTimeout` after `timeout` seconds."""
        self.__state__.owner.wait_until(self, condition, timeout)

    def __describe__(self) -> str:
        state = self.__state__
        if state.is_new:
            return f"{type(self).__name__} (new)"
        if state.is_unread:
            return f"{type(self).__name__} (id not read yet)"
        key = ", ".join(map(str, (*state.parents, *(() if state.identity is None else (state.identity,)))))
        return f"{type(self).__name__} {printable(key)}".strip()

    def __repr__(self) -> str:
        shown = [self.__describe__()]
        for name in ("label", "domain", "name"):
            field = self.__mapper__.fields.get(name)
            value = self.__dict__.get(name, self.__state__.raw.get(field.key) if field else None)
            if isinstance(value, str) and value not in self.__mapper__.id_names:
                shown.append(repr(value))
                break
        return f"<{' '.join(shown)}>"

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        return html_table(("attribute", "value"), [*_visible(self).items()], title=repr(self))

    def __str__(self) -> str:
        state = self.__state__
        identity = None if state.is_unread else state.identity
        return identity if isinstance(identity, str) else repr(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (str, int)):
            name = type(self).__name__
            msg = (
                f"a {name} is compared with {other!r}; an object is no id. Compare the raw id instead: "
                f"x.{_reference_name(name)}_id == {other!r}, or {self!r}.id"
            )
            raise TypeError(msg)
        return self is other

    __hash__ = object.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        # a pickle holds the body and no decoded value, so that other versions of a declaration can read it
        state = self.__state__
        identity, parents = (None, ()) if state.is_unread else (state.identity, state.parents)
        return _revive, (type(self), _visible(self), identity, parents, state.loaded.name)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self)})


def _reference_name(name: str) -> str:
    return "linode" if name == "Instance" else name.lower()


def _visible(model: Model) -> dict[str, object]:
    """Return the body of an object with its edits, without secrets and values that are shown once."""
    state, body = model.__state__, {}
    for name, field in model.__mapper__.fields.items():
        if field.is_secret and field.name not in model.__mapper__.id_names:
            continue
        if state.edits and name in state.edits:
            if name in model.__dict__:  # a reference to a new object has no value yet
                body[field.key] = stripped_value(field, field.codec.encode(model.__dict__[name]))
        elif field.key in state.raw:
            body[field.key] = stripped_value(field, state.raw[field.key])
    return body


def _revive(
    cls: type[Model], body: dict[str, object], identity: object, parents: tuple[object, ...], loaded: str
) -> Model:
    model = cls.__bare__(identity, parents, DETACHED, Status.DETACHED)
    model.__state__.raw = body
    model.__state__.share(loaded=Loaded[loaded])
    return model


resource = cast("Callable[[str], type[Model]]", lookup)
"""Return the class of a resource by its name; raise `LookupError` where there is none."""


def check_class(given: object, where: str) -> None:
    """Raise `InvalidRequestError` for what is no resource class."""
    if not (isinstance(given, type) and issubclass(given, Model)):
        model = getattr(given, "model", None)
        hint = (
            f"; session.query({model.__name__}) gives the objects, from which the attribute is read, "
            f"and .table({given}) columns alone"
            if isinstance(model, type)
            else ""
        )
        msg = f"{where} takes a resource class such as Instance, not {given!r}{hint}"
        raise InvalidRequestError(msg)


def _split(mapper: Mapper, ids: list[object]) -> tuple[object, tuple[object, ...]]:
    """Return id and parents from the positional arguments of a reference."""
    if mapper.singleton:
        parents, identity = ids, None
    else:
        if not ids:
            msg = f"{mapper.name}(session, ...) needs an id"
            raise InvalidRequestError(msg)
        identity, *parents = ids
        identity = mapper.identity(identity)
    chain: list[object] = []
    for parent in parents:
        if isinstance(parent, Model):
            if mapper.parent is not None and parent is parents[-1]:
                resource(str(mapper.parent)).__mapper__.check_class(parent)
            chain += [*parent.__state__.parents, *([] if parent.__state__.identity is None else [parent.__identity__])]
        elif isinstance(parent, tuple):
            chain += parent
        else:
            chain.append(parent)
    return identity, mapper.check_parents(tuple(chain))


class Nested(_Declared):
    """A typed object inside a resource's body; a change inside it is a change of the resource."""

    if TYPE_CHECKING:
        __state__: NestedState

    def __init_subclass__(cls, **options: object) -> None:
        """Read the declaration."""
        super().__init_subclass__()
        cls.__mapper__ = Mapper(cls, options)

    if not TYPE_CHECKING:

        def __init__(self, **values: object) -> None:
            state = NestedState()
            state.raw, state.edits, state.holder, state.name = EMPTY, None, None, ""
            _set_state(self, state)
            given = Sealed(values)
            values = None
            _assign_all(self, given)

    @classmethod
    def __hydrate__(cls, raw: dict[str, object], holder: Holder | None, name: str) -> Self:
        if type(raw) is not dict:
            raise WrongType(cls.__name__, raw)
        mapper = cls.__mapper__
        if not mapper.known.issuperset(raw):
            mapper.learn(raw.keys() - mapper.known)
        state = NestedState()  # without an `__init__`, which takes as long as all the rest
        state.raw = raw
        state.edits = None
        state.holder = holder
        state.name = name
        self = _new(cls)
        _set_state(self, state)
        return self

    @classmethod
    def __stand_for__(cls, target: Model, holder: Holder | None, name: str) -> Self:
        """Return the nested object that names a new object by its id, which it will have."""
        self = cls.__hydrate__({}, holder, name)
        state = self.__state__
        state.holder = None  # whoever puts it there tells of the change
        refer(self, cls.__mapper__.keys["id"], target)
        state.holder = holder
        return self

    def __held_by__(self, holder: Holder, name: str) -> Self:
        state = self.__state__
        if state.holder is not None and state.holder is not holder:
            copy = type(self).__hydrate__(EMPTY, holder, name)
            copy.__become__(self)
            return copy
        state.holder, state.name = holder, name
        return self

    def __changed__(self) -> None:
        state = self.__state__
        if state.holder is not None:
            state.holder.__touch__(state.name)

    def __merge_body__(self, raw: dict[str, object]) -> None:
        unknown = raw.keys() - self.__mapper__.known
        if unknown:
            self.__mapper__.learn(unknown)
        merge_body(self, raw)

    def __become__(self, other: Nested) -> None:
        """Take the values of another object of the same class, without an edit of what holds this one."""
        state = self.__state__
        holder, state.holder = state.holder, None
        fields = self.__mapper__.fields
        values = {name: getattr(other, name) for name in fields if _has(other, name)}
        # null that no declaration allows came from the server, and is no value that a user may write
        null = [name for name, value in values.items() if value is None and not fields[name].codec.allows_null]
        self.__dict__.clear()
        state.raw, state.edits = {fields[name].key: values.pop(name) for name in null} or EMPTY, None
        for name, value in values.items():
            write(self, fields[name], value)
        for name, edit in edits_of(other).items():
            if edit.reference is not None:
                refer(self, fields[name], edit.reference)
        state.holder = holder

    def __overlay__(self, other: Nested) -> None:
        """Take what another object of the same class says, as edits, and keep what it leaves out."""
        for name, field in self.__mapper__.fields.items():
            if not _has(other, name):
                continue
            value, held = getattr(other, name), getattr(self, name, None) if field.codec.fields else None
            if not field.codec.overlay(held, value):
                write(self, field, value)
        for name, edit in edits_of(other).items():
            if edit.reference is not None:
                refer(self, self.__mapper__.fields[name], edit.reference)

    def __encode__(self) -> dict[str, object]:
        return encode(self)

    def __mark_clean__(self) -> None:
        mark_clean(self)

    def __eq__(self, other: object) -> bool:
        return encode(self) == encode(other) if isinstance(other, type(self)) else NotImplemented

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={_seen(self, field)!r}" for name, field in self.__mapper__.fields.items() if _has(self, name)
        )
        return f"{type(self).__name__}({shown})"

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        body = stripped_body(self.__mapper__.keys, encode(self))
        return html_table(("attribute", "value"), [*body.items()], title=type(self).__name__)

    def __reduce__(self) -> tuple[object, ...]:
        return _revive_nested, (type(self), stripped_body(self.__mapper__.keys, encode(self)))


def _seen(record: Nested, field: Kind[Any]) -> object:
    """Return a value for a message: decoded if it was read, else as the body has it, whatever its type; no secret."""
    value = record.__dict__.get(field.name, ABSENT)
    raw = record.__state__.raw.get(field.key)
    if field.is_secret:
        shown = raw if value is ABSENT else value
        return None if shown is None else SecretText(MASK)
    return masked_value(field, raw) if value is ABSENT else value


def _has(record: Nested, name: str) -> bool:
    return record.__dict__.get(name, ABSENT) is not ABSENT or record.__mapper__.fields[name].key in record.__state__.raw


def _revive_nested(cls: type[Nested], body: dict[str, object]) -> Nested:
    return cls.__hydrate__(body, None, "")
