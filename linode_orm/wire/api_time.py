"""API time: when a request began by the clock of the API, whatever the clock of this machine does meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from typing import Self

    from linode_orm.wire.client import Client

_UNKNOWN_SKEW: Final = timedelta(minutes=10)
"""How far the clock of this machine may be from that of the API, as long as no answer had a date."""
_MARGIN: Final = timedelta(seconds=2)
"""The API's timestamps and the dates of its answers are whole seconds, so each may be off by almost one."""
_THEIRS: Final = "there"
_OURS: Final = "here"


class ApiTime(NamedTuple):
    """A datetime by the clock of the API where that was known, else by the clock of this machine.

    `is_theirs` says that it is the API's. `seconds` is the monotonic clock at that time; None where another process
    has written the datetime down, whose monotonic clock is another one.
    """

    at: datetime
    is_theirs: bool = False
    seconds: float | None = None

    @classmethod
    def now(cls, client: Client) -> Self:
        """Return the present time."""
        there, clock = client.api_now, client.clock
        at = clock.now() if there is None else there  # promise 15c: the clock of the API tells
        return cls(at, there is not None, clock.monotonic())

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the time that `text` wrote."""
        timestamp, _, clock = text.partition(" ")
        return cls(datetime.fromisoformat(timestamp), clock == _THEIRS)

    @property
    def text(self) -> str:
        """The form that a journal keeps and another process reads."""
        return f"{self.at.isoformat()} {_THEIRS if self.is_theirs else _OURS}"

    def age(self, client: Client) -> float:
        """Return how many seconds have passed; by the API's or the wall clock where another process wrote it down."""
        if self.seconds is not None:
            return client.clock.monotonic() - self.seconds
        there = client.api_now if self.is_theirs else None
        return max(0.0, ((there or client.clock.now()) - self.at).total_seconds())

    def earliest(self, client: Client) -> datetime:
        """Return the earliest datetime that this time may be at the API, by what is known by now.

        Two estimates are made where this machine's clock was used, because each can be wrong. The wall clock may have
        been set since, and the monotonic clock stands still while the machine sleeps.
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
    """Return the latest datetime at the API that a time of the monotonic clock may be; None where that is to come."""
    past, there = client.clock.monotonic() - until, client.api_now
    return there - timedelta(seconds=past) + _MARGIN if until and past > 0 and there is not None else None
