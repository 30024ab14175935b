"""How members of a collection leave it, and become what is wanted."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from linode_orm._options import check_flags
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.mapper import snake
from linode_orm.mapping.relations import Collection, Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.query.routes import inverse_relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.sync_result import Members, SyncOptions, SyncResult
    from linode_orm.session.query.collections import Collections

M = TypeVar("M", bound="Model")


class MemberCalls(NamedTuple):
    """What is done to members by parts of a session that stand further up than collections.

    `add` makes an object pending, `delete` marks one for deletion, and `sync` lets members become wanted objects.
    """

    add: Callable[[Model], None]
    delete: Callable[[Model, Expression | None], None]
    sync: Callable[[Members, Iterable[Any], SyncOptions], SyncResult[Any]]


class MemberEdits(Collection[M]):
    """The part of a session's collection that marks members for deletion, where they cannot exist without the owner."""

    def __init__(self, collections: Collections, parent: Model, relation: Many[M]) -> None:
        self._collections = collections
        self.parent = parent
        self.relation = relation
        self._removed: dict[int, M] = {}
        """What was taken out here and is marked for deletion; where the mark is taken off, it is here again."""

    @abstractmethod
    def __fill__(self, children: Iterable[M]) -> None:
        """Hold these children as what the account has."""

    @abstractmethod
    def __joined__(self, child: M) -> None:
        """Hold a child that was made elsewhere."""

    def _without_removed(self, items: list[M]) -> list[M]:
        if not self._removed:
            return items
        self._removed = {at: each for at, each in self._removed.items() if state_of(each).status is Status.DELETED}
        return [each for each in items if id(each) not in self._removed]

    def remove(self, child: M, /) -> None:
        """Let the next commit delete a child; it leaves the collection at once, and a pending one its session."""
        self._check_owned("remove()")
        if not any(each is child for each in self):
            msg = f"{child!r} is not in {self.parent.__describe__()}.{self.relation.name}"
            raise ValueError(msg)
        self._take_out(child)

    def clear(self) -> None:
        """Let the next commit delete every child, as `remove` does."""
        self._check_owned("clear()")
        for child in [*self]:
            self._take_out(child)

    def _take_out(self, child: M) -> None:
        self._collections.calls.delete(cast("Model", child), None)
        if not state_of(cast("Model", child)).is_new:
            self._removed[id(child)] = child

    def sync(self, wanted: Iterable[M], key: tuple[str, ...] | None = None, *, delete: bool = True) -> SyncResult[M]:
        """Let the next commit make the children exactly the wanted new objects; `Collection.sync` says how."""
        self._check_owned("sync()")
        check_flags(delete=delete)
        from linode_orm.mapping.sync_result import Members, SyncOptions  # noqa: PLC0415  only who syncs needs it

        members = Members(self.parent, cast("type[Model]", self.relation.model), self._read_anew)
        result: SyncResult[M] = self._collections.calls.sync(members, wanted, SyncOptions(key, delete))
        for child in result.added:
            self.__joined__(child)
        self._removed |= {id(each): each for each in result.removed if not state_of(each).is_new}
        return result

    def _read_anew(self) -> list[M]:
        """Read the children that the account has now, and hold them."""
        there: list[M] = [] if state_of(self.parent).is_new else self.query().all()
        self.__fill__(there)
        return [*there]

    def _check_owned(self, call: str) -> None:
        """Raise `InvalidRequestError` where the children exist without their owner, naming what takes them off."""
        if self.relation.path:
            where = f"{self.parent.__describe__()}.{self.relation.name}"
            msg = f"{where}.{call}: a {self.relation.target} exists without it; {taken_off_by(self.relation)}"
            raise InvalidRequestError(msg)


def taken_off_by(relation: Many[Any]) -> str:
    """Return what the user writes to take an object out of a collection whose objects exist without the owner."""
    target = cast("type[Model]", relation.model)
    back = inverse_relation(relation)
    field = target.__mapper__.fields[back.via] if back is not None else None
    actions = [each.strip() for each in field.changed_by.split(",")] if field is not None else []
    name = snake(relation.target)
    off = [each for each in actions if each.startswith(("detach", "unassign", "remove"))]
    if off:
        return f"{name}.{off[0]}() takes it off"
    linking = _linking(target) if relation.named_in else None
    if linking is not None:
        return f"the {linking.target} that links both is deleted: {name}.{linking.name}.remove(x)"
    can_go = "delete" in target.__mapper__.verbs
    return f"session.delete({name}) deletes it everywhere" if can_go else f"nothing takes a {relation.target} off"


def _linking(target: type[Model]) -> Many[Any] | None:
    """Return the collection of the objects that link others to those of a class, as devices do with firewalls."""
    many = [each for each in target.__mapper__.relations.values() if isinstance(each, Many) and not each.path]
    return next((each for each in many if "entity" in cast("type[Model]", each.model).__mapper__.fields), None)
