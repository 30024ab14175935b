"""NodeBalancerNode: a backend of a NodeBalancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Model, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.nodebalancers.node_balancer_config import NodeBalancerConfig
    from linode_orm.models.nodebalancers.node_balancer_vpc_config import NodeBalancerVPCConfig
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet


class NodeBalancerNode(
    Model, path="/nodebalancers/{node_balancer}/configs/{node_balancer_config}/nodes", parent="NodeBalancerConfig"
):
    """A backend of a NodeBalancer."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    address: Field[str] = Field(required=True, format="ip")
    config_id: ReadOnly[int] = ReadOnly(refers="NodeBalancerConfig")
    mode: Field[Literal["accept", "reject", "drain", "backup", "none"] | str]
    nodebalancer_id: ReadOnly[int]
    nodebalancer: One[NodeBalancer] = One("NodeBalancer", via="nodebalancer_id")
    status: ReadOnly[Literal["Unknown", "UP", "DOWN", "unknown"] | str] = ReadOnly(volatile=True)
    subnet_id: WriteOnly[int] = WriteOnly(update=True)
    subnet: One[VPCSubnet | None] = One("VPCSubnet", via="subnet_id")
    vpc_config_id: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True)
    vpc_config: One[NodeBalancerVPCConfig | None] = One("NodeBalancerVPCConfig", via="vpc_config_id")
    weight: Field[int]
    node_balancer_config: One[NodeBalancerConfig] = One("NodeBalancerConfig")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: NodeBalancerConfig | tuple[int, int], /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            address: str,
            node_balancer_config: NodeBalancerConfig | tuple[int, int] = ...,
            mode: Literal["accept", "reject", "drain", "backup", "none"] | str = ...,
            subnet: VPCSubnet | int = ...,
            subnet_id: int = ...,
            weight: int = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
