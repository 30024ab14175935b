"""AlertChannel: where alerts are sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Many, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.alert_definition import AlertDefinition


class AlertChannelAlerts(Nested):
    """What stands under `alerts` of an AlertChannel."""

    id: ReadOnly[int | None] = ReadOnly(absent=True, refers="AlertDefinition")
    label: ReadOnly[str | None] = ReadOnly(absent=True)
    alert_count: ReadOnly[int]
    type: ReadOnly[str]
    url: ReadOnly[str] = ReadOnly(format="url")


class AlertChannelContent(Nested):
    """What stands under `content` of an AlertChannel."""

    email: ReadOnly[AlertChannelContentEmail]


class AlertChannelContentEmail(Nested):
    """What stands under `content.email` of an AlertChannel."""

    email_addresses: ReadOnly[list[str]]


class AlertChannel(Model, path="/monitor/alert-channels"):
    """Where alerts are sent."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True)
    alerts: ReadOnly[AlertChannelAlerts]
    channel_type: Fixed[Literal["email"] | str] = Fixed(required=True)
    content: ReadOnly[AlertChannelContent | None] = ReadOnly(absent=True)
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    details: Field[JSON] = Field(required=True)
    type: ReadOnly[Literal["system", "user"] | str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    alert_list: Many[AlertDefinition] = Many("AlertDefinition", path="alerts")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, channel_type: Literal["email"] | str, details: JSON, label: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
