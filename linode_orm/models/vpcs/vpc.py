"""VPC: a virtual private cloud: a network of its own in one region."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Many, Model, Nested, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.regions.region import Region
    from linode_orm.models.vpcs.vpc_ipv6_address import VPCIPv6Address
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet
    from linode_orm.models.vpcs.vpcip_address import VPCIPAddress


class VPCIpv4(Nested):
    """What stands under `ipv4` of a VPC."""

    range: Field[str] = Field(normal="network")


class VPCIpv6(Nested):
    """What stands under `ipv6` of a VPC."""

    allocation_class: WriteOnly[str]
    allocation_range: Fixed[str]
    range: Fixed[str] = Fixed(normal="network")


class VPC(Model, path="/vpcs"):
    """A virtual private cloud: a network of its own in one region."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True, format="date-time")
    description: Field[str] = Field(default="")
    ipv4: Field[list[VPCIpv4] | None] = Field(absent=True)
    ipv6: Fixed[list[VPCIpv6] | None] = Fixed(absent=True, nullable=True, unordered=True)
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True)
    region: One[Region] = One("Region", via="region_id")
    updated: ReadOnly[datetime | None] = ReadOnly(filterable=True, volatile=True, format="date-time")
    vpc_type: Fixed[str | None] = Fixed(filterable=True, absent=True)
    subnets: Many[VPCSubnet] = Many("VPCSubnet", embedded="subnets", create_key="subnets")
    ips: Many[VPCIPAddress] = Many("VPCIPAddress", path="ips")
    ipv6s: Many[VPCIPv6Address] = Many("VPCIPv6Address", path="ipv6s")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            region: Region | str,
            description: str = ...,
            ipv4: Sequence[VPCIpv4 | Mapping[str, object]] | None = ...,
            ipv6: Sequence[VPCIpv6 | Mapping[str, object]] | None = ...,
            vpc_type: str | None = ...,
            subnets: Sequence[VPCSubnet] | Sequence[Mapping[str, object]] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
