"""What can be written as JSON: every other value is refused where it is given."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from linode_orm.mapping.references import ObjectId, is_object

if TYPE_CHECKING:
    from collections.abc import Callable


def problem_of(value: object) -> str:
    """Say why a string or a number cannot be sent; empty where it can."""
    if isinstance(value, str):
        if value.isascii():
            return ""
        try:
            value.encode()
        except UnicodeEncodeError:
            return "text without half surrogates"
    elif isinstance(value, float) and not isfinite(value):
        return "a finite number"
    return ""


def checked(value: object, refuse: Callable[[str, object], Exception], *, where: str = "") -> object:
    """Return a copy of a value of lists, dicts and plain values, its objects as they are.

    Raises what `refuse` makes of what was expected and of the value, for all that JSON does not have.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        problem = problem_of(value)
        if problem:
            raise refuse(f"{where}{problem}", value)
        return value
    if isinstance(value, ObjectId) or is_object(value):
        return value
    if isinstance(value, Mapping):
        return {_key(key, refuse, where): checked(each, refuse, where=f"{where}{key}: ") for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [checked(each, refuse, where=where) for each in value]
    encode = getattr(value, "__encode__", None)
    if encode is not None:
        return checked(encode(), refuse, where=where)
    raise refuse(f"{where}a value that JSON has", value)


def _key(key: object, refuse: Callable[[str, object], Exception], where: str) -> str:
    if not isinstance(key, str) or problem_of(key):
        raise refuse(f"{where}text as a key", key)
    return key
