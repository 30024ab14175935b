"""What the headers of an answer tell of rates: budgets, pauses, and the time at the API."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PAUSE: Final = 3600.0
_LARGEST: Final = 10_000_000


@frozen
class Report:
    """A budget as an answer reports it: `remaining` of `limit` until the API's clock shows `reset`."""

    limit: int
    remaining: int | None
    reset: float | None


def report_in(headers: Mapping[str, str]) -> Report | None:
    """Give the budget that an answer reports; None where it reports none, or none that can be."""
    if "x-ratelimit-limit" not in headers:
        return None
    limit = _number(headers["x-ratelimit-limit"])
    if limit is None or not 1 <= limit <= _LARGEST:
        return None
    remaining = _number(headers.get("x-ratelimit-remaining", ""))
    if remaining is not None:
        remaining = min(max(remaining, 0), limit)
    return Report(
        int(limit), None if remaining is None else int(remaining), _number(headers.get("x-ratelimit-reset", ""))
    )


def pause_in(headers: Mapping[str, str], now: float) -> float | None:
    """Give the seconds that `Retry-After` asks for, as number or date; None where it asks for nothing that can be.

    A date is compared with the answer's own, or else with `now` (seconds since 1970).
    """
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is None:
        until = moment(text)
        if until is None:
            return None
        seconds = max(until - (moment(headers.get("date", "")) or now), 0.0)
    return min(seconds, LONGEST_PAUSE) if seconds >= 0 else None


@lru_cache(maxsize=64)
def moment(text: str) -> float | None:
    """Give an HTTP date as seconds since 1970; None where it is none."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
