"""Timelines: the time of a replay, which passes by what is played and slept, not by the clock of the machine."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from attrs import Factory, define

from linode_orm.testing.cassettes.writes import Writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.testing.cassettes.interaction import Span


@define(eq=False)
class Timeline:
    """The time of one thread, or of one call on a worker, and the writes of the session that is at work on it.

    `seconds` are those of a monotonic clock: what requests took while recording, and what was slept. What the program
    did by itself between requests does not count. `lag` is how far the recording's clock was ahead of that: both
    together are the wall clock. `ahead` is how far that was ahead of the recording's at most, as threads may run in
    another order.
    """

    seconds: float = 0.0
    lag: float = 0.0
    ahead: float = 0.0
    writes: Writes = Factory(Writes)

    @property
    def wall(self) -> float:
        """The seconds of the recording's clock since it began."""
        return self.seconds + self.lag

    def error(self, span: Span) -> tuple[float, float]:
        """Return by how many seconds a reading of this clock may be behind that of the recording, and ahead of it.

        Both are known from what was played, and from the interaction that is about to be.
        """
        return self.lag + max(0.0, span.at - self.wall), max(self.ahead, self.wall - span.at)

    def play(self, span: Span) -> None:
        """Let the time of an interaction pass, as far as it has not passed with others."""
        self.ahead = max(self.ahead, self.wall - span.at)
        left = max(0.0, span.at + span.took - self.wall)
        self.lag += max(0.0, left - span.took)
        self.seconds += min(left, span.took)

    def begun(self) -> Timeline:
        """Return the timeline of a call on a worker that begins now."""
        return Timeline(self.seconds, self.lag, self.ahead, self.writes.begun())

    def join(self, ended: Timeline) -> None:
        """Take over the time of a call on a worker."""
        self.seconds, self.lag = max(self.seconds, ended.seconds), max(self.lag, ended.lag)
        self.ahead = max(self.ahead, ended.ahead)


class Timelines:
    """The timelines of all threads, and the clock that shows each thread its own.

    `first_left` says when the first interaction began that was not played.
    """

    def __init__(self, began: str, first_left: Callable[[], float | None]) -> None:
        self._began = datetime.fromisoformat(began) if began else datetime.now(UTC)
        self._first_left = first_left
        self._local = threading.local()
        self._lock = threading.Lock()
        self._latest = Timeline()
        self._by_session: WeakKeyDictionary[object, Writes] = WeakKeyDictionary()

    @property
    def current(self) -> Timeline:
        """The timeline of this thread."""
        found: Timeline | None = getattr(self._local, "timeline", None)
        if found is None:
            found = self._local.timeline = self._begun()
        return found

    def _begun(self) -> Timeline:
        """Return the timeline of a new thread: it begins with the first interaction that is left.

        Another thread may have been at the end of the recording by now, whose time is none of this one's.
        """
        latest, first = self._latest, self._first_left()
        wall = latest.wall if first is None else min(latest.wall, first)
        lag = min(latest.lag, wall)
        return Timeline(wall - lag, lag)

    @property
    def is_worker(self) -> bool:
        """Whether this thread runs a call on behalf of another one."""
        return getattr(self._local, "is_worker", False)

    def enter(self, session: object) -> None:
        """Let the writes of a session count on this thread from now on."""
        timeline = self.current
        with self._lock:
            timeline.writes = self._by_session.setdefault(session, Writes())

    def settle(self) -> None:
        """Let the writes that workers have had answered come before what follows on this thread."""
        if not self.is_worker:
            with self._lock:
                self.current.writes.settle()

    def carry(self, function: Callable[..., object]) -> Callable[..., object]:
        """Return a function for a worker, whose time begins now and joins that of this thread at its end."""
        origin = self.current
        own, writes = origin.begun(), origin.writes

        def call(*args: object, **kwargs: object) -> object:
            before = getattr(self._local, "timeline", None), self.is_worker
            self._local.timeline, self._local.is_worker = own, True
            try:
                return function(*args, **kwargs)
            finally:
                self._local.timeline, self._local.is_worker = before
                with self._lock:
                    origin.join(own)
                    writes.join(own.writes)

        return call

    def play(self, span: Span) -> None:
        """Let the time of an interaction pass on this thread."""
        timeline = self.current
        with self._lock:
            timeline.play(span)
            self._note(timeline)

    def _note(self, timeline: Timeline) -> None:
        latest = self._latest
        latest.seconds, latest.lag = max(latest.seconds, timeline.seconds), max(latest.lag, timeline.lag)

    # -- as the clock of clients -------------------------------------------------------------------------------------

    def monotonic(self) -> float:
        """Give seconds that only grow."""
        return self.current.seconds

    def now(self) -> datetime:
        """Give the moment of the recording, aware, in UTC."""
        return self._began + timedelta(seconds=self.current.wall)

    def sleep(self, seconds: float) -> None:
        """Let the time of this thread move on, and wait for nothing."""
        timeline = self.current
        with self._lock:
            timeline.seconds += max(seconds, 0.0)
            self._note(timeline)
