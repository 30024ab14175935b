"""Relations: attributes that are other resources, one or many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Never, TypeVar, cast, overload

from linode_orm._former import names_of
from linode_orm._lazy import Later
from linode_orm._public import public
from linode_orm._unknown_names import refuse
from linode_orm.errors import ReadOnlyAttribute
from linode_orm.mapping.owner import LoadOrigin
from linode_orm.mapping.record import Record, declared_at, given_object, keep_given, pending_reference, refer
from linode_orm.mapping.references import AnswerValue, Loadable, check_session, fits, is_object
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import State, Status
from linode_orm.mapping.to_one import ReferenceFacts
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from linode_orm.mapping import class_references, json_values, options, relation_conditions
    from linode_orm.mapping.class_references import Reference
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.options import Option
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.relation_conditions import RelatedObject
    from linode_orm.mapping.sync_result import SyncResult
else:  # who declares a class waits for none of this
    json_values, options = Later("linode_orm.mapping.json_values"), Later("linode_orm.mapping.options")
    relation_conditions = Later("linode_orm.mapping.relation_conditions")
    class_references = Later("linode_orm.mapping.class_references")

T = TypeVar("T")
M = TypeVar("M")


@public
class Collection(Sequence[M]):
    """The objects behind a to-many relation: loaded by the first `len()`, iteration or index, and kept."""

    @abstractmethod
    def query(self) -> Query[M]:
        """Return a query over the collection."""

    @abstractmethod
    def append(self, child: M, /) -> None:
        """Make a new object a child, pending until the next commit."""

    def extend(self, children: Iterable[M], /) -> None:
        """Make several new objects children, pending until the next commit."""
        for child in [*children]:
            self.append(child)

    @abstractmethod
    def remove(self, child: M, /) -> None:
        """Let the next commit delete a child; it leaves the collection at once, and a pending one its session.

        Raises `ValueError` for what is not in the collection, and `InvalidRequestError` where the objects exist without
        their owner, naming what takes them off.
        """

    @abstractmethod
    def clear(self) -> None:
        """Let the next commit delete every child, as `remove` does; loads the collection if need be."""

    @abstractmethod
    def sync(self, wanted: Iterable[M], key: tuple[str, ...] | None = None, *, delete: bool = True) -> SyncResult[M]:
        """Let the next commit make the children exactly the wanted new objects; return what it adds, changes, removes.

        `key` is a tuple of attribute names, and by default the key that the class declares. A child with the key of a
        wanted object gets its values as pending changes. A wanted object without a child becomes pending. The other
        children are marked for deletion, unless `delete` is False. What only a create takes counts only for new ones.

        Sends one list, and nothing below a parent that is new. Raises `InvalidRequestError`, before anything is
        pending, for two wanted objects with one key, a key that several children have, and what cannot be changed and
        differs. Raises it too where the objects exist without their owner, and names what takes them off.
        """

    @abstractmethod
    def refresh(self) -> None:
        """Read the collection again."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            """Raise `AttributeError`, which says what to write instead of a name of SQLAlchemy's."""
            refuse("a collection", "collection", name, dir(type(self)))

    def __refill__(self) -> None:
        """Forget what was loaded, so that the next use reads it; a collection that loads nothing stays as it is."""

    def __forget__(self) -> None:
        """Forget every child that the API knows, so that the next use asks the API; new ones stay."""


class One(ReferenceFacts, Generic[T]):
    """A reference to one other resource: `volume.linode`.

    `via` names the attribute with the raw id; without it the relation is the parent of a child (`disk.instance`).
    """

    quantifier = "has"
    """The method that makes a condition on what the relation leads to."""

    def __init__(self, target: str, *, via: str = "") -> None:
        self.target = target
        self.via = via

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner
        self.name = name

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the class and the name under which the relation is declared."""
        return declared_at, (self.owner, self.name)

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type, /) -> Reference[T]: ...
        @overload
        def __get__(self, instance: object, owner: type, /) -> T: ...
        def __get__(self, instance: object, owner: type, /) -> object: ...
        def __set__(self, instance: object, value: T | int | str, /) -> None: ...

    else:

        def __get__(self, instance, owner=None):
            """Return the object referred to, without a request; on a class, what conditions are made of."""
            if instance is None:
                return class_references.Reference(owner, self)
            return self.resolve(instance)

    def field(self, model: type) -> Kind[object] | None:
        """Return the field with the raw id; None for the parent of a child."""
        return model.__mapper__.fields[self.via] if self.via else None  # type: ignore[attr-defined]  # a Model

    def is_hidden(self, model: type) -> bool:
        """Whether no answer of the API shows what the relation leads to: only requests have the raw id."""
        field = self.field(model)
        return field is not None and field.is_write_only

    def resolve(self, record: Record) -> object:
        """Return the object referred to, without a request unless the raw id has to be loaded."""
        state = record.__state__
        if not isinstance(state, State):
            return None
        if not self.via:
            return self._parent(record, state)
        pending = pending_reference(record, self.via)
        if pending is not None:
            return None if isinstance(pending, AnswerValue) else pending
        given = given_object(record, self.via) if state.status is Status.TRANSIENT else None
        if given is not None:
            return given  # no session could give the one object of this key
        identity = getattr(record, self.via)
        if identity is None:
            return None
        return state.owner.reference(self.model, identity, (), LoadOrigin(record, self.name))

    def _parent(self, record: Record, state: State) -> object:
        if state.pending_parent is not None:
            return state.pending_parent
        if not state.parents:
            return None
        identity, above = state.parents[-1], state.parents[:-1]
        return state.owner.reference(self.model, identity, above, LoadOrigin(record, self.name))

    def assign(self, record: Record, value: object) -> None:
        """Refer to another object, which is given as object, id or slug."""
        state = record.__state__
        if not self.via:
            if getattr(state, "is_new", False):
                record.__adopt_parent__(value)  # type: ignore[attr-defined]  # a Model
                return
            msg = f"{record.__describe__()}.{self.name} is its parent, which cannot be changed"
            raise ReadOnlyAttribute(msg)
        field: Any = record.__mapper__.fields[self.via]
        key = self.key_of(value, record.__describe__())
        if not isinstance(key, Record):
            field.assign(record, key, self.name)
            if isinstance(value, Record):
                keep_given(record, self.via, value)
            return
        reason = field.refusal(record)
        if reason:
            msg = f"{record.__describe__()}.{self.name} {reason}"
            raise ReadOnlyAttribute(msg)
        check_session(record, key, f"{record.__describe__()}.{self.name}")
        refer(record, field, key)

    def key_of(self, value: object, where: str) -> object:
        """Return the raw id of an object, id or slug; a new object itself, because it has no id yet."""
        if not isinstance(value, Record):
            return value
        if not isinstance(value, self.model):
            msg = f"{where}.{self.name} takes {self.target}, not {value.__describe__()}"
            raise TypeError(msg)
        return value.__identity__  # type: ignore[attr-defined]  # a Model


class Many(Loadable, Generic[M]):
    """The objects that belong to one object: `instance.disks`, `instance.volumes`.

    The list of children stands below their parent's path. `path` names another path below the item, `embedded` the key
    of the parent's own body that holds them all, `create_key` the key under which the parent's POST takes them.
    `envelope` says how the answer at `path` holds the rows, where it is no page.

    The list of all objects may say to whom each of them belongs: by a relation of theirs that leads back, or in the
    list `named_in` of their bodies. The entries of that list have the id of an owner beside one of the types
    `named_as`. What `is_wider` has objects that the list of all does not show.
    """

    name: str
    owner: type
    quantifier = "any"
    """The method that makes a condition on what the relation leads to."""

    def __init__(  # noqa: PLR0913  what a declaration may say of a relation
        self,
        target: str,
        *,
        path: str = "",
        embedded: str = "",
        create_key: str = "",
        envelope: str = "",
        named_in: str = "",
        named_as: tuple[str, ...] = (),
        is_wider: bool = False,
    ) -> None:
        self.target = target
        self.path = path
        self.envelope = envelope
        self.embedded = embedded
        self.create_key = create_key
        self.named_in = named_in
        self.named_as = named_as
        self.is_wider = is_wider

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner
        self.name = name

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the class and the name under which the relation is declared."""
        return declared_at, (self.owner, self.name)

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type, /) -> Many[M]: ...
        @overload
        def __get__(self, instance: object, owner: type, /) -> Collection[M]: ...
        def __get__(self, instance: object, owner: type, /) -> object: ...

    else:

        def __get__(self, instance, owner=None):
            """Return the collection, without a request; on a class, what `selectin` takes."""
            if instance is None:
                return self
            # It is kept in the dict, where it shadows this descriptor: the next read costs nothing.
            value = instance.__state__.owner.collection(instance, self.name)
            instance.__dict__[self.name] = value
            return value

    @property
    def model(self) -> type:
        """The class of the objects."""
        return lookup(self.target)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            """Raise `AttributeError`, which says how to ask of what the relation leads to."""
            if name.startswith("_") or ("owner" not in vars(type(self)) and "name" not in vars(self)):
                raise AttributeError(name)  # asked for by tools, or while the class is made
            refuse(self, "to many", name, dir(type(self)), instead=class_references.through(self, name))

        def __contains__(self, item: object) -> bool:
            """Raise `TypeError`: Python makes a truth value of what `in` answers."""
            model = self.target
            msg = f"{item!r} in {self} asks nothing of the API; write {self}.any({model}.id == ...)"
            raise TypeError(msg)

    def is_hidden(self, model: type) -> bool:
        """Whether no answer of the API shows what the relation leads to: every collection has a list."""
        del self, model
        return False

    def any(self, condition: Expression | None = None, /) -> Expression:
        """Whether there is an object here, and one that meets the condition; true or false, never unknown.

        It is evaluated here, on the cheapest lists that have the objects; `query.explain()` says which.
        """
        return relation_conditions.related(self.owner, self, condition)

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (One, Many)):
            return self is other
        msg = f"{self} is a collection, and is not compared with {other!r}; compare attributes of its objects"
        raise TypeError(msg)

    __hash__ = object.__hash__

    def assign(self, record: Record, value: object) -> None:
        """Fill the collection of a new object; raise `ReadOnlyAttribute` on any other."""
        state = record.__state__
        if not isinstance(state, State) or not state.is_new:
            msg = f"{record.__describe__()}.{self.name} is a collection: append(), query(), or delete its objects"
            raise ReadOnlyAttribute(msg)
        if self.create_key and is_plain(value):
            plain = self._checked(value, record)
            state.share(given_children={**(state.given_children or {}), self.name: plain})
            return
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            msg = f"{record.__describe__()}.{self.name} takes a list of {self.target}, not {value!r}"
            raise TypeError(msg)
        collection = getattr(record, self.name)
        for child in value:
            collection.append(child)

    def _checked(self, value: object, record: Record) -> object:
        """Return a copy of children that are plain dicts; raise `TypeError` for what no body can hold."""
        where = f"{record.__describe__()}.{self.name}"
        keys = self.model.__mapper__.keys  # type: ignore[attr-defined]  # a Model
        problem = json_values.problem_in(value, where)
        for child in value if isinstance(value, list) else ():
            for key, each in child.items():
                refers = keys[key].codec.refers if key in keys else ""
                if is_object(each) and refers and not fits(each, refers):
                    problem = problem or f"{where}: {key} takes {refers}, or its id, not {each.__describe__()}"
        if problem:
            raise TypeError(problem)
        return json_values.copied(value)

    def given(self, record: Record) -> object:
        """Return the children that a new object was given as plain dicts; `ABSENT` where it was given none."""
        return (record.__state__.given_children or {}).get(self.name, ABSENT)


def is_plain(value: object) -> bool:
    """Whether children are given as the API takes them: as plain dicts, or null."""
    if isinstance(value, list):
        return all(isinstance(each, Mapping) for each in value)
    return value is None or isinstance(value, Mapping)


@public
def selectin(*relations: Loadable) -> Option:
    """Load a relation for all objects of a query at once, then relations of these: `selectin(Instance.disks)`."""
    path: list[One[object] | Many[object]] = []
    for relation in relations:
        if isinstance(relation, class_references.Reference):
            path.append(relation.relation)
        elif isinstance(relation, Many):
            path.append(relation)
        else:
            msg = f"selectin() takes relations such as Instance.disks or Volume.linode, not {relation!r}"
            raise TypeError(msg)
    if not path:
        msg = "selectin() takes at least one relation, such as Instance.disks"
        raise TypeError(msg)
    return options.Option("selectin", tuple(path))


def relations_of(option: Option) -> tuple[One[Any] | Many[Any], ...]:
    """Return the relations that an option names, each of the objects that the one before it reaches."""
    return cast("tuple[One[Any] | Many[Any], ...]", option.path)


def relation_of(leaf: RelatedObject) -> One[Any] | Many[Any]:
    """Return the relation that a condition asks of."""
    return cast("One[Any] | Many[Any]", leaf.declared)


def leads_to_parent(leaf: RelatedObject) -> bool:
    """Whether a condition asks of the parent of an object."""
    relation = relation_of(leaf)
    return not isinstance(relation, Many) and not relation.via


@public
def raiseload() -> Option:
    """Refuse every implicit request for the relations of the objects of a query."""
    return options.Option("raise", ())


if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)
