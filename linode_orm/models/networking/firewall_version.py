"""FirewallVersion: a firewall as it was in an earlier version of its rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase, TagList

if TYPE_CHECKING:
    from linode_orm.models.networking.firewall import Firewall


class FirewallVersionEntity(Nested):
    """What stands under `entities` of a FirewallVersion."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str]
    parent_entity: ReadOnly[FirewallVersionEntitiesParentEntity]
    type: ReadOnly[str]
    url: ReadOnly[str]


class FirewallVersionEntitiesParentEntity(Nested):
    """What stands under `entities.parent_entity` of a FirewallVersion."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str]
    parent_entity: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]


class FirewallVersionRules(Nested):
    """What stands under `rules` of a FirewallVersion."""

    fingerprint: ReadOnly[str]
    inbound: ReadOnly[list[FirewallVersionRule]]
    inbound_policy: ReadOnly[str]
    outbound: ReadOnly[list[FirewallVersionRule]]
    outbound_policy: ReadOnly[str]
    version: ReadOnly[int]


class FirewallVersionRule(Nested):
    """What stands under `rules.inbound` of a FirewallVersion."""

    label: ReadOnly[str]
    action: ReadOnly[str]
    addresses: ReadOnly[FirewallVersionAddresses]
    description: ReadOnly[str]
    ports: ReadOnly[str | None]
    protocol: ReadOnly[str]
    ruleset: ReadOnly[int] = ReadOnly(refers="FirewallRuleSet")


class FirewallVersionAddresses(Nested):
    """What stands under `rules.inbound.addresses` of a FirewallVersion."""

    ipv4: ReadOnly[list[str]]
    ipv6: ReadOnly[list[str]]


class FirewallVersion(Model, path="/networking/firewalls/{firewall}/history", id=(), parent="Firewall", verbs="list"):
    """A firewall as it was in an earlier version of its rules."""

    label: ReadOnly[str] = ReadOnly(filterable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    entities: ReadOnly[list[FirewallVersionEntity]]
    id: ReadOnly[int] = ReadOnly(filterable=True)
    rules: ReadOnly[FirewallVersionRules]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    tags: ReadOnly[TagList] = ReadOnly(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(filterable=True, volatile=True)
    firewall: One[Firewall] = One("Firewall")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Firewall | int, /) -> None: ...
