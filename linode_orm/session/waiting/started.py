"""Started actions: what this session has asked objects to do, and the events by which that is known to have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.state import state_of
from linode_orm.session.loading.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from linode_orm.mapping import Model
    from linode_orm.mapping.operations import Operation
    from linode_orm.wire.client import Client

    ObjectKey = tuple[str, object, tuple[object, ...]]

ENDED: Final = frozenset({"failed", "finished", "notification"})
"""The states of an event whose job runs no longer."""

JOBS: Final = {"Instance": "linode_", "MySQLDatabase": "database_", "PostgreSQLDatabase": "database_"}
"""How the events of the jobs of a class begin: of commands like `rescue` nobody has seen which event tells."""

_MOST_KEPT: Final = 10_000


def event_of(instance: Model, operation: Operation) -> str | None:
    """Return how the event begins that tells of an action of an object; None where none does."""
    if operation.event is not None:
        return operation.event
    is_command = operation.method == "POST" and operation.answers is None
    return JOBS.get(type(instance).__name__) if is_command else None


class StartedAction:
    """The newest action of this session on one object; `event` is how the name of its event begins."""

    def __init__(self, name: str, event: str, since: ApiTime) -> None:
        self.name, self.event, self.since = name, event, since
        self.number: int | None = None
        """The id of its event, once that was seen."""
        self.status = ""

    @property
    def has_ended(self) -> bool:
        """Whether its event says so."""
        return self.status in ENDED

    def age(self, client: Client) -> float:
        """Return how many seconds ago it was sent."""
        return client.clock.monotonic() - (self.since.seconds or 0.0)

    def fits(self, client: Client, event: Mapping[str, Any], created: datetime) -> bool:
        """Whether an event of the object is about this action: of its name or a variant of it, and not older.

        `linode_resize_create` says that a resize was asked for, and ends before that begins: it is no variant.
        """
        name = str(event.get("action") or "")
        is_named_so = name == self.event or (name.startswith(self.event) and not name.endswith("_create"))
        return is_named_so and created >= self.since.earliest(client)


class StartedActions:
    """The newest action of a session on each object that has not been seen to end, by the keys of the objects."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[ObjectKey, StartedAction] = {}
        self._claimed: dict[int, StartedAction] = {}

    def now(self) -> ApiTime:
        """Return the moment before an action is sent."""
        return ApiTime.now(self._client)

    def add(self, instance: Model, operation: Operation, since: ApiTime) -> None:
        """Note that an action was sent of which events tell; an earlier one on the object is waited for no more."""
        event = event_of(instance, operation)
        if event is not None:
            self._known[_key(instance)] = StartedAction(operation.name, event, since)
            if len(self._known) > _MOST_KEPT:
                del self._known[next(iter(self._known))]

    def of(self, instance: Model) -> StartedAction | None:
        """Return the action on an object that has not been seen to end."""
        return self._known.get(_key(instance))

    def forget(self, instance: Model) -> None:
        """Note that an action has ended."""
        self._known.pop(_key(instance), None)

    def claim(self, started: StartedAction, number: int) -> bool:
        """Whether an event is that of an action, and of no other one of this session."""
        if len(self._claimed) > _MOST_KEPT:
            del self._claimed[next(iter(self._claimed))]
        return self._claimed.setdefault(number, started) is started


def _key(instance: Model) -> ObjectKey:
    state = state_of(instance)
    return instance.__mapper__.name, state.identity, state.parents
