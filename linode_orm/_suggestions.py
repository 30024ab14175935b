"""The known name that comes closest to a wrong one, for messages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of a message, which asks for the closest known name; empty where none is close."""
    near = closest(name, known)
    return "" if near is None else f"; did you mean {near!r}?"


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that comes closest to another one; None where none is close."""
    return next(iter(get_close_matches(name, [*known], n=1)), None)
