"""IPAddress: a public or private IP address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import UNSET, Field, Fixed, Nested, One, ReadOnly, SessionBase, TagList, Unset, act, operation
from linode_orm.models.networking._extra import Addresses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.mapping.query import Query
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.regions.region import Region


class IPAddressAssignedEntity(Nested):
    """What stands under `assigned_entity` of an IPAddress."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]


class IPAddressVpcNat11(Nested):
    """What stands under `vpc_nat_1_1` of an IPAddress."""

    address: ReadOnly[str] = ReadOnly(format="ipv4")
    subnet_id: ReadOnly[int] = ReadOnly(refers="VPCSubnet")
    vpc_id: ReadOnly[int] = ReadOnly(refers="VPC")


class IPAddress(Addresses, path="/networking/ips", id="address", verbs="list get create update"):
    """A public or private IP address."""

    address: ReadOnly[str] = ReadOnly(filterable=True, format="ip")
    assigned_entity: ReadOnly[IPAddressAssignedEntity | None] = ReadOnly(absent=True, nullable=True)
    gateway: ReadOnly[str | None] = ReadOnly(format="ip")
    interface_id: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True, refers="LinodeInterface")
    linode_id: Fixed[int | None] = Fixed(filterable=True)
    linode: One[Instance | None] = One("Instance", via="linode_id")
    prefix: ReadOnly[int] = ReadOnly(filterable=True)
    public: Fixed[bool]
    rdns: Field[str | None] = Field(filterable=True, format="hostname", create=False)
    region_id: Fixed[str] = Fixed(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    reserved: Field[bool | None] = Field(filterable=True, absent=True, nullable=True)
    subnet_mask: ReadOnly[str] = ReadOnly(format="ip")
    tags: ReadOnly[TagList | None] = ReadOnly(absent=True, changed_by="replace_tags")
    type: Fixed[Literal["ipv4", "ipv6", "ipv6/pool", "ipv6/range"] | str] = Fixed(filterable=True)
    vpc_nat_1_1: ReadOnly[IPAddressVpcNat11 | None] = ReadOnly(absent=True, nullable=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, address: str, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            linode: Instance | int | None = ...,
            linode_id: int | None = ...,
            public: bool = ...,
            region: Region | str = ...,
            reserved: bool | None = ...,
            type: Literal["ipv4", "ipv6", "ipv6/pool", "ipv6/range"] | str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @classmethod
    @operation("POST", "assign", scope="collection")
    def assign(
        cls,
        session: SessionBase,
        /,
        region: Region | str,
        *,
        assignments: Sequence[Mapping[str, object]] | Unset = UNSET,
    ) -> None:
        """Assign addresses to Linodes of one region."""
        act(cls, "assign", locals())

    @classmethod
    @operation("POST", "share", scope="collection", body={"linode": "linode_id"})
    def share(cls, session: SessionBase, /, linode: Instance | int, *, ips: Sequence[str]) -> None:
        """Share addresses with a Linode."""
        act(cls, "share", locals())

    @classmethod
    @operation("POST", "/networking/ipv4/assign", scope="collection")
    def assign_ipv4(
        cls, session: SessionBase, /, region: Region | str, *, assignments: Sequence[Mapping[str, object]]
    ) -> None:
        """Assign IPv4 addresses to Linodes of one region: `assign` in its older form."""
        act(cls, "assign_ipv4", locals())

    @classmethod
    @operation("POST", "/networking/ipv4/share", scope="collection", body={"linode": "linode_id"})
    def share_ipv4(cls, session: SessionBase, /, linode: Instance | int, *, ips: Sequence[str]) -> None:
        """Share IPv4 addresses with a Linode: `share` in its older form."""
        act(cls, "share_ipv4", locals())

    @classmethod
    @operation("GET", "/networking/reserved/ips", answers="query:IPAddress", scope="collection")
    def reserved_ips(cls, session: SessionBase, /) -> Query[IPAddress]:
        """Give a query over the reserved addresses, with their tags."""
        return act(cls, "reserved_ips", locals())

    @classmethod
    @operation("POST", "/networking/reserved/ips", answers="IPAddress", scope="collection")
    def reserve(
        cls, session: SessionBase, /, region: Region | str, *, tags: Sequence[str] | Unset = UNSET
    ) -> IPAddress:
        """Reserve a public address in a region."""
        return act(cls, "reserve", locals())

    @operation("DELETE", "/networking/reserved/ips/{address}")
    def unreserve(self) -> None:
        """Reserve the address no longer; one that is assigned stays with its Linode."""
        act(self, "unreserve")

    @classmethod
    @operation("GET", "/networking/reserved/ips/{address}", answers="IPAddress", scope="collection")
    def reserved_ip(cls, session: SessionBase, /, *, address: str) -> IPAddress:
        """Read a reserved address; raise `NotFound` where there is none, or it is not reserved."""
        return act(cls, "reserved_ip", locals())

    @operation("PUT", "/networking/reserved/ips/{address}", answers="IPAddress")
    def replace_tags(self, *, tags: Sequence[str]) -> IPAddress:
        """Give a reserved address exactly these tags."""
        return act(self, "replace_tags", locals())
