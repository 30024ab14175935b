"""DomainRecord: a record of a DNS zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Fixed, Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.domains.domain import Domain


class DomainRecord(Model, path="/domains/{domain}/records", parent="Domain"):
    """A record of a DNS zone."""

    id: ReadOnly[int]
    created: ReadOnly[datetime] = ReadOnly(format="date-time")
    name: Field[str] = Field(filterable=True, normal="record")
    port: Field[int]
    priority: Field[int]
    protocol: Field[str | None]
    service: Field[str | None]
    tag: Field[Literal["issue", "issuewild", "iodef"] | str | None] = Field(filterable=True)
    target: Field[str] = Field(filterable=True, normal="target")
    ttl_sec: Field[int] = Field(normal="seconds")
    type: Fixed[Literal["A", "AAAA", "NS", "MX", "CNAME", "TXT", "SRV", "PTR", "CAA"] | str] = Fixed(
        filterable=True, required=True
    )
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")
    weight: Field[int]
    domain: One[Domain] = One("Domain")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Domain | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            type: Literal["A", "AAAA", "NS", "MX", "CNAME", "TXT", "SRV", "PTR", "CAA"] | str,
            domain: Domain | int = ...,
            name: str = ...,
            port: int = ...,
            priority: int = ...,
            protocol: str | None = ...,
            service: str | None = ...,
            tag: Literal["issue", "issuewild", "iodef"] | str | None = ...,
            target: str = ...,
            ttl_sec: int = ...,
            weight: int = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
