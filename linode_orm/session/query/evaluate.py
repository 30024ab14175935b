"""Conditions and orders evaluated here, on raw bodies: three-valued, exact, and fast."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final, Never, cast

from linode_orm.errors import InvalidRequestError, ResponseError
from linode_orm.mapping.codecs import DateTime, Optional, WrongType
from linode_orm.mapping.containers import AnyJSON, Choice, ListOf, MapOf, Structure
from linode_orm.mapping.expressions import And, Comparison, Not, Or
from linode_orm.mapping.relations import ParentIs, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from linode_orm.mapping import Model
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.expressions import Attribute, Expression, Order

    Body = Mapping[str, Any]
    Parents = tuple[object, ...]
    Test = Callable[[Body, Parents], bool | None]
    """True, False, or None for unknown."""
    Get = Callable[[Body], Any]
    """The value at an attribute; None for null and missing."""

_ORDERED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_condition(model: type[Model], condition: Expression) -> Test:
    """Make a function of a raw body and its parents' ids that says whether a condition holds.

    Null and missing make a comparison unknown. Texts are ordered by code point and told apart by case; datetimes are
    compared as moments. The function raises `ResponseError` where a body has a value of the wrong type.
    """
    check_model(model, condition)
    return _compile(model, condition)


def check_model(model: type[Model], condition: Expression) -> None:
    """Refuse a condition on the attributes of another class, before any request."""
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
    """Give the test that is `decisive` where one of them is, unknown where one is unknown, and else the opposite."""

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
    if leaf.operator == "is_null":
        return lambda body, _: get(body) is None
    test = _test(leaf)

    def holds(body: Body, _: Parents) -> bool | None:
        value = get(body)
        return None if value is None else test(value)

    return holds


def _test(leaf: Comparison) -> Callable[[Any], bool | None]:
    """Give the test of a value that is neither null nor missing, decoded where it is a moment."""
    codec, want = _inner(leaf.attribute.field.codec), leaf.value
    if leaf.operator in _ORDERED:
        return _ordered(_ORDERED[leaf.operator], _operand(codec, want))
    if leaf.operator == "contains":
        return _contains(codec, want)
    if leaf.operator == "startswith":
        prefix = str(want)
        return lambda value: isinstance(value, str) and value.startswith(prefix)
    if leaf.operator == "in":
        return _among(codec, cast("tuple[object, ...]", want))
    same = _same(codec, want)
    return same if leaf.operator == "==" else lambda value: not same(value)


def _inner(codec: Codec) -> Codec:
    return codec.inner if isinstance(codec, Optional) else codec


def _operand(codec: Codec, want: object) -> Any:  # noqa: ANN401  a scalar, or a moment
    return codec.decode(want, cast("Any", None), "") if isinstance(codec, DateTime) else want


def _same(codec: Codec, want: object) -> Callable[[Any], bool]:
    if codec.mutable:
        return lambda value: codec.same(value, want)
    operand = _operand(codec, want)
    is_either = {bool, int} <= codec.plain and str not in codec.plain  # the API says 0 for False there
    if not is_either and (isinstance(operand, bool) or bool in codec.plain):
        return lambda value: value == operand and isinstance(value, bool) is isinstance(operand, bool)
    return lambda value: bool(value == operand)


def _ordered(compare: Callable[[Any, Any], bool], operand: Any) -> Callable[[Any], bool | None]:  # noqa: ANN401  a scalar
    if isinstance(operand, (int, float)):
        return lambda value: compare(value, operand) if isinstance(value, (int, float)) else None
    kind = type(operand)
    return lambda value: compare(value, operand) if isinstance(value, kind) else None


def _contains(codec: Codec, want: object) -> Callable[[Any], bool]:
    if isinstance(codec, ListOf):
        if isinstance(want, str) and isinstance(codec.item, Structure):
            return lambda value: any(isinstance(each, dict) and each.get("label") == want for each in value)
        same = _same(_inner(codec.item), want)
        return lambda value: any(map(same, value))
    part = str(want)
    return lambda value: isinstance(value, str) and part in value


def _among(codec: Codec, wanted: tuple[object, ...]) -> Callable[[Any], bool]:
    if codec.mutable or bool in codec.plain:
        tests = [_same(codec, want) for want in wanted]
        return lambda value: any(test(value) for test in tests)
    known = frozenset(_operand(codec, want) for want in wanted)
    return lambda value: value in known


def getter(model: type[Model], attribute: Attribute[Any]) -> Get:
    """Make a function that gives an attribute's value of a raw body: None for null and missing, moments decoded."""
    codec = _inner(attribute.field.codec)
    reach = _reach(model, attribute)
    if isinstance(codec, DateTime):

        def moment(body: Body) -> datetime | None:
            value = reach(body)
            if value is None:
                return None
            try:
                return cast("datetime", codec.decode(value, cast("Any", None), ""))
            except WrongType as wrong:
                _refuse(model, attribute, body, wrong)

        return moment
    kinds = frozenset({list}) if isinstance(codec, ListOf) else codec.plain
    if isinstance(codec, (Structure, MapOf)):
        kinds = frozenset({dict})
    elif not kinds or isinstance(codec, (AnyJSON, Choice)):
        return reach

    def plain(body: Body) -> Any:  # noqa: ANN401  a value in JSON
        value = reach(body)
        if value is None or type(value) in kinds:
            return value
        _refuse(model, attribute, body, WrongType(codec.text, value))

    return plain


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
    """Make the key of one order: sorted with it (reversed where it descends), nulls come last."""
    codec = _inner(order.attribute.field.codec)
    if codec.mutable:
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
