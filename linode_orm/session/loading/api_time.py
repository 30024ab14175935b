"""Moments: when a request began, by the clock of the API, whatever the clock of this machine does meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from typing import Self

    from linode_orm.wire.client import Client

_UNKNOWN_SKEW: Final = timedelta(minutes=10)
"""How far the clocks of this machine and of the API may be apart, as long as no answer had a date."""
_MARGIN: Final = timedelta(seconds=2)
"""Moments of the API are whole seconds, and so are the dates of its answers."""
_THEIRS: Final = "there"
_OURS: Final = "here"


@frozen
class ApiTime:
    """A moment by the clock of the API where it was known, else by that of this machine.

    `is_theirs` says which. `seconds` is the monotonic clock then, None where another process has written it down.
    """

    at: datetime
    is_theirs: bool = False
    seconds: float | None = None

    @classmethod
    def now(cls, client: Client) -> Self:
        """Give the moment that is now."""
        there = client.api_now
        at = client.clock.now() if there is None else there  # promise 15c: the clock of the API tells
        return cls(at, there is not None, client.clock.monotonic())

    @classmethod
    def of(cls, text: str) -> Self:
        """Give the moment that a text says."""
        moment, _, clock = text.partition(" ")
        return cls(datetime.fromisoformat(moment), clock == _THEIRS)

    @property
    def text(self) -> str:
        """What another process reads."""
        return f"{self.at.isoformat()} {_THEIRS if self.is_theirs else _OURS}"

    def earliest(self, client: Client) -> datetime:
        """Give the earliest moment that it may be at the API, by what is known by now.

        This machine's clock may have been moved since, and its monotonic one does not count while it sleeps.
        """
        skew, there = client.skew, client.api_now
        if self.is_theirs:
            return self.at - _MARGIN
        if skew is None or there is None:
            return self.at - _UNKNOWN_SKEW
        passed = 0.0 if self.seconds is None else client.clock.monotonic() - self.seconds
        counted = there - timedelta(seconds=passed)
        return min(self.at + skew, counted) - _MARGIN  # promise 15b: the earlier of both, for a clock may have jumped


def ended(client: Client, until: float) -> datetime | None:
    """Give the latest moment at the API that a moment of the monotonic clock may be; None where it is to come."""
    past, there = client.clock.monotonic() - until, client.api_now
    return there - timedelta(seconds=past) + _MARGIN if until and past > 0 and there is not None else None
