"""Domain: a DNS zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Many, Model, ReadOnly, SessionBase, TagList, act, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.models.domains.domain_record import DomainRecord


class Domain(Model, path="/domains"):
    """A DNS zone."""

    id: ReadOnly[int]
    axfr_ips: Field[list[str]] = Field(unordered=True, format="ip", normal="network")
    created: ReadOnly[datetime]
    description: Field[str | None]
    domain: Field[str] = Field(filterable=True, required=True, unique=True, format="hostname")
    errors: ReadOnly[str]
    expire_sec: Field[int] = Field(normal="seconds", default=0)
    group: Field[str | None] = Field(filterable=True, deprecated=True)
    master_ips: Field[list[str]] = Field(unordered=True, format="ip", normal="network")
    refresh_sec: Field[int] = Field(normal="seconds", default=0)
    retry_sec: Field[int] = Field(normal="seconds", default=0)
    soa_email: Field[str] = Field(format="email")
    status: Field[Literal["disabled", "active"] | str] = Field(volatile=True, default="active")
    tags: Field[TagList] = Field(filterable=True)
    ttl_sec: Field[int] = Field(normal="seconds", default=0)
    type: Field[Literal["master", "slave"] | str] = Field(required=True)
    updated: ReadOnly[datetime]
    records: Many[DomainRecord] = Many("DomainRecord")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            domain: str,
            type: Literal["master", "slave"] | str,
            axfr_ips: Sequence[str] = ...,
            description: str | None = ...,
            expire_sec: int = ...,
            group: str | None = ...,
            master_ips: Sequence[str] = ...,
            refresh_sec: int = ...,
            retry_sec: int = ...,
            soa_email: str = ...,
            status: Literal["disabled", "active"] | str = ...,
            tags: Iterable[str] = ...,
            ttl_sec: int = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @classmethod
    @operation("POST", "import", answers="Domain", scope="collection", event="dns_zone_import")
    def import_(cls, session: SessionBase, /, *, domain: str, remote_nameserver: str) -> Domain:
        """Read a zone from another name server and make a domain of it."""
        return act(cls, "import_", locals())

    @operation("POST", "clone", answers="Domain")
    def clone(self, *, domain: str) -> Domain:
        """Copy the domain and its records to another name."""
        return act(self, "clone", locals())
