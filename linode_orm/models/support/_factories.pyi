from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.support.support_ticket import SupportTicket, SupportTicketEntity
from linode_orm.models.support.support_ticket_reply import SupportTicketReply

class SupportFactories:
    def support_ticket(
        self,
        *,
        id: int = ...,
        attachments: Sequence[str] = ...,
        closable: bool = ...,
        closed: datetime | None = ...,
        description: str = ...,
        entity: SupportTicketEntity | Mapping[str, object] | None = ...,
        gravatar_id: str = ...,
        opened: datetime = ...,
        opened_by: str = ...,
        severity: int | None = ...,
        status: Literal["closed", "new", "open"] | str = ...,
        summary: str = ...,
        updated: datetime = ...,
        updated_by: str | None = ...,
    ) -> SupportTicket: ...
    def support_ticket_reply(
        self,
        *,
        support_ticket: SupportTicket | int = ...,
        id: int = ...,
        created: datetime = ...,
        created_by: str = ...,
        description: str = ...,
        from_linode: bool = ...,
        gravatar_id: str = ...,
    ) -> SupportTicketReply: ...
