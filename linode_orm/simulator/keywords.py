"""The keywords of `sim.seed()`, each of which names a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm._suggestions import closest, suggestion

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource

# Keywords that are not the last segment of a path, or that would fit several classes.
NAMES: Final = {
    "configs": "Config",
    "nodebalancer_configs": "NodeBalancerConfig",
    "nodes": "NodeBalancerNode",
    "placement_groups": "PlacementGroup",
    "config_interfaces": "ConfigInterface",
    "ips": "IPAddress",
    "events": "Event",
    "instances": "Instance",
    "disks": "Disk",
    "volumes": "Volume",
    "domains": "Domain",
    "records": "DomainRecord",
    "firewalls": "Firewall",
    "devices": "FirewallDevice",
    "nodebalancers": "NodeBalancer",
    "vpcs": "VPC",
    "subnets": "VPCSubnet",
    "images": "Image",
    "tokens": "Token",
    "users": "User",
    "sshkeys": "SSHKey",
    "clusters": "LKECluster",
    "pools": "LKENodePool",
    "buckets": "ObjectStorageBucket",
    "tags": "Tag",
    "regions": "Region",
    "types": "Type",
    "child_accounts": "ChildAccount",
    "entities": "AlertEntity",
}


ALSO: Final = {
    "FirewallDevice": ("id", "type"),
    "IPAddress": ("linode_id", "type", "public"),
    "ImageShareGroupImage": ("images",),
    "ResourceLock": ("entity_type", "entity_id"),
}
"""Keys that only the bodies of creates have, by class."""


def check_keys(resource: Resource, given: Iterable[str], also: Container[str] = ()) -> None:
    """Raise `ValueError` for a key that a resource does not have, because it would change nothing."""
    for key in given:
        if key not in resource.fields and key not in resource.id_keys and key not in also:
            msg = f"{resource.name} has no key {key!r}{suggestion(key, resource.fields)}"
            raise ValueError(msg)


def name_of(state: AccountState, keyword: str) -> str:
    """Return the class that a keyword means; the keyword itself where none is known."""
    if keyword in NAMES:
        return NAMES[keyword]
    for resource in state.store.resources.values():
        if not resource.singleton and resource.path.rpartition("/")[2].replace("-", "_") == keyword:
            return resource.name
    return keyword


def resource_of(state: AccountState, keyword: str) -> Resource:
    """Return the resource that a keyword means."""
    name = name_of(state, keyword)
    if name not in state.store.resources:
        known = sorted({each.path.rpartition("/")[2] for each in state.store.resources.values()} | set(NAMES))
        near = closest(keyword, known)
        meant = f"did you mean {near!r}? " if near else ""
        msg = f"seed() knows no collection {keyword!r}; {meant}there are {', '.join(known)}"
        raise ValueError(msg)
    return state.store.resources[name]
