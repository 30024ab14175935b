"""Additive increase, multiplicative decrease: the part of a budget that is used after refusals."""

from __future__ import annotations

from typing import Final

_LOWEST: Final = 1 / 64
_INCREASE: Final = 0.1
_PATIENCE: Final = 10


class Aimd:
    """The part of a budget that is used: each refusal halves it, each period without one adds a tenth of the whole.

    `per` is the period in seconds. `ceiling` is the part that is known to be too much: it is tried again after ten
    periods without a refusal.

    D.-M. Chiu, R. Jain, Analysis of the increase and decrease algorithms for congestion avoidance in computer networks,
    Computer Networks and ISDN Systems 17 (1989), 1-14.
    """

    __slots__ = ("base", "ceiling", "per", "since")

    def __init__(self, per: float) -> None:
        self.per, self.since = per, float("-inf")
        self.base = self.ceiling = 1.0

    def factor(self, now: float) -> float:
        """Return the part, 1 for the whole budget."""
        if self.base >= 1:
            return 1.0
        periods = (now - self.since) / self.per
        grown = self.base + periods * _INCREASE
        if grown > self.ceiling:
            # The API has refused this much before. Without the patience, each tenth period would bring a refusal.
            patience = (self.ceiling - self.base) / _INCREASE + _PATIENCE
            grown = self.ceiling + max(periods - patience, 0.0) * _INCREASE
        return min(grown, 1.0)

    def ignore_in_flight(self, now: float) -> None:
        """Let refusals of requests that are in flight now change nothing."""
        self.base, self.since = self.factor(now), now

    def decrease(self, began: float, now: float, taken: float = 1.0) -> bool:
        """Halve the part, once for all requests that were in flight together; return whether it was halved.

        `taken` is the part of the budget that the API took before it refused, if that is known.
        """
        if began < self.since:
            # It was in flight when the rate was lowered last: one overload is answered once, however many it refused.
            return False
        self.base, self.since = max(self.factor(now) / 2, _LOWEST), now  # promise 36: a 429 halves the rate
        # What the API took in the last period is a bound. Where it is below the new rate, not this budget has refused.
        self.ceiling = taken if taken >= self.base else 1.0
        return True
