"""VPCIPv6Address: an IPv6 address in use in a VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.databases.database import Database
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.regions.region import Region
    from linode_orm.models.vpcs.vpc import VPC
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet


class VPCIPv6AddressIpv6Address(Nested):
    """What stands under `ipv6_addresses` of a VPCIPv6Address."""

    slaac_address: ReadOnly[str]


class VPCIPv6Address(Model, path="/vpcs/ipv6s", id=(), verbs="list"):
    """An IPv6 address in use in a VPC."""

    active: ReadOnly[bool] = ReadOnly(filterable=True)
    address: ReadOnly[str | None]
    address_range: ReadOnly[str | None]
    config_id: ReadOnly[int] = ReadOnly(filterable=True, refers="Config")
    database_id: ReadOnly[int | None]
    database: One[Database | None] = One("Database", via="database_id")
    gateway: ReadOnly[str | None]
    interface_id: ReadOnly[int] = ReadOnly(refers="LinodeInterface")
    ipv6_addresses: ReadOnly[list[VPCIPv6AddressIpv6Address]]
    ipv6_is_public: ReadOnly[bool]
    ipv6_range: ReadOnly[str]
    linode_id: ReadOnly[int] = ReadOnly(filterable=True)
    linode: One[Instance] = One("Instance", via="linode_id")
    nat_1_1: ReadOnly[str]
    nodebalancer_id: ReadOnly[int | None]
    nodebalancer: One[NodeBalancer | None] = One("NodeBalancer", via="nodebalancer_id")
    prefix: ReadOnly[int]
    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    subnet_id: ReadOnly[int]
    subnet: One[VPCSubnet] = One("VPCSubnet", via="subnet_id")
    subnet_mask: ReadOnly[str]
    vpc_id: ReadOnly[int] = ReadOnly(filterable=True)
    vpc: One[VPC] = One("VPC", via="vpc_id")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
