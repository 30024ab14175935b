"""LKECluster: a Kubernetes cluster."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    JSON,
    UNSET,
    Field,
    Fixed,
    Many,
    Model,
    Nested,
    One,
    ReadOnly,
    SessionBase,
    TagList,
    Unset,
    WriteOnly,
    act,
    operation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.lke.lke_node_pool import LKENodePool
    from linode_orm.models.lke.lkeapi_endpoint import LKEAPIEndpoint
    from linode_orm.models.regions.region import Region
    from linode_orm.models.vpcs.vpc import VPC
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet


class LKEClusterControlPlane(Nested):
    """What stands under `control_plane` of a LKECluster."""

    acl: WriteOnly[LKEClusterControlPlaneAcl] = WriteOnly(update=True)
    audit_logs_enabled: Field[bool | None] = Field(absent=True)
    high_availability: Field[bool] = Field(default=False)
    metrics_enabled: Field[bool | None] = Field(absent=True)


class LKEClusterControlPlaneAcl(Nested):
    """What stands under `control_plane.acl` of a LKECluster."""

    addresses: Field[LKEClusterControlPlaneAclAddresses | None]
    enabled: Field[bool]
    revision_id: Field[str] = Field(key="revision-id")


class LKEClusterControlPlaneAclAddresses(Nested):
    """What stands under `control_plane.acl.addresses` of a LKECluster."""

    ipv4: Field[list[str]] = Field(unordered=True, normal="network")
    ipv6: Field[list[str]] = Field(unordered=True, normal="network")


class LKEClusterNodePool(Nested):
    """What stands under `node_pools` of a LKECluster."""

    label: Fixed[str]
    autoscaler: Fixed[LKEClusterNodePoolsAutoscaler]
    count: Fixed[int] = Fixed(required=True)
    disk_encryption: Fixed[str]
    disks: Fixed[list[LKEClusterNodePoolsDisk]]
    firewall_id: Fixed[int] = Fixed(refers="Firewall")
    isolation: Fixed[LKEClusterNodePoolsIsolation]
    k8s_version: Fixed[str]
    labels: Fixed[dict[str, JSON]]
    tags: Fixed[TagList]
    taints: Fixed[list[LKEClusterNodePoolsTaint]]
    type: Fixed[str] = Fixed(required=True)
    update_strategy: Fixed[Literal["rolling_update", "on_recycle"] | str]


class LKEClusterNodePoolsAutoscaler(Nested):
    """What stands under `node_pools.autoscaler` of a LKECluster."""

    enabled: Fixed[bool]
    max: Fixed[int]
    min: Fixed[int]


class LKEClusterNodePoolsDisk(Nested):
    """What stands under `node_pools.disks` of a LKECluster."""

    size: Fixed[int]
    type: Fixed[Literal["raw", "ext4"] | str]


class LKEClusterNodePoolsTaint(Nested):
    """What stands under `node_pools.taints` of a LKECluster."""

    effect: Fixed[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | str] = Fixed(required=True)
    key: Fixed[str] = Fixed(required=True)
    value: Fixed[str] = Fixed(required=True)


class LKEClusterNodePoolsIsolation(Nested):
    """What stands under `node_pools.isolation` of a LKECluster."""

    public_ipv4: Fixed[bool]
    public_ipv6: Fixed[bool]


class LKECluster(Model, path="/lke/clusters"):
    """A Kubernetes cluster."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, required=True)
    apl_enabled: Fixed[bool]
    control_plane: Field[LKEClusterControlPlane]
    created: ReadOnly[datetime]
    k8s_version: Field[str] = Field(filterable=True, required=True)
    locks: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    node_pools: WriteOnly[list[LKEClusterNodePool]] = WriteOnly(required=True)
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True)
    region: One[Region] = One("Region", via="region_id")
    stack_type: Fixed[str | None] = Fixed(absent=True)
    status: ReadOnly[str] = ReadOnly(volatile=True)
    subnet_id: Fixed[int | None] = Fixed(absent=True, nullable=True)
    subnet: One[VPCSubnet | None] = One("VPCSubnet", via="subnet_id")
    tags: Field[TagList] = Field(filterable=True)
    tier: Fixed[Literal["standard", "enterprise"] | str] = Fixed(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    vpc_id: Fixed[int | None] = Fixed(absent=True, nullable=True)
    vpc: One[VPC | None] = One("VPC", via="vpc_id")
    api_endpoints: Many[LKEAPIEndpoint] = Many("LKEAPIEndpoint")
    pools: Many[LKENodePool] = Many("LKENodePool")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            k8s_version: str,
            region: Region | str,
            apl_enabled: bool = ...,
            control_plane: LKEClusterControlPlane | Mapping[str, object] = ...,
            node_pools: Sequence[LKEClusterNodePool | Mapping[str, object]] = ...,
            stack_type: str | None = ...,
            subnet: VPCSubnet | int | None = ...,
            subnet_id: int | None = ...,
            tags: Iterable[str] = ...,
            tier: Literal["standard", "enterprise"] | str = ...,
            vpc: VPC | int | None = ...,
            vpc_id: int | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "recycle", event="lke_cluster_recycle", job="event")
    def recycle(self) -> Job:
        """Recycle cluster nodes."""
        return act(self, "recycle")

    @operation("POST", "regenerate", event="lke_cluster_regenerate")
    def regenerate(self, *, kubeconfig: bool | Unset = UNSET, servicetoken: bool | Unset = UNSET) -> None:
        """Regenerate a Kubernetes cluster."""
        act(self, "regenerate", locals())

    @operation("DELETE", "servicetoken", event="lke_token_rotate")
    def delete_servicetoken(self) -> None:
        """Delete a service token."""
        act(self, "delete_servicetoken")
