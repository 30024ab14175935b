"""The window that the server counts in: a state machine over what its answers have reported."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from linode_orm.wire.ratelimit.bucket import POLL, Completion
from linode_orm.wire.ratelimit.shared_window import SharedWindow
from linode_orm.wire.ratelimit.window_boundary import RESOLUTION, WindowBoundary
from linode_orm.wire.ratelimit.window_usage import WindowUsage

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.bucket import FirstReport
    from linode_orm.wire.ratelimit.headers import Observation

_LONGEST_PERIOD: Final = 300.0


class WindowState(Enum):
    """What is known of the end of the current window.

    `UNKNOWN`: no answer has said when it ends. It is assumed to last for the documented period.

    - A report with a reset leads to `REPORTED`.

    `REPORTED`: an answer has said when it ends.

    - A request that is sent as a probe leads to `PROBING`.
    - When the latest possible end has passed, the state is `ENDED`.
    - A report of the next window leads to `REPORTED` in that window.

    `PROBING`: one request tries whether the next window has begun.

    - A refusal, or a report of this window, leads back to `REPORTED`.
    - When the probe is taken, or the latest possible end has passed, the state is `ENDED`.
    - A report of the next window leads to `REPORTED` in that window.

    `ENDED`: the next window is assumed to have begun. Requests count in it, though no answer has reported it.

    - A report of the next window leads to `REPORTED`.
    - A report of the old window leads back to `REPORTED` in the old one: its end was assumed too early.
    - When the latest possible end of the next window has passed, that window is `ENDED` too.
    """

    UNKNOWN = "unknown"
    REPORTED = "reported"
    PROBING = "probing"
    ENDED = "ended"


class Sighting(Enum):
    """What a report of the server has shown."""

    CURRENT = "the window that was reported last"
    NEXT = "a newer window"
    OLDER = "a window that is over"
    REVIVED = "the window that was assumed to have ended"


class ServerWindow:
    """The current window of a limit, and the requests of this client in it.

    `boundary` is the end of the window on this clock. `reset` is the end that was reported last, by the clock of the
    API, and `server_end` that of the current window, reported or assumed. `number` counts the windows; a probe has the
    number of the window whose end it tests.
    """

    __slots__ = (
        "boundary",
        "in_flight",
        "is_period_known",
        "last_remaining",
        "limit",
        "number",
        "per",
        "reset",
        "rolled_over_at",
        "server_end",
        "shared",
        "state",
        "usage",
    )

    def __init__(self, first: FirstReport) -> None:
        """Make the window that was reported first; `observe` follows."""
        limit, remaining, ends_at = first.seen.headers.limit, first.seen.headers.remaining, first.seen.ends_at
        reset = None if ends_at is None else first.seen.headers.reset
        counted = 0 if remaining is None else limit - remaining
        # What this endpoint has sent may have counted before the window began. Of the requests in flight each may be
        # in the report already or not, so that they are counted twice at most.
        own = min(first.sent, counted + 2 * first.in_flight)
        self.limit, self.per, self.reset = limit, first.per, reset
        self.state = WindowState.UNKNOWN if reset is None else WindowState.REPORTED
        self.boundary = WindowBoundary(first.seen.now + first.per if ends_at is None else ends_at)
        # The other processes have used the rest, until the shared counter says otherwise.
        self.usage = WindowUsage(limit, own=own, shared=counted if first.is_shared else 0)
        self.shared = SharedWindow(f"={reset}", uncounted=counted, uncounted_on_join=first.in_flight)
        self.number, self.in_flight, self.last_remaining = 1, 0, 0
        self.rolled_over_at, self.server_end, self.is_period_known = 0.0, reset or 0.0, False

    # -- requests ------------------------------------------------------------------------------------------------------

    def end_if_past(self, now: float) -> None:
        """Assume the next window to have begun if this one has ended in any case."""
        if now >= self.boundary.end():
            self._roll_over(now, self.in_flight)

    def next_turn(self, now: float) -> float:
        """Return when a request may be sent, or asked for again, though the window is used up."""
        end = self.boundary.end()
        if self.state is WindowState.PROBING:
            # The answer of the probe may come at any time, and opens the next window.
            return min(end, now + POLL)
        if self.state is not WindowState.REPORTED:
            # Nobody has reported this window: a probe of it would test the end of an assumption.
            return end
        # promise 37: one request tries whether the window has ended
        probe = self.boundary.probe_time(self.limit)
        return end if probe is None else min(probe, end)

    def count(self, *, is_probe: bool) -> int:
        """Count a request that is sent now; return the number of its probe, 0 for none."""
        self.usage.own += 1
        self.in_flight += 1
        if is_probe:
            self.state = WindowState.PROBING
        return self.number if is_probe else 0

    def uncount(self, probe: int) -> None:
        """Take back a request that was not sent."""
        self.in_flight -= 1
        self.usage.uncount()
        if probe and self.state is WindowState.PROBING:
            self.state = WindowState.REPORTED

    def complete(self, now: float, probe: int, completion: Completion) -> None:
        """Learn how a request ended; a refused one did not count."""
        self.in_flight -= 1
        if completion is Completion.REFUSED:
            self.usage.uncount()
            if self.state is WindowState.PROBING:
                self.state = WindowState.REPORTED
        elif completion is Completion.ACCEPTED and probe == self.number:
            # The answer reports another limit. But the API took the probe, so that this window has ended all the same,
            # and the probe is the first request of the next one.
            self.boundary.lower_latest(now - self.boundary.at)
            self._roll_over(now, self.in_flight + 1)

    def learn_probe(self, earliest: float, latest: float | None, now: float) -> None:
        """Learn the bounds that a probe of another process has shown; `latest` is None if the probe was refused."""
        if latest is None:
            self.boundary.raise_earliest(earliest)
        else:
            self.boundary.lower_latest(latest)
            self._roll_over(now, self.in_flight)

    # -- reports -------------------------------------------------------------------------------------------------------

    def observe(self, seen: Observation) -> Sighting:
        """Learn from an answer that reports this limit; return which window it has shown."""
        remaining, reset = seen.headers.remaining, seen.headers.reset
        if remaining is None:
            return Sighting.CURRENT
        if seen.ends_at is None or reset is None:
            return self._observe_without_reset(remaining, seen.now)
        if self.reset is None:
            self._observe_first_reset(reset, seen.ends_at)
            sighting = Sighting.CURRENT
        else:
            sighting = self._sighting(remaining, reset - self.reset)
            if sighting is Sighting.OLDER:
                # The request counted in the window before, and was counted here because that was not known.
                self.usage.uncount()
                return sighting
            self.last_remaining = remaining
            if sighting is Sighting.NEXT:
                self._observe_next(reset, reset - self.reset, seen)
            else:
                self._observe_current(seen)
            self.boundary.at = seen.ends_at
        self.state = WindowState.REPORTED
        self.usage.observe(remaining, self.in_flight)
        return sighting

    def _sighting(self, remaining: int, ahead: float) -> Sighting:
        """Return which window a reset belongs to that is `ahead` of the last one."""
        if ahead < -RESOLUTION:
            return Sighting.OLDER
        # Resets are rounded: two reports of one window may be a second apart. That second is the next window only if
        # there is more room than before.
        if ahead > RESOLUTION or (ahead > 0 and remaining > self.last_remaining):
            return Sighting.NEXT
        return Sighting.REVIVED if self.state is WindowState.ENDED else Sighting.CURRENT

    def _observe_without_reset(self, remaining: int, now: float) -> Sighting:
        """Learn from a report without a reset: if more remain than before, a new window has begun."""
        usage, sighting = self.usage, Sighting.CURRENT
        # `own` counts what is in flight, and the report may not: only more room than that shows another window.
        if remaining > self.limit - usage.own - usage.foreign + self.in_flight:
            usage.own, usage.foreign, self.boundary.at = self.in_flight + 1, 0, now + self.per
            sighting = Sighting.NEXT
        usage.foreign = max(usage.foreign, self.limit - remaining - usage.own)
        return sighting

    def _observe_first_reset(self, reset: float, ends_at: float) -> None:
        """Learn when a window ends of which only the remaining requests were reported before."""
        self.reset = self.server_end = reset
        self.boundary.at = ends_at
        # Processes that know the window have counted under another name: all that this one has sent counts again.
        self.shared.restart(f"={reset}", self.usage.own)

    def _observe_current(self, seen: Observation) -> None:
        """A report of the window that was reported last: it had not ended when the request was sent."""
        if self.state is WindowState.ENDED:
            self.usage.restore()
        self.boundary.raise_earliest(seen.began - (seen.ends_at or 0.0))

    def _observe_next(self, reset: float, ahead: float, seen: Observation) -> None:
        """A report of a newer window: it begins now, unless it was assumed to have begun already."""
        # The window that was assumed to have begun may have ended too, without an answer in it.
        is_new = self.state is not WindowState.ENDED or (self.is_period_known and reset > self.server_end + RESOLUTION)
        # The answer proves an upper bound for the end of the window before it.
        self.boundary.fit(seen.now - (self.boundary.at if is_new else self.rolled_over_at), POLL)
        # Two resets are a multiple of the period apart; the least that was seen is the period.
        if ahead <= (self.per if self.is_period_known else _LONGEST_PERIOD):
            self.per, self.is_period_known = ahead, True
        if is_new:
            self._restart(self.in_flight + 1, reset - self.per if self.is_period_known else self.server_end)
        self.reset = self.server_end = reset

    # -- the next window -----------------------------------------------------------------------------------------------

    def _roll_over(self, now: float, own: int) -> None:
        """Assume the next window to have begun; a report of it will show when it ends."""
        self.rolled_over_at = self.boundary.at
        # By the clock of the API, which all processes see alike; the boundary is of this process's clock.
        start = self.server_end + (self.boundary.advance(now, self.per) - 1) * self.per
        self._restart(own, start)
        self.server_end = start + self.per
        if self.state is not WindowState.UNKNOWN:
            self.state = WindowState.ENDED

    def _restart(self, own: int, start: float) -> None:
        """Begin the accounting of a window that began at `start` by the clock of the API."""
        self.usage.restart(own)
        self.shared.restart(f">{start}", own)
        self.number += 1
