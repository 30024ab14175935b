"""The rate-limit headers of an answer: `X-RateLimit-*`, `Retry-After` and `Date`, parsed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.wire.http_date import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PAUSE: Final = 3600.0
"""Seconds: a longer `Retry-After` is cut to this."""
_LARGEST_LIMIT: Final = 10_000_000


class RateLimitHeaders(NamedTuple):
    """A budget as an answer reports it: `remaining` of `limit` requests until the API's clock shows `reset`.

    `reset` is in seconds since 1970, mostly whole ones. `remaining` and `reset` are None where the header is missing.
    """

    limit: int
    remaining: int | None
    reset: float | None


class Observation(NamedTuple):
    """An answer as the bucket sees it that it reports. Times are of the monotonic clock.

    Its request was sent at `began`, and it came at `now`. `ends_at` is the reported reset on this clock, None if the
    answer has none, or an impossible one.
    """

    headers: RateLimitHeaders
    ends_at: float | None
    began: float
    now: float


class RateFeedback(NamedTuple):
    """What one answer says of rates. Its request was sent at `began`, and it came at `now` (monotonic seconds).

    `date` is the API's own time and `retry_after` the pause that a refusal (429) asks for; both may be missing.
    """

    began: float
    now: float
    is_refused: bool
    headers: RateLimitHeaders | None
    date: float | None
    retry_after: float | None


def parse_rate_limit(headers: Mapping[str, str]) -> RateLimitHeaders | None:
    """Return the budget that an answer reports; None if it reports none or an impossible one."""
    if "x-ratelimit-limit" not in headers:
        return None
    # What stands before the API may answer anything here. A limit of 0 would block an endpoint for ever.
    limit = _finite_number(headers["x-ratelimit-limit"])
    if limit is None or not 1 <= limit <= _LARGEST_LIMIT:
        return None
    remaining = _finite_number(headers.get("x-ratelimit-remaining", ""))
    if remaining is not None:
        remaining = min(max(remaining, 0), limit)
    reset = _finite_number(headers.get("x-ratelimit-reset", ""))
    return RateLimitHeaders(int(limit), None if remaining is None else int(remaining), reset)


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or a date; None if it is missing or impossible.

    A date is compared with the answer's own `Date`, or with `now` (seconds since 1970) if the answer has none.
    """
    value = headers.get("retry-after", "").strip()
    seconds = _finite_number(value)
    if seconds is None:
        until = parse_http_date(value)
        if until is None:
            return None
        # A date of a server is compared with the clock of that server: this machine's may be hours off.
        seconds = max(until - (parse_http_date(headers.get("date", "")) or now), 0.0)
    return min(seconds, LONGEST_PAUSE) if seconds >= 0 else None


@lru_cache(maxsize=64)
def parse_http_date(value: str) -> float | None:
    """Return an HTTP date as seconds since 1970; None if it is no date."""
    date = parse_date(value)
    return None if date is None else date.timestamp()


def _finite_number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
