"""JSON as a server takes it: no other numbers than those of JSON, and no deep nesting."""

from __future__ import annotations

import json
from math import isfinite
from typing import Final, Never, cast

_DEEPEST: Final = 100
"""The deepest nesting that is read; requests to the API have less than ten levels."""


def parse_json(text: str | bytes) -> object:
    """Parse JSON; raise `ValueError` for what is none, has other numbers than JSON, or is nested too deep."""
    try:
        value: object = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        msg = "nested too deep"
        raise ValueError(msg) from error
    if b"\\u" in (text if isinstance(text, bytes) else text.encode()):
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no form in UTF-8
    _check_depth(value)
    return value


def _finite(text: str) -> float:
    """Return a number that a float can hold: 1e999 is one of JSON, and none of a float."""
    value = float(text)
    if not isfinite(value):
        _no_number(text)
    return value


def _no_number(text: str) -> Never:
    msg = f"{text} is no number of JSON"
    raise ValueError(msg)


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        held = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list)))
        level = [each for values in held for each in cast("list[object]", values)]
        if not level:
            return
    msg = "nested too deep"
    raise ValueError(msg)
