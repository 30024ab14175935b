"""What the rows of the table of operators are made of: how a condition is shown, its operand checked, and evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.patterns import Pattern
from linode_orm.mapping.values import NotComparable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping.codecs import Codec

    Test = Callable[[Any], bool | None]
    """Whether a comparable value passes; None where it is of a type that cannot be compared."""


def infix(symbol: str) -> Callable[[str, object], str]:
    """Return the printing of a symbol between attribute and value."""
    return lambda attribute, value: f"{attribute} {symbol} {value!r}"


def method(name: str) -> Callable[[str, object], str]:
    """Return the printing of a method of the attribute."""
    return lambda attribute, value: f"{attribute}.{name}({value!r})"


_SHOWN_VALUES: Final = 8


def list_of(values: tuple[object, ...]) -> str:
    """Return the operand of `in_` as text, the first values of a long one."""
    if len(values) <= _SHOWN_VALUES:
        return repr([*values])
    return f"[{', '.join(map(repr, values[:_SHOWN_VALUES]))}, … {len(values)} values]"


def operand(codec: Codec, value: object) -> object:
    """Check a value, and return it in JSON; an object stands for its id."""
    return codec.operand(getattr(value, "__identity__", value))


def ordered_operand(codec: Codec, value: object) -> object:
    """Check a value that has an order, and return it in JSON."""
    if value is None or not codec.has_order:
        msg = f"{codec.text} has no order against {value!r}"
        raise NotComparable(msg)
    return operand(codec, value)


def text_operand(name: str) -> Callable[[Codec, object], str]:
    """Return the check of an operator that compares strings with strings."""

    def check(codec: Codec, value: object) -> str:
        if str not in codec.plain:
            msg = f"{name}() needs a text, and the attribute is {codec.text}"
            raise NotComparable(msg)
        if not isinstance(value, str):
            msg = f"{name}() takes a str, not {value!r} ({type(value).__name__})"
            raise NotComparable(msg)
        return value

    return check


def pattern_operand(name: str) -> Callable[[Codec, object], Pattern]:
    """Return the check of an operator that holds strings against a pattern."""
    check_text = text_operand(name)

    def check(codec: Codec, value: object) -> Pattern:
        pattern = value if isinstance(value, Pattern) else Pattern(check_text(codec, value))
        check_text(codec, pattern.text)
        problem = pattern.problem()
        if problem:
            msg = f"{name}(): {problem}"
            raise NotComparable(msg)
        return pattern

    return check


def truth_operand(codec: Codec, value: object) -> object:
    """Check a truth value."""
    if bool not in codec.plain or not isinstance(value, bool):
        msg = f"is_() takes None, and True or False where the attribute is a truth value; this one is {codec.text}"
        raise NotComparable(msg)
    return value


def operands(codec: Codec, values: Iterable[object]) -> tuple[object, ...]:
    """Check several values, and return each of them in JSON once."""
    given = (operand(codec, value) for value in values)
    return tuple({repr(each): each for each in given}.values())


def equals(codec: Codec, want: object) -> Test:
    """Return the evaluation of equality."""
    return codec.one_of((want,))


def differs(codec: Codec, want: object) -> Test:
    """Return the evaluation of inequality."""
    is_equal = codec.one_of((want,))
    return lambda value: not is_equal(value)


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Codec, object], Test]:
    """Return the evaluation of an order; it is unknown between a number and a string, which a mixed field may hold."""

    def test(codec: Codec, want: object) -> Test:
        operand = codec.comparable(want)
        kinds = (int, float) if isinstance(operand, (int, float)) else type(operand)
        return lambda value: compare(value, operand) if isinstance(value, kinds) else None

    return test


def is_truth(codec: Codec, want: object) -> Test:
    """Return the evaluation of `is_(True)`, which is false of null."""
    is_equal = codec.one_of((want,))
    return lambda value: value is not None and is_equal(value)


def on_text(test: Callable[[str, str], bool]) -> Callable[[Codec, str], Test]:
    """Return the evaluation of a test of strings; it is false of a number, which a mixed field may hold."""

    def compiled(codec: Codec, want: str) -> Test:
        folded = codec.folded(want)
        return lambda value: isinstance(value, str) and test(value, folded)

    return compiled


def in_any_case(test: Callable[[str, str], bool]) -> Callable[[Codec, str], Test]:
    """Return the evaluation of a test of strings that takes upper and lower case for the same."""
    return on_text(lambda value, want: test(value.casefold(), want.casefold()))


def like(*, folds: bool) -> Callable[[Codec, Pattern], Test]:
    """Return the evaluation of a pattern; it is false of a number, which a mixed field may hold."""

    def compiled(codec: Codec, want: Pattern) -> Test:
        folded = Pattern(codec.folded(want.text), want.escape and codec.folded(want.escape))
        matches = folded.compiled(folds=folds).fullmatch

        def test(value: object) -> bool:
            return isinstance(value, str) and matches(value.casefold() if folds else value) is not None

        return test

    return compiled
