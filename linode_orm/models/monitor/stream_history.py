"""StreamHistory: an earlier state of a stream of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.stream import Stream


class StreamHistoryDestination(Nested):
    """What stands under `destinations` of a StreamHistory."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    details: ReadOnly[StreamHistoryDestinationsDetails]
    type: ReadOnly[str]


class StreamHistoryDestinationsDetails(Nested):
    """What stands under `destinations.details` of a StreamHistory."""

    access_key_id: ReadOnly[str]
    bucket_name: ReadOnly[str]
    host: ReadOnly[str]
    path: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamHistoryDetails(Nested):
    """What stands under `details` of a StreamHistory."""

    cluster_ids: ReadOnly[list[int]]
    is_auto_add_all_clusters_enabled: ReadOnly[bool]


class StreamHistory(Model, path="/monitor/streams/{stream}/history", parent="Stream", verbs="list"):
    """An earlier state of a stream of logs."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    destinations: ReadOnly[list[StreamHistoryDestination]]
    details: ReadOnly[StreamHistoryDetails | None]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: ReadOnly[str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    stream: One[Stream] = One("Stream")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, parent: Stream | int, /) -> None: ...
