from collections.abc import Mapping, Sequence
from datetime import datetime

from linode_orm.models.databases.database import Database
from linode_orm.models.linode.instance import Instance
from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
from linode_orm.models.regions.region import Region
from linode_orm.models.vpcs.vpc import VPC, VPCIpv4, VPCIpv6
from linode_orm.models.vpcs.vpc_ipv6_address import VPCIPv6Address, VPCIPv6AddressIpv6Address
from linode_orm.models.vpcs.vpc_subnet import (
    VPCSubnet,
    VPCSubnetDatabase,
    VPCSubnetIpv6,
    VPCSubnetLinode,
    VPCSubnetNodebalancer,
)
from linode_orm.models.vpcs.vpcip_address import VPCIPAddress

class VpcsFactories:
    def vpc(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        description: str = ...,
        ipv4: Sequence[VPCIpv4 | Mapping[str, object]] | None = ...,
        ipv6: Sequence[VPCIpv6 | Mapping[str, object]] | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        updated: datetime | None = ...,
        vpc_type: str | None = ...,
    ) -> VPC: ...
    def vpcip_address(
        self,
        *,
        active: bool = ...,
        address: str | None = ...,
        address_range: str | None = ...,
        config_id: int | None = ...,
        database: Database | int | None = ...,
        database_id: int | None = ...,
        gateway: str | None = ...,
        interface_id: int = ...,
        linode: Instance | int | None = ...,
        linode_id: int | None = ...,
        nat_1_1: str = ...,
        nodebalancer: NodeBalancer | int | None = ...,
        nodebalancer_id: int | None = ...,
        prefix: int | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        subnet: VPCSubnet | int = ...,
        subnet_id: int = ...,
        subnet_mask: str = ...,
        vpc: VPC | int = ...,
        vpc_id: int = ...,
    ) -> VPCIPAddress: ...
    def vpc_ipv6_address(
        self,
        *,
        active: bool = ...,
        address: str | None = ...,
        address_range: str | None = ...,
        config_id: int = ...,
        database: Database | int | None = ...,
        database_id: int | None = ...,
        gateway: str | None = ...,
        interface_id: int = ...,
        ipv6_addresses: Sequence[VPCIPv6AddressIpv6Address | Mapping[str, object]] = ...,
        ipv6_is_public: bool = ...,
        ipv6_range: str = ...,
        linode: Instance | int = ...,
        linode_id: int = ...,
        nat_1_1: str = ...,
        nodebalancer: NodeBalancer | int | None = ...,
        nodebalancer_id: int | None = ...,
        prefix: int = ...,
        region: Region | str = ...,
        region_id: str = ...,
        subnet: VPCSubnet | int = ...,
        subnet_id: int = ...,
        subnet_mask: str = ...,
        vpc: VPC | int = ...,
        vpc_id: int = ...,
    ) -> VPCIPv6Address: ...
    def vpc_subnet(
        self,
        *,
        vpc: VPC | int = ...,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        databases: Sequence[VPCSubnetDatabase | Mapping[str, object]] = ...,
        ipv4: str = ...,
        ipv6: Sequence[VPCSubnetIpv6 | Mapping[str, object]] | None = ...,
        linodes: Sequence[VPCSubnetLinode | Mapping[str, object]] = ...,
        nodebalancers: Sequence[VPCSubnetNodebalancer | Mapping[str, object]] = ...,
        updated: datetime | None = ...,
        vpc_type: str | None = ...,
    ) -> VPCSubnet: ...
