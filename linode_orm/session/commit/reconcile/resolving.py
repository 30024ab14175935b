"""Resolving: the user says which side of a conflict counts; sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.record import accept, edits_of, restore
from linode_orm.mapping.state import Status, state_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from linode_orm.mapping import Model
    from linode_orm.session.planning.changes import Changes

SIDES = ("mine", "theirs")


def resolve(changes: Changes, instance: Model, side: str, names: Collection[str]) -> None:
    """Settle the conflicts of an object: `mine` counts as made on what was read last, `theirs` takes changes back."""
    if side not in SIDES:
        msg = f"a conflict is resolved in favour of 'mine' or 'theirs', not {side!r}"
        raise InvalidRequestError(msg)
    for name in names:
        if name not in instance.__mapper__.fields:
            instance.__mapper__.refuse_unknown(name)
        if name not in edits_of(instance) and state_of(instance).status is not Status.DELETED:
            msg = f"{instance.__describe__()}.{name} has no pending change, so there is nothing to resolve"
            raise InvalidRequestError(msg)
    if state_of(instance).status is Status.DELETED:
        if side == "mine":
            changes.confirm_deletion(instance)
        else:
            changes.add(instance)
    elif side == "mine":
        accept(instance, names or None)
    else:
        restore(instance, names or None)
