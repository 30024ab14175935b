from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.domains.domain import Domain
from linode_orm.models.domains.domain_record import DomainRecord

class DomainsFactories:
    def domain(
        self,
        *,
        id: int = ...,
        axfr_ips: Sequence[str] = ...,
        created: datetime = ...,
        description: str | None = ...,
        domain: str = ...,
        errors: str = ...,
        expire_sec: int = ...,
        group: str | None = ...,
        master_ips: Sequence[str] = ...,
        refresh_sec: int = ...,
        retry_sec: int = ...,
        soa_email: str = ...,
        status: Literal["disabled", "active"] | str = ...,
        tags: Iterable[str] = ...,
        ttl_sec: int = ...,
        type: Literal["master", "slave"] | str = ...,
        updated: datetime = ...,
    ) -> Domain: ...
    def domain_record(
        self,
        *,
        domain: Domain | int = ...,
        id: int = ...,
        created: datetime = ...,
        name: str = ...,
        port: int = ...,
        priority: int = ...,
        protocol: str | None = ...,
        service: str | None = ...,
        tag: Literal["issue", "issuewild", "iodef"] | str | None = ...,
        target: str = ...,
        ttl_sec: int = ...,
        type: Literal["A", "AAAA", "NS", "MX", "CNAME", "TXT", "SRV", "PTR", "CAA"] | str = ...,
        updated: datetime = ...,
        weight: int = ...,
    ) -> DomainRecord: ...
