"""Started actions: what this session has asked objects to do, and the events by which that is known to have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from linode_orm.session.loading.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from linode_orm.mapping import Model
    from linode_orm.wire.client import Client

ENDED: Final = frozenset({"failed", "finished", "notification"})
"""The states of an event whose job runs no longer."""


class StartedAction:
    """The newest action of this session on one object; `event` is the name of its event."""

    def __init__(self, event: str, since: ApiTime) -> None:
        self.event, self.since = event, since
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
        """Whether an event of the object is about this action: of its name or a variant of it, and not older."""
        is_named_so = str(event.get("action") or "").startswith(self.event)
        return is_named_so and created >= self.since.earliest(client)


class StartedActions:
    """The newest action of a session on each object that has not been seen to end."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[int, tuple[ref[Model], StartedAction]] = {}
        self._claimed: dict[int, StartedAction] = {}

    def now(self) -> ApiTime:
        """Return the moment before an action is sent."""
        return ApiTime.now(self._client)

    def add(self, instance: Model, event: str, since: ApiTime) -> None:
        """Note that an action was sent; an earlier one on the object is not waited for any more."""
        key = id(instance)
        self._known[key] = ref(instance, lambda _: self._known.pop(key, None)), StartedAction(event, since)

    def of(self, instance: Model) -> StartedAction | None:
        """Return the action on an object that has not been seen to end."""
        known = self._known.get(id(instance))
        return known[1] if known is not None and known[0]() is instance else None

    def forget(self, instance: Model) -> None:
        """Note that an action has ended."""
        self._known.pop(id(instance), None)

    def claim(self, started: StartedAction, number: int) -> bool:
        """Whether an event is that of an action, and of no other one of this session."""
        return self._claimed.setdefault(number, started) is started
