"""NodeBalancerVPCConfig: how a NodeBalancer reaches into a VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Fixed, Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.vpcs.vpc import VPC
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet


class NodeBalancerVPCConfig(Model, path="/nodebalancers/{node_balancer}/vpcs", parent="NodeBalancer", verbs="list get"):
    """How a NodeBalancer reaches into a VPC."""

    id: ReadOnly[int]
    ipv4_range: Fixed[str | None]
    ipv4_range_auto_assign: Fixed[bool | None] = Fixed(absent=True, nullable=True)
    nodebalancer_id: ReadOnly[int] = ReadOnly(refers="NodeBalancer")
    subnet_id: Fixed[int]
    subnet: One[VPCSubnet] = One("VPCSubnet", via="subnet_id")
    vpc_id: ReadOnly[int | None]
    vpc: One[VPC | None] = One("VPC", via="vpc_id")
    node_balancer: One[NodeBalancer] = One("NodeBalancer")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, parent: NodeBalancer | int, /) -> None: ...
