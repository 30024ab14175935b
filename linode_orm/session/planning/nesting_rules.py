"""Nesting rules: which new children the POST of a new parent creates, and which of their attributes it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.mapping.state import state_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model


_NOTHING: Final[Mapping[str, object]] = {}


class NestingRule(NamedTuple):
    """How children stand in the body of their parent's POST.

    `key` is the list of the children. `takes` are the keys that each child may have. `is_answered` says that the answer
    shows the children with their ids. `is_required` says that the children are always nested, because the parent cannot
    be created without them, or they cannot be created otherwise. `unless` are values of the parent's body with which
    the list means other children. Each child has one of the keys in `kinds`, which all rows show.
    """

    key: str
    takes: frozenset[str]
    is_answered: bool = False
    is_required: bool = False
    unless: Mapping[str, object] = _NOTHING
    kinds: frozenset[str] = frozenset()


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The keys are those of the request bodies in the API reference that are not read-only there: a node's `mode`, or the
# certificate of a config, is not taken inside of a NodeBalancer's POST.
NESTING_RULES: Final[Mapping[tuple[str, str], NestingRule]] = {
    # POST /vpcs: subnets[], back in the answer: `TestVPC_Subnet_Create#1`
    ("VPC", "VPCSubnet"): NestingRule("subnets", _keys("ipv4 ipv6 label"), is_answered=True),
    # POST /nodebalancers: configs[]
    ("NodeBalancer", "NodeBalancerConfig"): NestingRule(
        "configs",
        _keys(
            "algorithm check check_attempts check_body check_interval check_path check_timeout nodes port protocol "
            "stickiness udp_check_port"
        ),
    ),
    # POST /nodebalancers: vpcs[]; nothing else makes them: `TestNodeBalancer_With_VPC_Create#2`
    ("NodeBalancer", "NodeBalancerVPCConfig"): NestingRule(
        "vpcs", _keys("ipv4_range ipv4_range_auto_assign subnet_id"), is_required=True
    ),
    # POST /nodebalancers/{nodeBalancerId}/configs: nodes[], and POST /nodebalancers: configs[].nodes[]
    ("NodeBalancerConfig", "NodeBalancerNode"): NestingRule("nodes", _keys("address label subnet_id weight")),
    # POST /lke/clusters: node_pools[]: `TestLKENodePools_List#2`
    ("LKECluster", "LKENodePool"): NestingRule(
        "node_pools",
        _keys(
            "autoscaler count disk_encryption disks firewall_id k8s_version label labels tags taints type "
            "update_strategy"
        ),
        is_required=True,
    ),
    # POST /linode/instances: interfaces[]: `TestInstance_CreateWithLinodeInterfaces#2`; they can be added to a Linode
    # that is off only, which a new one is not for long
    ("Instance", "LinodeInterface"): NestingRule(
        "interfaces",
        _keys("default_route firewall_id public vlan vpc"),
        is_required=True,
        unless={"interface_generation": "legacy_config"},
        kinds=_keys("public vlan vpc"),
    ),
}


def is_made_with_parent(instance: Model) -> bool:
    """Whether an object has a new parent whose POST can create it."""
    mapper = instance.__mapper__
    parent = state_of(instance).pending_parent
    return parent is not None and state_of(parent).is_new and (parent.__mapper__.name, mapper.name) in NESTING_RULES


def is_always_nested(parent: Model, child: Model) -> bool:
    """Whether a new child is created by its new parent's POST even with `fold=False`."""
    rule = NESTING_RULES.get((parent.__mapper__.name, child.__mapper__.name))
    return rule is not None and rule.is_required
