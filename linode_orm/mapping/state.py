"""The state of one object, and what it may ask of its owner."""

from __future__ import annotations

from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from linode_orm.errors import DetachedInstanceError
from linode_orm.mapping.record import Record, RecordState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operations import Operation
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
    """How much of an object's body has been seen."""

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


R = TypeVar("R", bound=Record)


class Owner(Protocol):
    """What an object may ask of what owns it: a session, or a class that refuses."""

    @property
    def monotonic(self) -> Callable[[], float]:
        """Give the clock by which values grow stale, in seconds."""
        ...

    def load_attribute(self, instance: Record, name: str) -> None:
        """Load what `name` needs; after it the body holds the field or never will."""

    def freshen(self, instance: Record, name: str) -> None:
        """Read a volatile value again because it is too old."""

    def changed(self, instance: Record) -> None:
        """Look at the object when the next commit is planned, and keep it until then."""

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Give the one object with that key, without a request."""
        ...

    def collection(self, instance: Record, name: str) -> object:
        """Give the collection behind a to-many relation, without a request."""
        ...

    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Send an action now and give its answer."""
        ...

    def save(self, instance: Record) -> None:
        """Send what is pending for this object now."""

    def delete_now(self, instance: Record) -> None:
        """Delete this object now."""

    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Read the object until the condition is true."""


T = TypeVar("T")


class LoadOrigin(NamedTuple):
    """From where a reference was reached: what lets many be loaded together."""

    instance: Record
    relation: str


class Origin:
    """What the objects of one page have in common, held once; never changed, for others hold it too.

    But for `read_whole`, which counts how many of them were read so far that all their values were decoded.
    """

    __slots__ = ("batch", "fresh_until", "kept", "loaded", "owner", "parents", "read_whole", "stale_values", "status")

    def __init__(  # noqa: PLR0913, PLR0917  one argument a slot
        self,
        owner: Owner,
        parents: tuple[object, ...],
        status: Status,
        loaded: Loaded = Loaded.NOTHING,
        fresh_until: float | None = None,
        batch: object = None,
        kept: dict[str, object] | None = None,
        stale_values: StaleValues | None = None,
    ) -> None:
        self.owner = owner
        self.parents = parents
        self.status = status
        self.loaded = loaded
        self.fresh_until = fresh_until
        self.batch = batch
        self.kept = kept
        self.stale_values = stale_values
        self.read_whole = 0

    def but(self, name: str, value: object) -> Origin:
        """Give one that differs in one value."""
        copy = object.__new__(Origin)
        for each in self.__slots__:
            setattr(copy, each, value if each == name else getattr(self, each))
        return copy


class Shared(Generic[T]):
    """A value that stands in an object's origin until it is assigned; then the object has an origin of its own."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._get = attrgetter(name)

    if TYPE_CHECKING:

        def __get__(self, state: object, owner: type, /) -> T: ...

    else:

        def __get__(self, state, owner=None):
            """Give the value."""
            return self if state is None else self._get(state.origin)

    def __set__(self, state: State, value: T) -> None:
        if self._get(state.origin) is not value:
            state.origin = state.origin.but(self._name, value)


class State(RecordState):
    """The state of one object: its body, key, owner and pending edits.

    `batch` is the query that it came from, `fresh_until` the moment at which volatile values are old, `kept` what an
    answer showed only once, `shelf` what an expired object keeps of its mutable values.
    """

    __slots__ = ("identity", "origin")

    origin: Origin
    owner: Shared[Owner] = Shared()
    parents: Shared[tuple[object, ...]] = Shared()
    status: Shared[Status] = Shared()
    loaded: Shared[Loaded] = Shared()
    fresh_until: Shared[float | None] = Shared()
    batch: Shared[object] = Shared()
    kept: Shared[dict[str, object] | None] = Shared()
    stale_values: Shared[StaleValues | None] = Shared()

    def __init__(self, raw: dict[str, object], identity: object, origin: Origin) -> None:
        self.raw = raw
        self.edits = None
        self.identity = identity
        self.origin = origin

    @property
    def is_new(self) -> bool:
        """Whether the API does not know the object yet."""
        return self.status in _NEW

    def missing(self, record: Record, field: FieldFacts) -> object:
        """Load a field that has not been seen; give what stands for one that the API leaves out."""
        if self.status in _NEW:
            return _blank(record, field)
        needs = self.loaded is Loaded.NOTHING or (self.loaded is Loaded.ROW and field.only_on_get)
        if needs and field.kind != "secret":
            self.owner.load_attribute(record, field.name)
            if field.key in self.raw:
                return getattr(record, field.name)
        return super().missing(record, field)


_NEW: Final = frozenset({Status.TRANSIENT, Status.PENDING})


def _blank(record: Record, field: FieldFacts) -> object:
    """Stand in for an unset attribute of a new object: an empty list that can be filled, else None."""
    return field.codec.bare.blank(record, field.name) if field.takes("create") else None


class NoSessionOwner:
    """The owner of objects that no session owns: changes need no keeping, requests are refused."""

    def __init__(self, why: str) -> None:
        self._why = why

    def monotonic(self) -> float:
        """Give a time at which nothing is ever stale."""
        return float("-inf")

    def changed(self, instance: Record) -> None:
        """Nothing to keep."""

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Give a detached reference, good for its id."""
        del load_origin
        bare: R = model.__bare__(identity, parents, DETACHED, Status.DETACHED)  # type: ignore[attr-defined]  # a Model
        return bare

    def collection(self, instance: Record, name: str) -> object:
        """Refuse."""
        raise self.refusal(instance, f".{name}")

    def load_attribute(self, instance: Record, name: str) -> None:
        """Refuse."""
        raise self.refusal(instance, f".{name}")

    freshen = load_attribute

    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Refuse."""
        del arguments
        raise self.refusal(target, f".{operation.name}()")

    def save(self, instance: Record) -> None:
        """Refuse."""
        raise self.refusal(instance, ".save()")

    def delete_now(self, instance: Record) -> None:
        """Refuse."""
        raise self.refusal(instance, ".delete()")

    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Refuse."""
        del condition, timeout
        raise self.refusal(instance, ".wait_until()")

    def refusal(self, target: Record | type, what: str) -> DetachedInstanceError:
        """Say what was asked of which object, and why it cannot be."""
        name = target.__describe__() if isinstance(target, Record) else target.__name__
        return DetachedInstanceError(f"{name}{what} needs a request, and {self._why}")


DETACHED: Final = NoSessionOwner("the object has left its session; get it again from a session")

__all__ = ["DETACHED", "LoadOrigin", "Loaded", "NoSessionOwner", "Owner", "StaleValues", "State", "Status"]
