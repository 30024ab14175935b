"""LKEKubeconfig: the file with which kubectl reaches a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import One, ReadOnly, SessionBase
from linode_orm.models.lke._extra import KubeconfigFile

if TYPE_CHECKING:
    from linode_orm.models.lke.lke_cluster import LKECluster


class LKEKubeconfig(
    KubeconfigFile, path="/lke/clusters/{lke_cluster}/kubeconfig", id=None, parent="LKECluster", verbs="get delete"
):
    """The file with which kubectl reaches a cluster."""

    kubeconfig: ReadOnly[str] = ReadOnly(secret=True)
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: LKECluster | int, /) -> None: ...
