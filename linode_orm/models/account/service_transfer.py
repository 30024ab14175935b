"""ServiceTransfer: an offer to hand objects to another account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Model, Nested, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServiceTransferEntities(Nested):
    """What stands under `entities` of a ServiceTransfer."""

    linodes: Fixed[list[int]] = Fixed(refers="Instance")


class ServiceTransfer(Model, path="/account/service-transfers", id="token", verbs="list get create delete"):
    """An offer to hand objects to another account."""

    token: ReadOnly[str] = ReadOnly(format="uuid")
    created: ReadOnly[datetime]
    entities: Fixed[ServiceTransferEntities] = Fixed(required=True)
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
        def __init__(self, *, entities: ServiceTransferEntities | Mapping[str, object]) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "accept", event="entity_transfer_accept")
    def accept(self) -> None:
        """Accept a service transfer."""
        act(self, "accept")
