"""LKEDashboard: the address of a cluster's dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.lke.lke_cluster import LKECluster


class LKEDashboard(Model, path="/lke/clusters/{lke_cluster}/dashboard", id=None, parent="LKECluster", verbs="get"):
    """The address of a cluster's dashboard."""

    url: ReadOnly[str]
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: LKECluster | int, /) -> None: ...
