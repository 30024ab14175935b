"""References at their class: what stands in conditions for a to-one relation, and the condition on a parent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import frozen

from linode_orm._unknown_names import refuse
from linode_orm.mapping.columns import Column
from linode_orm.mapping.expressions import Expression
from linode_orm.mapping.operators import EQUAL, IN, Operand
from linode_orm.mapping.reached import Reached, is_column, reached
from linode_orm.mapping.record import Record
from linode_orm.mapping.references import Loadable
from linode_orm.mapping.relation_conditions import related
from linode_orm.mapping.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping.operators import Attribute, Operator, Order
    from linode_orm.mapping.relations import Many, One

T = TypeVar("T")


class Reference(Loadable, Operand["T | int | str"], Generic[T]):
    """A to-one relation in conditions: `Instance.region == "us-east"`, `Volume.linode == instance`.

    It stands for the raw id; an object that it is compared with stands for its own.
    """

    __slots__ = ("model", "relation")
    __hash__ = object.__hash__

    def __init__(self, model: type, relation: One[T]) -> None:
        self.model = model
        self.relation = relation

    @property
    def attribute(self) -> Attribute[object]:
        """The attribute with the raw id."""
        field = self.relation.field(self.model)
        if field is None:
            msg = f"{self} is a parent: it can be compared with == or in_(), and not ordered by"
            raise TypeError(msg)
        return field.attribute(self.model)

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.relation.name}"

    __repr__ = __str__

    def __getattr__(self, name: str) -> Reached:
        """Return an attribute of the object referred to, as a column of a table: `Volume.linode.label`.

        For other names raises `AttributeError`, which says how to ask of what the relation leads to.
        """
        if name in {"model", "relation"}:  # while a pickle is read
            raise AttributeError(name)
        if name.startswith("_") or not is_column(self.relation, name):
            known = [*dir(type(self)), *getattr(self.relation.model, "__mapper__").attributes]  # noqa: B009  a Model
            refuse(self, "to one", name, known, instead=through(self.relation, name))
        return reached(self.model, (self.relation,), name)

    def __column__(self) -> Column[int | str | None]:
        """Return what a table reads for the reference: the raw id."""
        return Column(self.model, self.relation.name, (), (self.relation,))

    def has(self, condition: Expression | None = None, /) -> Expression:
        """Whether the relation leads to an object, and to one that meets the condition; true or false, never unknown.

        It is evaluated here, on the cheapest list that has the objects; `query.explain()` says which.
        """
        return related(self.model, self.relation, condition)

    def op(self, operator: Operator, value: object, /) -> Expression:
        """Make the condition of an operator on the raw id; on a parent, which lists are read."""
        given = [*cast("Iterable[object]", value)] if operator is IN else [value]
        if not self.relation.via:
            return self._narrowed(operator, given)
        keys = [self.relation.key_of(each, self.model.__name__) for each in given]
        return self.attribute.op(operator, keys if operator is IN else keys[0])

    def _narrowed(self, operator: Operator, given: list[object]) -> Expression:
        if operator not in {EQUAL, IN}:
            msg = f"{self} is a parent: only == and in_() narrow a query to it"
            raise TypeError(msg)
        return ParentIs(self.model, tuple(_parent_key(self.relation, each) for each in given))

    def asc(self) -> Order:
        """Order by the raw id."""
        return self.attribute.asc()

    def desc(self) -> Order:
        """Order by the raw id, from the largest."""
        return self.attribute.desc()


@frozen(eq=False)
class ParentIs(Expression):
    """A condition on the parent of a child, which decides which lists are read.

    `parents` are whole keys, ids from the outermost in.
    """

    model: type
    parents: tuple[tuple[object, ...], ...]

    def __str__(self) -> str:
        keys = ", ".join(str(key[-1]) for key in self.parents)
        name = self.model.__mapper__.parent_attribute  # type: ignore[attr-defined]  # a Model
        return f"{self.model.__name__}.{name} is {keys}"

    __repr__ = __str__


def _parent_key(relation: One[Any], value: object) -> tuple[object, ...]:
    """Return the ids from the outermost parent in, of a parent given as object, id or tuple of ids."""
    model: Any = relation.model
    if isinstance(value, Record):
        relation.key_of(value, relation.owner.__name__)
        state = value.__state__
        assert isinstance(state, State)  # noqa: S101  key_of has checked that it is a Model
        if state.is_new:
            msg = f"{value.__describe__()} is new and has no id yet; commit it first"
            raise TypeError(msg)
        return (*state.parents, state.identity)
    return model.__mapper__.chain(value)  # type: ignore[no-any-return]


def through(relation: One[Any] | Many[Any], name: str) -> str:
    """Return how to ask for an attribute of what a relation leads to; empty for a name that is none."""
    if name.startswith("_") or name not in getattr(relation.model, "__mapper__").attributes:  # noqa: B009  a Model
        return ""
    return f"{relation.owner.__name__}.{relation.name}.{relation.quantifier}({relation.target}.{name} == ...)"
