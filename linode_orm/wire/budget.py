"""The client's budgets: which requests may go now, by what is documented and by what answers report."""

from __future__ import annotations

import os
from collections import Counter
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from linode_orm.errors import RateLimited
from linode_orm.wire.classes import EndpointClass, class_of, documented, endpoint_of
from linode_orm.wire.offset import Offset
from linode_orm.wire.remaining import Remaining, Row
from linode_orm.wire.sliding import NEVER, POLL, Log
from linode_orm.wire.told import moment, pause_in, report_in
from linode_orm.wire.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Response
    from linode_orm.wire.told import Report

_REFUSED: Final = 429
_UNTOLD_PAUSE: Final = 1.0
_LONGEST_SHUT: Final = 120.0
_FORGOTTEN: Final = 600.0
_MOST: Final = 1024


@define(eq=False)
class Endpoint:
    """One endpoint: the budgets that its answers reported, by their limits, and the one of its class until then."""

    name: str
    kind: EndpointClass
    cold: Log
    windows: dict[int, Window] = field(factory=dict)
    shut: float = NEVER
    flying: int = 0
    started: int = 0

    def budgets(self) -> list[Log] | list[Window]:
        """Give the budgets that a request counts in."""
        return list(self.windows.values()) if self.windows else [self.cold]


@frozen(eq=False)
class Ticket:
    """The leave to send one request: its endpoint, the budgets that it counts in, and which of them it tries."""

    endpoint: Endpoint
    budgets: tuple[Log | Window, ...]
    trials: tuple[int, ...]
    began: float
    claims: list[tuple[Window, int, str]] = field(factory=list)
    """The trials that it alone may make of all processes: the window, its number, and where to tell what came of it."""

    def asks(self, refusal: Exception) -> bool:
        """Whether a refusal answers the question if a window has ended; one second is the least that it can ask for."""
        return any(self.trials) and isinstance(refusal, RateLimited) and (refusal.retry_after or 0.0) <= _UNTOLD_PAUSE


@frozen
class Held:
    """Why other processes keep a request from going: the window that is used up, or what a trial of theirs showed."""

    budget: Log | Window
    window: str = ""
    early: float | None = None
    late: float | None = None


def least_time(requests: Iterable[tuple[str, str]]) -> float:
    """Give the least seconds that requests (method, path) take under the documented budgets."""
    counts = Counter(class_of(endpoint_of(method, path)) for method, path in requests)
    return max((_rounds(count, each.limit) * each.per for each, count in counts.items()), default=0.0)


def _rounds(count: int, limit: int) -> int:
    """Give how many windows have to pass before the last of so many requests may go."""
    return max(ceil(count / limit) - 1, 0)


class Budgets:
    """The budgets of one client, in one process; thread-safe. It never waits: it says for how long to."""

    def __init__(self, clock: Clock, *, together: bool = False) -> None:
        self._clock = clock
        self._together = together
        self._offset = Offset()
        self._lock = Lock()
        self._process = os.getpid()
        self._classes: dict[EndpointClass, Log] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self.share = 1.0
        """The part of every budget that is this process's."""

    def take(self, method: str, path: str) -> Ticket | float:
        """Count a request that is sent at once, or give the seconds after which to ask again."""
        if os.getpid() != self._process:
            self._process, self._lock = os.getpid(), Lock()
        now, share = self._clock.monotonic(), self.share
        with self._lock:
            endpoint = self._endpoint(endpoint_of(method, path))
            if now < endpoint.shut:
                return endpoint.shut - now
            budgets = endpoint.budgets()
            wait = max(each.wait(now, share) for each in budgets)
            if wait > 0:
                return wait
            endpoint.flying += 1
            endpoint.started += 1
            return Ticket(endpoint, tuple(budgets), tuple(each.take(now, share) for each in budgets), now)

    def give_back(self, ticket: Ticket, held: Held) -> float:
        """Take back what was not sent because of other processes; give the seconds to wait."""
        with self._lock:
            ticket.endpoint.flying -= 1
            for each, trial in zip(ticket.budgets, ticket.trials, strict=True):
                # another thread may have seen the next window meanwhile
                each.give_back(
                    trial, full=each is held.budget and isinstance(each, Window) and each.name == held.window
                )
            found = held.budget
            if held.early is None or not isinstance(found, Window) or found.number not in ticket.trials:
                return POLL
            found.hear(held.early, held.late, self._clock.monotonic())
        return 0.0

    def landed(self, ticket: Ticket, response: Response | None) -> None:
        """Learn from the answer of a request, None where none came."""
        now, endpoint = self._clock.monotonic(), ticket.endpoint
        report = report_in(response.headers) if response is not None else None
        with self._lock:
            endpoint.flying -= 1
            for each in ticket.budgets:
                each.landed(ticket.began, now, refused=response is not None and response.status == _REFUSED)
            if response is None:
                return
            told = self._tell(endpoint, report, response, ticket.began, now) if report is not None else None
            if response.status == _REFUSED:
                explained = told is not None and report is not None and told.explains(report)
                self._refused(ticket, told, response, now, explained=explained)
                return
            for each, trial in zip(ticket.budgets, ticket.trials, strict=True):
                if trial and isinstance(each, Window) and each is not told:
                    each.passed(now, trial)

    def _tell(self, endpoint: Endpoint, report: Report, response: Response, began: float, now: float) -> Window:
        window = endpoint.windows.get(report.limit)
        per = window.per if window is not None and window.measured else None
        date = moment(response.headers.get("date", ""))
        ends = self._offset.local(report.reset, date, began, now, self._clock, per=per)
        if window is None:
            for limit, each in list(endpoint.windows.items()):
                if each.seen < now - _FORGOTTEN:
                    del endpoint.windows[limit]
            per = endpoint.cold.per
            window = Window(report.limit, per, report.reset if ends is not None else None, now + per, now)
            window.ends = ends if ends is not None else window.ends
            counted = report.limit - (report.limit if report.remaining is None else report.remaining)
            window.used = min(endpoint.started, counted + 2 * endpoint.flying)
            window.debt, window.joins = counted, endpoint.flying
            # who shares the budget has used the rest of it, until their count tells
            window.friends = counted if self._together else 0
            window.name = f"={window.reset}"
            endpoint.windows[report.limit] = window
        window.tell(report, ends, began, now)
        return window

    def _refused(self, ticket: Ticket, told: Window | None, response: Response, now: float, *, explained: bool) -> None:
        """Slow down after a 429, unless a header explains it, or it answers the question whether a window has ended."""
        asked = pause_in(response.headers, self._clock.now().timestamp())
        if any(ticket.trials):
            # one second is the least that the header can say
            asked = None if asked is None or asked <= _UNTOLD_PAUSE else asked
        elif not explained:
            for each in (told,) if told is not None else ticket.budgets:
                each.slow_down(ticket.began, now)
        if asked is None and told is not None:
            return
        until = now + min(_UNTOLD_PAUSE if asked is None else asked, _LONGEST_SHUT)
        if told is not None:
            told.shut = max(told.shut, until)
        else:
            ticket.endpoint.shut = max(ticket.endpoint.shut, until)

    def _endpoint(self, name: str) -> Endpoint:
        found = self._endpoints.get(name)
        if found is None:
            if len(self._endpoints) >= _MOST:
                self._endpoints = {key: each for key, each in self._endpoints.items() if each.flying}
            kind = class_of(name)
            found = self._endpoints[name] = Endpoint(name, kind, self._cold(kind))
        return found

    def _cold(self, kind: EndpointClass) -> Log:
        if kind not in self._classes:
            self._classes[kind] = Log(kind.limit, kind.per)  # promise 35: the documented limits
        return self._classes[kind]

    # -- what is left ------------------------------------------------------------------------------------------------

    def remaining(self, shared: str | None = None) -> Remaining:
        """Give what is left of every budget, as a value."""
        now, share = self._clock.monotonic(), self.share
        with self._lock:
            rows = [_cold_row(kind, self._classes.get(kind), now, share) for kind in documented()]
            for endpoint in self._endpoints.values():
                rows += [_row(endpoint.name, each, now, share) for each in endpoint.windows.values()]
        return Remaining(tuple(rows), shared=shared, share=share)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Give the least seconds that requests (method, path) take from now on, under all that is known."""
        counts = Counter(endpoint_of(method, path) for method, path in requests)
        now, share, longest = self._clock.monotonic(), self.share, 0.0
        cold = Counter[EndpointClass]()
        with self._lock:
            for name, count in counts.items():
                endpoint = self._endpoints.get(name)
                if endpoint is None or not endpoint.windows:
                    cold[class_of(name)] += count
                    continue
                for each in endpoint.windows.values():
                    longest = max(longest, _time(count, each.left(now, share), each, each.ends - now))
            for kind, count in cold.items():
                log = self._classes.get(kind) or Log(kind.limit, kind.per)
                longest = max(longest, _time(count, log.left(now, share), log, log.per))
        return longest


def _time(count: int, left: int, budget: Log | Window, resets_in: float) -> float:
    if count <= left:
        return 0.0
    return max(resets_in, 0.0) + _rounds(count - left, budget.limit) * budget.per


def _cold_row(kind: EndpointClass, log: Log | None, now: float, share: float) -> Row:
    log = log or Log(kind.limit, kind.per)
    return Row(kind.name, kind.limit, kind.per, log.left(now, share), None, log.pace.at(now), kind.source)


def _row(name: str, window: Window, now: float, share: float) -> Row:
    resets_in = max(window.ends - now, 0.0)
    left = window.left(now, share) if now < window.ends + window.late else window.limit
    return Row(name, window.limit, window.per, left, resets_in, window.pace.at(now), "its answers")
