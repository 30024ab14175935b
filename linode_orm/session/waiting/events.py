"""Listening: what the account's events tell about objects that are waited for, in one request for all of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import unquote

from linode_orm.errors import ApiError, LinodeORMError
from linode_orm.mapping.expressions import or_
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.reachability import VERDICTS, decided_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.expressions import Attribute
    from linode_orm.mapping.query import Runner
    from linode_orm.wire.client import Client
    from linode_orm.wire.clock import Clock

    Body = Mapping[str, Any]

FIRST: Final = 499
"""How many events the first look takes at most: one page."""
_REACH: Final = timedelta(days=1)
"""How far back the first look goes, in case the clocks of client and API differ by hours."""
RECENT: Final = timedelta(minutes=5)
"""How old a failure from before the wait may be and still be about what is waited for."""
SETTLE: Final = 10.0
"""For how many seconds such a failure must stay the last word: the event of a second try need not be there at once."""
_PATIENCE: Final = 2
"""After how many failures in a row events are not asked for any more."""
_MANY: Final = 200
"""How many running jobs are asked for by id; more of them by the range from the first."""
_RUNNING: Final = frozenset({"scheduled", "started"})
_VERSION: Final = re.compile(r"^/v4(?:beta)?(?=/)")


class Hears(Protocol):
    """What listening needs of a session."""

    clock: Clock
    client: Client

    @property
    def runner(self) -> Runner:
        """What answers queries."""
        ...


class Job(NamedTuple):
    """The last event of those that decide an attribute."""

    id: int
    action: str
    status: str
    created: str
    message: str
    is_new: bool
    """It came, or turned, while it was listened for."""


class EventFeed:
    """Follows the events of objects: which of them to look at, how far their jobs are, what has failed."""

    def __init__(self, session: Hears, objects: Iterable[Model]) -> None:
        self._session = session
        self._began, self._moment = session.clock.monotonic(), session.clock.now()
        self._own: dict[str, Model] = {}
        self._about: dict[str, list[Model]] = {}
        """By path: those whose events name it, as the thing itself or as what it hangs on."""
        for each in objects:
            path = unquote(each.__mapper__.path_for(state_of(each).identity, state_of(each).parents))
            self._own[path] = each
            above = _parent_path(each)
            for place in (path, above) if above else (path,):
                self._about.setdefault(place, []).append(each)
        self._failures = 0
        self._newest: int | None = None
        self._states: dict[int, str] = {}
        self._open: set[int] = set()
        self._jobs: dict[tuple[int, str], Job] = {}
        self._percent: dict[int, int] = {}
        self.is_disabled = not any(type(each).__name__ in VERDICTS for each in self._own.values())
        """Events tell nothing: those classes have none, or the token may not read them."""

    def poll(self) -> set[int]:
        """Ask for events once; give the objects (by `id()`) about which there is news since the last time."""
        event: Any = lookup("Event")
        query: Query[Any] = Query(event, self._session.runner)
        try:
            if self._newest is None:
                since = event.created >= self._moment - _REACH
                found = query.filter(since).order_by(event.id.desc()).limit(FIRST).all()
            else:
                found = query.filter(self._later()).all()
        except LinodeORMError as error:
            self._failures += 1
            self.is_disabled = self._failures >= _PATIENCE or (isinstance(error, ApiError) and not error.retryable)
            return set()
        self._failures = 0
        is_first, self._newest = self._newest is None, self._newest or 0
        news: set[int] = set()
        for body in sorted((state_of(each).body for each in found), key=lambda raw: int(raw["id"])):
            news |= self._one(body, is_first=is_first)
        return news

    def _later(self) -> Expression:
        event: Any = lookup("Event")
        event_id: Attribute[int] = event.id
        newest = self._newest or 0
        if len(self._open) > _MANY:
            return event_id >= min(self._open)
        return or_(event_id > newest, event_id.in_(sorted(self._open))) if self._open else event_id > newest

    def _one(self, event: Body, *, is_first: bool) -> set[int]:
        """Take in one event; give the objects that it says something new about."""
        number, status = int(event["id"]), str(event.get("status"))
        before = self._states.get(number)
        self._newest = max(self._newest or 0, number)
        places = [_place(event.get(each)) for each in ("entity", "secondary_entity")]
        about = [each for place in places for each in self._about.get(place, ())]
        if not about:
            return set()
        self._states[number] = status
        is_new = before is not None or not is_first
        decides = False
        for each in (self._own[place] for place in places if place in self._own):
            decides |= self._decide(each, event, is_new=is_new and status != before)
            self._percent[id(each)] = _percent(event, self._percent.get(id(each), 0), starts=before is None)
        # a notification may turn later (TestDatabase_MySQL_Suite#64), where a job stands behind it
        if status in _RUNNING or (status == "notification" and decides):
            self._open.add(number)
        else:
            self._open.discard(number)
        # that a job has started is no reason to look
        is_news = is_new and status != before and status not in _RUNNING
        return {id(each) for each in about} if is_news else set()

    def _decide(self, instance: Model, event: Body, *, is_new: bool) -> bool:
        names = decided_by(type(instance), event.get("action"))
        number = int(event["id"])
        for name in names:
            known = self._jobs.get((id(instance), name))
            if known is None or known.id <= number:
                keeps = known is not None and known.id == number and known.is_new
                action, status, created, message = (
                    str(event.get(key) or "") for key in ("action", "status", "created", "message")
                )
                self._jobs[id(instance), name] = Job(number, action, status, created, message, is_new or keeps)
        return bool(names)

    def percent(self, instance: Model) -> int | None:
        """Give how far the last job of an object is known to be; the API's own figure may go back."""
        return self._percent.get(id(instance)) or None

    def failed(self, instance: Model) -> dict[str, str]:
        """Give the attributes of an object that stay as they are, for the last job that was to change them failed."""
        found: dict[str, str] = {}
        for (holder, name), job in self._jobs.items():
            if holder == id(instance) and job.status == "failed" and (job.is_new or self._is_about_this(job)):
                found[name] = f"event {job.id} says that {job.action} failed" + (f": {job.message}" * bool(job.message))
        return found

    def _is_about_this(self, job: Job) -> bool:
        """Whether a failure from before the wait is young enough, and has stayed the last word for long enough."""
        try:
            created = datetime.fromisoformat(job.created).replace(tzinfo=UTC)
        except ValueError:
            return False
        skew = self._session.client.skew
        began = self._moment + (skew or timedelta())
        if skew is not None and created > began:
            return True
        settled = self._session.clock.monotonic() - self._began >= SETTLE
        return settled and created >= began - RECENT


def _place(entity: object) -> str:
    """Give the path that an event's entity has without its version; empty where there is none."""
    url = entity.get("url") if isinstance(entity, dict) else None
    return unquote(_VERSION.sub("", url)) if isinstance(url, str) else ""


def _parent_path(instance: Model) -> str:
    mapper, parents = instance.__mapper__, state_of(instance).parents
    if mapper.parent is None or not parents:
        return ""
    above: Any = lookup(str(mapper.parent))
    if above.__mapper__.singleton:
        return ""
    return unquote(above.__mapper__.path_for(parents[-1], parents[:-1]))


def _percent(event: Body, known: int, *, starts: bool) -> int:
    """Give the greatest percentage of one job: it went 83, 90, 0, 100 (TestInstance_Disk_ListMultiple_Secondary#8)."""
    value = event.get("percent_complete")
    seen = value if isinstance(value, int) else 0
    return seen if starts else max(seen, known)
