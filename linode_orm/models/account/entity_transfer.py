"""EntityTransfer: an offer to hand objects to another account, in its older form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Model, Nested, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping


class EntityTransferEntities(Nested):
    """What stands under `entities` of an EntityTransfer."""

    linodes: Fixed[list[int]] = Fixed(refers="Instance")


class EntityTransfer(Model, path="/account/entity-transfers", id="token", verbs="list get create delete"):
    """An offer to hand objects to another account, in its older form."""

    token: ReadOnly[str] = ReadOnly(format="uuid")
    created: ReadOnly[datetime]
    entities: Fixed[EntityTransferEntities] = Fixed(required=True)
    expiry: ReadOnly[datetime]
    is_sender: ReadOnly[bool] = ReadOnly(filterable=True)
    status: ReadOnly[Literal["accepted", "canceled", "completed", "failed", "pending", "stale"] | str] = ReadOnly(
        filterable=True, volatile=True
    )
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, token: str, /) -> None: ...
        @overload
        def __init__(self, *, entities: EntityTransferEntities | Mapping[str, object]) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "accept", event="entity_transfer_accept")
    def accept(self) -> None:
        """Take over what another account offers."""
        act(self, "accept")
