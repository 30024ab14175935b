"""Evaluation of conditions and orders on raw bodies, in the three-valued logic of SQL."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.class_references import ParentIs
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Comparison
from linode_orm.mapping.relation_conditions import ListedObject, RelatedObject, check_about
from linode_orm.mapping.relations import Many, leads_to_parent, relation_of
from linode_orm.mapping.values import UNREADABLE, Unreadable, WrongType
from linode_orm.session.query.routes import cost, owner_key, route_of, row_parents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operators import Attribute, Order

    Body = Mapping[str, Any]
    Parents = tuple[object, ...]
    Get = Callable[[Body], Any]
    """The value at an attribute; None for null and missing, `UNREADABLE` for one of another type."""


class Unread(Enum):
    """Why a condition on a relation has no value."""

    UNREAD = "unread"
    """The list that would tell was refused."""
    ASKED = "asked"
    """The list that tells is not read yet."""


UNREAD: Final = Unread.UNREAD
ASKED: Final = Unread.ASKED

Value = bool | Unread | None
"""True, False, or unknown: None because of null, else why a relation could not be followed."""

if TYPE_CHECKING:
    Test = Callable[[Body, Parents], Value]
    Relations = Callable[[RelatedObject], Test]
    """Gives the test of a condition on a relation, which may answer `ASKED` at first."""


def compile_condition(model: type[Model], condition: Expression, relations: Relations | None = None) -> Test:
    """Return the function that evaluates a condition on a raw body and the ids of its parents.

    Null, missing and a value of the wrong type make a comparison unknown. Texts are ordered by code point, and
    case counts; datetimes are compared as moments. Without `relations`, conditions on them have no value yet.
    """
    check_model(model, condition)
    return _Compiler(relations or _not_read).compiled(condition)


def compile_for_parents(condition: Expression, relations: Relations) -> Test:
    """Return the function that evaluates what a condition says of the parents of an object alone.

    All that depends on the object itself is `UNREAD`: it may be anything.
    """
    return _Compiler(relations, is_of_parents=True).compiled(condition)


def check_model(model: type[Model], condition: Expression) -> None:
    """Raise `InvalidRequestError` for a condition on attributes of another class."""
    check_about(condition, model, f"the query gives {model.__name__}")


def _not_read(leaf: RelatedObject) -> Test:
    del leaf
    return lambda _, __: ASKED


class _Compiler:
    """Makes the tests of conditions; those on relations come from `relations`."""

    def __init__(self, relations: Relations, *, is_of_parents: bool = False) -> None:
        self._relations = relations
        self._is_of_parents = is_of_parents

    def compiled(self, condition: Expression) -> Test:
        """Return the test of a condition."""
        if isinstance(condition, And):
            return _until(self._cheapest_first(condition.parts), decisive=False)
        if isinstance(condition, Or):
            return _until(self._cheapest_first(condition.parts), decisive=True)
        if isinstance(condition, Not):
            return _opposite(self.compiled(condition.part))
        if isinstance(condition, ParentIs):
            wanted = frozenset(condition.parents)
            return lambda _, parents: parents in wanted
        if isinstance(condition, RelatedObject):
            return self._related(condition)
        if self._is_of_parents:
            return _unread
        if isinstance(condition, ListedObject):
            return self._among(_reach(condition.attribute), row_parents(condition.attribute), condition.condition)
        if isinstance(condition, Comparison):
            return _leaf(condition)
        msg = f"{condition!r} is no condition that can be evaluated"
        raise InvalidRequestError(msg)

    def _related(self, leaf: RelatedObject) -> Test:
        relation = relation_of(leaf)
        if self._is_of_parents and not leads_to_parent(leaf):
            return _unread
        if route_of(relation).kind == "body" and isinstance(relation, Many):
            key = relation.embedded
            return self._among(lambda body: body.get(key), owner_key(leaf.model), leaf.condition)
        return self._relations(leaf)

    def _cheapest_first(self, parts: Iterable[Expression]) -> list[Test]:
        """Return the tests of parts, those that need no list first, so that no list is read that decides nothing."""
        return [self.compiled(part) for part in sorted(parts, key=cost)]

    def _among(
        self, reach: Get, below: Callable[[Body, Parents], Parents | Unreadable], condition: Expression | None
    ) -> Test:
        """Return the test whether the rows at a place of a body have one that meets a condition."""
        holds = self.compiled(condition) if condition is not None else _is_there

        def test(body: Body, parents: Parents) -> Value:
            rows = reach(body)
            if rows is None:
                return False
            above = below(body, parents)
            if type(rows) is not list or isinstance(above, Unreadable):
                return None
            return some(holds(row, above) for row in rows if isinstance(row, dict))

        return test


def some(values: Iterable[Value]) -> Value:
    """Return whether one of these is true: true or false, unless it hangs on what is not read."""
    result: Value = False
    for value in values:
        if value is True:
            return True
        if isinstance(value, Unread) and result is not ASKED:
            result = value
    return result


def _unread(_: Body, __: Parents) -> Value:
    return UNREAD


def _is_there(_: Body, __: Parents) -> Value:
    return True


def _until(tests: list[Test], *, decisive: bool) -> Test:
    """Return the test that is `decisive` if one of these is, else unknown if one is unknown, else the opposite.

    What hangs on a list that was refused is unknown for that reason, whatever else is unknown.
    """

    def holds(body: Body, parents: Parents) -> Value:
        result: Value = not decisive
        for test in tests:
            value = test(body, parents)
            # what was asked for comes first: the parts behind it cost more, and may never be needed
            if value is decisive or value is ASKED:
                return value
            if value is UNREAD or (value is None and result is not UNREAD):
                result = value
        return result

    return holds


def _opposite(test: Test) -> Test:
    def holds(body: Body, parents: Parents) -> Value:
        value = test(body, parents)
        return not value if isinstance(value, bool) else value

    return holds


def _leaf(leaf: Comparison) -> Test:
    get = getter(leaf.attribute)
    test = leaf.operator.test(leaf.attribute.field.codec.bare, leaf.value)
    tests_null = leaf.operator.tests_null

    def holds(body: Body, _: Parents) -> Value:
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
