"""Operators: what can be asked of an attribute, one row each, and the attributes and comparisons that use them."""

from __future__ import annotations

import operator as python
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, Never, TypeVar, cast, overload

from attrs import frozen

from linode_orm._caller import warn
from linode_orm._lazy import Later
from linode_orm._public import public
from linode_orm._unknown_names import refuse
from linode_orm.errors import UnknownValue
from linode_orm.mapping import server_filters
from linode_orm.mapping.columns import Column
from linode_orm.mapping.expressions import And, Expression, Not, Or
from linode_orm.mapping.operands import (
    differs,
    equals,
    in_any_case,
    infix,
    is_truth,
    like,
    list_of,
    method,
    on_text,
    operand,
    operands,
    ordered,
    ordered_operand,
    pattern_operand,
    text_operand,
    truth_operand,
)
from linode_orm.mapping.patterns import Pattern
from linode_orm.mapping.values import WrongType, not_among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from linode_orm.mapping import relation_conditions
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.operands import Test
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.server_filters import Rules
else:
    relation_conditions = Later("linode_orm.mapping.relation_conditions")

T = TypeVar("T")
V = TypeVar("V")


@frozen(eq=False, kw_only=True)
class Operator:
    """A way to compare an attribute with a value: one row of the table, with all that is known of it.

    `shown` prints a condition, of the attribute's text and the value. `check` returns the value in JSON and raises
    `WrongType`. `test` returns the function that evaluates a comparable value; both get the codec without null. `rules`
    say which conditions the server can evaluate, `negated_rules` the same of `not_` of the condition. Of null and of
    missing a condition is unknown, unless the operator `tests_null`.
    """

    name: str
    shown: Callable[[str, Any], str]
    check: Callable[[Codec, Any], object]
    test: Callable[[Codec, Any], Test]
    rules: Rules
    negated_rules: Rules
    tests_null: bool = False
    names_values: bool = False
    """The value is one that the attribute may have, and not a part of one or a bound."""

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[object, ...]:
        return operator_called, (self.name,)


def operator_called(name: str) -> Operator:
    """Return the operator of a name, by which pickles refer to it; raise `KeyError` for an unknown one."""
    return OPERATORS[name]


# -- the table ---------------------------------------------------------------------------------------------------------

EQUAL: Final = Operator(
    name="==",
    shown=infix("=="),
    check=operand,
    test=equals,
    rules=server_filters.EQUAL,
    negated_rules=server_filters.UNEQUAL,
    names_values=True,
)
UNEQUAL: Final = Operator(
    name="!=",
    shown=infix("!="),
    check=operand,
    test=differs,
    rules=server_filters.UNEQUAL,
    negated_rules=server_filters.EQUAL,
    names_values=True,
)
LESS: Final = Operator(
    name="<",
    shown=infix("<"),
    check=ordered_operand,
    test=ordered(python.lt),
    rules=server_filters.LESS,
    negated_rules=server_filters.AT_LEAST,
)
AT_MOST: Final = Operator(
    name="<=",
    shown=infix("<="),
    check=ordered_operand,
    test=ordered(python.le),
    rules=server_filters.AT_MOST,
    negated_rules=server_filters.GREATER,
)
GREATER: Final = Operator(
    name=">",
    shown=infix(">"),
    check=ordered_operand,
    test=ordered(python.gt),
    rules=server_filters.GREATER,
    negated_rules=server_filters.AT_MOST,
)
AT_LEAST: Final = Operator(
    name=">=",
    shown=infix(">="),
    check=ordered_operand,
    test=ordered(python.ge),
    rules=server_filters.AT_LEAST,
    negated_rules=server_filters.LESS,
)
CONTAINS: Final = Operator(
    name="contains",
    shown=method("contains"),
    check=lambda codec, value: codec.part(getattr(value, "__identity__", value)),
    test=lambda codec, want: partial(codec.has_part, part=want),
    rules=server_filters.CONTAINS,
    negated_rules=server_filters.NO_OPERATOR,
)
STARTSWITH: Final = Operator(
    name="startswith",
    shown=method("startswith"),
    check=text_operand("startswith"),
    test=on_text(str.startswith),
    rules=server_filters.STARTSWITH,
    negated_rules=server_filters.NO_OPERATOR,
)
ENDSWITH: Final = Operator(
    name="endswith",
    shown=method("endswith"),
    check=text_operand("endswith"),
    test=on_text(str.endswith),
    rules=server_filters.ENDSWITH,
    negated_rules=server_filters.NO_OPERATOR,
)
LIKE: Final = Operator(
    name="like",
    shown=method("like"),
    check=pattern_operand("like"),
    test=like(folds=False),
    rules=server_filters.LIKE,
    negated_rules=server_filters.NO_OPERATOR,
)
ILIKE: Final = Operator(
    name="ilike",
    shown=method("ilike"),
    check=pattern_operand("ilike"),
    test=like(folds=True),
    rules=server_filters.ANY_CASE,
    negated_rules=server_filters.NO_OPERATOR,
)
ICONTAINS: Final = Operator(
    name="icontains",
    shown=method("icontains"),
    check=lambda codec, value: codec.part(getattr(value, "__identity__", value)),
    test=lambda codec, want: partial(codec.has_part_in_any_case, part=want),
    rules=server_filters.ANY_CASE,
    negated_rules=server_filters.NO_OPERATOR,
)
ISTARTSWITH: Final = Operator(
    name="istartswith",
    shown=method("istartswith"),
    check=text_operand("istartswith"),
    test=in_any_case(str.startswith),
    rules=server_filters.ANY_CASE,
    negated_rules=server_filters.NO_OPERATOR,
)
IENDSWITH: Final = Operator(
    name="iendswith",
    shown=method("iendswith"),
    check=text_operand("iendswith"),
    test=in_any_case(str.endswith),
    rules=server_filters.ANY_CASE,
    negated_rules=server_filters.NO_OPERATOR,
)
IN: Final = Operator(
    name="in",
    shown=lambda attribute, values: f"{attribute}.in_({list_of(values)})",
    check=operands,
    test=lambda codec, wants: codec.one_of(wants),
    rules=server_filters.IN,
    negated_rules=server_filters.NOT_IN,
    names_values=True,
)
IS_NULL: Final = Operator(
    name="is_null",
    shown=lambda attribute, _: f"{attribute}.is_(None)",
    check=lambda *_: None,
    test=lambda *_: lambda value: value is None,
    rules=server_filters.NULL,
    negated_rules=server_filters.NULL,
    tests_null=True,
)

IS: Final = Operator(
    name="is",
    shown=method("is_"),
    check=truth_operand,
    test=is_truth,
    rules=server_filters.IS,
    negated_rules=server_filters.NO_OPERATOR,
    tests_null=True,
)

OPERATORS: Final = {
    each.name: each
    for each in (
        *(EQUAL, UNEQUAL, LESS, AT_MOST, GREATER, AT_LEAST, CONTAINS, STARTSWITH, ENDSWITH, LIKE),
        *(ICONTAINS, ISTARTSWITH, IENDSWITH, ILIKE, IN, IS_NULL, IS),
    )
}
"""Every operator by its name."""


# -- the values that the operators make --------------------------------------------------------------------------------


@frozen(eq=False)
class Comparison(Expression):
    """The comparison of an attribute with a value.

    `value` is as it stands in JSON: of the operator `in` a tuple of such values, of `is_null` None, of `like` a
    `Pattern`.
    """

    attribute: Attribute[Any]
    operator: Operator
    value: object

    @property
    def values(self) -> tuple[object, ...]:
        """The values of which any will do; without any the condition is never true."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def unknown(self) -> list[object]:
        """The values that are not among the documented ones of the attribute."""
        values = [each for value in self.values for each in (value if isinstance(value, list) else [value])]
        return self.attribute.field.unknown_in(values) if self.operator.names_values else []

    def __str__(self) -> str:
        return self.operator.shown(str(self.attribute), self.value)

    __repr__ = __str__

    def __getstate__(self) -> dict[str, object]:
        return {"attribute": self.attribute, "operator": self.operator, "value": self.value}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Restore a pickle; that of an earlier version has the operator's name."""
        operator = state["operator"]
        named = operator_called(operator) if isinstance(operator, str) else operator
        for name, value in {**state, "operator": named}.items():
            object.__setattr__(self, name, value)


@public
@frozen(eq=False)
class Order:
    """One key of an order; null comes last in both directions."""

    attribute: Attribute[object]
    descending: bool

    def __str__(self) -> str:
        return f"{self.attribute}.{'desc' if self.descending else 'asc'}()"

    __repr__ = __str__


# -- what is written ---------------------------------------------------------------------------------------------------


class Operand(Generic[T]):
    """The left side of a comparison, as `ColumnOperators` is in SQLAlchemy: each method returns a condition."""

    __slots__ = ()
    __hash__ = object.__hash__

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            """Raise `AttributeError`, which says what to write instead of a name of SQLAlchemy's."""
            if name in {"model", "path", "relation"}:  # while a pickle is read
                raise AttributeError(name)
            refuse(self, "attribute", name, dir(type(self)))

        def __contains__(self, item: object) -> bool:
            """Raise `TypeError`: Python makes a truth value of what `in` answers."""
            msg = f"{item!r} in {self} asks nothing of the API; write {self}.contains({item!r})"
            raise TypeError(msg)

        def __bool__(self) -> bool:
            """Raise `TypeError`, so that Python's `and`, `or` and `not` cannot drop a condition in silence."""
            msg = (
                f"{self} is an attribute and has no truth value; compare it, as in {self}.is_(True) or "
                f"{self}.is_not(None), and combine conditions with and_, or_, not_"
            )
            raise TypeError(msg)

    def op(self, operator: Operator, value: object, /) -> Expression:
        """Return the condition of any operator; raise `TypeError` for a value that it does not take."""
        raise NotImplementedError

    def __eq__(self, other: T | None) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # a condition
        return self.op(IS_NULL if other is None else EQUAL, other)

    def __ne__(self, other: T | None) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # a condition
        return Not(self.op(IS_NULL, None)) if other is None else self.op(UNEQUAL, other)

    def __lt__(self, other: T) -> Expression:
        return self.op(LESS, other)

    def __le__(self, other: T) -> Expression:
        return self.op(AT_MOST, other)

    def __gt__(self, other: T) -> Expression:
        return self.op(GREATER, other)

    def __ge__(self, other: T) -> Expression:
        return self.op(AT_LEAST, other)

    @overload
    def contains(self: Operand[list[V]], item: V, /) -> Expression: ...
    @overload
    def contains(self, item: str | int, /) -> Expression: ...
    def contains(self, item: object, /) -> Expression:
        """Whether a list has the item, or a string has the part; upper and lower case differ.

        A string compares with the labels of a list of objects that have labels.
        """
        return self.op(CONTAINS, item)

    def icontains(self, part: str, /) -> Expression:
        """Whether a string has the part, or a list an item, in upper or lower case."""
        return self.op(ICONTAINS, part)

    def startswith(self, prefix: str, /) -> Expression:
        """Whether a string begins with the prefix; upper and lower case differ."""
        return self.op(STARTSWITH, prefix)

    def istartswith(self, prefix: str, /) -> Expression:
        """Whether a string begins with the prefix, in upper or lower case."""
        return self.op(ISTARTSWITH, prefix)

    def endswith(self, suffix: str, /) -> Expression:
        """Whether a string ends with the suffix; upper and lower case differ."""
        return self.op(ENDSWITH, suffix)

    def iendswith(self, suffix: str, /) -> Expression:
        """Whether a string ends with the suffix, in upper or lower case."""
        return self.op(IENDSWITH, suffix)

    def like(self, pattern: str, /, *, escape: str | None = None) -> Expression:
        """Whether the whole string matches: `%` is any characters, `_` one; `escape` before them takes them literally.

        Upper and lower case differ.
        """
        return self.op(LIKE, pattern if escape is None else Pattern(pattern, escape))

    def ilike(self, pattern: str, /, *, escape: str | None = None) -> Expression:
        """Whether the whole string matches a pattern of `like`, in upper or lower case."""
        return self.op(ILIKE, pattern if escape is None else Pattern(pattern, escape))

    def in_(self, values: Iterable[T | None], /) -> Expression:
        """Whether the value is one of these; None among them means `is_(None)`."""
        if isinstance(values, (str, bytes)):
            msg = f"{self}.in_() takes a collection of values, not the text {values!r}"
            raise TypeError(msg)
        given = list(values)
        known = [each for each in given if each is not None]
        is_one_of = self.op(IN, known)
        return Or((is_one_of, self.op(IS_NULL, None))) if len(known) < len(given) else is_one_of

    def not_in(self, values: Iterable[T | None], /) -> Expression:
        """Whether the value is none of these, the opposite of `in_`: of null it is unknown."""
        return Not(self.in_(values))

    def between(self, low: T, high: T, /) -> Expression:
        """Whether the value lies between both ends, which count."""
        return And((self.op(AT_LEAST, low), self.op(AT_MOST, high)))

    def is_(self, value: bool | None, /) -> Expression:  # noqa: FBT001  SQLAlchemy's word
        """Whether the value is null or missing (None), or this truth value; it is true or false of null, too."""
        return self.op(IS_NULL, None) if value is None else self.op(IS, value)

    def is_not(self, value: bool | None, /) -> Expression:  # noqa: FBT001  SQLAlchemy's word
        """Whether the value is there (`is_not(None)`), or is not this truth value: null is not, either."""
        return Not(self.is_(value))


@public
class Attribute(Operand[T]):
    """A field of a class in conditions and orders: `Instance.label`, `Event.entity.id`."""

    __slots__ = ("model", "path")
    __hash__ = object.__hash__

    def __init__(self, model: type, path: tuple[FieldFacts, ...]) -> None:
        self.model = model
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.model, self.path)

    @property
    def field(self) -> FieldFacts:
        """The declaration of the last step."""
        return self.path[-1]

    @property
    def keys(self) -> tuple[str, ...]:
        """The raw keys that lead to the value in a body."""
        return tuple(field.key for field in self.path)

    def __str__(self) -> str:
        return ".".join([self.model.__name__, *(field.name for field in self.path)])

    __repr__ = __str__

    def op(self, operator: Operator, value: object, /) -> Expression:
        """Return the condition of any operator; raise `TypeError` for a value that it does not take."""
        if isinstance(value, (Operand, Expression)):
            msg = f"{self} {operator} {value}: an attribute is compared with a value, not with another attribute"
            raise TypeError(msg)
        try:
            comparison = Comparison(self, operator, operator.check(self.field.codec.bare, value))
        except WrongType as wrong:
            msg = f"{self}: {wrong}"
            raise TypeError(msg) from None
        unknown = comparison.unknown
        if unknown:
            warn(UnknownValue(f"{comparison}: {not_among(unknown, self.field.known_values)}"))
        return comparison

    def __column__(self) -> Column[T]:
        """Return what a table reads for the attribute."""
        return Column(self.model, str(self).partition(".")[2], self.path)

    def any(
        self: Attribute[list[Any]] | Attribute[list[Any] | None], condition: Expression | None = None, /
    ) -> Expression:
        """Whether a list has an object, and one that meets the condition; true or false of every list, also of null.

        The condition is written on the class that the list is declared with, or on the resource that the objects are.
        """
        return relation_conditions.listed(self, condition)

    def asc(self) -> Order:
        """Order from the smallest to the largest; null comes last."""
        return Order(cast("Attribute[object]", self), descending=False)

    def desc(self) -> Order:
        """Order from the largest to the smallest; null comes last."""
        return Order(cast("Attribute[object]", self), descending=True)
