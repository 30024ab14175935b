"""What a tag has beyond its name: the objects that carry it, of several kinds."""

from __future__ import annotations

from typing import Final

from linode_orm.mapping import Model, act, operation

KINDS: Final = {
    "domain": "Domain",
    "firewall": "Firewall",
    "image": "Image",
    "linode": "Instance",
    "lke_cluster": "LKECluster",
    "nodebalancer": "NodeBalancer",
    "reserved_ipv4_address": "IPAddress",
    "volume": "Volume",
}
"""What the API calls an object's kind here, and its class: every class that has tags, but for the pools of a cluster."""


class Tagged(Model):
    """Objects that carry a tag."""

    @operation("GET", "", answers="mixed", parts=KINDS)
    def objects(self) -> list[Model]:
        """Read everything that carries the tag; kinds that are not known here are left out."""
        return act(self, "objects")
