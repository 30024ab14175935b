"""Entities: the objects that the account's events name, by the paths in them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.registry import lookup
from linode_orm.session.waiting.event_paths import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.mapping import Model

    Named = tuple[type[Model], object, tuple[object, ...]]

CLASSES: Final = {
    "linode": ("Instance",),
    "disk": ("Disk", "Instance"),
    "linode_config": ("Config",),
    "interface": ("LinodeInterface",),
    "backups": ("Backup",),
    "volume": ("Volume",),
    "domain": ("Domain",),
    "domain_record": ("DomainRecord",),
    "firewall": ("Firewall",),
    "nodebalancer": ("NodeBalancer",),
    "loadbalancer": ("NodeBalancer",),
    "nodebalancer_config": ("NodeBalancerConfig",),
    "nodebalancer_node": ("NodeBalancerNode",),
    "image": ("Image",),
    "stackscript": ("StackScript",),
    "lkecluster": ("LKECluster",),
    "lke_pool": ("LKENodePool",),
    "database": ("MySQLDatabase", "PostgreSQLDatabase"),
    "vpc": ("VPC",),
    "subnet": ("VPCSubnet",),
    "placement_group": ("PlacementGroup",),
    "longview": ("LongviewClient",),
    "managed_service": ("ManagedService",),
    "oauth_client": ("OAuthClient",),
    "token": ("Token",),
    "user": ("User",),
    "user_ssh_key": ("SSHKey",),
    "tag": ("Tag",),
    "ticket": ("SupportTicket",),
    "entity_transfer": ("EntityTransfer",),
    "obj_access_key": ("ObjectStorageKey",),
}
"""The classes of the objects that events call by these types; which one it is says the path."""

_PLACEHOLDER: Final = re.compile(r"\\\{\w+\\\}")


def named_by(event: Mapping[str, Any], models: Sequence[type[Model]]) -> Named | None:
    """Return the class, the id and the ids of the parents of the object that an event is about.

    With `models` it is one of these; where both entities are, the one that is part of the other. None where there is
    none, or its kind is not known.
    """
    for key in ("secondary_entity", "entity") if models else ("entity", "secondary_entity"):
        entity = event.get(key)
        place = place_of(entity)
        if not place or not isinstance(entity, dict):
            continue
        wanted: list[Any] = [*models] or [lookup(name) for name in CLASSES.get(str(entity.get("type")), ())]
        for model in wanted:
            found = _in_path(model, place)
            if found is not None:
                return found
    return None


def _in_path(model: Any, place: str) -> Named | None:  # noqa: ANN401  a class of a resource
    mapper = model.__mapper__
    found = _pattern(mapper.item_path).fullmatch(place) if mapper.id_names else None
    if found is None:
        return None
    own, parts = len(mapper.id_names), found.groups()
    identity = parts[-1] if own == 1 else parts[-own:]
    try:
        *parents, identity = mapper.chain((*parts[:-own], identity) if parts[:-own] else identity)
    except InvalidRequestError:
        return None
    return model, identity, tuple(parents)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    *above, last = re.split(_PLACEHOLDER, re.escape(path))
    inner = "([^/]+)".join([*above[:-1], ""]) if len(above) > 1 else ""
    # an id itself may hold a slash: `linode/debian12`
    return re.compile(f"{inner}{above[-1]}(.+){last}" if above else last)
