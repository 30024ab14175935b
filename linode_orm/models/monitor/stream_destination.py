"""StreamDestination: where logs are streamed to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import JSON, Field, Many, Model, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.stream_destination_history import StreamDestinationHistory


class StreamDestination(Model, path="/monitor/streams/destinations"):
    """Where logs are streamed to."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    created: ReadOnly[datetime] = ReadOnly(format="date-time")
    created_by: ReadOnly[str]
    details: Field[JSON] = Field(required=True)
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: Field[str] = Field(required=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    history: Many[StreamDestinationHistory] = Many("StreamDestinationHistory")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, label: str, details: JSON, type: str) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
