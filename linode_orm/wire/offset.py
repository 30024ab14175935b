"""How far the API's clock is from this process's: narrowed by the date of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define

if TYPE_CHECKING:
    from linode_orm.wire.clock import Clock

_PAST: Final = -5.0
_LONGEST: Final = 3600.0
_USUAL: Final = 300.0
"""Seconds that the windows of an API last at most, where it does not tell what time it is."""
_ROUNDING: Final = 1.0


@define(eq=False)
class Offset:
    """The bounds of the API's time minus `monotonic`; dates have whole seconds, so that many tell more than one.

    An API that sends no dates is believed to have this machine's time, as that was at first, unless resets tell that it
    has another: a window that is reported has not ended, and began no longer ago than it lasts.
    """

    low: float = float("-inf")
    high: float = float("inf")
    guess: float | None = None
    moved: float = float("-inf")

    def local(  # noqa: PLR0913  what one answer tells
        self,
        reset: float | None,
        date: float | None,
        began: float,
        now: float,
        clock: Clock,
        *,
        per: float | None = None,
    ) -> float | None:
        """Give the moment of a reset on this process's monotonic clock; None where it cannot be one.

        `date` is that of the answer, whose request began at `began` and that came now; `per` is how long the window
        lasts, where that is known.
        """
        if reset is None:
            return None
        if date is not None:  # promise 39: the API's clock, not this machine's
            self._narrow(date - now, date + 1 - began, began, now)
            offset = (self.low + self.high) / 2
        else:
            self._narrow(reset - (per or _USUAL) - _ROUNDING - now, reset + _ROUNDING - began, began, now)
            if self.guess is None:
                self.guess = clock.now().timestamp() - now
            offset = min(max(self.guess, self.low), self.high)
        ends = reset - offset
        if per is not None:
            ends = min(ends, now + per + _ROUNDING)
        return ends if _PAST < ends - now < _LONGEST else None

    def _narrow(self, low: float, high: float, began: float, now: float) -> None:
        if high < self.low and began < self.moved:
            # an answer from before the clock stood still, read after it
            return
        self.low, self.high = max(self.low, low), min(self.high, high)
        if self.low > self.high:
            # one of the clocks was set, or stood still for a while, or runs at another speed
            self.low, self.high, self.guess, self.moved = low, high, None, now
