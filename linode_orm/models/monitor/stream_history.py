"""StreamHistory: an earlier state of a stream of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.stream import Stream


class StreamHistoryDestination(Nested):
    """What stands under `destinations` of a StreamHistory."""

    id: ReadOnly[int] = ReadOnly(refers="StreamDestination")
    label: ReadOnly[str]
    details: ReadOnly[StreamHistoryDestinationsDetails]
    type: ReadOnly[str]


class StreamHistoryDestinationsDetails(Nested):
    """What stands under `destinations.details` of a StreamHistory."""

    access_key_id: ReadOnly[str | None] = ReadOnly(absent=True)
    authentication: ReadOnly[StreamHistoryDestinationsDetailsAuthentication | None] = ReadOnly(absent=True)
    bucket_name: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate_details: ReadOnly[StreamHistoryDestinationsDetailsClientCertificateDetails | None] = ReadOnly(
        absent=True
    )
    content_type: ReadOnly[Literal["application/json", "application/json; charset=utf-8"] | str | None] = ReadOnly(
        absent=True
    )
    custom_headers: ReadOnly[list[StreamHistoryDestinationsDetailsCustomHeader] | None] = ReadOnly(absent=True)
    data_compression: ReadOnly[Literal["gzip", "None", "none"] | str | None] = ReadOnly(absent=True)
    endpoint_url: ReadOnly[str | None] = ReadOnly(absent=True, format="url")
    host: ReadOnly[str | None] = ReadOnly(absent=True)
    path: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamHistoryDestinationsDetailsAuthentication(Nested):
    """What stands under `destinations.details.authentication` of a StreamHistory."""

    details: ReadOnly[StreamHistoryDestinationsDetailsAuthenticationDetails | None] = ReadOnly(absent=True)
    type: ReadOnly[Literal["basic", "none"] | str]


class StreamHistoryDestinationsDetailsAuthenticationDetails(Nested):
    """What stands under `destinations.details.authentication.details` of a StreamHistory."""

    basic_authentication_user: ReadOnly[str]


class StreamHistoryDestinationsDetailsCustomHeader(Nested):
    """What stands under `destinations.details.custom_headers` of a StreamHistory."""

    name: ReadOnly[str]
    value: ReadOnly[str] = ReadOnly(redacted=True)


class StreamHistoryDestinationsDetailsClientCertificateDetails(Nested):
    """What stands under `destinations.details.client_certificate_details` of a StreamHistory."""

    client_ca_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    tls_hostname: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamHistoryDetails(Nested):
    """What stands under `details` of a StreamHistory."""

    cluster_ids: ReadOnly[list[int]] = ReadOnly(refers="LKECluster")
    is_auto_add_all_clusters_enabled: ReadOnly[bool]


class StreamHistory(Model, path="/monitor/streams/{stream}/history", parent="Stream", verbs="list"):
    """An earlier state of a stream of logs."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    destinations: ReadOnly[list[StreamHistoryDestination]] = ReadOnly(rows_of="StreamDestination")
    details: ReadOnly[StreamHistoryDetails | None]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: ReadOnly[str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    stream: One[Stream] = One("Stream")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, parent: Stream | int, /) -> None: ...
