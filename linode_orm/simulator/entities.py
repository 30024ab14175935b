"""Entities: the objects that a user of the account may have permissions for, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body, Row

ENTITIES: Final = {
    "MySQLDatabase": "database",
    "PostgreSQLDatabase": "database",
    "Domain": "domain",
    "Firewall": "firewall",
    "Image": "image",
    "Instance": "linode",
    "LKECluster": "lkecluster",
    "LongviewClient": "longview",
    "NodeBalancer": "nodebalancer",
    "PlacementGroup": "placement_group",
    "StackScript": "stackscript",
    "Volume": "volume",
    "VPC": "vpc",
}
"""Classes whose objects are entities, and what permissions call them."""


def entities(state: AccountState) -> Iterator[Body]:
    """Yield the entities of an account, as permissions name them."""
    for name, kind in ENTITIES.items():
        for row in state.rows(name):
            if is_own(row):
                label = row.body.get("label") or row.body.get("domain") or ""
                yield {"id": row.body["id"], "label": label, "type": kind}


def is_own(row: Row) -> bool:
    """Whether an object is the account's own: images and scripts of everybody are no entities of it."""
    if row.resource.name == "Image":
        return str(row.body["id"]).startswith("private/")
    return row.resource.name != "StackScript" or bool(row.body.get("mine"))
