"""The boundary of a fixed window: when it ends, closer than the whole seconds that the API reports."""

from __future__ import annotations

from typing import Final

RESOLUTION: Final = 1.0
"""Seconds: resets are reported in whole ones, rounded down, up or to the nearest."""
_REQUESTS_PER_PROBE: Final = 50
_FEWEST_PROBES: Final = 2
_MOST_PROBES: Final = 8


class WindowBoundary:
    """The end of the current window, between `earliest` and `latest` seconds from the reported end `at`.

    The windows of a budget follow each other at one phase. So the bounds stay when `at` moves to the next window: what
    one window has shown need not be found again. A probe between the bounds narrows them, as in a bisection: if the API
    refuses it, the window has not ended (`raise_earliest`); if the API takes it, it has (`lower_latest`).
    """

    __slots__ = ("at", "earliest", "latest")

    def __init__(self, at: float, earliest: float = -RESOLUTION, latest: float = RESOLUTION) -> None:
        self.at, self.earliest, self.latest = at, earliest, latest

    def end(self) -> float:
        """Return the time at which the window has ended in any case."""
        return self.at + self.latest

    def probe_time(self, limit: int) -> float | None:
        """Return when a probe may be sent; None if the boundary is known well enough for a budget of `limit`.

        Being late by `precision` costs so much once, for every later window is early by as much. A refused probe costs
        a request of a small budget, so that small budgets are probed less often.
        """
        width = self.latest - self.earliest
        precision = RESOLUTION / min(max(limit // _REQUESTS_PER_PROBE, _FEWEST_PROBES), _MOST_PROBES)
        if width <= precision:
            return None
        # Most APIs round down, so that the reported second itself is the best guess. Only where it was too early, or
        # stands at the upper bound already, the bounds are searched from below.
        offset = 0.0 if self.earliest < 0 < self.latest - precision else self.earliest + min(precision, width / 2)
        return self.at + offset if offset < self.latest else None

    def raise_earliest(self, offset: float) -> None:
        """The window had not ended `offset` seconds from the reported end."""
        if offset > self.earliest:
            self.earliest = offset
            # The clock offset is an estimate, too: it may have moved the bounds against each other.
            self.latest = max(self.latest, offset + RESOLUTION / 2)

    def lower_latest(self, offset: float) -> None:
        """The window had ended `offset` seconds from the reported end."""
        self.latest = min(self.latest, max(offset, -RESOLUTION))

    def fit(self, offset: float, margin: float) -> None:
        """An answer of the next window came `offset` seconds from the reported end; `margin` keeps room below it."""
        # Earlier than the rounding of resets allows: the clocks have moved against each other, and nothing is bounded.
        if -RESOLUTION <= offset < self.latest:
            self.latest = offset
            self.earliest = min(self.earliest, offset - margin)

    def advance(self, now: float, per: float) -> int:
        """Move to the first window that has not ended for sure; return how many were passed, one at least."""
        # At least one, since the caller knows that this window is over; more, if nothing was sent for some periods.
        periods = max(int((now - self.latest - self.at) // per) + 1, 1)
        self.at += periods * per
        return periods
