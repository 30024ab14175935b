"""Notification: something that the account should know now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class NotificationEntity(Nested):
    """What stands under `entity` of a Notification."""

    id: ReadOnly[int | None] = ReadOnly(refers="*")
    label: ReadOnly[str | None]
    type: ReadOnly[
        Literal[
            "account",
            "entity_transfer",
            "linode",
            "loadbalancers",
            "nodebalancer",
            "promotion",
            "region",
            "ticket",
            "volume",
        ]
        | str
    ] = ReadOnly(filterable=True)
    url: ReadOnly[str | None]


class Notification(Model, path="/account/notifications", id=(), verbs="list"):
    """Something that the account should know now."""

    label: ReadOnly[str]
    body: ReadOnly[str | None]
    entity: ReadOnly[NotificationEntity | None]
    message: ReadOnly[str]
    severity: ReadOnly[Literal["minor", "major", "critical"] | str]
    type: ReadOnly[
        Literal[
            "migration_scheduled",
            "migration_imminent",
            "migration_pending",
            "reboot_scheduled",
            "outage",
            "payment_due",
            "ticket_important",
            "ticket_abuse",
            "notice",
            "maintenance",
            "promotion",
            "tax_id_verifying",
        ]
        | str
    ] = ReadOnly(filterable=True)
    until: ReadOnly[datetime | None]
    when: ReadOnly[datetime | None]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
