"""One table of figures: tests write rows, and the run prints them at its end."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """What was looked at, what was seen, what was wanted, and each exception with its reason."""

    what: str
    seen: str
    wanted: str
    exceptions: tuple[str, ...] = ()


TABLE: dict[str, Row] = {}


def note(what: str, seen: str, wanted: str, exceptions: list[str] | None = None) -> None:
    """Write a row; a later one of the same name takes its place."""
    TABLE[what] = Row(what, seen, wanted, tuple(exceptions or ()))


def lines() -> list[str]:
    """Give the table as text."""
    width = max(map(len, TABLE), default=0)
    text: list[str] = []
    for row in TABLE.values():
        text.append(f"{row.what:<{width}}  {row.seen:<34} wanted {row.wanted}")
        text += [f"    {each}" for each in row.exceptions]
    return text
