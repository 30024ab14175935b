"""Attributes across to-one relations, as columns of tables: `Volume.linode.label`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never

from linode_orm.mapping.columns import Column
from linode_orm.mapping.operators import Attribute

if TYPE_CHECKING:
    from linode_orm.mapping.operators import Operator, Order
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.to_one import ReferenceFacts


class Reached(Attribute[Any]):
    """An attribute of the object that a to-one relation leads to, or of one further on.

    Without a `path` it stands for that object, by its id. It is a column of a table, and nothing else: conditions
    across a relation are made with `has()`.
    """

    __slots__ = ("relations",)
    __hash__ = object.__hash__

    def __init__(self, model: type, relations: tuple[ReferenceFacts, ...], path: tuple[FieldFacts, ...]) -> None:
        super().__init__(model, path)
        self.relations = relations

    def __reduce__(self) -> tuple[object, ...]:
        return Reached, (self.model, self.relations, self.path)

    def __getattr__(self, name: str) -> Reached:
        if name.startswith("_"):
            raise AttributeError(name)
        if not self.path:
            return reached(self.model, self.relations, name)
        field = self.path[-1].codec.fields.get(name)
        if field is None:
            msg = f"{self} has no attribute {name!r}"
            raise AttributeError(msg)
        return Reached(self.model, self.relations, (*self.path, field))

    def __column__(self) -> Column[Any]:
        """Return the column."""
        return Column(self.model, str(self).partition(".")[2], self.path, self.relations)

    def __str__(self) -> str:
        return ".".join(
            [self.model.__name__, *(each.name for each in self.relations), *(each.name for each in self.path)]
        )

    __repr__ = __str__

    def op(self, operator: Operator, value: object, /) -> Never:
        """Raise `AttributeError`: a condition names the attribute of its own class."""
        target = self.relations[-1].model.__name__
        name = ".".join(field.name for field in self.path) or "id"
        way = ".".join(each.name for each in self.relations)
        shown = operator.shown(f"{target}.{name}", value)
        msg = (
            f"{self} is a column of a table, and no condition; write instead: {self.model.__name__}.{way}.has({shown})"
        )
        raise AttributeError(msg)

    def asc(self) -> Order:
        """Raise `AttributeError`: a query is ordered by the attributes of its own class."""
        self._refuse_order()

    def desc(self) -> Order:
        """Raise `AttributeError`, as `asc()` does."""
        self._refuse_order()

    def _refuse_order(self) -> Never:
        name = self.model.__name__
        msg = f"{self} is a column of a table, and a query is ordered by attributes of {name}; sort the rows"
        raise AttributeError(msg)


def is_column(relation: ReferenceFacts, name: str) -> bool:
    """Whether the class that a relation leads to has a field or a reference of that name."""
    mapper: Any = relation.model.__mapper__
    return name in mapper.fields or hasattr(mapper.relations.get(name), "via")


def reached(model: type, relations: tuple[ReferenceFacts, ...], name: str) -> Reached:
    """Return the attribute `name` of the class that relations lead to; raise `AttributeError` for what is no column."""
    mapper: Any = relations[-1].model.__mapper__
    if name not in mapper.attributes:
        mapper.refuse_unknown(name)
    attribute: Any = mapper.attributes[name]
    if name in mapper.fields:
        return Reached(model, relations, (attribute,))
    if not hasattr(attribute, "via"):
        way = ".".join(each.name for each in relations)
        msg = f"{model.__name__}.{way}.{name} is a collection, and no column of a table"
        raise AttributeError(msg)
    return Reached(model, (*relations, attribute), ())
