"""What a wanted object says of one that exists: what is assigned, what cannot be, and what counts only for new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping import Model
from linode_orm.mapping.record import (
    edits_of,
    encoded_value,
    is_there,
    pending_reference,
    raw_value,
    refer,
    value_of,
    write,
)
from linode_orm.mapping.references import ObjectId, objects_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.fields import Kind
    from linode_orm.session.declaring.keys import NaturalKey
    from linode_orm.session.planning.changes import Changes


def problems(found: Model, wanted: Model) -> Iterator[str]:
    """Yield what a wanted object has otherwise than the one that exists, and that cannot be changed."""
    for field in _compared(found, wanted):
        reason = field.refusal(found)
        if reason and not _is_alike(found, wanted, field):
            yield f"{found!r}.{field.shown_name} {reason}, and differs from what is wanted"


def assign(changes: Changes, found: Model, wanted: Model, key: NaturalKey) -> None:
    """Give an object that exists, or is pending, the values of a wanted one; what it has already is no change."""
    for field in _compared(found, wanted):
        if field.name in key.names or field.refusal(found):
            continue  # it is the same
        target = pending_reference(wanted, field.name)
        if target is not None:
            refer(found, field, target)
        else:
            write(found, field, value_of(wanted, field.name))
    for _, target in objects_of(found):
        if isinstance(target, Model) and state_of(target).status is Status.TRANSIENT:
            changes.add(target)


def _compared(found: Model, wanted: Model) -> Iterator[Kind[Any]]:
    """Yield the fields that a wanted object was given, and that count for one that exists.

    What says how an object is made does not, nor what no answer shows: passwords, and what is masked.
    """
    is_new = state_of(found).is_new
    for name in [*edits_of(wanted)]:
        field = wanted.__mapper__.fields[name]
        if is_new or not (field.initial or field.is_write_only or field.redacted):
            yield field


def _is_alike(found: Model, wanted: Model, field: Kind[Any]) -> bool:
    """Whether the API has the wanted value; one that it does not show may be it."""
    if pending_reference(wanted, field.name) is not None:
        return False
    if raw_value(found, field.name) is ABSENT:
        return True
    mine: Any = encoded_value(wanted, field.name)
    return is_there(found, field.name, mine.value if isinstance(mine, ObjectId) else mine)
