"""Batching rules: the POSTs that make several changes at once, and the changes that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Rebuild:
    """An action of a parent that writes the parent and all children of one class; a child without an id is new.

    `key` is the list of the children. `takes` are the keys that may be set on a child. `child` are the keys that are
    sent back of an unchanged child, and `own` those of the parent. The action is known to work if the parent has one of
    the values in `only`, and no child has a value under a key in `unless`.
    """

    parent: str
    action: str
    key: str
    takes: frozenset[str]
    child: tuple[str, ...]
    own: tuple[str, ...]
    only: Mapping[str, frozenset[object]]
    unless: frozenset[str]


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


# POST /nodebalancers/{id}/configs/{id}/rebuild, as in `TestNodeBalancer_RebuildInstance#4`: nodes are sent back with id
# and mode. A certificate cannot be sent back, because it cannot be read, and neither can the subnet of a node in a VPC.
REBUILDS: Final[Mapping[str, Rebuild]] = {
    "NodeBalancerNode": Rebuild(
        parent="NodeBalancerConfig",
        action="rebuild",
        key="nodes",
        takes=_keys("address label mode weight"),
        child=("id", "address", "label", "mode", "weight"),
        own=(
            *("algorithm", "check", "check_attempts", "check_body", "check_interval", "check_passive", "check_path"),
            *("check_timeout", "cipher_suite", "port", "protocol", "proxy_protocol", "stickiness"),
        ),
        only={"protocol": frozenset({"http", "tcp"})},
        unless=_keys("vpc_config_id"),
    )
}

# POST /tags: where the ids of the objects stand that carry the new tag
TAGGED: Final[Mapping[str, str]] = {
    "Domain": "domains",
    "Instance": "linodes",
    "NodeBalancer": "nodebalancers",
    "Volume": "volumes",
}
