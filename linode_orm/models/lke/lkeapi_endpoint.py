"""LKEAPIEndpoint: an address of a cluster's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.lke.lke_cluster import LKECluster


class LKEAPIEndpoint(
    Model, path="/lke/clusters/{lke_cluster}/api-endpoints", id="endpoint", parent="LKECluster", verbs="list"
):
    """An address of a cluster's API."""

    endpoint: ReadOnly[str]
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, endpoint: str, parent: LKECluster | int, /) -> None: ...
