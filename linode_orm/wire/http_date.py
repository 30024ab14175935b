"""Dates in headers of HTTP: parsed, and left out of account where no clock can show them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""The bounds of what counts as a date: seconds and days can be added to it, and taken from it, without an overflow."""


@lru_cache(maxsize=64)
def parse_date(value: str) -> datetime | None:
    """Return the date in a header, aware, in UTC; None if it is no date, or one that no clock shows."""
    try:
        parsed = parsedate_to_datetime(value)
        date = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if _EARLIEST <= date <= _LATEST else None
