from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.mapping import JSON
from linode_orm.models.linode.instance import Instance
from linode_orm.models.linode.type import Type
from linode_orm.models.lke.lke_cluster import LKECluster, LKEClusterControlPlane
from linode_orm.models.lke.lke_node import LKENode
from linode_orm.models.lke.lke_node_pool import (
    LKENodePool,
    LKENodePoolAutoscaler,
    LKENodePoolDisk,
    LKENodePoolIsolation,
    LKENodePoolNode,
    LKENodePoolTaint,
)
from linode_orm.models.lke.lke_type import LKEType, LKETypePrice, LKETypeRegionPrice
from linode_orm.models.lke.lke_version import LKEVersion
from linode_orm.models.lke.lkeapi_endpoint import LKEAPIEndpoint
from linode_orm.models.networking.firewall import Firewall
from linode_orm.models.regions.region import Region
from linode_orm.models.vpcs.vpc import VPC
from linode_orm.models.vpcs.vpc_subnet import VPCSubnet

class LkeFactories:
    def lkeapi_endpoint(self, *, lke_cluster: LKECluster | int = ..., endpoint: str = ...) -> LKEAPIEndpoint: ...
    def lke_cluster(
        self,
        *,
        id: int = ...,
        label: str = ...,
        apl_enabled: bool = ...,
        control_plane: LKEClusterControlPlane | Mapping[str, object] = ...,
        created: datetime = ...,
        k8s_version: str = ...,
        locks: Sequence[str] | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        stack_type: str | None = ...,
        status: str = ...,
        subnet: VPCSubnet | int | None = ...,
        subnet_id: int | None = ...,
        tags: Iterable[str] = ...,
        tier: Literal["standard", "enterprise"] | str = ...,
        updated: datetime = ...,
        vpc: VPC | int | None = ...,
        vpc_id: int | None = ...,
    ) -> LKECluster: ...
    def lke_node(
        self,
        *,
        lke_cluster: LKECluster | int = ...,
        id: str = ...,
        instance: Instance | int | None = ...,
        instance_id: int | None = ...,
        pool: LKENodePool | int | None = ...,
        pool_id: int | None = ...,
        status: Literal["ready", "not_ready"] | str = ...,
    ) -> LKENode: ...
    def lke_node_pool(
        self,
        *,
        lke_cluster: LKECluster | int = ...,
        id: int = ...,
        label: str | None = ...,
        autoscaler: LKENodePoolAutoscaler | Mapping[str, object] = ...,
        count: int = ...,
        disk_encryption: Literal["enabled", "disabled"] | str = ...,
        disks: Sequence[LKENodePoolDisk | Mapping[str, object]] = ...,
        firewall: Firewall | int | None = ...,
        firewall_id: int | None = ...,
        isolation: LKENodePoolIsolation | Mapping[str, object] | None = ...,
        k8s_version: str | None = ...,
        labels: dict[str, JSON] = ...,
        locks: Sequence[str] | None = ...,
        nodes: Sequence[LKENodePoolNode | Mapping[str, object]] = ...,
        tags: Iterable[str] = ...,
        taints: Sequence[LKENodePoolTaint | Mapping[str, object]] = ...,
        type: Type | str = ...,
        type_id: str = ...,
        update_strategy: Literal["rolling_update", "on_recycle"] | str | None = ...,
    ) -> LKENodePool: ...
    def lke_type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: LKETypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[LKETypeRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> LKEType: ...
    def lke_version(self, *, id: str = ...) -> LKEVersion: ...
