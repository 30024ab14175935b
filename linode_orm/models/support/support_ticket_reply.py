"""SupportTicketReply: an answer in a support ticket."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.support.support_ticket import SupportTicket


class SupportTicketReply(
    Model, path="/support/tickets/{support_ticket}/replies", parent="SupportTicket", verbs="list create"
):
    """An answer in a support ticket."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    description: Fixed[str] = Fixed(required=True)
    from_linode: ReadOnly[bool]
    gravatar_id: ReadOnly[str]
    support_ticket: One[SupportTicket] = One("SupportTicket")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: SupportTicket | int, /) -> None: ...
        @overload
        def __init__(self, *, description: str, support_ticket: SupportTicket | int = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
