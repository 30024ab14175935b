"""Syncs as values: what is asked of one, and what it found and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from attrs import frozen

from linode_orm._public import public

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M")


class SyncOptions(NamedTuple):
    """How a sync is made: by which key, whether the rest is deleted, and whether a list may have been refused."""

    key: object
    delete: bool = True
    partial: bool = False


class Members(NamedTuple):
    """Whose children are synced, of which class they are, and what reads those of the account."""

    parent: Any
    model: type[Any]
    read: Callable[[], list[Any]]


@public
@frozen(eq=False)
class SyncResult(Generic[M]):
    """What a sync compared, in the order of the wanted objects; nothing of it is sent before the commit.

    `added` are pending new objects, `changed` those with pending changes, `removed` those that are marked for deletion,
    and `unchanged` those that are as wanted. Objects that are kept beside the wanted ones are in none of them.
    """

    added: tuple[M, ...] = ()
    changed: tuple[M, ...] = ()
    removed: tuple[M, ...] = ()
    unchanged: tuple[M, ...] = ()

    def __bool__(self) -> bool:
        """Whether a commit would send something for it."""
        return bool(self.added or self.changed or self.removed)

    def __repr__(self) -> str:
        counts = (f"{len(getattr(self, name))} {name}" for name in ("added", "changed", "removed", "unchanged"))
        return f"<SyncResult: {', '.join(counts)}>"
