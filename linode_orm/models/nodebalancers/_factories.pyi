from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.nodebalancers.node_balancer import NodeBalancer, NodeBalancerLkeCluster, NodeBalancerTransfer
from linode_orm.models.nodebalancers.node_balancer_config import NodeBalancerConfig, NodeBalancerConfigNodesStatus
from linode_orm.models.nodebalancers.node_balancer_node import NodeBalancerNode
from linode_orm.models.nodebalancers.node_balancer_type import (
    NodeBalancerType,
    NodeBalancerTypePrice,
    NodeBalancerTypeRegionPrice,
)
from linode_orm.models.nodebalancers.node_balancer_vpc_config import NodeBalancerVPCConfig
from linode_orm.models.regions.region import Region
from linode_orm.models.vpcs.vpc import VPC
from linode_orm.models.vpcs.vpc_subnet import VPCSubnet

class NodebalancersFactories:
    def node_balancer(
        self,
        *,
        id: int = ...,
        label: str = ...,
        backend_connectivity: Literal["legacy", "ipv6", "vpc", "undefined"] | str | None = ...,
        backend_ipv6_prefix: str | None = ...,
        client_conn_throttle: int = ...,
        client_udp_sess_throttle: int = ...,
        created: datetime = ...,
        frontend_address_type: str | None = ...,
        frontend_vpc_subnet_id: int | None = ...,
        hostname: str = ...,
        ipv4: str = ...,
        ipv6: str | None = ...,
        lke_cluster: NodeBalancerLkeCluster | Mapping[str, object] | None = ...,
        locks: Sequence[str] | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        tags: Iterable[str] = ...,
        transfer: NodeBalancerTransfer | Mapping[str, object] = ...,
        type: Literal["common", "premium"] | str = ...,
        updated: datetime = ...,
    ) -> NodeBalancer: ...
    def node_balancer_config(
        self,
        *,
        node_balancer: NodeBalancer | int = ...,
        id: int = ...,
        algorithm: Literal["roundrobin", "leastconn", "ring_hash", "source"] | str = ...,
        check: Literal["none", "connection", "http", "http_body"] | str = ...,
        check_attempts: int = ...,
        check_body: str = ...,
        check_interval: int = ...,
        check_passive: bool = ...,
        check_path: str = ...,
        check_timeout: int = ...,
        cipher_suite: Literal["recommended", "legacy"] | str = ...,
        nodebalancer_id: int = ...,
        nodes_status: NodeBalancerConfigNodesStatus | Mapping[str, object] = ...,
        port: int = ...,
        protocol: Literal["udp", "tcp", "http", "https"] | str = ...,
        proxy_protocol: Literal["none", "v1", "v2"] | str = ...,
        ssl_cert: str | None = ...,
        ssl_commonname: str = ...,
        ssl_fingerprint: str = ...,
        ssl_key: str | None = ...,
        stickiness: Literal["none", "session", "source_ip", "table", "http_cookie"] | str = ...,
        udp_check_port: int | None = ...,
        udp_session_timeout: int | None = ...,
    ) -> NodeBalancerConfig: ...
    def node_balancer_node(
        self,
        *,
        node_balancer_config: NodeBalancerConfig | tuple[int, int] = ...,
        id: int = ...,
        label: str = ...,
        address: str = ...,
        config_id: int = ...,
        mode: Literal["accept", "reject", "drain", "backup", "none"] | str = ...,
        nodebalancer: NodeBalancer | int = ...,
        nodebalancer_id: int = ...,
        status: Literal["Unknown", "UP", "DOWN", "unknown"] | str = ...,
        vpc_config: NodeBalancerVPCConfig | int | None = ...,
        vpc_config_id: int | None = ...,
        weight: int = ...,
    ) -> NodeBalancerNode: ...
    def node_balancer_type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: NodeBalancerTypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[NodeBalancerTypeRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> NodeBalancerType: ...
    def node_balancer_vpc_config(
        self,
        *,
        node_balancer: NodeBalancer | int = ...,
        id: int = ...,
        ipv4_range: str | None = ...,
        ipv4_range_auto_assign: bool | None = ...,
        nodebalancer_id: int = ...,
        subnet: VPCSubnet | int = ...,
        subnet_id: int = ...,
        vpc: VPC | int | None = ...,
        vpc_id: int | None = ...,
    ) -> NodeBalancerVPCConfig: ...
