"""The owner of an object: what a model asks of its session, or of the class that stands for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from linode_orm.mapping.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operations import Operation

R = TypeVar("R", bound=Record)


class LoadOrigin(NamedTuple):
    """The object and the relation by which a reference was reached: its siblings are loaded together with it."""

    instance: Record
    relation: str


class Owner(Protocol):
    """What an object may ask of its owner: a session's `SessionOwner`, or a class that refuses."""

    @property
    def client(self) -> object:
        """The client that sends the requests that a model makes itself, such as uploads."""
        ...

    @property
    def monotonic(self) -> Callable[[], float]:
        """The clock by which values grow stale, in seconds."""
        ...

    def load(self, instance: Record, name: str) -> None:
        """Load the attribute `name`; after the call the body holds it, or the API does not answer it."""

    def freshen(self, instance: Record, name: str) -> None:
        """Read a volatile value again because it is too old."""

    def changed(self, instance: Record) -> None:
        """Keep the object until the next commit has looked at it."""

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Return the one object with that key, without a request."""
        ...

    def collection(self, instance: Record, name: str) -> object:
        """Return the collection behind a to-many relation, without a request."""
        ...

    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Send an action now and return its answer."""
        ...

    def job(self, instance: Record) -> object:
        """Return the newest job that was started on the object, None where there is none; sends nothing."""
        ...

    def check_write(self, call: str) -> None:
        """Raise `InvalidRequestError` for a call that sends itself, such as an upload, where nothing may be sent."""

    def save(self, instance: Record) -> None:
        """Send what is pending for this object now."""

    def delete(self, instance: Record) -> None:
        """Delete this object now."""

    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Read the object until the condition is true, for at most `timeout` seconds."""


class SessionBase:
    """The base of `Session`, by which models know sessions, whose module is far above theirs."""

    __owner__: Owner
    """What the objects of the session ask of it."""
