"""The calls of a session about the order in which a stack is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    from linode_orm.mapping import Model


class Stacking(SessionVerbs):
    """Orders that no body tells."""

    def depends_on(self, x: Model, /, *others: Model) -> None:
        """Let the next commit send what is pending on `x` only after what is pending on `others`; sends nothing.

        It is needed where no reference tells the order: a Linode whose script asks another one, a record that must not
        lead to what is not there yet. It holds for what is created, changed and deleted, until a commit has sent all of
        it; `rollback()` takes it back. Objects that it names get requests of their own, where the API has them. A
        cycle is refused by `plan()` and `commit()` with an `InvalidRequestError`, and so is an order of objects that
        only one request can create. Raises `InvalidRequestError` for an object that is not in this session.
        """
        mine, before = self._owner.own(x), [self._owner.own(each) for each in others]
        if not before:
            msg = f"depends_on({mine!r}) names nothing that it waits for: depends_on(x, *others)"
            raise InvalidRequestError(msg)
        if any(each is mine for each in before):
            msg = f"{mine!r} cannot wait for itself"
            raise InvalidRequestError(msg)
        self._changes.manual_order.add(mine, before)
