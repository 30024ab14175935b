"""LKEControlPlaneACL: who may reach the control plane of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, One, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.lke.lke_cluster import LKECluster


class LKEControlPlaneACLAcl(Nested):
    """What stands under `acl` of a LKEControlPlaneACL."""

    addresses: Field[LKEControlPlaneACLAclAddresses | None] = Field(create=False)
    enabled: Field[bool] = Field(create=False)
    revision_id: Field[str] = Field(key="revision-id", create=False)


class LKEControlPlaneACLAclAddresses(Nested):
    """What stands under `acl.addresses` of a LKEControlPlaneACL."""

    ipv4: Field[list[str]] = Field(unordered=True, normal="network", create=False)
    ipv6: Field[list[str]] = Field(unordered=True, normal="network", create=False)


class LKEControlPlaneACL(
    Model, path="/lke/clusters/{lke_cluster}/control_plane_acl", id=None, parent="LKECluster", verbs="get update delete"
):
    """Who may reach the control plane of a cluster."""

    acl: Field[LKEControlPlaneACLAcl]
    lke_cluster: One[LKECluster] = One("LKECluster")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: LKECluster | int, /) -> None: ...
