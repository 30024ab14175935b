"""Ordering rules: which orders the API refuses, each with its source; what holds what, where a body does not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class HolderRule:
    """The API refuses to delete a `target` while it holds an object of one of these classes.

    What holds what is not always known here: nobody may have read the interfaces of a Linode. So these deletions go one
    after the other in one commit, unless the two are known to lie in different regions, or the attribute `known_by` of
    the target was read.
    """

    target: str
    holders: frozenset[str]
    source: str
    known_by: str = ""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_REFERENCE: Final = "https://techdocs.akamai.com/linode-api/reference"
_IN_SUBNETS: Final = _names(
    "Instance Config ConfigInterface LinodeInterface NodeBalancer LKECluster LKENodePool MySQLDatabase "
    "PostgreSQLDatabase"
)

HOLDER_RULES: Final[tuple[HolderRule, ...]] = (
    # "You need to delete all network interfaces each subnet is assigned to."; "You can't delete a VPC if a NodeBalancer
    # or a managed database is attached to one of its subnets."; linode/cluster-api-provider-linode#62 and #789
    HolderRule("VPC", _IN_SUBNETS, f"{_REFERENCE}/delete-vpc"),
    HolderRule("VPCSubnet", _IN_SUBNETS, f"{_REFERENCE}/delete-vpc"),
    # "All Linodes need to be removed before you can delete a placement group."
    HolderRule("PlacementGroup", _names("Instance LKECluster LKENodePool"), f"{_REFERENCE}/delete-placement-group"),
    # "You can't delete a VLAN if it's still attached to a Linode."
    HolderRule("VLAN", _names("Instance Config ConfigInterface LinodeInterface"), f"{_REFERENCE}/delete-vlan-3"),
    # "An assigned default firewall can't be deleted."
    HolderRule("Firewall", _names("FirewallSettings"), f"{_REFERENCE}/delete-firewall-3"),
    # "Unable to delete Destination attached to active or inactive Stream": `TestLogStream_Update_Destinations#13`
    HolderRule("StreamDestination", _names("Stream"), "TestLogStream_Update_Destinations#13"),
    # a volume that is attached to a Linode is deleted after it: contract of this library, "Changing things"
    HolderRule("Volume", _names("Instance"), f"{_REFERENCE}/delete-volume", known_by="linode_id"),
    # "You can't delete a Linode that has a cannot_delete or cannot_delete_with_subresources resource lock set for it."
    *(
        HolderRule(target, _names("ResourceLock"), f"{_REFERENCE}/{page}")
        for target, page in (
            ("Instance", "delete-linode-instance"),
            ("Volume", "delete-volume"),
            ("Disk", "delete-disk"),
            ("Config", "delete-linode-config"),
            ("ConfigInterface", "delete-linode-config-interface"),
            ("NodeBalancer", "delete-node-balancer"),
            ("LKECluster", "delete-lke-cluster"),
        )
    ),
)
"""Deletions that the API refuses while something is held."""

HELD_BY: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        # `TestVPC_Subnet_WithInstance#5`, `TestVPC_Subnet_WithNodeBalancer#2`
        ("VPCSubnet", "linodes.id"),
        ("VPCSubnet", "linodes.interfaces.config_id"),
        ("VPCSubnet", "databases.id"),
        ("VPCSubnet", "nodebalancers.id"),
        ("PlacementGroup", "members.linode_id"),  # `TestPlacementGroup_*`: members of a group
        ("VLAN", "linodes"),  # linode_api4: `VLAN.linodes`, the Linodes that are attached
    }
)
"""Attributes in which an object names who holds it, in place of what it holds."""

ENTITY_TYPES: Final[Mapping[str, str]] = {
    # the types of what a firewall guards, a lock protects and a grant is for; the recorded `entity.type`
    "database": "Database",
    "domain": "Domain",
    "firewall": "Firewall",
    "image": "Image",
    "interface": "LinodeInterface",
    "linode": "Instance",
    "linode_interface": "LinodeInterface",
    "lkecluster": "LKECluster",
    "longview": "LongviewClient",
    "nodebalancer": "NodeBalancer",
    "placement_group": "PlacementGroup",
    "stackscript": "StackScript",
    "volume": "Volume",
    "vpc": "VPC",
}
"""What the API calls the class of an object whose id stands beside it."""

KIN: Final[Mapping[str, tuple[str, ...]]] = {"Database": ("MySQLDatabase", "PostgreSQLDatabase")}
"""Classes that create and delete what another class only lists."""

LOCKS: Final = "ResourceLock"
"""What protects an object, and with `cannot_delete_with_subresources` all below it."""
