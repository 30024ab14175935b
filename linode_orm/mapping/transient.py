"""The owners of objects in no session: of those that the user has just made, and of those that left one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from linode_orm.errors import DetachedInstanceError
from linode_orm.mapping.record import Record
from linode_orm.mapping.relations import Collection
from linode_orm.mapping.state import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operations import Operation
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.sync_result import SyncResult

M = TypeVar("M")
R = TypeVar("R", bound=Record)


class NoSessionOwner:
    """The owner of objects in no session: changes need no keeping, and what needs a request is refused."""

    def __init__(self, why: str) -> None:
        self._why = why

    @property
    def client(self) -> object:
        """Raise `DetachedInstanceError`."""
        msg = f"a request needs a client, and {self._why}"
        raise DetachedInstanceError(msg)

    def monotonic(self) -> float:
        """Return a time at which nothing is ever stale."""
        return float("-inf")

    def changed(self, instance: Record) -> None:
        """Do nothing: no commit will come."""

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Return a detached reference, which has its id alone."""
        del load_origin
        bare: R = model.__bare__(identity, parents, DETACHED, Status.DETACHED)  # type: ignore[attr-defined]  # a Model
        return bare

    def collection(self, instance: Record, name: str) -> object:
        """Raise `DetachedInstanceError`."""
        raise self.refusal(instance, f".{name}")

    def load(self, instance: Record, name: str) -> None:
        """Raise `DetachedInstanceError`."""
        raise self.refusal(instance, f".{name}")

    freshen = load

    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Raise `DetachedInstanceError`."""
        del arguments
        raise self.refusal(target, f".{operation.name}()")

    def job(self, instance: Record) -> object:
        """Return None: no session has started one."""
        del instance
        return None

    def check_write(self, call: str) -> None:
        """Do nothing: the request itself is refused."""

    def save(self, instance: Record) -> None:
        """Raise `DetachedInstanceError`."""
        raise self.refusal(instance, ".save()")

    def delete(self, instance: Record) -> None:
        """Raise `DetachedInstanceError`."""
        raise self.refusal(instance, ".delete()")

    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Raise `DetachedInstanceError`."""
        del condition, timeout
        raise self.refusal(instance, ".wait_until()")

    def refusal(self, target: Record | type, what: str) -> DetachedInstanceError:
        """Return the error for what an object was asked for."""
        name = target.__describe__() if isinstance(target, Record) else target.__name__
        return DetachedInstanceError(f"{name}{what} needs a request, and {self._why}")


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

    def remove(self, child: M, /) -> None:
        """Take a child out; raise `ValueError` for what is not here."""
        self.children.remove(child)

    def clear(self) -> None:
        """Take every child out."""
        self.children.clear()

    def sync(self, wanted: Iterable[M], key: tuple[str, ...] | None = None, *, delete: bool = True) -> SyncResult[M]:
        """Raise `DetachedInstanceError`: a session compares what is wanted with what is there."""
        del wanted, key, delete
        raise TransientOwner().refusal(self.parent, f".{self.name}.sync()")

    def query(self) -> Query[M]:
        """Raise `DetachedInstanceError`: there is nothing in the API yet."""
        raise TransientOwner().refusal(self.parent, f".{self.name}.query()")

    def refresh(self) -> None:
        """Raise `DetachedInstanceError`: there is nothing in the API yet."""
        raise TransientOwner().refusal(self.parent, f".{self.name}.refresh()")

    def __repr__(self) -> str:
        return repr(self.children)


class TransientOwner(NoSessionOwner):
    """The owner of transient objects: they may have children, but can send nothing."""

    def __init__(self) -> None:
        super().__init__("the object belongs to no session yet: session.add(x) and commit")

    def collection(self, instance: Record, name: str) -> NewCollection[Any]:
        """Return a collection for the children of a new object."""
        return NewCollection(instance, name)


DETACHED: Final = NoSessionOwner("the object has left its session; get it again from a session")
TRANSIENT: Final = TransientOwner()
