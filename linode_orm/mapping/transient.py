"""The owner of objects that the user has just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from linode_orm.mapping.relations import Collection
from linode_orm.mapping.state import NoSessionOwner

if TYPE_CHECKING:
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.record import Record

M = TypeVar("M")


class NewCollection(Collection[M]):
    """The children that a user gave to an object that the API does not know yet."""

    def __init__(self, parent: Record, name: str) -> None:
        self.parent = parent
        self.name = name
        self.children: list[M] = []

    def __len__(self) -> int:
        return len(self.children)

    @overload
    def __getitem__(self, index: int, /) -> M: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[M]: ...
    def __getitem__(self, index: int | slice, /) -> M | list[M]:
        return self.children[index]

    def append(self, child: M, /) -> None:
        """Make a new object a child; adding the parent to a session adds it too."""
        relation: Any = self.parent.__mapper__.relations[self.name]
        relation_model = relation.model
        if not isinstance(child, relation_model):
            msg = f"{self.parent.__describe__()}.{self.name} takes {relation.target}, not {child!r}"
            raise TypeError(msg)
        cast("Any", child).__adopt_parent__(self.parent)
        self.children.append(child)

    def query(self) -> Query[M]:
        """Refuse: there is nothing in the API yet."""
        raise TransientOwner().refusal(self.parent, f".{self.name}.query()")

    def refresh(self) -> None:
        """Refuse: there is nothing in the API yet."""
        raise TransientOwner().refusal(self.parent, f".{self.name}.refresh()")

    def __repr__(self) -> str:
        return repr(self.children)


class TransientOwner(NoSessionOwner):
    """The owner of transient objects: they may have children, and can send nothing."""

    def __init__(self) -> None:
        super().__init__("the object belongs to no session yet: session.add(x) and commit")

    def collection(self, instance: Record, name: str) -> NewCollection[Any]:
        """Give the collection of a new object's children."""
        return NewCollection(instance, name)
