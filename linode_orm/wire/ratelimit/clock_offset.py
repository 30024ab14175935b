"""The offset between the API's clock and this process's, bounded by the `Date` of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linode_orm.wire.clock import Clock
    from linode_orm.wire.ratelimit.headers import RateFeedback

_EARLIEST_RESET: Final = -5.0
_LATEST_RESET: Final = 3600.0
_ASSUMED_PERIOD: Final = 300.0
"""Seconds that the windows of an API last at most, if its answers carry no date."""
_RESOLUTION: Final = 1.0


class ClockOffset:
    """The bounds of the API's time minus `monotonic`, by Cristian's algorithm.

    One answer bounds the offset: the API read its clock after the request was sent and before the answer came. `Date`
    has whole seconds, so that the intersection of many such intervals is narrower than each. An API that sends no dates
    is assumed to have this machine's time as it was at first, unless its resets contradict that. A reported window has
    not ended, and began no longer ago than it lasts.

    F. Cristian, Probabilistic clock synchronization, Distributed Computing 3 (1989), 146-158.
    """

    __slots__ = ("assumed", "clock", "lower", "restarted_at", "upper")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lower, self.upper = float("-inf"), float("inf")
        self.assumed: float | None = None
        self.restarted_at = float("-inf")

    def to_monotonic(self, feedback: RateFeedback, per: float | None = None) -> float | None:
        """Return the reset that an answer reports as a time of this process's clock; None if it cannot be one.

        `per` is the length of the window in seconds, None if it is unknown.
        """
        reset = feedback.headers.reset if feedback.headers is not None else None
        if reset is None:
            return None
        began, now = feedback.began, feedback.now
        if feedback.date is not None:  # promise 39: the API's clock, not this machine's
            # The API's clock showed `date` or up to a second more, between the request and the answer.
            self._intersect(feedback.date - now, feedback.date + 1 - began, began, now)
            offset = (self.lower + self.upper) / 2
        else:
            # The window that is reported has not ended when the API answered, and had begun when it did.
            lower, upper = reset - (per or _ASSUMED_PERIOD) - _RESOLUTION - now, reset + _RESOLUTION - began
            self._intersect(lower, upper, began, now)
            if self.assumed is None:
                self.assumed = self.clock.now().timestamp() - now
            offset = min(max(self.assumed, self.lower), self.upper)
        ends_at = reset - offset
        if per is not None:
            # Wide bounds may put the end too late. A window cannot end later than one that begins now.
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
