"""Evaluation of conditions and orders on raw bodies, in the three-valued logic of SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.codecs import WrongType
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Comparison
from linode_orm.mapping.relations import ParentIs, leaves
from linode_orm.mapping.values import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operators import Attribute, Order

    Body = Mapping[str, Any]
    Parents = tuple[object, ...]
    Test = Callable[[Body, Parents], bool | None]
    """True, False, or None for unknown."""
    Get = Callable[[Body], Any]
    """The value at an attribute; None for null and missing, `UNREADABLE` for one of another type."""


def compile_condition(model: type[Model], condition: Expression) -> Test:
    """Return the function that evaluates a condition on a raw body and the ids of its parents.

    Null, missing and a value of the wrong type make a comparison unknown. Texts are ordered by code point and told
    apart by case; datetimes are compared as moments.
    """
    check_model(model, condition)
    return _compile(model, condition)


def check_model(model: type[Model], condition: Expression) -> None:
    """Raise `InvalidRequestError` for a condition on attributes of another class."""
    for leaf in leaves(condition):
        about = getattr(getattr(leaf, "attribute", leaf), "model", model)
        if not issubclass(model, about):
            msg = (
                f"the condition {leaf} is about {about.__name__}, and the query gives {model.__name__} objects; "
                f"filter by attributes of {model.__name__}"
            )
            raise InvalidRequestError(msg)


def _compile(model: type[Model], condition: Expression) -> Test:
    if isinstance(condition, And):
        return _until([_compile(model, part) for part in condition.parts], decisive=False)
    if isinstance(condition, Or):
        return _until([_compile(model, part) for part in condition.parts], decisive=True)
    if isinstance(condition, Not):
        return _opposite(_compile(model, condition.part))
    if isinstance(condition, ParentIs):
        wanted = frozenset(condition.parents)
        return lambda _, parents: parents in wanted
    if isinstance(condition, Comparison):
        return _leaf(condition)
    msg = f"{condition!r} is no condition that can be evaluated"
    raise InvalidRequestError(msg)


def _until(tests: list[Test], *, decisive: bool) -> Test:
    """Return the test that is `decisive` if one of these is, else unknown if one is unknown, else the opposite."""

    def holds(body: Body, parents: Parents) -> bool | None:
        result: bool | None = not decisive
        for test in tests:
            value = test(body, parents)
            if value is decisive:
                return decisive
            if value is None:
                result = None
        return result

    return holds


def _opposite(test: Test) -> Test:
    def holds(body: Body, parents: Parents) -> bool | None:
        value = test(body, parents)
        return None if value is None else not value

    return holds


def _leaf(leaf: Comparison) -> Test:
    get = getter(leaf.attribute)
    test = leaf.operator.test(leaf.attribute.field.codec.bare, leaf.value)
    tests_null = leaf.operator.tests_null

    def holds(body: Body, _: Parents) -> bool | None:
        value = get(body)
        if value is UNREADABLE or (value is None and not tests_null):
            return None
        return test(value)

    return holds


def getter(attribute: Attribute[Any]) -> Get:
    """Return the function that reads the comparable value at an attribute of a raw body.

    It gives None for null and missing, and `UNREADABLE` for a value of another type than the declared one.
    """
    codec = attribute.field.codec.bare
    reach, as_is, comparable = _reach(attribute), codec.compared_as_is, codec.comparable

    def get(body: Body) -> Any:  # noqa: ANN401  a comparable value
        value = reach(body)
        if value is None or type(value) in as_is:
            return value
        try:
            return comparable(value)
        except WrongType:
            return UNREADABLE

    return get


def _reach(attribute: Attribute[Any]) -> Get:
    first, *rest = attribute.keys
    if not rest:
        return lambda body: body.get(first)

    def deep(body: Body) -> Any:  # noqa: ANN401  a value in JSON
        value: Any = body.get(first)
        for key in rest:
            if value is None:
                return None
            if type(value) is not dict:
                return UNREADABLE
            value = value.get(key)
        return value

    return deep


def order_key(order: Order) -> Callable[[Body], tuple[object, ...]]:
    """Return the sort key of one order, with which null and unreadable values come last.

    A descending order is sorted in reverse.
    """
    codec = order.attribute.field.codec.bare
    if not codec.is_sortable:
        msg = f"{order.attribute} is {codec.text}, which has no order; order by a number, text, datetime or bool"
        raise InvalidRequestError(msg)
    get, last = getter(order.attribute), not order.descending

    def key(body: Body) -> tuple[object, ...]:
        value = get(body)
        if value is None or value is UNREADABLE:
            return (last,)
        return (not last, isinstance(value, str), value)

    return key


def sort_rows(order: Sequence[Order], rows: list[tuple[Parents, object, dict[str, Any]]]) -> None:
    """Sort rows (parents' ids, id, body) in place: by the keys in turn, nulls last, ties by id."""
    rows.sort(key=lambda row: (row[0], row[1]))
    for each in reversed(order):
        key = order_key(each)
        rows.sort(key=lambda row, key=key: key(row[2]), reverse=each.descending)  # type: ignore[misc]  # bound in the loop
