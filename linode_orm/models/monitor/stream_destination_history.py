"""StreamDestinationHistory: an earlier state of a destination of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.stream_destination import StreamDestination


class StreamDestinationHistoryDetails(Nested):
    """What stands under `details` of a StreamDestinationHistory."""

    access_key_id: ReadOnly[str | None] = ReadOnly(absent=True)
    authentication: ReadOnly[StreamDestinationHistoryDetailsAuthentication | None] = ReadOnly(absent=True)
    bucket_name: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate_details: ReadOnly[StreamDestinationHistoryDetailsClientCertificateDetails | None] = ReadOnly(
        absent=True
    )
    content_type: ReadOnly[Literal["application/json", "application/json; charset=utf-8"] | str | None] = ReadOnly(
        absent=True
    )
    custom_headers: ReadOnly[list[StreamDestinationHistoryDetailsCustomHeader] | None] = ReadOnly(absent=True)
    data_compression: ReadOnly[Literal["gzip", "None", "none"] | str | None] = ReadOnly(absent=True)
    endpoint_url: ReadOnly[str | None] = ReadOnly(absent=True, format="url")
    host: ReadOnly[str | None] = ReadOnly(absent=True)
    path: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamDestinationHistoryDetailsAuthentication(Nested):
    """What stands under `details.authentication` of a StreamDestinationHistory."""

    details: ReadOnly[StreamDestinationHistoryDetailsAuthenticationDetails | None] = ReadOnly(absent=True)
    type: ReadOnly[Literal["basic", "none"] | str]


class StreamDestinationHistoryDetailsAuthenticationDetails(Nested):
    """What stands under `details.authentication.details` of a StreamDestinationHistory."""

    basic_authentication_user: ReadOnly[str]


class StreamDestinationHistoryDetailsCustomHeader(Nested):
    """What stands under `details.custom_headers` of a StreamDestinationHistory."""

    name: ReadOnly[str]
    value: ReadOnly[str] = ReadOnly(redacted=True)


class StreamDestinationHistoryDetailsClientCertificateDetails(Nested):
    """What stands under `details.client_certificate_details` of a StreamDestinationHistory."""

    client_ca_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    tls_hostname: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamDestinationHistory(
    Model, path="/monitor/streams/destinations/{stream_destination}/history", parent="StreamDestination", verbs="list"
):
    """An earlier state of a destination of logs."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    details: ReadOnly[StreamDestinationHistoryDetails]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: ReadOnly[str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    stream_destination: One[StreamDestination] = One("StreamDestination")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, parent: StreamDestination | int, /) -> None: ...
