"""Budgets of unknown windows, and how much of a budget is used after refusals."""

from __future__ import annotations

from collections import deque
from typing import Final

from attrs import Factory, define

POLL: Final = 0.05
"""Seconds between looks where an answer on its way decides."""
NEVER: Final = float("-inf")
_AFTER: Final = 0.001
_SLOWEST: Final = 1 / 64
_RECOVERY: Final = 0.1
_PATIENCE: Final = 10


@define(eq=False)
class Pace:
    """The part of a budget that is used: each refusal halves it, each window without one gives a tenth back.

    `ceiling` is the part that is known to be too much: ten windows pass before it is tried again.
    """

    per: float
    since: float = NEVER
    base: float = 1.0
    ceiling: float = 1.0

    def at(self, now: float) -> float:
        """Give the part, 1 for the whole."""
        if self.base >= 1:
            return 1.0
        windows = (now - self.since) / self.per
        grown = self.base + windows * _RECOVERY
        if grown > self.ceiling:
            patient = (self.ceiling - self.base) / _RECOVERY + _PATIENCE
            grown = self.ceiling + max(windows - patient, 0.0) * _RECOVERY
        return min(grown, 1.0)

    def forgive(self, now: float) -> None:
        """Let refusals of requests that are on their way change nothing."""
        self.base, self.since = self.at(now), now

    def halve(self, began: float, now: float, taken: float = 1.0) -> bool:
        """Halve it, once for all requests that were on their way together; say whether that was done.

        `taken` is the part that the API took before it refused, where that is known.
        """
        if began < self.since:
            return False
        self.base, self.since = max(self.at(now) / 2, _SLOWEST), now  # promise 36: a 429 halves the rate
        self.ceiling = taken if taken >= self.base else 1.0
        return True


@define(eq=False)
class Log:
    """A budget of unknown windows: never more than `limit` in any `per` seconds.

    `brief` is the shortest time that one took there and back: of two requests, the API counted the later one at least
    that much nearer to its answer than to the answer of the earlier one.
    """

    limit: int
    per: float
    flying: int = 0
    shut: float = NEVER
    brief: float = float("inf")
    pace: Pace = Factory(lambda self: Pace(self.per), takes_self=True)
    ended: deque[float] = Factory(deque)

    def wait(self, now: float, share: float) -> float:
        """Give the seconds until the next request may go, 0 where it may now."""
        if now < self.shut:
            return self.shut - now
        span = self._span()
        while self.ended and self.ended[0] + span < now:
            self.ended.popleft()
        over = len(self.ended) + self.flying - self.allowed(now, share)
        if over < 0:
            return 0.0
        return max(self.ended[over] + span + _AFTER - now, _AFTER) if over < len(self.ended) else POLL

    def take(self, now: float, share: float) -> int:  # noqa: ARG002  the other kind of budget needs them
        """Count a request that goes now; none of them is a trial."""
        self.flying += 1
        return 0

    def give_back(self, trial: int, *, full: bool) -> None:  # noqa: ARG002  the same
        """Forget one that did not go after all."""
        self.flying -= 1

    def landed(self, began: float, now: float, *, refused: bool = False) -> None:
        """Count one whose end is known, unless the API refused it."""
        self.flying -= 1
        self.brief = min(self.brief, now - began)
        if not refused:
            self.ended.append(now)

    def slow_down(self, began: float, now: float) -> None:
        """Halve the rate after a refusal; what was taken in one window is as much as there is."""
        self.pace.halve(began, now, self._recent(now) / self.limit)

    def left(self, now: float, share: float) -> int:
        """Give how many may go now."""
        return max(self.allowed(now, share) - self._recent(now) - self.flying, 0)

    def _recent(self, now: float) -> int:
        span = self._span()
        return sum(1 for each in self.ended if each + span >= now)

    def _span(self) -> float:
        return max(self.per - self.brief, 0.0) if self.ended else self.per

    def allowed(self, now: float, share: float) -> int:
        """Give how many may go in any `per` seconds, at the pace of now."""
        return max(int(self.limit * self.pace.at(now) * share), 1)
