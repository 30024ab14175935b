"""Short ids for the parameters of tests: a line of a report, and of a command, holds the id of any test."""

from __future__ import annotations

from typing import Final

LINE: Final = 120
"""The most characters that the id of a test may have."""
_LENGTH: Final = 20


def short(value: object, length: int = _LENGTH) -> str:
    """Return a parameter as text of at most `length` characters, without its middle if it has more."""
    text = value.__name__ if isinstance(value, type) else str(value)
    text = "".join(each if each.isascii() and each.isprintable() else "?" for each in text)
    half = (length - 3) // 2
    return text if len(text) <= length else f"{text[:half]}...{text[-half:]}"
