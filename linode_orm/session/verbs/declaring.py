"""The calls of a session that say what should be."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from linode_orm._secrets import forgets_locals
from linode_orm.mapping import Model
from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

M = TypeVar("M", bound=Model)


class Declaring(SessionVerbs):
    """Upserts, and objects that exist for the time of a block."""

    @forgets_locals
    def upsert(self, wanted: M, key: tuple[str, ...] | None = None) -> M:
        """Return the object that the account has with the key of a new one, with its values as pending changes.

        Where the account has none, the answer is the new object, which is pending then. `key` is a tuple of attribute
        names, and by default the key that the class declares; that of a child holds within its parent. What is there
        already is no change, in whatever spelling, and what only a create takes (`root_pass`, `image`), or no answer
        shows, counts only where the object is new. A parent that is new itself is looked for by the key of its class.

        Sends one list. Raises `InvalidRequestError`, before anything is pending, where the class declares no key and
        none is given, and where several objects have the key or a pending one has it. Raises it too where something
        differs that cannot be changed.
        """
        self._owner.check()
        return self._parts.declaring.upsert([wanted], key, "upsert()")[0]

    @forgets_locals
    def upsert_all(self, wanted: Iterable[M], key: tuple[str, ...] | None = None) -> list[M]:
        """Upsert many new objects, of one class or of several; return their answers in the same order.

        Sends one list for each class and parent, whatever their number, and raises as `upsert` does; two of them with
        one key are refused.
        """
        self._owner.check()
        return self._parts.declaring.upsert(wanted, key, "upsert_all()")

    @contextmanager
    def temporary(self, *objects: M) -> Iterator[tuple[M, ...]]:
        """Create new objects now, alone, and delete them at the end of the `with` block, also where it raises.

        With them go their new children, and new objects that they cannot exist without; of those, what was pending
        before stays. What is gone already at the end is no error. Where one of them cannot be created, those made
        before are deleted, a lost answer is waited for and its object is looked for, and the `CommitError` is raised.
        With a journal, `recover()` deletes what a crash left.

        Sends the requests of the creations, and a DELETE for each at the end. Raises `InvalidRequestError` inside a
        `begin()` block, and for objects that are not new or that the API cannot delete. An object that could not be
        deleted at the end stays marked for deletion, and `CommitError` is raised; where the block raised, its error
        goes on with a note.
        """
        self._owner.check_outside_block("temporary()")
        self._owner.check()
        with self._parts.temporary(objects, self._policy) as made:
            yield cast("tuple[M, ...]", made)
