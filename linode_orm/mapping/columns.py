"""Columns: what `query.table()` reads, as values; attributes make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.to_one import ReferenceFacts

T_co = TypeVar("T_co", covariant=True)


@frozen(eq=False)
class Column(Generic[T_co]):
    """The values at the end of some to-one relations and of a path of fields: `Volume.linode.specs.memory`.

    `model` is the class of the rows. An empty `path` stands for the id of the object that the last relation leads to.
    """

    model: type
    name: str
    path: tuple[FieldFacts, ...]
    relations: tuple[ReferenceFacts, ...] = ()
    alias: str = ""
    """Another name under which rows give the value."""

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.name}"


class Selectable(Protocol[T_co]):
    """What a table may have as a column: an attribute, or a reference by its raw id."""

    def __column__(self) -> Column[T_co]:
        """Return the column."""
        ...
