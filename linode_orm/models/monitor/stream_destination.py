"""StreamDestination: where logs are streamed to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Many, Model, Nested, ReadOnly, Secret, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.models.monitor.stream_destination_history import StreamDestinationHistory


class StreamDestinationDetails(Nested):
    """What stands under `details` of a StreamDestination."""

    access_key_id: Field[str | None] = Field(absent=True)
    access_key_secret: Secret[str] = Secret(update=True)
    authentication: Field[StreamDestinationDetailsAuthentication | None] = Field(absent=True)
    bucket_name: Field[str | None] = Field(absent=True, refers="ObjectStorageBucket")
    client_certificate_details: Field[StreamDestinationDetailsClientCertificateDetails | None] = Field(absent=True)
    content_type: Field[Literal["application/json", "application/json; charset=utf-8"] | str | None] = Field(
        absent=True, nullable=True
    )
    custom_headers: Field[list[StreamDestinationDetailsCustomHeader] | None] = Field(absent=True)
    data_compression: Field[Literal["gzip", "None", "none"] | str | None] = Field(absent=True)
    endpoint_url: Field[str | None] = Field(absent=True, format="url")
    host: Field[str | None] = Field(absent=True)
    path: Field[str | None] = Field(absent=True)


class StreamDestinationDetailsAuthentication(Nested):
    """What stands under `details.authentication` of a StreamDestination."""

    details: Field[StreamDestinationDetailsAuthenticationDetails | None] = Field(absent=True)
    type: Field[Literal["basic", "none"] | str]


class StreamDestinationDetailsAuthenticationDetails(Nested):
    """What stands under `details.authentication.details` of a StreamDestination."""

    basic_authentication_password: Secret[str] = Secret(update=True)
    basic_authentication_user: Field[str]


class StreamDestinationDetailsClientCertificateDetails(Nested):
    """What stands under `details.client_certificate_details` of a StreamDestination."""

    client_ca_certificate: Field[str | None] = Field(absent=True)
    client_certificate: Field[str | None] = Field(absent=True)
    client_private_key: Secret[str] = Secret(update=True)
    tls_hostname: Field[str | None] = Field(absent=True)


class StreamDestinationDetailsCustomHeader(Nested):
    """What stands under `details.custom_headers` of a StreamDestination."""

    name: Field[str]
    value: Field[str] = Field(redacted=True)


class StreamDestination(Model, path="/monitor/streams/destinations"):
    """Where logs are streamed to."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    created: ReadOnly[datetime] = ReadOnly(format="date-time")
    created_by: ReadOnly[str]
    details: Field[StreamDestinationDetails] = Field(required=True)
    status: ReadOnly[str] = ReadOnly(volatile=True)
    type: Field[Literal["akamai_object_storage", "custom_https"] | str] = Field(required=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")
    updated_by: ReadOnly[str]
    version: ReadOnly[int]
    history: Many[StreamDestinationHistory] = Many("StreamDestinationHistory")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            details: StreamDestinationDetails | Mapping[str, object],
            type: Literal["akamai_object_storage", "custom_https"] | str,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
