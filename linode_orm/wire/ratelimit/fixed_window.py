"""The bucket of a fixed window that the server reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.wire.ratelimit.aimd import Aimd
from linode_orm.wire.ratelimit.bucket import NEVER, POLL
from linode_orm.wire.ratelimit.policy import full_periods
from linode_orm.wire.ratelimit.server_window import ServerWindow, Sighting, WindowState
from linode_orm.wire.ratelimit.shared_window import ProbeShown, WindowFull, claim_probe, publish_probe
from linode_orm.wire.ratelimit.sliding_log import SlidingLog

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.bucket import Acquisition, Completion, Denial, FirstReport
    from linode_orm.wire.ratelimit.headers import Observation
    from linode_orm.wire.ratelimit.sharing import SharedStore
    from linode_orm.wire.ratelimit.snapshot import BudgetRow

_SHORT_PERIOD: Final = 5.0
_FOREIGN_TOLERANCE: Final = 0.05


class ReportedFixedWindow:
    """A budget that answers report: `limit` requests until its window ends, then as many again.

    The window is a state machine. A budget of short windows is kept by a sliding log as soon as its period is known.
    """

    __slots__ = ("aimd", "blocked_until", "limit", "log", "per", "window")

    def __init__(self, first: FirstReport) -> None:
        """Make a bucket for a limit that was reported for the first time; `observe` follows."""
        self.window = ServerWindow(first)
        self.limit, self.per = self.window.limit, self.window.per
        self.aimd, self.blocked_until = Aimd(self.per), NEVER
        self.log: SlidingLog | None = None

    @property
    def known_period(self) -> float | None:
        """The seconds between two resets, None as long as no two of them were reported."""
        return self.per if self.window.is_period_known else None

    # -- before a request ----------------------------------------------------------------------------------------------

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now.

        A window whose end has passed in any case gives way to the next one.
        """
        if now < self.blocked_until:
            return self.blocked_until - now
        if self.log is not None:
            return self.log.delay(now, share)
        self.window.end_if_past(now)
        if self.remaining(now, share) > 0:
            return 0.0
        return max(self.window.next_turn(now) - now, 0.0)

    def acquire(self, now: float, share: float) -> int:
        """Count a request that is sent now; return the number of the window whose end it probes, else 0."""
        if self.log is not None:
            self.log.acquire(now, share)
            return self.window.count(is_probe=False)
        # Without room, the limiter sends a request only because its time as a probe has come.
        return self.window.count(is_probe=self.remaining(now, share) <= 0)

    def cancel(self, probe: int, denial: Denial | None, now: float) -> float:
        """Uncount a request that was not sent; return the seconds after which to ask again."""
        window = self.window
        window.uncount(probe)
        if self.log is not None:
            self.log.cancel(probe, denial, now)
        # Another thread may have seen the next window meanwhile, so that names and numbers are compared.
        if isinstance(denial, WindowFull) and denial.name == window.shared.name:
            window.usage.fill()
        if isinstance(denial, ProbeShown) and probe == window.number:
            window.learn_probe(denial.earliest, denial.latest, now)
            return 0.0
        return 0.0 if denial is None else POLL

    def remaining(self, now: float, share: float) -> int:
        """Return how many requests may be sent now."""
        if self.log is not None:
            return self.log.remaining(now, share)
        return self.window.usage.remaining(self.allowance(now, share))

    def allowance(self, now: float, share: float) -> int:
        """Return how many requests of a window are used, after what refusals took away."""
        return max(int(self.limit * self.aimd.factor(now) * share), 1)

    # -- after a request -----------------------------------------------------------------------------------------------

    def complete(self, began: float, now: float, probe: int, completion: Completion) -> None:
        """Learn how a request ended; a refused one did not count."""
        self.window.complete(now, probe, completion)
        if self.log is not None:
            self.log.complete(began, now, probe, completion)

    def observe(self, seen: Observation) -> bool:
        """Learn from an answer that reports this window; return whether it explains a refusal.

        It does if the window is used up, and not by foreign usage that no shared counter knows of. A little of that is
        explained too: nobody can say of a request in flight whose window it counts in.
        """
        window = self.window
        sent = window.usage.own - window.in_flight
        sighting = window.observe(seen)
        if sighting is Sighting.REVIVED:
            # The requests that were sent since the assumed end are refused for that, not for their rate.
            self.aimd.ignore_in_flight(seen.now)
        if window.per != self.per:
            self._change_period(window.per, max(sent, 0), seen.now)
        unknown = window.usage.foreign - window.usage.shared
        return seen.headers.remaining == 0 and unknown <= self.limit * _FOREIGN_TOLERANCE

    def decrease(self, began: float, now: float) -> None:
        """Halve the rate after a refusal."""
        self.aimd.decrease(began, now)

    def _change_period(self, per: float, sent: int, now: float) -> None:
        self.per = self.aimd.per = per
        if self.log is not None:
            self.log.per = per
        elif per <= _SHORT_PERIOD:
            # Whole seconds are too coarse for windows this short: to find the end of one would take longer than it
            # lasts. What was sent in the window before counts as sent now, which is the latest that it can have been.
            completed_at = [now] * min(sent, self.limit)
            self.log = SlidingLog(self.limit, per, self.window.in_flight, aimd=self.aimd, completed_at=completed_at)

    # -- what remains --------------------------------------------------------------------------------------------------

    def least_time(self, count: int, now: float, share: float) -> float:
        """Return the least seconds that `count` more requests take."""
        remaining = self.remaining(now, share)
        if count <= remaining:
            return 0.0
        return max(self.window.boundary.at - now, 0.0) + full_periods(count - remaining, self.limit) * self.per

    def row(self, name: str, source: str, now: float, share: float) -> BudgetRow:
        """Return the state of the window as a row of the budget snapshot."""
        from linode_orm.wire.ratelimit.snapshot import BudgetRow  # noqa: PLC0415  only who looks at budgets needs it

        left = self.remaining(now, share) if now < self.window.boundary.end() else self.limit
        resets_in = max(self.window.boundary.at - now, 0.0)
        return BudgetRow(name, self.limit, self.per, left, resets_in, self.aimd.factor(now), source)

    # -- shared by processes -------------------------------------------------------------------------------------------

    def count_shared(self, store: SharedStore, acquisition: Acquisition, now: float) -> Denial | None:
        """Count a request for all processes; return why it must not be sent, None if it may be.

        A probe is claimed instead: it is counted in the window that it opens.
        """
        window = self.window
        if acquisition.probe:
            return claim_probe(store, acquisition, window.reset, window.boundary.earliest)
        with store.lock:
            # An assumed window has a name of this process alone until a report says which one it is.
            if window.state is not WindowState.ENDED and window.shared.agreed_for != window.reset:
                window.shared.agree(store, acquisition.key, window.reset, window.usage.own)
            name, uncounted = window.shared.name, window.shared.take_uncounted()
        # Outside of the lock, so that the threads of a process do not wait for each other's answers of Redis.
        acquisition.counted_key = f"{acquisition.key}:{name}"
        total = store.add(acquisition.counted_key, 1 + uncounted)
        window.usage.shared = max(total - window.usage.own, 0)
        # promise 40: all processes share it
        return None if total <= self.allowance(now, 1) else WindowFull(self, name)

    def publish_probe(self, store: SharedStore, acquisition: Acquisition) -> None:
        """Tell the other processes which bound a probe of this one has set."""
        has_ended = self.window.number != acquisition.probe
        bound = self.window.boundary.latest if has_ended else self.window.boundary.earliest
        publish_probe(store, acquisition, has_ended=has_ended, bound=bound)
