"""How far the API's clock is from this process's: narrowed by the date of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define

if TYPE_CHECKING:
    from linode_orm.wire.clock import Clock

_PAST: Final = -5.0
_LONGEST: Final = 3600.0


@define(eq=False)
class Offset:
    """The bounds of the API's time minus `monotonic`; dates have whole seconds, so that many tell more than one."""

    low: float = float("-inf")
    high: float = float("inf")

    def local(self, reset: float | None, date: float | None, began: float, now: float, clock: Clock) -> float | None:
        """Give the moment of a reset on this process's monotonic clock; None where it cannot be one.

        `date` is that of the answer, whose request began at `began` and that came now; without one the two clocks
        count as one.
        """
        if reset is None:
            return None
        if date is None:
            offset = clock.now().timestamp() - now
        else:
            low, high = date - now, date + 1 - began
            self.low, self.high = max(self.low, low), min(self.high, high)
            if self.low > self.high:
                # one of the clocks was set, or runs at another speed
                self.low, self.high = low, high
            offset = (self.low + self.high) / 2
        ends = reset - offset
        return ends if _PAST < ends - now < _LONGEST else None
