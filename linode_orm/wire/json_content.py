"""JSON in the content of answers: parsed by orjson (extra `speed`) where that is installed, with the answers of `json`.

orjson reads whole numbers beyond 64 bits as floats, so `json` decides where so many digits stand in a row outside of a
string. It also decides what orjson refuses: NaN, half surrogate pairs, other encodings than UTF-8, and what is no JSON.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    Loads = Callable[[bytes], Any]

_DIGITS: Final = b"0" * 19
"""As many digits as the largest number of 64 bits with a sign has; one of more may not fit."""
_LONG_VALUE: Final = b":" + _DIGITS
_LONG_ITEM: Final = b"[" + _DIGITS
"""How a number that may not fit looks among the marks: digits in a row, outside of a string or at a blank in it.
Digits in a row at the beginning of a string, or behind a letter of it, are those of a UUID. The search runs
from the end, because it then compares the byte before the digits first, and takes half the time."""
_KEPT: Final = b'0123456789",:[]{}'
"""What is kept of a document to look at: digits, quotes, brackets, and what may stand before a number. Blanks and signs
between the two are dropped, so that they touch."""
_DROPPED: Final = bytes(each for each in range(256) if each not in _KEPT)
_MARKS: Final = bytes.maketrans(_KEPT, b"0000000000x::[][]")
_NO_BRACKETS: Final = bytes(each for each in range(256) if each not in b"[]{}")
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_DEEPEST: Final = 100
"""The deepest nesting of an answer that is read; answers of the API have less than ten levels."""
_BLOCK: Final = 128


@cache
def quick_loads() -> Loads | None:
    """Return the parser of orjson; None where it is not installed."""
    try:
        return cast("Loads", import_module("orjson").loads)
    except ImportError:
        return None


def parse_json(content: bytes) -> Any:  # noqa: ANN401  JSON
    """Return what JSON holds; raise `ValueError` or `RecursionError` for what is none, or is nested too deep."""
    loads, marks = quick_loads(), content
    if loads is not None:
        marks = content.translate(_MARKS, delete=_DROPPED)
        if marks.startswith(_DIGITS) or marks.rfind(_LONG_VALUE) >= 0 or marks.rfind(_LONG_ITEM) >= 0:
            loads = None
    parsed = json.loads(content) if loads is None else _parsed(content, loads)
    if _is_deep(marks, parsed):
        msg = f"a document nested deeper than {_DEEPEST} levels"
        raise ValueError(msg)
    return parsed


def _parsed(content: bytes, loads: Loads) -> Any:  # noqa: ANN401  JSON
    try:
        return loads(content)
    except ValueError:  # what json makes of it counts
        return json.loads(content)


def _is_deep(marks: bytes, parsed: object) -> bool:
    """Whether a document is nested deeper than any answer of the API, so that walking it may overflow the stack.

    The document is walked only if its brackets, counted block by block, may be nested so deep.
    """
    brackets, depth = marks.translate(_ONE_KIND, delete=_NO_BRACKETS), 0
    for begin in range(0, len(brackets), _BLOCK):
        block = brackets[begin : begin + _BLOCK]
        openers = block.count(b"[")
        if depth + openers > _DEEPEST:
            return _depth(parsed) > _DEEPEST
        depth = max(depth + openers + openers - len(block), 0)
    return False


def _depth(value: object) -> int:
    """Return how deep a value is nested, and no more than one level beyond the bound."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        held = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list)))
        level = [each for values in held for each in values]
        depth += 1
    return depth
