"""LKENodePool: nodes of one kind in a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Model, Nested, One, ReadOnly, SessionBase, TagList, act, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.linode.type import Type
    from linode_orm.models.lke.lke_cluster import LKECluster
    from linode_orm.models.networking.firewall import Firewall


class LKENodePoolAutoscaler(Nested):
    """What stands under `autoscaler` of a LKENodePool."""

    enabled: Field[bool]
    max: Field[int]
    min: Field[int]


class LKENodePoolDisk(Nested):
    """What stands under `disks` of a LKENodePool."""

    size: Fixed[int]
    type: Fixed[Literal["raw", "ext4"] | str]


class LKENodePoolIsolation(Nested):
    """What stands under `isolation` of a LKENodePool."""

    public_ipv4: Field[bool]
    public_ipv6: Field[bool]


class LKENodePoolNode(Nested):
    """What stands under `nodes` of a LKENodePool."""

    id: ReadOnly[str] = ReadOnly(refers="LKENode")
    instance_id: ReadOnly[int | None] = ReadOnly(refers="Instance")
    pool_id: ReadOnly[int | None] = ReadOnly(absent=True, refers="LKENodePool")
    status: ReadOnly[Literal["ready", "not_ready"] | str] = ReadOnly(volatile=True)


class LKENodePoolTaint(Nested):
    """What stands under `taints` of a LKENodePool."""

    effect: Field[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | str] = Field(
        required=True, put_required=True
    )
    key: Field[str] = Field(required=True, put_required=True)
    value: Field[str] = Field(required=True, put_required=True)


class LKENodePool(Model, path="/lke/clusters/{lke_cluster}/pools", parent="LKECluster"):
    """Nodes of one kind in a cluster."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str | None] = Field(absent=True)
    autoscaler: Field[LKENodePoolAutoscaler]
    count: Field[int]
    disk_encryption: Fixed[Literal["enabled", "disabled"] | str]
    disks: Fixed[list[LKENodePoolDisk]]
    firewall_id: Field[int | None] = Field(absent=True)
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    isolation: Field[LKENodePoolIsolation | None] = Field(absent=True)
    k8s_version: Field[str | None] = Field(absent=True)
    labels: Field[dict[str, JSON]]
    locks: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    nodes: ReadOnly[list[LKENodePoolNode]] = ReadOnly(volatile=True, rows_of="LKENode")
    tags: Field[TagList] = Field(filterable=True)
    taints: Field[list[LKENodePoolTaint]]
    type_id: Fixed[str] = Fixed(key="type")
    type: One[Type] = One("Type", via="type_id")
    update_strategy: Field[Literal["rolling_update", "on_recycle"] | str | None] = Field(absent=True)
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: LKECluster | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            lke_cluster: LKECluster | int = ...,
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
            tags: Iterable[str] = ...,
            taints: Sequence[LKENodePoolTaint | Mapping[str, object]] = ...,
            type: Type | str = ...,
            update_strategy: Literal["rolling_update", "on_recycle"] | str | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "recycle", event="lke_pool_recycle", job="nodes.status=ready")
    def recycle(self) -> Job:
        """Recycle a node pool."""
        return act(self, "recycle")
