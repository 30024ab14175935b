"""The clock of the API, as the dates of its answers show it."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Response


class _Dated(NamedTuple):
    """The date of an answer, beside the two times of this machine's clock at which it came."""

    date: str
    now: datetime
    monotonic: float


class ApiClock:
    """The time at the API by its last answer with a date; thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: _Dated | None = None

    def observe(self, response: Response) -> None:
        """Learn from the date of an answer."""
        if "date" in response.headers:
            self._last = _Dated(response.headers["date"], self._clock.now(), self._clock.monotonic())

    @property
    def skew(self) -> timedelta | None:
        """How far the clock of the API is ahead of this one; None if no answer had a date."""
        last = self._last
        date = _parse(last.date) if last is not None else None
        return date - last.now if last is not None and date is not None else None

    @property
    def now(self) -> datetime | None:
        """The time at the API, or one before it; None if no answer had a date.

        It is counted on from the last answer, so that no jump of this machine's clock moves it.
        """
        last = self._last
        date = _parse(last.date) if last is not None else None
        if last is None or date is None:
            return None
        return date + timedelta(seconds=self._clock.monotonic() - last.monotonic)


def _parse(date: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(date)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
