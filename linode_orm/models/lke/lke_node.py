"""LKENode: a node of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models._jobs import Job
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.lke.lke_cluster import LKECluster
    from linode_orm.models.lke.lke_node_pool import LKENodePool


class LKENode(Model, path="/lke/clusters/{lke_cluster}/nodes", parent="LKECluster", verbs="get delete"):
    """A node of a cluster."""

    id: ReadOnly[str]
    instance_id: ReadOnly[int | None]
    instance: One[Instance | None] = One("Instance", via="instance_id")
    pool_id: ReadOnly[int | None] = ReadOnly(absent=True)
    pool: One[LKENodePool | None] = One("LKENodePool", via="pool_id")
    status: ReadOnly[Literal["ready", "not_ready"] | str] = ReadOnly(volatile=True)
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, parent: LKECluster | int, /) -> None: ...

    @operation("POST", "recycle", event="lke_node_recycle", job="status=ready")
    def recycle(self) -> Job:
        """Recycle a node."""
        return act(self, "recycle")
