"""ResourceLock: a lock that keeps an object from being deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, Nested, ReadOnly, SessionBase, WriteOnly


class ResourceLockEntity(Nested):
    """What stands under `entity` of a ResourceLock."""

    id: ReadOnly[int] = ReadOnly(filterable=True, refers="*")
    label: ReadOnly[str | None]
    type: ReadOnly[str] = ReadOnly(filterable=True)
    url: ReadOnly[str]


class ResourceLock(Model, path="/locks", verbs="list get create delete", version="v4beta"):
    """A lock that keeps an object from being deleted."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    entity: ReadOnly[ResourceLockEntity]
    entity_id: WriteOnly[int] = WriteOnly(required=True, refers="*")
    entity_type: WriteOnly[str] = WriteOnly(required=True)
    lock_type: Fixed[str] = Fixed(filterable=True, required=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, entity_id: int, entity_type: str, lock_type: str) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
