"""Kubernetes clusters: their pools, and the nodes in these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.hooks import after, answer, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row
    from linode_orm.simulator.world import World


@fill("/lke/clusters")
def _cluster(call: Call) -> None:
    call.draft["status"] = "ready"
    call.draft["tier"] = call.draft.get("tier") or "standard"


@after("POST /lke/clusters")
def _with_pools(call: Call) -> None:
    for pool in call.given("node_pools") or ():
        made = {key: value for key, value in pool.items() if value is not None}
        _nodes(call.world, call.world.make("LKENodePool", call.item.chain, **made))


@after("POST /lke/clusters/{}/pools", "PUT /lke/clusters/{}/pools/{}")
def _pool(call: Call) -> Body:
    _nodes(call.world, call.item)
    return dict(call.item.body)


def _nodes(world: World, pool: Row) -> None:
    """Let a pool have as many nodes as it says."""
    cluster = pool.parents
    have = [node for node in world.rows("LKENode") if node.hidden.get("pool") == pool.key]
    wanted = int(pool.body.get("count") or 0)
    for at in range(len(have), wanted):
        node = world.make("LKENode", cluster, id=f"{pool.id}-{at:012x}", status="ready", instance_id=900_000 + at)
        node.hidden["pool"] = pool.key
        have.append(node)
    for node in have[wanted:]:
        world.store.drop(node)
    pool.change(nodes=[node.body for node in have[:wanted]])


@answer("DELETE /lke/clusters/{}/nodes/{}")
def _node_gone(call: Call) -> None:
    world, node = call.world, call.item
    world.store.drop(node)
    for pool in world.rows("LKENodePool"):
        if pool.key == node.hidden.get("pool"):
            pool.change(count=max(0, int(pool.body["count"]) - 1))
            _nodes(world, pool)
