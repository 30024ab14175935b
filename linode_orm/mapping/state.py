"""The state of one object: its last answer, its key, its owner and what the user changed."""

from __future__ import annotations

from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, TypeVar, overload

from linode_orm.mapping.record import Record, RecordState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from linode_orm.mapping.owner import Owner
    from linode_orm.mapping.protocols import FieldFacts


class Status(Enum):
    """Where an object stands between the user and the API."""

    TRANSIENT = "transient"
    """Made by the user; no session knows it."""
    PENDING = "pending"
    """Added to a session; the next commit creates it."""
    PERSISTENT = "persistent"
    """In the API and in a session."""
    DELETED = "deleted"
    """Marked for deletion; the next commit deletes it."""
    DETACHED = "detached"
    """Belongs to no session any more."""


class Loaded(Enum):
    """How much of an object's body has been read."""

    NOTHING = "nothing"
    """A reference: the id alone."""
    ROW = "row"
    """A row of a list: everything but fields marked `only_on_get`."""
    WHOLE = "whole"
    """The object's own GET, or the answer of a write."""


class StaleValues(NamedTuple):
    """What an expired object keeps: its last body, and the mutable values that users may still hold."""

    raw: dict[str, object]
    values: dict[str, object]


T = TypeVar("T")


class Origin:
    """The values of a state that the objects of one page have in common, held once for all of them.

    It is copied on write, because other objects hold it too: a rare value such as `pending_parent` has a slot here and
    costs a persistent object no byte.
    """

    # 500 rows of a page share one of these, so that a value which rarely differs takes no slot of each object
    __slots__ = (
        "batch",
        "fresh_until",
        "given_children",
        "key_reader",
        "loaded",
        "one_time_values",
        "owner",
        "parents",
        "pending_parent",
        "stale_values",
        "status",
    )

    def __init__(  # noqa: PLR0913, PLR0917  one argument a slot
        self,
        owner: Owner,
        parents: tuple[object, ...],
        status: Status,
        loaded: Loaded = Loaded.NOTHING,
        fresh_until: float | None = None,
        batch: object = None,
    ) -> None:
        self.owner = owner
        self.parents = parents
        self.status = status
        self.loaded = loaded
        self.fresh_until = fresh_until
        self.batch = batch
        self.one_time_values: dict[str, object] | None = None
        self.stale_values: StaleValues | None = None
        self.pending_parent: Record | None = None
        self.given_children: dict[str, object] | None = None
        self.key_reader: Any = None
        """What reads the key of an object whose id no answer showed (`mapping/unread.py`)."""

    def replace(self, changes: Mapping[str, object]) -> Origin:
        """Return a copy with other values in some slots."""
        copy = Origin(self.owner, self.parents, self.status, self.loaded, self.fresh_until, self.batch)
        copy.one_time_values, copy.stale_values = self.one_time_values, self.stale_values
        copy.pending_parent, copy.given_children = self.pending_parent, self.given_children
        copy.key_reader = self.key_reader
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy


class _Read(property, Generic[T]):
    """A value that everybody may read and nobody can assign, such as one of the object's origin (`State.share`)."""

    def __init__(self, path: str) -> None:
        # Every assignment and every answer reads some of these: a getter in C costs a third of one in Python.
        super().__init__(attrgetter(path))

    if TYPE_CHECKING:

        @overload
        def __get__(self, state: None, owner: type, /) -> Self: ...
        @overload
        def __get__(self, state: object, owner: type | None = None, /) -> T: ...
        def __get__(self, state: object, owner: type | None = None, /) -> object: ...


class State(RecordState):
    """The state of one object: what it is, and how it changes.

    Code outside of `mapping` reads its attributes and calls its methods, and assigns nothing. The verbs that need the
    decoded values of an object are functions of `mapping.lifecycle` and `mapping.record`. A state that held its object
    would be a reference cycle, and an object would outlive its last use until the garbage collector runs.
    """

    __slots__ = ("identity", "origin")

    is_unread: ClassVar[bool] = False
    """Whether the id is not known yet, because no answer showed it: asking for it sends a request."""
    origin: Origin
    body: _Read[Mapping[str, Any]] = _Read("raw")
    """The last answer of the API; nobody changes it."""
    owner: _Read[Owner] = _Read("origin.owner")
    parents: _Read[tuple[object, ...]] = _Read("origin.parents")
    """The ids of the parents, from the outermost in."""
    status: _Read[Status] = _Read("origin.status")
    loaded: _Read[Loaded] = _Read("origin.loaded")
    fresh_until: _Read[float | None] = _Read("origin.fresh_until")
    """The time of the owner's monotonic clock from which volatile values are read again; None for never."""
    batch: _Read[object] = _Read("origin.batch")
    """The loader batch of the query that the object came from; the load origin of a reference that is not loaded."""
    one_time_values: _Read[dict[str, object] | None] = _Read("origin.one_time_values")
    """The values that an answer showed only once, by key: a new token."""
    stale_values: _Read[StaleValues | None] = _Read("origin.stale_values")
    pending_parent: _Read[Record | None] = _Read("origin.pending_parent")
    """The parent that a new object was given as an object."""
    given_children: _Read[dict[str, object] | None] = _Read("origin.given_children")
    """The children that a new object was given as plain dicts, by relation."""

    def __init__(self, raw: dict[str, object], identity: object, origin: Origin) -> None:
        self.raw = raw
        self.edits = None
        self.identity = identity
        self.origin = origin

    @property
    def is_new(self) -> bool:
        """Whether the API does not know the object yet."""
        return self.origin.status in _NEW

    @property
    def is_in_session(self) -> bool:
        """Whether the object belongs to a session."""
        return self.origin.status not in _ALONE

    @property
    def is_loaded(self) -> bool:
        """Whether more than the id has been read."""
        return self.origin.loaded is not Loaded.NOTHING

    @property
    def key(self) -> tuple[object, ...]:
        """The ids from the outermost parent in; the own one is the last, unless the object is a singleton."""
        return self.parents if self.identity is None else (*self.parents, self.identity)

    def share(self, **changes: object) -> None:
        """Replace values of the origin, which becomes the object's own where one of them differs."""
        # most calls change nothing: a row that is read again has the status, the owner and the parents that it had
        for name, value in changes.items():
            if getattr(self.origin, name) is not value:
                self.origin = self.origin.replace(changes)
                return

    def attach(self, owner: Owner, status: Status) -> None:
        """Give the object to an owner."""
        self.share(owner=owner, status=status)

    def mark_deleted(self) -> None:
        """Let the next commit delete the object."""
        self.share(status=Status.DELETED)

    def unmark_deleted(self) -> None:
        """Let the next commit keep the object."""
        self.share(status=Status.PERSISTENT)

    def join(self, batch: object) -> None:
        """Let the object be loaded together with others: those of a loader batch, or the siblings of a load origin."""
        self.share(batch=batch)

    def move_below(self, parents: tuple[object, ...]) -> None:
        """Take other ids of the parents, which became known or were changed."""
        self.share(parents=parents)

    def missing(self, record: Record, field: FieldFacts) -> object:
        """Load a field that has not been read; return what stands for one that the API leaves out."""
        if self.is_new:
            return _blank(record, field)
        # a whole body that lacks the key was answered without it: another GET would not bring it
        needs = not self.is_loaded or (self.loaded is Loaded.ROW and field.only_on_get)
        if needs and not field.is_write_only:
            self.owner.load(record, field.name)
            if field.key in self.raw:
                return getattr(record, field.name)
        if not self.raw and record.__mapper__.singleton:
            return field.codec.null(record, field.name)  # the API answers `{}` where there is nothing of it
        return super().missing(record, field)


state_of: Callable[[Record], State] = attrgetter("__state__")
"""Return the state of an object: the one way from outside of `mapping` (SQLAlchemy's `instance_state` is the model)."""

# tuples, because the hash of a member of an enumeration is a call of Python code
_NEW: Final = (Status.TRANSIENT, Status.PENDING)
_ALONE: Final = (Status.TRANSIENT, Status.DETACHED)


def _blank(record: Record, field: FieldFacts) -> object:
    """Return what an unset attribute of a new object reads: an empty list that can be filled, else None."""
    return field.codec.bare.blank(record, field.name) if field.takes("create") else None
