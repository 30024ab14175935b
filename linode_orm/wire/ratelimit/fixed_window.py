"""The fixed window that the server reports: what may still be sent in it, and when the next one begins."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import Factory, define

from linode_orm.wire.ratelimit.aimd import NEVER, Aimd
from linode_orm.wire.ratelimit.sliding_log import POLL, SlidingLog

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.headers import RateLimitHeaders

_RESOLUTION: Final = 1.0
_REQUESTS_PER_PROBE: Final = 50
"""Requests of a limit for each probe of the second in which the window ends."""
_FEWEST_PROBES: Final = 2
_MOST_PROBES: Final = 8
_LONGEST_PERIOD: Final = 300.0
_FOREIGN_TOLERANCE: Final = 0.05
_SHORTEST_WINDOW: Final = 5.0


@define(eq=False)
class ReportedFixedWindow:
    """A budget that answers report: `limit` requests until its window ends, then as many again.

    `ends_at` is the reported end, in whole seconds. The true end (the boundary) lies between `earliest` and `latest`
    seconds from there, and every answer near it narrows these bounds. A window-boundary probe is a request that is sent
    between them, one at a time: a refusal raises `earliest`, anything else lowers `latest`.
    `foreign_usage` counts requests that this client did not send, as far as answers show, `shared_usage` those of them
    that a shared counter knows. `name` is the window's name at the shared counter, `uncounted` the requests that it has
    not counted yet, and `uncounted_on_join` those where another process has named the window first.
    """

    limit: int
    per: float
    reset: float | None
    ends_at: float
    last_seen: float
    used: int = 0
    foreign_usage: int = 0
    shared_usage: int = 0
    last_remaining: int = 0
    lowest_remaining: int = Factory(lambda self: self.limit, takes_self=True)
    previous_used: int = 0
    number: int = 1
    in_flight: int = 0
    blocked_until: float = NEVER
    earliest: float = -_RESOLUTION
    latest: float = _RESOLUTION
    confirmed: bool = True
    rolled_over_at: float = 0.0
    boundary: float = Factory(lambda self: self.reset or 0.0, takes_self=True)
    probing: bool = False
    period_known: bool = False
    name: str = ""
    uncounted: int = 0
    uncounted_on_join: int | None = None
    name_agreed_for: float | None = None
    log: SlidingLog | None = None
    aimd: Aimd = Factory(lambda self: Aimd(self.per), takes_self=True)

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now."""
        if now < self.blocked_until:
            return self.blocked_until - now
        if self.log is not None:
            return self.log.delay(now, share)
        if now >= self.ends_at + self.latest:
            self._roll_over(now, self.in_flight)
        if self.remaining(now, share) > 0:
            return 0.0
        end = self.ends_at + self.latest
        if self.probing:
            end = min(end, now + POLL)
        probe = self._probe_time()  # promise 37: one request probes whether the window has ended
        return max((end if probe is None else min(probe, end)) - now, 0.0)

    def _probe_time(self) -> float | None:
        """Return when a probe of the boundary may be sent; None if the boundary is known well enough.

        To be a little late costs that little once, for the windows follow each other. A refused probe costs more.
        """
        width = self.latest - self.earliest
        precision = _RESOLUTION / min(max(self.limit // _REQUESTS_PER_PROBE, _FEWEST_PROBES), _MOST_PROBES)
        if self.probing or self.reset is None or width <= precision:
            return None
        # The reported second first: an API that rounds up has reported an end that is too late.
        at = 0.0 if self.earliest < 0 < self.latest - precision else self.earliest + min(precision, width / 2)
        return self.ends_at + at if at < self.latest else None

    def remaining(self, now: float, share: float) -> int:
        """Return how many requests may be sent now."""
        if self.log is not None:
            return self.log.remaining(now, share)
        return max(min(self.allowance(now, share), self.limit - self.foreign_usage) - self.used, 0)

    def allowance(self, now: float, share: float) -> int:
        """Return how many requests of a window are used, after what refusals took away."""
        return max(int(self.limit * self.aimd.factor(now) * share), 1)

    def explains(self, report: RateLimitHeaders) -> bool:
        """Whether a refusal says only what is known: the window is used up, and not by foreign usage."""
        return report.remaining == 0 and self.foreign_usage - self.shared_usage <= self.limit * _FOREIGN_TOLERANCE

    def decrease(self, began: float, now: float) -> None:
        """Halve the rate after a refusal."""
        self.aimd.decrease(began, now)

    def acquire(self, now: float, share: float) -> int:
        """Count a request that is sent now; return the number of the window whose end it probes, else 0."""
        if self.log is not None:
            self.log.acquire(now, share)
        probe = self.log is None and self.remaining(now, share) <= 0
        self.probing = self.probing or probe
        self.used += 1
        self.in_flight += 1
        return self.number if probe else 0

    def complete(self, began: float, now: float, *, refused: bool = False) -> None:
        """Note that the end of a request is known; a refused one did not count."""
        self.in_flight -= 1
        self.used = max(self.used - refused, 0)
        self.probing = self.probing and not refused
        if self.log is not None:
            self.log.complete(began, now, refused=refused)

    def cancel(self, probe: int, *, full: bool) -> None:
        """Uncount a request that was not sent; `full` if other processes have used up the window."""
        self.in_flight -= 1
        self.used -= 1
        self.probing = self.probing and not probe
        if self.log is not None:
            self.log.cancel(probe, full=full)
        if full:
            self.foreign_usage = max(self.foreign_usage, self.limit - self.used)

    def probe_accepted(self, now: float, probe: int) -> None:
        """Learn from a probe that the API took and whose answer reports another budget: this window has ended."""
        if probe == self.number:
            self.latest = min(self.latest, max(now - self.ends_at, -_RESOLUTION))
            self._roll_over(now, used=self.in_flight + 1)

    def learn_probe(self, earliest: float, latest: float | None, now: float) -> None:
        """Learn the bounds that a probe of another process has shown; `latest` is None if the probe was refused."""
        if latest is None:
            self._raise_earliest(earliest)
        else:
            self.latest = min(self.latest, max(latest, -_RESOLUTION))
            self._roll_over(now, used=self.in_flight)

    def _raise_earliest(self, earliest: float) -> None:
        if earliest > self.earliest:
            self.earliest = earliest
            self.latest = max(self.latest, earliest + _RESOLUTION / 2)

    def observe(self, report: RateLimitHeaders, ends_at: float | None, began: float, now: float) -> None:
        """Learn from an answer whose request was sent at `began`; `ends_at` is its reset on this clock."""
        self.last_seen = now
        if report.remaining is None:
            return
        if ends_at is None or report.reset is None or self.reset is None:
            self._observe_without_reset(report.remaining, now)
            return
        ahead = report.reset - self.reset
        if ahead < -_RESOLUTION:
            # The request counted in the window before, and was counted here because that was not known.
            self.used = max(self.used - 1, 0)
            return
        fresh, self.last_remaining = report.remaining > self.last_remaining, report.remaining
        if ahead > _RESOLUTION or (ahead > 0 and fresh):
            self._observe_next(report.reset, ends_at, now)
        else:
            self._observe_current(ends_at, began, now)
        # With nothing in flight, the lowest report is exact.
        self.lowest_remaining = min(self.lowest_remaining, report.remaining)
        self.used = min(self.used, self.limit - self.lowest_remaining + 2 * self.in_flight)
        if self.in_flight:
            self.foreign_usage = max(self.foreign_usage, self.limit - report.remaining - self.used)
        else:
            self.foreign_usage = max(self.limit - self.lowest_remaining - self.used, 0)

    def _observe_without_reset(self, remaining: int, now: float) -> None:
        """Learn from an answer without a reset: if more remain than before, a new window has begun."""
        if remaining > self.limit - self.used - self.foreign_usage + self.in_flight:
            self.used, self.foreign_usage, self.ends_at = self.in_flight + 1, 0, now + self.per
        self.foreign_usage = max(self.foreign_usage, self.limit - remaining - self.used)

    def _observe_current(self, ends_at: float, began: float, now: float) -> None:
        if not self.confirmed:
            # The roll-over came too early: the old window is still open.
            self.confirmed, self.used = True, self.used + self.previous_used
            self.aimd.ignore_in_flight(now)
        self.ends_at, self.probing = ends_at, False
        self._raise_earliest(began - ends_at)

    def _observe_next(self, reset: float, ends_at: float, now: float) -> None:
        # The window that was assumed to have begun may have ended too, without an answer in it.
        another = self.confirmed or (self.period_known and reset > self.boundary + _RESOLUTION)
        offset = now - (self.ends_at if another else self.rolled_over_at)
        if -_RESOLUTION <= offset < self.latest:
            self.latest = offset
            self.earliest = min(self.earliest, offset - POLL)
        ahead = reset - (self.reset or reset)
        if ahead <= (self.per if self.period_known else _LONGEST_PERIOD):
            self._learn_period(ahead, now)
        if another:
            self._start(self.in_flight + 1, reset - self.per if self.period_known else self.boundary)
        self.reset, self.boundary, self.ends_at, self.confirmed = reset, reset, ends_at, True

    def _learn_period(self, per: float, now: float) -> None:
        self.per = self.aimd.per = per
        self.period_known = True
        if self.log is not None:
            self.log.per = per
        elif per <= _SHORTEST_WINDOW:
            # Whole seconds are too coarse for windows this short: a sliding log counts them.
            spent = min(max(self.used - self.in_flight, 0), self.limit)
            self.log = SlidingLog(self.limit, per, self.in_flight, aimd=self.aimd, completed_at=deque([now] * spent))

    def _roll_over(self, now: float, used: int) -> None:
        """The window has ended; the next answer shows when the next one began."""
        self.rolled_over_at = self.ends_at
        periods = max(int((now - self.latest - self.ends_at) // self.per) + 1, 1)
        self.ends_at += periods * self.per
        start = self.boundary + (periods - 1) * self.per
        self._start(used, start)
        self.boundary = start + self.per
        self.confirmed = self.reset is None

    def _start(self, used: int, start: float) -> None:
        self.name, self.name_agreed_for, self.uncounted, self.uncounted_on_join = f">{start}", None, used, None
        self.previous_used, self.used, self.foreign_usage, self.shared_usage, self.probing = (
            self.used,
            used,
            0,
            0,
            False,
        )
        self.lowest_remaining = self.limit
        self.number += 1
