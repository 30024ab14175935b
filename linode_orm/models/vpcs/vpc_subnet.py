"""VPCSubnet: an address range of a VPC."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.vpcs.vpc import VPC


class VPCSubnetDatabase(Nested):
    """What stands under `databases` of a VPCSubnet."""

    id: ReadOnly[int] = ReadOnly(refers="Database")
    ipv4_range: ReadOnly[str]
    ipv6_ranges: ReadOnly[list[VPCSubnetDatabasesIpv6Range]]


class VPCSubnetDatabasesIpv6Range(Nested):
    """What stands under `databases.ipv6_ranges` of a VPCSubnet."""

    range: ReadOnly[str]


class VPCSubnetIpv6(Nested):
    """What stands under `ipv6` of a VPCSubnet."""

    allocation_range: Fixed[str]
    range: Fixed[str] = Fixed(normal="network")


class VPCSubnetLinode(Nested):
    """What stands under `linodes` of a VPCSubnet."""

    id: ReadOnly[int] = ReadOnly(refers="Instance")
    interfaces: ReadOnly[list[VPCSubnetLinodesInterface]]


class VPCSubnetLinodesInterface(Nested):
    """What stands under `linodes.interfaces` of a VPCSubnet."""

    id: ReadOnly[int]
    active: ReadOnly[bool]
    config_id: ReadOnly[int | None] = ReadOnly(refers="Config")


class VPCSubnetNodebalancer(Nested):
    """What stands under `nodebalancers` of a VPCSubnet."""

    id: ReadOnly[int] = ReadOnly(refers="NodeBalancer")
    ipv4_range: ReadOnly[str]
    ipv6_ranges: ReadOnly[list[VPCSubnetDatabasesIpv6Range] | None] = ReadOnly(absent=True)


class VPCSubnet(Model, path="/vpcs/{vpc}/subnets", parent="VPC"):
    """An address range of a VPC."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    databases: ReadOnly[list[VPCSubnetDatabase]] = ReadOnly(unordered=True, rows_of="Database")
    ipv4: Fixed[str] = Fixed(format="ip")
    ipv6: Fixed[list[VPCSubnetIpv6] | None] = Fixed(absent=True, nullable=True, unordered=True)
    linodes: ReadOnly[list[VPCSubnetLinode]] = ReadOnly(unordered=True, rows_of="Instance")
    nodebalancers: ReadOnly[list[VPCSubnetNodebalancer]] = ReadOnly(rows_of="NodeBalancer")
    updated: ReadOnly[datetime | None] = ReadOnly(filterable=True, volatile=True)
    vpc_type: ReadOnly[str | None] = ReadOnly(filterable=True, absent=True)
    vpc: One[VPC] = One("VPC")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: VPC | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            vpc: VPC | int = ...,
            ipv4: str = ...,
            ipv6: Sequence[VPCSubnetIpv6 | Mapping[str, object]] | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
