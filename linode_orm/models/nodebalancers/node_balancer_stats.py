"""NodeBalancerStats: a NodeBalancer's statistics of the last day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer


class NodeBalancerStatsData(Nested):
    """What stands under `data` of a NodeBalancerStats."""

    connections: ReadOnly[list[list[float]]]
    traffic: ReadOnly[NodeBalancerStatsDataTraffic]


class NodeBalancerStatsDataTraffic(Nested):
    """What stands under `data.traffic` of a NodeBalancerStats."""

    in_: ReadOnly[list[list[float]]] = ReadOnly(key="in")
    out: ReadOnly[list[list[float]]]


class NodeBalancerStats(
    Model, path="/nodebalancers/{node_balancer}/stats", id=None, parent="NodeBalancer", verbs="get"
):
    """A NodeBalancer's statistics of the last day."""

    data: ReadOnly[NodeBalancerStatsData]
    title: ReadOnly[str]
    node_balancer: One[NodeBalancer] = One("NodeBalancer")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: NodeBalancer | int, /) -> None: ...
