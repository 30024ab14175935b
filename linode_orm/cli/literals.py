"""Literals in conditions: texts, numbers, truth values, None, datetimes, and lists of them."""

from __future__ import annotations

import ast
import math
from datetime import UTC, date, datetime, time
from typing import Any, Final, cast

_SIGNED: Final = (int, float)
_TIMES: Final = {"datetime", "date"}


class LiteralError(ValueError):
    """A part of a condition that is no value which the API knows."""


def is_literal(node: ast.expr) -> bool:
    """Whether a part of a condition is a value, or values in brackets, and no attribute."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(is_literal, node.elts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _TIMES
    return isinstance(node, (ast.Constant, ast.JoinedStr))


def literal(node: ast.expr) -> object:
    """Return the value that a part of a condition is; raise `LiteralError` for any other part."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [literal(each) for each in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = literal(node.operand)
        if not isinstance(value, _SIGNED) or isinstance(value, bool):
            msg = "a sign stands before a number"
            raise LiteralError(msg)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call):
        return _time(node)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, int, float, type(None))):
        msg = "this is no value: write a text, a number, True, False, None, a date, or such values in brackets"
        raise LiteralError(msg)
    if isinstance(node.value, float) and not math.isfinite(node.value):
        msg = "the number is too large"
        raise LiteralError(msg)
    return node.value


def _time(node: ast.Call) -> datetime:
    """Return `datetime(2024, 1, 31)`, `date("2024-01-31")` and the like, in UTC."""
    if not isinstance(node.func, ast.Name) or node.func.id not in _TIMES or node.keywords:
        msg = "this is no value; a date is written as datetime(2024, 1, 31)"
        raise LiteralError(msg)
    given: list[Any] = [literal(each) for each in node.args]
    if len(given) == 1 and isinstance(given[0], str):
        return cast("datetime", as_datetime(given[0]))
    try:
        return datetime(*given[:7]).replace(tzinfo=UTC)  # noqa: DTZ001  the zone is set
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"this is no date: {error}"
        raise LiteralError(msg) from None


def as_datetime(value: object) -> object:
    """Return texts as datetimes, in UTC unless they name a zone; other values as they are."""
    if isinstance(value, list):
        return [as_datetime(each) for each in value]
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            msg = f"{value!r} is no date or time; write 2024-01-31, or 2024-01-31T12:00:00"
            raise LiteralError(msg) from None
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value
