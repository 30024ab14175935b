"""Timelines: the time of a replay, which passes by what is played and slept, not by the clock of the machine."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.testing.cassettes.form import Form
    from linode_orm.testing.cassettes.interaction import Span


@define(eq=False)
class AnsweredWrite:
    """A write that was answered in the replay."""

    form: Form
    span: Span


@define(eq=False)
class Timeline:
    """The time of one thread, or of one call on a worker, and the writes that it has had answered.

    `seconds` are those of a monotonic clock: what requests took while recording, and what was slept. What the program
    did by itself between requests does not count. `lag` is how far the recording's clock was ahead of that: both
    together are the wall clock. `answered` are writes that came before all that follows; `beside` are those of
    workers that this thread has not waited for together.
    """

    seconds: float = 0.0
    lag: float = 0.0
    answered: list[AnsweredWrite] = field(factory=list)
    beside: list[AnsweredWrite] = field(factory=list)

    @property
    def wall(self) -> float:
        """The seconds of the recording's clock since it began."""
        return self.seconds + self.lag

    def lag_at(self, span: Span) -> float:
        """Return how far the recording's clock was ahead when that interaction began."""
        return self.lag + max(0.0, span.at - self.wall)

    def play(self, span: Span) -> None:
        """Let the time of an interaction pass, as far as it has not passed with others."""
        ahead = max(0.0, span.at + span.took - self.wall)
        self.lag += max(0.0, ahead - span.took)
        self.seconds += min(ahead, span.took)

    def begun(self) -> Timeline:
        """Return the timeline of a call on a worker that begins now."""
        return Timeline(self.seconds, self.lag, list(self.answered), list(self.beside))

    def join(self, ended: Timeline) -> None:
        """Take over the time of a call on a worker, and its writes."""
        self.seconds, self.lag = max(self.seconds, ended.seconds), max(self.lag, ended.lag)
        known = {id(each) for each in (*self.answered, *self.beside)}
        self.beside += [each for each in (*ended.answered, *ended.beside) if id(each) not in known]

    def settle(self) -> None:
        """Let the writes of workers come before what follows."""
        self.answered += self.beside
        self.beside = []


class Timelines:
    """The timelines of all threads, and the clock that shows each thread its own."""

    def __init__(self, began: str) -> None:
        self._began = datetime.fromisoformat(began) if began else datetime.now(UTC)
        self._local = threading.local()
        self._lock = threading.Lock()
        self._latest = Timeline()

    @property
    def current(self) -> Timeline:
        """The timeline of this thread; a new thread begins at the latest time of any."""
        found: Timeline | None = getattr(self._local, "timeline", None)
        if found is None:
            found = self._local.timeline = Timeline(self._latest.seconds, self._latest.lag)
            self._local.is_worker = False
        return found

    @property
    def is_worker(self) -> bool:
        """Whether this thread runs a call on behalf of another one."""
        return bool(getattr(self._local, "is_worker", False))

    def settle(self) -> None:
        """Let the writes that this thread's workers have had answered come before what follows."""
        with self._lock:
            self.current.settle()

    def carry(self, function: Callable[..., object]) -> Callable[..., object]:
        """Return a function for a worker, whose time begins now and joins that of this thread at its end."""
        origin = self.current
        own = origin.begun()

        def call(*args: object, **kwargs: object) -> object:
            before = self._local.__dict__.copy()
            self._local.timeline, self._local.is_worker = own, True
            try:
                return function(*args, **kwargs)
            finally:
                self._local.__dict__.clear()
                self._local.__dict__.update(before)
                with self._lock:
                    origin.join(own)

        return call

    def play(self, span: Span, write: AnsweredWrite | None) -> None:
        """Let the time of an interaction pass on this thread; `write` is what was answered, None for a read."""
        timeline = self.current
        with self._lock:
            timeline.play(span)
            if write is not None:
                timeline.answered.append(write)
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
