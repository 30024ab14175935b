"""Options of public calls: refused by name where they are given, not where they are used."""

from __future__ import annotations

import os
from math import isnan
from typing import Final

from linode_orm.errors import InvalidRequestError

LONGEST: Final = 1e9
"""Seconds: what no clock and no socket of a machine waits for is no time limit."""


def check_seconds(name: str, value: object, *, or_none: bool = False, may_be_zero: bool = False) -> None:
    """Raise `InvalidRequestError` for what is no number of seconds above 0."""
    if value is None and or_none:
        return
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) and not isnan(value) else None
    if number is None or number < 0 or (number == 0 and not may_be_zero):
        bound = "from 0 on" if may_be_zero else "above 0"
        _refuse(name, f"a number {bound}" + (" or None" if or_none else ""), value)


def check_limit(name: str, value: object) -> None:
    """Raise `InvalidRequestError` for what is no number of seconds that a socket can wait for."""
    check_seconds(name, value)
    if isinstance(value, (int, float)) and value > LONGEST:
        _refuse(name, f"a number of seconds up to {LONGEST:g}", value)


def check_count(name: str, value: object, *, least: int = 0, or_none: bool = False) -> None:
    """Raise `InvalidRequestError` for what is no whole number from `least` on."""
    if value is None and or_none:
        return
    if type(value) is not int or value < least:
        _refuse(name, f"a whole number from {least} on" + (" or None" if or_none else ""), value)


def check_flags(**flags: object) -> None:
    """Raise `InvalidRequestError` for what is neither True nor False: a string is always true."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            _refuse(name, "True or False", value)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise `InvalidRequestError` for what is none of the choices."""
    if not isinstance(value, str) or value not in choices:
        _refuse(name, " or ".join(map(repr, choices)), value)


def check_path(name: str, value: object, *, or_none: bool = False) -> None:
    """Raise `InvalidRequestError` for what names no file."""
    if value is None and or_none:
        return
    if not isinstance(value, (str, os.PathLike)) or not value:
        _refuse(name, "the path of a file", value)


def _refuse(name: str, wanted: str, value: object) -> None:
    msg = f"{name} is {wanted}, not {value!r}"
    raise InvalidRequestError(msg)
