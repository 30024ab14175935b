"""The fixed window that the server reports: what may still be sent in it, and when the next one begins."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final

from attrs import Factory, define, frozen

from linode_orm.wire.ratelimit.aimd import Aimd
from linode_orm.wire.ratelimit.bucket import NEVER, POLL, Completion
from linode_orm.wire.ratelimit.policy import full_periods
from linode_orm.wire.ratelimit.shared_window import ProbeShown, SharedWindow, WindowFull, claim_probe, publish_probe
from linode_orm.wire.ratelimit.sliding_log import SlidingLog
from linode_orm.wire.ratelimit.snapshot import BudgetRow
from linode_orm.wire.ratelimit.window_boundary import RESOLUTION, WindowBoundary
from linode_orm.wire.ratelimit.window_usage import WindowUsage

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.bucket import Acquisition, Denial
    from linode_orm.wire.ratelimit.headers import Observation
    from linode_orm.wire.ratelimit.sharing import SharedStore

_LONGEST_PERIOD: Final = 300.0
_SHORT_PERIOD: Final = 5.0
_FOREIGN_TOLERANCE: Final = 0.05


class WindowState(Enum):
    """What is known of the end of the current window.

    ::

        unknown   (no answer has said when it ends: it is assumed to last for the documented period)
        unknown   --- report with a reset --->   reported

        reported  --- probe is sent --->   probing
        reported  <--- 429 ------------    probing
        reported  <--- report of it ---    probing
        reported, probing  --- the latest possible end has passed, or a probe was taken --->   ended
        reported, probing  --- report of the next window --->   reported (the next one)

        ended     --- report of the next window --->   reported
        ended     --- report of the old window ---->   reported (the roll-over came too early)
        ended     --- the latest possible end of the next one has passed --->   ended (that one)

    In `ended` the next window is assumed to have begun, and requests count in it, though no answer has reported it.
    """

    UNKNOWN = "unknown"
    REPORTED = "reported"
    PROBING = "probing"
    ENDED = "ended"


@frozen
class FirstReport:
    """What is known when an endpoint reports a limit for the first time.

    `per` is the documented period in seconds. The endpoint has sent `sent` requests so far, of which `in_flight` have
    no answer yet. `is_shared` says that other processes send to it too, and that a shared counter knows how many.
    """

    seen: Observation
    per: float
    sent: int
    in_flight: int
    is_shared: bool


@define(eq=False)
class ReportedFixedWindow:
    """A budget that answers report: `limit` requests until its window ends, then as many again.

    A state machine over `WindowState`. `boundary` is the end of the window on this clock, `reset` the same as it was
    last reported, by the clock of the API, and `server_end` the same where no answer has reported it yet. `number`
    counts the windows, and a probe has the number of the window whose end it tests.
    """

    limit: int
    per: float
    reset: float | None
    state: WindowState
    boundary: WindowBoundary
    usage: WindowUsage
    shared: SharedWindow
    blocked_until: float = NEVER
    number: int = 1
    in_flight: int = 0
    last_remaining: int = 0
    rolled_over_at: float = 0.0
    server_end: float = Factory(lambda self: self.reset or 0.0, takes_self=True)
    is_period_known: bool = False
    log: SlidingLog | None = None
    aimd: Aimd = Factory(lambda self: Aimd(self.per), takes_self=True)

    @classmethod
    def of_report(cls, first: FirstReport) -> ReportedFixedWindow:
        """Return a bucket for a limit that was reported for the first time; `observe` follows."""
        limit, remaining = first.seen.headers.limit, first.seen.headers.remaining
        ends_at = first.seen.ends_at
        reset = None if ends_at is None else first.seen.headers.reset
        counted = 0 if remaining is None else limit - remaining
        return cls(
            limit,
            first.per,
            reset,
            WindowState.UNKNOWN if reset is None else WindowState.REPORTED,
            WindowBoundary(first.seen.now + first.per if ends_at is None else ends_at),
            # The other processes have used the rest, until the shared counter says otherwise.
            WindowUsage(
                limit, min(first.sent, counted + 2 * first.in_flight), shared=counted if first.is_shared else 0
            ),
            SharedWindow(f"={reset}", uncounted=counted, uncounted_on_join=first.in_flight),
        )

    @property
    def known_period(self) -> float | None:
        """The seconds between two resets, None as long as no two of them were reported."""
        return self.per if self.is_period_known else None

    # -- before a request ----------------------------------------------------------------------------------------------

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now.

        A window whose end has passed in any case rolls over.
        """
        if now < self.blocked_until:
            return self.blocked_until - now
        if self.log is not None:
            return self.log.delay(now, share)
        if now >= self.boundary.end():
            self._roll_over(now, self.in_flight)
        if self.remaining(now, share) > 0:
            return 0.0
        end = self.boundary.end()
        if self.state is WindowState.PROBING:
            # The answer of the probe may come at any time, and opens the next window.
            return max(min(end, now + POLL) - now, 0.0)
        # promise 37: one request tries whether the window has ended
        probe = self.boundary.probe_time(self.limit) if self.state is WindowState.REPORTED else None
        return max((end if probe is None else min(probe, end)) - now, 0.0)

    def acquire(self, now: float, share: float) -> int:
        """Count a request that is sent now; return the number of the window whose end it probes, else 0."""
        is_probe = False
        if self.log is not None:
            self.log.acquire(now, share)
        elif self.remaining(now, share) <= 0:
            is_probe, self.state = True, WindowState.PROBING
        self.usage.own += 1
        self.in_flight += 1
        return self.number if is_probe else 0

    def cancel(self, probe: int, denial: Denial | None, now: float) -> float:
        """Uncount a request that was not sent; return the seconds after which to ask again."""
        self.in_flight -= 1
        self.usage.uncount()
        if probe and self.state is WindowState.PROBING:
            self.state = WindowState.REPORTED
        if self.log is not None:
            self.log.cancel(probe, denial, now)
        # Another thread may have seen the next window meanwhile, so that names and numbers are compared.
        if isinstance(denial, WindowFull) and denial.name == self.shared.name:
            self.usage.fill()
        if isinstance(denial, ProbeShown) and probe == self.number:
            self._learn_probe(denial.earliest, denial.latest, now)
            return 0.0
        return 0.0 if denial is None else POLL

    def remaining(self, now: float, share: float) -> int:
        """Return how many requests may be sent now."""
        if self.log is not None:
            return self.log.remaining(now, share)
        return self.usage.remaining(self.allowance(now, share))

    def allowance(self, now: float, share: float) -> int:
        """Return how many requests of a window are used, after what refusals took away."""
        return max(int(self.limit * self.aimd.factor(now) * share), 1)

    # -- after a request -----------------------------------------------------------------------------------------------

    def complete(self, began: float, now: float, probe: int, completion: Completion) -> None:
        """Learn how a request ended; a refused one did not count."""
        self.in_flight -= 1
        if completion is Completion.REFUSED:
            self.usage.uncount()
            if self.state is WindowState.PROBING:
                self.state = WindowState.REPORTED
        if self.log is not None:
            self.log.complete(began, now, probe, completion)
        if completion is Completion.ACCEPTED and probe == self.number:
            # The API took the probe, and its answer reports another budget: this window has ended all the same.
            self.boundary.lower_latest(now - self.boundary.at)
            self._roll_over(now, self.in_flight + 1)

    def observe(self, seen: Observation) -> bool:
        """Learn from an answer that reports this window; return whether it explains a refusal.

        It does if the window is used up, and not by foreign usage that no shared counter knows of.
        """
        report = seen.headers
        if report.remaining is not None:
            if seen.ends_at is None or report.reset is None:
                self._observe_without_reset(report.remaining, seen.now)
            elif self.reset is None:
                self._observe_first_reset(report.remaining, report.reset, seen.ends_at)
            else:
                self._observe_with_reset(seen, report.remaining, report.reset, seen.ends_at)
        unknown = self.usage.foreign - self.usage.shared
        return report.remaining == 0 and unknown <= self.limit * _FOREIGN_TOLERANCE

    def decrease(self, began: float, now: float) -> None:
        """Halve the rate after a refusal."""
        self.aimd.decrease(began, now)

    def _observe_without_reset(self, remaining: int, now: float) -> None:
        """Learn from an answer without a reset: if more remain than before, a new window has begun."""
        usage = self.usage
        if remaining > self.limit - usage.own - usage.foreign + self.in_flight:
            usage.own, usage.foreign, self.boundary.at = self.in_flight + 1, 0, now + self.per
        usage.foreign = max(usage.foreign, self.limit - remaining - usage.own)

    def _observe_first_reset(self, remaining: int, reset: float, ends_at: float) -> None:
        """Learn when a window ends of which only the remaining requests were reported before."""
        self.reset = self.server_end = reset
        self.state, self.boundary.at = WindowState.REPORTED, ends_at
        # Processes that know the window have counted under another name: all that this one has sent counts again.
        self.shared.restart(f"={reset}", self.usage.own)
        self.usage.observe(remaining, self.in_flight)

    def _observe_with_reset(self, seen: Observation, remaining: int, reset: float, ends_at: float) -> None:
        ahead = reset - (self.reset or reset)
        if ahead < -RESOLUTION:
            # The request counted in the window before, and was counted here because that was not known.
            self.usage.uncount()
            return
        # Resets are rounded: one second more is the next window only if there is more room than before.
        has_more, self.last_remaining = remaining > self.last_remaining, remaining
        if ahead > RESOLUTION or (ahead > 0 and has_more):
            self._observe_next(reset, ends_at, seen.now)
        else:
            self._observe_current(ends_at, seen.began, seen.now)
        self.usage.observe(remaining, self.in_flight)

    def _observe_current(self, ends_at: float, began: float, now: float) -> None:
        """A report of the window that was reported last: it had not ended when the request was sent."""
        if self.state is WindowState.ENDED:
            # The roll-over came too early. Requests that were sent since then are refused, and that is no one's rate.
            self.usage.restore()
            self.aimd.ignore_in_flight(now)
        self.state, self.boundary.at = WindowState.REPORTED, ends_at
        self.boundary.raise_earliest(began - ends_at)

    def _observe_next(self, reset: float, ends_at: float, now: float) -> None:
        """A report of a newer window: it begins now, unless it was assumed to have begun already."""
        # The window that was assumed to have begun may have ended too, without an answer in it.
        is_new = self.state is not WindowState.ENDED or (self.is_period_known and reset > self.server_end + RESOLUTION)
        self.boundary.fit(now - (self.boundary.at if is_new else self.rolled_over_at), POLL)
        ahead = reset - (self.reset or reset)
        # Two resets are a multiple of the period apart; the least that was seen is the period.
        if ahead <= (self.per if self.is_period_known else _LONGEST_PERIOD):
            self._learn_period(ahead, now)
        if is_new:
            self._restart(self.in_flight + 1, reset - self.per if self.is_period_known else self.server_end)
        self.reset = self.server_end = reset
        self.state, self.boundary.at = WindowState.REPORTED, ends_at

    def _learn_period(self, per: float, now: float) -> None:
        self.per = self.aimd.per = per
        self.is_period_known = True
        if self.log is not None:
            self.log.per = per
        elif per <= _SHORT_PERIOD:
            # Whole seconds are too coarse for windows this short: a sliding log counts them from now on.
            spent = min(max(self.usage.own - self.in_flight, 0), self.limit)
            self.log = SlidingLog(self.limit, per, self.in_flight, aimd=self.aimd, completed_at=deque([now] * spent))

    def _learn_probe(self, earliest: float, latest: float | None, now: float) -> None:
        """Learn the bounds that a probe of another process has shown; `latest` is None if the probe was refused."""
        if latest is None:
            self.boundary.raise_earliest(earliest)
        else:
            self.boundary.lower_latest(latest)
            self._roll_over(now, self.in_flight)

    def _roll_over(self, now: float, own: int) -> None:
        """Assume the next window to have begun; a report of it will show when it ends."""
        self.rolled_over_at = self.boundary.at
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

    # -- what remains --------------------------------------------------------------------------------------------------

    def least_time(self, count: int, now: float, share: float) -> float:
        """Return the least seconds that `count` more requests take."""
        remaining = self.remaining(now, share)
        if count <= remaining:
            return 0.0
        return max(self.boundary.at - now, 0.0) + full_periods(count - remaining, self.limit) * self.per

    def row(self, name: str, source: str, now: float, share: float) -> BudgetRow:
        """Return the state of the window as a row of the budget snapshot."""
        left = self.remaining(now, share) if now < self.boundary.end() else self.limit
        resets_in = max(self.boundary.at - now, 0.0)
        return BudgetRow(name, self.limit, self.per, left, resets_in, self.aimd.factor(now), source)

    # -- shared by processes -------------------------------------------------------------------------------------------

    def count_shared(self, store: SharedStore, acquisition: Acquisition, now: float) -> Denial | None:
        """Count a request for all processes; return why it must not be sent, None if it may be.

        A probe is claimed instead: it is counted in the window that it opens.
        """
        if acquisition.probe:
            return claim_probe(store, acquisition, self.reset, self.boundary.earliest)
        with store.lock:
            if self.state is not WindowState.ENDED and self.shared.agreed_for != self.reset:
                self.shared.agree(store, acquisition.key, self.reset, self.usage.own)
            name, uncounted = self.shared.name, self.shared.take_uncounted()
        acquisition.counted_key = f"{acquisition.key}:{name}"
        total = store.add(acquisition.counted_key, 1 + uncounted)
        self.usage.shared = max(total - self.usage.own, 0)
        # promise 40: all processes share it
        return None if total <= self.allowance(now, 1) else WindowFull(self, name)

    def publish_probe(self, store: SharedStore, acquisition: Acquisition) -> None:
        """Tell the other processes which bound a probe of this one has set."""
        has_ended = self.number != acquisition.probe
        bound = self.boundary.latest if has_ended else self.boundary.earliest
        publish_probe(store, acquisition, has_ended=has_ended, bound=bound)
