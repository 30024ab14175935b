"""StreamDestinationHistory: an earlier state of a destination of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import JSON, Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.stream_destination import StreamDestination


class StreamDestinationHistory(
    Model, path="/monitor/streams/destinations/{stream_destination}/history", parent="StreamDestination", verbs="list"
):
    """An earlier state of a destination of logs."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    details: ReadOnly[JSON]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: ReadOnly[str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    stream_destination: One[StreamDestination] = One("StreamDestination")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, parent: StreamDestination | int, /) -> None: ...
