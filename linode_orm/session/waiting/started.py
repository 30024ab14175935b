"""Started actions: what this session has asked objects to do, and the events by which that is known to have ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping import Model
from linode_orm.mapping.jobs import JobEnd
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.event_paths import collection_of, parent_path, path_of, places_in
from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from weakref import ReferenceType

    from linode_orm.mapping.operations import Operation
    from linode_orm.session.waiting.jobs import SessionJob
    from linode_orm.wire.client import Client

    ObjectKey = tuple[str, object, tuple[object, ...]]
    """The class, the id, and the ids of the parents."""

ENDED: Final = frozenset({"failed", "finished", "notification"})
"""The states of an event whose job runs no longer."""

JOBS: Final = {"Instance": "linode_", "MySQLDatabase": "database_", "PostgreSQLDatabase": "database_"}
"""How the events of the jobs of a class begin: of commands like `rescue` nobody has seen which event tells."""

LATEST_EVENT_DELAY: Final = 10.0
"""For how many seconds after it happened an event, or a state, may not be shown yet."""
_SURELY_SHOWN: Final = 30.0
"""After how many seconds without an event a state counts that was never seen to be another one."""
_MOST_KEPT: Final = 10_000


def event_of(instance: Model, operation: Operation) -> str | None:
    """Return how the event begins that tells of an action of an object; None where none does."""
    if operation.event is not None:
        return operation.event
    is_command = operation.method == "POST" and (operation.answers is None or operation.job is not None)
    return JOBS.get(type(instance).__name__) if is_command else None


class StartedAction:
    """One action of this session on an object, and what its event and its states have shown; it holds no object.

    `event_name` is how the name of its event begins. `end` is the state that ends its job, of the object with the key
    `subject`.
    """

    def __init__(self, client: Client, instance: Model, operation: Operation, since: ApiTime, sent: object) -> None:
        self._client, self._known_from = client, client.clock.monotonic()
        self.name, self.is_job, self.since = operation.name, operation.job is not None, since
        self.event_name = event_of(instance, operation)
        self.key = self.subject = key_of(instance)
        self.end = JobEnd.of(operation.job, sent)
        self._siblings, self._own, self._around = (
            f"{collection_of(instance)}/",
            {path_of(instance)},
            {parent_path(instance)},
        )
        self.was_met = (
            None if self.end is None or not state_of(instance).is_loaded else self.end.is_met(state_of(instance).body)
        )
        self._seen_false = self._has_reached = False
        self.number: int | None = None
        """The id of its event, once that was seen."""
        self.is_in_doubt = False
        """Whether it may not have been done, so that no state tells of it."""
        self.floor = 0
        """The id of the event of an earlier action on the object, which is older than its own."""
        self.status = self.message = ""
        self.percent = 0
        self.event: Model | None = None
        self.job: ReferenceType[SessionJob] | None = None
        self.asked = float("-inf")
        """When it was last asked for, by the monotonic clock."""

    @property
    def age(self) -> float:
        """How many seconds ago it was sent; at least as many as it has been known, for a clock may have been set."""
        return max(self.since.age(self._client), self._client.clock.monotonic() - self._known_from)

    # -- its event ---------------------------------------------------------------------------------------------------

    def knows(self, *, given: Iterable[str] = (), made: Model | None = None) -> None:
        """Take the paths of the objects that it was given, and the object that it made: its event may name them."""
        self._around.update(given)
        if made is not None and key_of(made) != self.key:
            self._own.add(path_of(made))
            self.subject, self._seen_false = key_of(made), True  # no state of it is from before

    def fits(self, event: Mapping[str, Any]) -> bool:
        """Whether an event is about this action: of its name or a variant of it, on the object, and not older.

        `linode_resize_create` says that a resize was asked for, and ends before that begins: it is no variant.
        """
        name, wanted = str(event.get("action") or ""), self.event_name
        if wanted is None or not (name == wanted or (name.startswith(wanted) and not name.endswith("_create"))):
            return False
        places = places_in(event)
        alike = [each for each in places if each.startswith(self._siblings) and "/" not in each[len(self._siblings) :]]
        if not (self._own.intersection(places) or (not alike and self._around.intersection(places))):
            return False
        created = created_of(event)
        return created is not None and created >= self.since.earliest(self._client)

    def take(self, event: Mapping[str, Any], shown: Model | None = None) -> None:
        """Take what its event says."""
        self.number, self.status = int(event["id"]), str(event.get("status"))
        self.message = str(event.get("message") or "")
        percent = event.get("percent_complete")
        self.percent = max(self.percent, percent if isinstance(percent, int) else 0)
        self.event = shown or self.event

    @property
    def has_ended(self) -> bool:
        """Whether its event says so; one that is a mere notification does where no state is to follow."""
        if self.status == "notification" and self.end is not None and not self.end.is_decisive:
            return self._has_reached or self.age >= LATEST_EVENT_DELAY
        return self.status in ENDED

    # -- its job -----------------------------------------------------------------------------------------------------

    def observe(self, body: Mapping[str, Any]) -> None:
        """Take the state of its subject, as it was read just now."""
        if self.end is None or self.is_in_doubt:
            return
        if not self.end.is_met(body):
            # what is shown early may be older than the action, unless it was otherwise then
            self._seen_false |= bool(self.was_met) or self.age >= LATEST_EVENT_DELAY
            return
        late = LATEST_EVENT_DELAY if self.was_met is False else _SURELY_SHOWN
        self._has_reached |= self.end.is_decisive or self._seen_false or self.age >= late

    def lose(self, why: str) -> None:
        """Note that its job cannot end well."""
        self.status, self.message = "failed", why

    @property
    def needs_state(self) -> bool:
        """Whether a state is to tell whether its job has ended, as far as events have shown."""
        is_missing = self.number is None and self.age >= LATEST_EVENT_DELAY
        return self.end is not None and not self.is_over and (is_missing or self.status == "notification")

    @property
    def is_over(self) -> bool:
        """Whether its job has ended."""
        is_known = self.status in {"failed", "finished"} or (self.status == "notification" and self.end is None)
        return is_known or self._has_reached

    @property
    def has_failed(self) -> bool:
        """Whether its event says that the job failed."""
        return self.status == "failed"


class StartedActions:
    """The newest action of a session on each object, by the keys of the objects, and whose events are claimed."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[ObjectKey, StartedAction] = {}
        self._jobs: dict[ObjectKey, StartedAction] = {}
        self._claimed: dict[int, StartedAction] = {}
        self.are_events_refused = False
        """Whether the token may not read events."""

    def now(self) -> ApiTime:
        """Return the moment before an action is sent."""
        return ApiTime.now(self._client)

    def add(
        self, instance: Model, operation: Operation, since: ApiTime, sent: object = None, given: Iterable[str] = ()
    ) -> StartedAction | None:
        """Note that an action was sent of which events or states tell, in place of an earlier one on the object.

        `sent` is the body of its request, `given` are the paths of the objects among its arguments. Returns None where
        nothing tells.
        """
        action = StartedAction(self._client, instance, operation, since, sent)
        if action.event_name is None and not action.is_job:
            return None
        action.knows(given=given)
        earlier = self._jobs.get(action.key)
        if earlier is not None:
            action.floor = max(earlier.floor, earlier.number or 0)
        _keep(self._known, action.key, action)
        if action.is_job:
            _keep(self._jobs, action.key, action)
        return action

    def test_for(
        self, instance: Model, operation: Operation, given: Iterable[str]
    ) -> Callable[[Mapping[str, Any]], bool]:
        """Return what says whether an event is that of an action which is about to be sent; see `add`."""
        action = StartedAction(self._client, instance, operation, self.now(), None)
        action.knows(given=given)
        return action.fits

    def made(self, action: StartedAction, instance: Model) -> None:
        """Note the object that an action has made: its job is that object's too."""
        action.knows(made=instance)
        if action.is_job:
            _keep(self._jobs, key_of(instance), action)

    def of(self, instance: Model) -> StartedAction | None:
        """Return the action on an object that has not been seen to end."""
        return self._known.get(key_of(instance))

    def job_of(self, instance: Model) -> StartedAction | None:
        """Return the newest action on an object that has started a job, ended or not."""
        return self._jobs.get(key_of(instance))

    def forget(self, instance: Model) -> None:
        """Note that an action has ended."""
        self._known.pop(key_of(instance), None)

    def withdraw(self, action: StartedAction) -> None:
        """Take back an action that was not done, or of which nothing is to be waited for."""
        self.end(action)
        if self._jobs.get(action.key) is action:
            del self._jobs[action.key]

    def end(self, action: StartedAction) -> None:
        """Note that a job has ended, unless another action on its object has begun since."""
        if self._known.get(action.key) is action:
            del self._known[action.key]

    def claim(self, started: StartedAction, number: int) -> bool:
        """Whether an event is that of an action, and of no other one of this session."""
        if number <= started.floor:
            return False
        if len(self._claimed) > _MOST_KEPT:
            del self._claimed[next(iter(self._claimed))]
        return self._claimed.setdefault(number, started) is started


def _keep(table: dict[ObjectKey, StartedAction], key: ObjectKey, action: StartedAction) -> None:
    table.pop(key, None)  # the newest one stands last
    table[key] = action
    if len(table) > _MOST_KEPT:
        del table[next(iter(table))]


def key_of(instance: Model) -> ObjectKey:
    """Return the key of an object in the identity map."""
    state = state_of(instance)
    return instance.__mapper__.name, state.identity, state.parents


def created_of(event: Mapping[str, Any]) -> datetime | None:
    """Return when an event was made; None where that cannot be read."""
    try:
        return datetime.fromisoformat(str(event.get("created"))).replace(tzinfo=UTC)
    except ValueError:
        return None


def models_in(values: Iterable[object]) -> list[Model]:
    """Return the objects among values, and in lists among them."""
    found: list[Model] = []
    for value in values:
        if isinstance(value, Model):
            found.append(value)
        elif isinstance(value, (list, tuple, dict)):
            found += models_in(value.values() if isinstance(value, dict) else value)
    return found


__all__ = [
    "ENDED",
    "JOBS",
    "LATEST_EVENT_DELAY",
    "StartedAction",
    "StartedActions",
    "created_of",
    "event_of",
    "models_in",
]
