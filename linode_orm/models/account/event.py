"""Event: something that happened in the account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase, act, operation


class EventDetails(Nested):
    """What stands under `details` of an Event."""

    complete_time: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    description: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    maintenance_policy_set: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    not_before: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    source: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    start_time: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)


class EventEntity(Nested):
    """What stands under `entity` of an Event."""

    id: ReadOnly[int] = ReadOnly(filterable=True, refers="*")
    label: ReadOnly[str | None]
    cpc: ReadOnly[int | None] = ReadOnly(absent=True)
    node: ReadOnly[str | None] = ReadOnly(absent=True)
    pool: ReadOnly[int | None] = ReadOnly(absent=True)
    type: ReadOnly[
        Literal[
            "account",
            "backups",
            "community",
            "disks",
            "domain",
            "entity_transfer",
            "firewall",
            "image",
            "ipaddress",
            "linode",
            "longview",
            "loadbalancer",
            "managed_service",
            "nodebalancer",
            "oauth_client",
            "profile",
            "stackscript",
            "tag",
            "ticket",
            "token",
            "user",
            "user_ssh_key",
            "volume",
            "database",
        ]
        | str
    ] = ReadOnly(filterable=True)
    url: ReadOnly[str]


class EventSecondaryEntity(Nested):
    """What stands under `secondary_entity` of an Event."""

    id: ReadOnly[int | str] = ReadOnly(refers="*")
    label: ReadOnly[str | None]
    type: ReadOnly[str]
    url: ReadOnly[str]


class Event(Model, path="/account/events", verbs="list get"):
    """Something that happened in the account."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    action: ReadOnly[str] = ReadOnly(filterable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    details: ReadOnly[EventDetails | None] = ReadOnly(absent=True)
    duration: ReadOnly[float | None] = ReadOnly(volatile=True)
    entity: ReadOnly[EventEntity | None]
    message: ReadOnly[str | None]
    percent_complete: ReadOnly[int | None] = ReadOnly(volatile=True)
    rate: ReadOnly[str | None] = ReadOnly(volatile=True)
    read: ReadOnly[bool] = ReadOnly(filterable=True, volatile=True)
    secondary_entity: ReadOnly[EventSecondaryEntity | None]
    seen: ReadOnly[bool] = ReadOnly(volatile=True)
    status: ReadOnly[Literal["failed", "finished", "notification", "scheduled", "started"] | str] = ReadOnly(
        volatile=True
    )
    time_remaining: ReadOnly[int | str | None] = ReadOnly(volatile=True)
    username: ReadOnly[str | None]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...

    @operation("POST", "seen")
    def mark_seen(self) -> None:
        """Mark this event and all before it as seen."""
        act(self, "mark_seen")
