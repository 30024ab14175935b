"""Conditions on attributes: values that say what is asked, and nothing about how it is answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from attrs import frozen

from linode_orm._public import public
from linode_orm.mapping.codecs import WrongType

if TYPE_CHECKING:
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.protocols import FieldFacts

T = TypeVar("T")
V = TypeVar("V")


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
class Comparison(Expression):
    """One attribute held against a value.

    `operator` is one of `== != < <= > >= contains startswith in is_null`; `value` is as it stands in JSON
    (for `in` a tuple of such values, for `is_null` None).
    """

    attribute: Attribute[Any]
    operator: str
    value: object

    def __str__(self) -> str:
        name = str(self.attribute)
        if self.operator in {"contains", "startswith"}:
            return f"{name}.{self.operator}({self.value!r})"
        if self.operator == "in":
            return f"{name}.in_({_listed(self.value)})"
        if self.operator == "is_null":
            return f"{name}.is_(None)"
        return f"{name} {self.operator} {self.value!r}"

    __repr__ = __str__


def _listed(values: object) -> str:
    shown = list(values) if isinstance(values, Iterable) else [values]
    room = 8
    return repr(shown) if len(shown) <= room else f"[{', '.join(map(repr, shown[:room]))}, … {len(shown)} values]"


@frozen(eq=False)
class And(Expression):
    """True where every part is."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"and_({', '.join(map(str, self.parts))})"

    __repr__ = __str__


@frozen(eq=False)
class Or(Expression):
    """True where one part is."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"or_({', '.join(map(str, self.parts))})"

    __repr__ = __str__


@frozen(eq=False)
class Not(Expression):
    """True where the part is false; unknown where it is unknown."""

    part: Expression

    def __str__(self) -> str:
        return f"not_({self.part})"

    __repr__ = __str__


@public
@frozen(eq=False)
class Order:
    """One key of an order; `descending` turns it round, nulls stay last."""

    attribute: Attribute[object]
    descending: bool

    def __str__(self) -> str:
        return f"{self.attribute}.{'desc' if self.descending else 'asc'}()"

    __repr__ = __str__


@public
class Attribute(Generic[T]):
    """A field of a class, as it stands in conditions and orders: `Instance.label`, `Event.entity.id`."""

    __slots__ = ("model", "path")

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
        """The way through the body, by raw keys."""
        return tuple(field.key for field in self.path)

    def __str__(self) -> str:
        return ".".join([self.model.__name__, *(field.name for field in self.path)])

    __repr__ = __str__
    __hash__ = object.__hash__

    def _check(self, codec: Codec, value: object) -> object:
        try:
            return codec.operand(getattr(value, "__identity__", value))
        except WrongType as wrong:
            msg = f"{self}: {wrong}"
            raise TypeError(msg) from None

    def _compare(self, operator: str, value: object) -> Expression:
        if value is None:
            return Comparison(self, "is_null", None)
        if isinstance(value, (Attribute, Expression)):
            msg = f"{self} {operator} {value}: an attribute is compared with a value, not with another attribute"
            raise TypeError(msg)
        return Comparison(self, operator, self._check(self.field.codec, value))

    def __eq__(self, other: T | None) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # a condition
        return self._compare("==", other)

    def __ne__(self, other: T | None) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # a condition
        return Not(self._compare("==", None)) if other is None else self._compare("!=", other)

    def _ordered(self, operator: str, other: object) -> Expression:
        if other is None or not self.field.codec.bare.has_order:
            msg = f"{self} {operator} {other!r}: {self.field.codec.text} has no order against that value"
            raise TypeError(msg)
        return self._compare(operator, other)

    def __lt__(self, other: T) -> Expression:
        return self._ordered("<", other)

    def __le__(self, other: T) -> Expression:
        return self._ordered("<=", other)

    def __gt__(self, other: T) -> Expression:
        return self._ordered(">", other)

    def __ge__(self, other: T) -> Expression:
        return self._ordered(">=", other)

    @overload
    def contains(self: Attribute[list[V]], item: V, /) -> Expression: ...
    @overload
    def contains(self, item: str | int, /) -> Expression: ...
    def contains(self, item: object, /) -> Expression:
        """On a list: it holds exactly this item. On a text: this is a part of it, upper and lower case told apart.

        On a list of objects with labels, a text is the label of one of them.
        """
        try:
            return Comparison(self, "contains", self.field.codec.bare.part(getattr(item, "__identity__", item)))
        except WrongType as wrong:
            msg = f"{self}: {wrong}"
            raise TypeError(msg) from None

    def startswith(self, prefix: str, /) -> Expression:
        """The text begins with this, upper and lower case told apart."""
        self._text("startswith", prefix)
        return Comparison(self, "startswith", prefix)

    def _text(self, operator: str, value: object) -> None:
        if str not in self.field.codec.plain:
            msg = f"{self}.{operator}() needs a text or a list, and the attribute is {self.field.codec.text}"
            raise TypeError(msg)
        if not isinstance(value, str):
            msg = f"{self}.{operator}() takes a str, not {value!r} ({type(value).__name__})"
            raise TypeError(msg)

    def in_(self, values: Iterable[T], /) -> Expression:
        """The value is one of these; null among them stands for `is_(None)`."""
        if isinstance(values, (str, bytes)):
            msg = f"{self}.in_() takes a collection of values, not the text {values!r}"
            raise TypeError(msg)
        given = list(values)
        known = tuple(self._check(self.field.codec, value) for value in given if value is not None)
        is_one_of = Comparison(self, "in", tuple(_unique(known)))
        return Or((is_one_of, Comparison(self, "is_null", None))) if len(known) < len(given) else is_one_of

    def between(self, low: T, high: T, /) -> Expression:
        """The value lies between these, both included."""
        return And((self._ordered(">=", low), self._ordered("<=", high)))

    def is_(self, value: None, /) -> Expression:
        """The value is null, or missing."""
        if value is not None:
            msg = f"{self}.is_() takes None; compare other values with =="
            raise TypeError(msg)
        return Comparison(self, "is_null", None)

    def asc(self) -> Order:
        """Order from the smallest; nulls last."""
        return Order(cast("Attribute[object]", self), descending=False)

    def desc(self) -> Order:
        """Order from the largest; nulls last."""
        return Order(cast("Attribute[object]", self), descending=True)


def _unique(values: Iterable[object]) -> list[object]:
    seen: dict[str, object] = {repr(value): value for value in values}
    return list(seen.values())


def _parts(kind: type[And | Or], expressions: tuple[Expression, ...], name: str) -> tuple[Expression, ...]:
    for expression in expressions:
        if not isinstance(expression, Expression):
            msg = f"{name}() takes conditions such as Instance.label == 'x', not {expression!r}"
            raise TypeError(msg)
    return tuple(part for each in expressions for part in (each.parts if isinstance(each, kind) else (each,)))


@public
def and_(*expressions: Expression) -> Expression:
    """Every one of any number of conditions; none at all is always true."""
    parts = _parts(And, expressions, "and_")
    return parts[0] if len(parts) == 1 else And(parts)


@public
def or_(*expressions: Expression) -> Expression:
    """One of any number of conditions; none at all is never true."""
    parts = _parts(Or, expressions, "or_")
    return parts[0] if len(parts) == 1 else Or(parts)


@public
def not_(expression: Expression) -> Expression:
    """The opposite; where the condition is unknown (null), so is its opposite."""
    (part,) = _parts(And, (expression,), "not_") if not isinstance(expression, And) else (expression,)
    return part.part if isinstance(part, Not) else Not(part)
