"""The event feed: the account's events about objects that are waited for, in one request for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.errors import ApiError, LinodeORMError
from linode_orm.mapping.expressions import or_
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.event_paths import parent_path, path_of, places_in
from linode_orm.session.waiting.reachability import EVENTFUL, PART_OF, decided_by
from linode_orm.session.waiting.started import LATEST_EVENT_DELAY, created_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.operators import Attribute
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.waiting.started import StartedActions
    from linode_orm.wire.client import Client

    Body = Mapping[str, Any]

_FIRST_PAGE: Final = 499
"""How many events the first poll reads at most: one page."""
_LOOK_BACK: Final = timedelta(days=1)
"""How far back the first poll goes, because the clocks of client and API may differ by hours."""
_RECENT: Final = timedelta(minutes=5)
"""How old a failure from before the wait may be and still be about what is waited for."""
_LATE: Final = timedelta(seconds=30)
"""How long after newer ones an event may come: they are not shown in the order in which they are made."""
_MOST_FAILURES: Final = 2
"""After how many failures in a row events are not asked for any more."""
_MOST_BY_ID: Final = 200
"""How many running jobs are asked for by id; more of them are asked for by the range from the first."""
_RUNNING: Final = frozenset({"scheduled", "started"})


class DecidingEvent(NamedTuple):
    """The newest of the events that decide an attribute of one object."""

    id: int
    action: str
    status: str
    created: str
    message: str
    is_new: bool
    """Whether it came, or changed its status, during the wait."""


class EventFeed:
    """Follows the events of objects: which of them to read, how far their jobs are, and which jobs have failed.

    An event is never taken for the state of an object; it says that the object is to be read. It may name the Linode
    of a disk instead of the disk, and nothing tells whether a state changes before or after its event.
    """

    def __init__(self, client: Client, runner: QueryRunner, objects: Iterable[Model], started: StartedActions) -> None:
        self._client, self._runner, self._started = client, runner, started
        self._began, self._began_at = client.clock.monotonic(), client.clock.now()
        self._own: dict[str, Model] = {}
        self._about: dict[str, list[Model]] = {}
        """By path: the objects whose events name it, as the object itself or as its parent."""
        for each in objects:
            path, above = path_of(each), parent_path(each)
            self._own[path] = each
            for place in (path, above) if above else (path,):
                self._about.setdefault(place, []).append(each)
        self._failures = 0
        self._newest: int | None = None
        self._floor = 0
        self._states: dict[int, str] = {}
        self._open: set[int] = set()
        self._jobs: dict[tuple[int, str], DecidingEvent] = {}
        self._percent: dict[int, int] = {}
        self._jobs_of: dict[int, dict[int, tuple[str, bool]]] = {}
        """By object: the actions of the events about it, and whether their jobs run."""
        concerns = (type(each).__name__ in EVENTFUL or started.of(each) is not None for each in self._own.values())
        self.is_disabled = not any(concerns)
        """Whether events are not asked for: these classes have none, or the token may not read them."""

    def poll(self) -> set[int]:
        """Ask for events in 1 request; return the `id()` of each object that has news since the last poll.

        A failure is no error of the wait, which then reads the objects themselves.
        """
        event: Any = lookup("Event")
        query: Query[Any] = Query(event, self._runner)
        try:
            if self._newest is None:
                # newest first, so that one page holds what happened last, however many events a day has
                since = event.created >= self._began_at - _LOOK_BACK
                found = query.filter(since).order_by(event.id.desc()).limit(_FIRST_PAGE).all()
            else:
                found = query.filter(self._later()).all()
        except LinodeORMError as error:
            # events only save requests; without them every round reads the objects
            self._failures += 1
            self.is_disabled = self._failures >= _MOST_FAILURES or (isinstance(error, ApiError) and not error.retryable)
            return set()
        self._failures = 0
        is_first, self._newest = self._newest is None, self._newest or 0
        news: set[int] = set()
        bodies = sorted((state_of(each).body for each in found), key=lambda raw: int(raw["id"]))
        for body in bodies:
            news |= self._take(body, is_first=is_first)
        self._raise_floor(bodies)
        return news

    def _raise_floor(self, bodies: Iterable[Body]) -> None:
        """Let events be asked for that are newer than those before which none can come any more: some come late."""
        made = [(int(each["id"]), created_of(each)) for each in bodies]
        dated = [(number, created) for number, created in made if created is not None]
        newest = max((created for _, created in dated), default=None)
        old = [number for number, created in dated if newest is not None and created < newest - _LATE]
        self._floor = max([self._floor, *old])

    def _later(self) -> Expression:
        """Return the condition on events that are new, or whose job was running at the last poll."""
        event: Any = lookup("Event")
        event_id: Attribute[int] = event.id
        newest = self._floor
        # a filter by very many ids is split into several requests; one by range stays one
        if len(self._open) > _MOST_BY_ID:
            return event_id >= min(self._open)
        return or_(event_id > newest, event_id.in_(sorted(self._open))) if self._open else event_id > newest

    def _take(self, event: Body, *, is_first: bool) -> set[int]:
        """Take one event; return the `id()` of each object about which it says something new."""
        number, status = int(event["id"]), str(event.get("status"))
        before = self._states.get(number)
        self._newest = max(self._newest or 0, number)
        places = places_in(event)
        about = [each for place in places for each in self._about.get(place, ())]
        if not about:
            return set()
        self._states[number] = status
        for each in about:
            self._note_started(each, event)
        # the first poll reads the past: what it shows is no news, and becomes news when its status changes
        is_new = before is not None or not is_first
        decides = False
        for each in (self._own[place] for place in places if place in self._own):
            decides |= self._note_job(each, event, is_new=is_new and status != before)
            self._percent[id(each)] = _percent(event, self._percent.get(id(each), 0), starts=before is None)
        # a notification may turn later (TestDatabase_MySQL_Suite#64), where a job stands behind it
        if status in _RUNNING or (status == "notification" and decides):
            self._open.add(number)
        else:
            self._open.discard(number)
        for each in about:
            self._jobs_of.setdefault(id(each), {})[number] = (str(event.get("action")), status in _RUNNING)
        # that a job has started is no reason to look
        is_news = is_new and status != before and status not in _RUNNING
        return {id(each) for each in about} if is_news else set()

    def _note_job(self, instance: Model, event: Body, *, is_new: bool) -> bool:
        """Keep an event as the newest job of the attributes that its action decides; return whether there are any."""
        names = decided_by(type(instance), event.get("action"))
        number = int(event["id"])
        for name in names:
            known = self._jobs.get((id(instance), name))
            if known is None or known.id <= number:
                keeps = known is not None and known.id == number and known.is_new
                action, status, created, message = (
                    str(event.get(key) or "") for key in ("action", "status", "created", "message")
                )
                self._jobs[id(instance), name] = DecidingEvent(
                    number, action, status, created, message, is_new or keeps
                )
        return bool(names)

    def _note_started(self, instance: Model, event: Body) -> None:
        """Keep what an event says of the action that this session started on an object: the newest one counts."""
        started, number = self._started.of(instance), int(event["id"])
        if started is None or (started.number or 0) > number:
            return
        if started.fits(event) and self._started.claim(started, number):
            started.take(event)
            if not started.has_ended:
                self._open.add(number)

    def ended(self, held: Iterable[int]) -> set[int]:
        """Return those of these objects, by their `id()`, whose action that this session started has ended."""
        wanted = set(held)
        actions = ((id(each), self._started.of(each)) for each in self._own.values() if id(each) in wanted)
        return {key for key, started in actions if started is not None and started.has_ended}

    def job_of_event(self, instance: Model, names: frozenset[str]) -> str:
        """Return whether a job that decides these attributes `runs` or has `ended`, by the newest event about one.

        Empty where no event tells of one.
        """
        events = self._jobs_of.get(id(instance), {}).items()
        found = [(number, runs) for number, (action, runs) in events if _decides(type(instance), action, names)]
        return ("runs" if max(found)[1] else "ended") if found else ""

    def percent(self, instance: Model) -> int | None:
        """Return how far the last job of an object has come; it never goes back, although the API's figure may."""
        return self._percent.get(id(instance)) or None

    def failed(self, instance: Model) -> dict[str, str]:
        """Return the attributes that stay as they are because the last job that was to change them failed, and why."""
        found: dict[str, str] = {}
        for (holder, name), job in self._jobs.items():
            started = self._started.of(instance)
            is_ours = started is not None and started.number == job.id
            if (
                holder == id(instance)
                and job.status == "failed"
                and (is_ours or job.is_new or self._is_about_this(job))
            ):
                found[name] = f"event {job.id} says that {job.action} failed" + (f": {job.message}" * bool(job.message))
        return found

    def _is_about_this(self, job: DecidingEvent) -> bool:
        """Whether a failure from before the wait is about this wait: recent, and still the newest event.

        Where the clock of the API is known, a failure after the call of `wait()` counts at once. One from before it may
        be that of an earlier try, whose successor has no event yet.
        """
        try:
            created = datetime.fromisoformat(job.created).replace(tzinfo=UTC)
        except ValueError:
            return False
        skew = self._client.skew
        began = self._began_at + (skew or timedelta())
        if skew is not None and created > began:
            return True
        stayed = self._client.clock.monotonic() - self._began >= LATEST_EVENT_DELAY
        return stayed and created >= began - _RECENT


def _decides(model: type[Model], action: str, names: frozenset[str]) -> bool:
    """Whether the job of an action decides all these attributes: its event may name what the object is part of."""
    return bool(names) and names <= {*decided_by(model, action), *PART_OF.get((model.__name__, action), ())}


def _percent(event: Body, known: int, *, starts: bool) -> int:
    """Return the greatest percentage of a job: it went 83, 90, 0, 100 (TestInstance_Disk_ListMultiple_Secondary#8)."""
    value = event.get("percent_complete")
    seen = value if isinstance(value, int) else 0
    return seen if starts else max(seen, known)
