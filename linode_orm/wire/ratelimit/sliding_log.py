"""The sliding log: a budget whose windows are unknown, kept in every span of its period."""

from __future__ import annotations

from collections import deque
from typing import Final

from attrs import Factory, define

from linode_orm.wire.ratelimit.aimd import NEVER, Aimd

POLL: Final = 0.05
"""Seconds between looks where the answer of a request in flight decides."""
_MARGIN: Final = 0.001


@define(eq=False)
class SlidingLog:
    """A budget of unknown windows: never more than `limit` requests in any `per` seconds (a sliding-window log).

    `shortest_round_trip` is the least time from a request to its answer. Of two requests, the API counted the later
    one at least that much nearer to its answer than to the answer of the earlier one.
    """

    limit: int
    per: float
    in_flight: int = 0
    blocked_until: float = NEVER
    shortest_round_trip: float = float("inf")
    aimd: Aimd = Factory(lambda self: Aimd(self.per), takes_self=True)
    completed_at: deque[float] = Factory(deque)

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now."""
        if now < self.blocked_until:
            return self.blocked_until - now
        span = self._span()
        while self.completed_at and self.completed_at[0] + span < now:
            self.completed_at.popleft()
        excess = len(self.completed_at) + self.in_flight - self.allowance(now, share)
        if excess < 0:
            return 0.0
        if excess >= len(self.completed_at):
            return POLL
        return max(self.completed_at[excess] + span + _MARGIN - now, _MARGIN)

    def acquire(self, now: float, share: float) -> int:  # noqa: ARG002  the other kind of bucket needs them
        """Count a request that is sent now; return 0, for none of them is a probe."""
        self.in_flight += 1
        return 0

    def cancel(self, probe: int, *, full: bool) -> None:  # noqa: ARG002  the same
        """Uncount a request that was not sent."""
        self.in_flight -= 1

    def complete(self, began: float, now: float, *, refused: bool = False) -> None:
        """Count a request whose end is known, unless the API refused it."""
        self.in_flight -= 1
        self.shortest_round_trip = min(self.shortest_round_trip, now - began)
        if not refused:
            self.completed_at.append(now)

    def decrease(self, began: float, now: float) -> None:
        """Halve the rate after a refusal; what the API took in one period is the ceiling."""
        self.aimd.decrease(began, now, self._recent(now) / self.limit)

    def remaining(self, now: float, share: float) -> int:
        """Return how many requests may be sent now."""
        return max(self.allowance(now, share) - self._recent(now) - self.in_flight, 0)

    def allowance(self, now: float, share: float) -> int:
        """Return how many requests may be sent in any `per` seconds, after what refusals took away."""
        return max(int(self.limit * self.aimd.factor(now) * share), 1)

    def _recent(self, now: float) -> int:
        span = self._span()
        return sum(1 for each in self.completed_at if each + span >= now)

    def _span(self) -> float:
        return max(self.per - self.shortest_round_trip, 0.0) if self.completed_at else self.per
