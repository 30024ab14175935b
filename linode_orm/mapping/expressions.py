"""Conditions as values: the base class, and the connectives `and_`, `or_` and `not_`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linode_orm._former import names_of
from linode_orm._public import public

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)


@public
class Expression:
    """A condition. Combine conditions with `and_`, `or_`, `not_`, or `&`, `|`, `~`.

    It has no truth value of its own: `bool()` raises, so that Python's `and` and `or` cannot drop one in silence.
    """

    __slots__ = ()

    def __and__(self, other: Expression) -> Expression:
        return and_(self, other)

    def __or__(self, other: Expression) -> Expression:
        return or_(self, other)

    def __invert__(self) -> Expression:
        return not_(self)

    def __bool__(self) -> bool:
        msg = (
            f"the condition {self} has no truth value; "
            "combine conditions with and_, or_, not_ (or &, |, ~ in parentheses) instead of and, or, not"
        )
        raise TypeError(msg)


@frozen(eq=False)
class And(Expression):
    """True if every part is; unknown if one is unknown and none is false."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"and_({', '.join(map(str, self.parts))})"

    __repr__ = __str__


@frozen(eq=False)
class Or(Expression):
    """True if one part is; unknown if one is unknown and none is true."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"or_({', '.join(map(str, self.parts))})"

    __repr__ = __str__


@frozen(eq=False)
class Not(Expression):
    """True if the part is false; unknown if it is unknown."""

    part: Expression

    def __str__(self) -> str:
        return f"not_({self.part})"

    __repr__ = __str__


def _parts(kind: type[And | Or], expressions: tuple[Expression, ...], name: str) -> tuple[Expression, ...]:
    check_conditions(expressions, name)
    return tuple(part for each in expressions for part in (each.parts if isinstance(each, kind) else (each,)))


def check_conditions(given: Iterable[object], call: str) -> None:
    """Raise `TypeError`, which names the call, for what is no condition."""
    for each in given:
        if not isinstance(each, Expression):
            hint = f"; {each} alone is no condition, {each}.is_(True) is one" if hasattr(each, "in_") else ""
            if isinstance(each, bool):
                hint = "; Python has evaluated it: combine conditions with and_, or_, not_, ask lists by .contains()"
            msg = f"{call}() takes conditions such as Instance.label == 'x', not {each!r}{hint}"
            raise TypeError(msg)


@public
def and_(*expressions: Expression) -> Expression:
    """Return the condition that all of these are true; without any it is always true."""
    parts = _parts(And, expressions, "and_")
    return parts[0] if len(parts) == 1 else And(parts)


@public
def or_(*expressions: Expression) -> Expression:
    """Return the condition that one of these is true; without any it is never true."""
    parts = _parts(Or, expressions, "or_")
    return parts[0] if len(parts) == 1 else Or(parts)


@public
def not_(expression: Expression) -> Expression:
    """Return the opposite of a condition; it is unknown of null, too."""
    (part,) = _parts(And, (expression,), "not_") if not isinstance(expression, And) else (expression,)
    return part.part if isinstance(part, Not) else Not(part)


def leaves(expression: Expression) -> Iterator[Expression]:
    """Yield every leaf of a condition; what stands inside of a leaf (`has`, `any`) is none of its own."""
    if isinstance(expression, Not):
        yield from leaves(expression.part)
    elif isinstance(expression, (And, Or)):
        for part in expression.parts:
            yield from leaves(part)
    else:
        yield expression
