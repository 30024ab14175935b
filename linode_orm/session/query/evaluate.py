"""Evaluation of conditions and orders on raw bodies, in the three-valued logic of SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never

from linode_orm.errors import InvalidRequestError, ResponseError
from linode_orm.mapping.codecs import WrongType
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Comparison
from linode_orm.mapping.relations import ParentIs, leaves

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
    """The value at an attribute; None for null and missing."""


def compile_condition(model: type[Model], condition: Expression) -> Test:
    """Return the function that evaluates a condition on a raw body and the ids of its parents.

    Null and missing make a comparison unknown. Texts are ordered by code point and told apart by case; datetimes are
    compared as moments. The function raises `ResponseError` where a body has a value of the wrong type.
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
        return _leaf(model, condition)
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


def _leaf(model: type[Model], leaf: Comparison) -> Test:
    get = getter(model, leaf.attribute)
    test = leaf.operator.test(leaf.attribute.field.codec.bare, leaf.value)
    if leaf.operator.tests_null:
        return lambda body, _: test(get(body))

    def holds(body: Body, _: Parents) -> bool | None:
        value = get(body)
        return None if value is None else test(value)

    return holds


def getter(model: type[Model], attribute: Attribute[Any]) -> Get:
    """Return the function that reads the comparable value at an attribute of a raw body; None for null and missing."""
    codec = attribute.field.codec.bare
    reach, as_is, comparable = _reach(model, attribute), codec.compared_as_is, codec.comparable

    def get(body: Body) -> Any:  # noqa: ANN401  a comparable value
        value = reach(body)
        if value is None or type(value) in as_is:
            return value
        try:
            return comparable(value)
        except WrongType as wrong:
            _refuse(model, attribute, body, wrong)

    return get


def _reach(model: type[Model], attribute: Attribute[Any]) -> Get:
    first, *rest = attribute.keys
    if not rest:
        return lambda body: body.get(first)

    def deep(body: Body) -> Any:  # noqa: ANN401  a value in JSON
        value: Any = body.get(first)
        for key in rest:
            if value is None:
                return None
            if type(value) is not dict:
                _refuse(model, attribute, body, WrongType("object", value))
            value = value.get(key)
        return value

    return deep


def _refuse(model: type[Model], attribute: Attribute[Any], body: Body, wrong: WrongType) -> Never:
    mapper = model.__mapper__
    identity = ", ".join(str(body.get(mapper.fields[name].key)) for name in mapper.id_names)
    name = ".".join(field.name for field in attribute.path)
    msg = f"{mapper.name} {identity}: {name}: {wrong}; the API's answer does not fit the declaration"
    raise ResponseError(msg) from None


def order_key(model: type[Model], order: Order) -> Callable[[Body], tuple[object, ...]]:
    """Return the sort key of one order, with which null comes last; a descending order is sorted in reverse."""
    codec = order.attribute.field.codec.bare
    if not codec.is_sortable:
        msg = f"{order.attribute} is {codec.text}, which has no order; order by a number, text, datetime or bool"
        raise InvalidRequestError(msg)
    get, last = getter(model, order.attribute), not order.descending

    def key(body: Body) -> tuple[object, ...]:
        value = get(body)
        if value is None:
            return (last,)
        return (not last, isinstance(value, str), value)

    return key


def sort_rows(model: type[Model], order: Sequence[Order], rows: list[tuple[Parents, object, dict[str, Any]]]) -> None:
    """Sort rows (parents' ids, id, body) in place: by the keys in turn, nulls last, ties by id."""
    rows.sort(key=lambda row: (row[0], row[1]))
    for each in reversed(order):
        key = order_key(model, each)
        rows.sort(key=lambda row, key=key: key(row[2]), reverse=each.descending)  # type: ignore[misc]  # bound in the loop
