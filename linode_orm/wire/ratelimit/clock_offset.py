"""The offset between the API's clock and this process's, bounded by the `Date` of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define

if TYPE_CHECKING:
    from linode_orm.wire.clock import Clock

_EARLIEST_RESET: Final = -5.0
_LATEST_RESET: Final = 3600.0
_ASSUMED_PERIOD: Final = 300.0
"""Seconds that the windows of an API last at most, if its answers carry no date."""
_RESOLUTION: Final = 1.0


@define(eq=False)
class ClockOffset:
    """The bounds of the API's time minus `monotonic`, by Cristian's algorithm.

    One answer bounds the offset: the API read its clock after the request was sent and before the answer came. `Date`
    has whole seconds, so that the intersection of many such intervals is narrower than each. An API that sends no dates
    is assumed to have this machine's time as it was at first, unless its resets contradict that: a reported window has
    not ended, and began no longer ago than it lasts.

    F. Cristian, Probabilistic clock synchronization, Distributed Computing 3 (1989), 146-158.
    """

    lower: float = float("-inf")
    upper: float = float("inf")
    assumed: float | None = None
    restarted_at: float = float("-inf")

    def to_monotonic(  # noqa: PLR0913  what one answer reports
        self,
        reset: float | None,
        date: float | None,
        began: float,
        now: float,
        clock: Clock,
        *,
        per: float | None = None,
    ) -> float | None:
        """Return a reset as a time of this process's monotonic clock; None if it cannot be one.

        `date` is the answer's own. Its request was sent at `began`, and the answer came at `now`. `per` is the length
        of the window in seconds, None if it is unknown.
        """
        if reset is None:
            return None
        if date is not None:  # promise 39: the API's clock, not this machine's
            self._intersect(date - now, date + 1 - began, began, now)
            offset = (self.lower + self.upper) / 2
        else:
            lower, upper = reset - (per or _ASSUMED_PERIOD) - _RESOLUTION - now, reset + _RESOLUTION - began
            self._intersect(lower, upper, began, now)
            if self.assumed is None:
                self.assumed = clock.now().timestamp() - now
            offset = min(max(self.assumed, self.lower), self.upper)
        ends_at = reset - offset
        if per is not None:
            ends_at = min(ends_at, now + per + _RESOLUTION)
        return ends_at if _EARLIEST_RESET < ends_at - now < _LATEST_RESET else None

    def _intersect(self, lower: float, upper: float, began: float, now: float) -> None:
        if upper < self.lower and began < self.restarted_at:
            # This request was sent before a jump that a newer answer has shown already.
            return
        self.lower, self.upper = max(self.lower, lower), min(self.upper, upper)
        if self.lower > self.upper:
            # An empty intersection: a clock was set, stood still, or runs at another speed. The older bounds are void.
            self.lower, self.upper, self.assumed, self.restarted_at = lower, upper, None, now
