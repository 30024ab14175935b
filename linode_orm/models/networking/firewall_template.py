"""FirewallTemplate: a set of rules to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class FirewallTemplateRules(Nested):
    """What stands under `rules` of a FirewallTemplate."""

    inbound: ReadOnly[list[FirewallTemplateRule]]
    inbound_policy: ReadOnly[Literal["ACCEPT", "DROP"] | str]
    outbound: ReadOnly[list[FirewallTemplateRule]]
    outbound_policy: ReadOnly[Literal["ACCEPT", "DROP"] | str]


class FirewallTemplateRule(Nested):
    """What stands under `rules.inbound` of a FirewallTemplate."""

    label: ReadOnly[str]
    action: ReadOnly[Literal["ACCEPT", "DROP"] | str]
    addresses: ReadOnly[FirewallTemplateAddresses]
    description: ReadOnly[str]
    ports: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    protocol: ReadOnly[Literal["TCP", "UDP", "ICMP", "IPENCAP"] | str] = ReadOnly(format="protocol")


class FirewallTemplateAddresses(Nested):
    """What stands under `rules.inbound.addresses` of a FirewallTemplate."""

    ipv4: ReadOnly[list[str]]
    ipv6: ReadOnly[list[str] | None] = ReadOnly(absent=True)


class FirewallTemplate(Model, path="/networking/firewalls/templates", id="slug", verbs="list get"):
    """A set of rules to begin with."""

    slug: ReadOnly[Literal["vpc", "public", "akamai-non-prod"] | str]
    rules: ReadOnly[FirewallTemplateRules]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, slug: str, /) -> None: ...
