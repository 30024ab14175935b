"""The clock of the API, as the dates of its answers show it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from linode_orm.wire.http_date import parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Response


class _Dated(NamedTuple):
    """The date of an answer, beside the two times of this machine's clock at which it came."""

    date: datetime
    now: datetime
    monotonic: float


class ApiClock:
    """The time at the API by its last answer with a date; thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: _Dated | None = None

    def observe(self, response: Response) -> None:
        """Learn from the date of an answer; one that no clock can show is left out of account."""
        date = parse_date(response.headers.get("date", ""))
        if date is not None:
            self._last = _Dated(date, self._clock.now(), self._clock.monotonic())

    @property
    def skew(self) -> timedelta | None:
        """How far the clock of the API is ahead of this one; None if no answer had a date."""
        last = self._last
        return last.date - last.now if last is not None else None

    @property
    def now(self) -> datetime | None:
        """The time at the API, or one before it; None if no answer had a date.

        It is counted on from the last answer, so that no jump of this machine's clock moves it.
        """
        last = self._last
        if last is None:
            return None
        return last.date + timedelta(seconds=self._clock.monotonic() - last.monotonic)
