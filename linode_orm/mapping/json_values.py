"""What can be written as JSON: every other value is refused where it is given."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from linode_orm.mapping.references import AnswerValue, ObjectId, is_object

if TYPE_CHECKING:
    from collections.abc import Callable


def problem_of(value: object) -> str:
    """Return what was expected in place of a string or a number that cannot be sent; empty if it can."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "text without half surrogates"
    elif isinstance(value, float) and not isfinite(value):
        return "a finite number"
    return ""


def problem_in(value: object, where: str = "") -> str:
    """Return what is wrong, and where, with a value of lists, dicts, objects and plain values; empty if nothing is."""
    if value is None or isinstance(value, (bool, int, float, str)):
        expected = problem_of(value)
        return f"{where}: {expected} expected, not {value!r}" if expected else ""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if not isinstance(key, str) or problem_of(key):
                return f"{where}: text expected as a key, not {key!r}"
            if problem := problem_in(each, f"{where}.{key}"):
                return problem
        return ""
    if isinstance(value, (list, tuple)):
        return next((problem for at, each in enumerate(value) if (problem := problem_in(each, f"{where}[{at}]"))), "")
    if isinstance(value, (ObjectId, AnswerValue)) or is_object(value) or hasattr(value, "__encode__"):
        return ""
    return f"{where}: a value of JSON expected, not {value!r} ({type(value).__name__})"


def copied(value: object) -> object:
    """Return a copy of a value that `problem_in` finds nothing wrong with: its objects stay the same objects."""
    if isinstance(value, Mapping):
        return {key: copied(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(each) for each in value]
    encode: Callable[[], object] | None = getattr(value, "__encode__", None)
    return value if encode is None else encode()
