"""Stream: a stream of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Fixed, Many, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.monitor.stream_destination import StreamDestination
    from linode_orm.models.monitor.stream_history import StreamHistory


class StreamDestinationBody(Nested):
    """What stands under `destinations` of a Stream."""

    id: ReadOnly[int] = ReadOnly(refers="StreamDestination")
    label: ReadOnly[str]
    details: ReadOnly[StreamDestinationsDetails]
    type: ReadOnly[str]


class StreamDestinationsDetails(Nested):
    """What stands under `destinations.details` of a Stream."""

    access_key_id: ReadOnly[str | None] = ReadOnly(absent=True)
    authentication: ReadOnly[StreamDestinationsDetailsAuthentication | None] = ReadOnly(absent=True)
    bucket_name: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate_details: ReadOnly[StreamDestinationsDetailsClientCertificateDetails | None] = ReadOnly(
        absent=True
    )
    content_type: ReadOnly[Literal["application/json", "application/json; charset=utf-8"] | str | None] = ReadOnly(
        absent=True
    )
    custom_headers: ReadOnly[list[StreamDestinationsDetailsCustomHeader] | None] = ReadOnly(absent=True)
    data_compression: ReadOnly[Literal["gzip", "None", "none"] | str | None] = ReadOnly(absent=True)
    endpoint_url: ReadOnly[str | None] = ReadOnly(absent=True, format="url")
    host: ReadOnly[str | None] = ReadOnly(absent=True)
    path: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamDestinationsDetailsAuthentication(Nested):
    """What stands under `destinations.details.authentication` of a Stream."""

    details: ReadOnly[StreamDestinationsDetailsAuthenticationDetails | None] = ReadOnly(absent=True)
    type: ReadOnly[Literal["basic", "none"] | str]


class StreamDestinationsDetailsAuthenticationDetails(Nested):
    """What stands under `destinations.details.authentication.details` of a Stream."""

    basic_authentication_user: ReadOnly[str]


class StreamDestinationsDetailsCustomHeader(Nested):
    """What stands under `destinations.details.custom_headers` of a Stream."""

    name: ReadOnly[str]
    value: ReadOnly[str] = ReadOnly(redacted=True)


class StreamDestinationsDetailsClientCertificateDetails(Nested):
    """What stands under `destinations.details.client_certificate_details` of a Stream."""

    client_ca_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    client_certificate: ReadOnly[str | None] = ReadOnly(absent=True)
    tls_hostname: ReadOnly[str | None] = ReadOnly(absent=True)


class StreamDetails(Nested):
    """What stands under `details` of a Stream."""

    cluster_ids: Field[list[int]] = Field(unordered=True, refers="LKECluster")
    is_auto_add_all_clusters_enabled: Field[bool]


class Stream(Model, path="/monitor/streams"):
    """A stream of logs."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    destinations: Field[list[StreamDestinationBody]] = Field(required=True, rows_of="StreamDestination")
    details: Field[StreamDetails | None]
    status: Field[str] = Field(volatile=True)
    type: Fixed[str] = Fixed(required=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    history: Many[StreamHistory] = Many("StreamHistory")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            destinations: Sequence[StreamDestinationBody | Mapping[str, object] | StreamDestination | int],
            type: str,
            details: StreamDetails | Mapping[str, object] | None = ...,
            status: str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
