"""FirewallRulesExpansion: a firewall's rules with rule sets and prefix lists spelt out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.networking.firewall import Firewall


class FirewallRulesExpansionInbound(Nested):
    """What stands under `inbound` of a FirewallRulesExpansion."""

    label: ReadOnly[str]
    action: ReadOnly[str]
    addresses: ReadOnly[FirewallRulesExpansionInboundAddresses]
    description: ReadOnly[str]
    ports: ReadOnly[str]
    protocol: ReadOnly[str]


class FirewallRulesExpansionInboundAddresses(Nested):
    """What stands under `inbound.addresses` of a FirewallRulesExpansion."""

    ipv4: ReadOnly[list[str]]
    ipv6: ReadOnly[list[str]]


class FirewallRulesExpansion(
    Model, path="/networking/firewalls/{firewall}/rules/expansion", id=None, parent="Firewall", verbs="get"
):
    """A firewall's rules with rule sets and prefix lists spelt out."""

    fingerprint: ReadOnly[str]
    inbound: ReadOnly[list[FirewallRulesExpansionInbound]]
    inbound_policy: ReadOnly[str]
    outbound: ReadOnly[list[FirewallRulesExpansionInbound]]
    outbound_policy: ReadOnly[str]
    version: ReadOnly[int]
    firewall: One[Firewall] = One("Firewall")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Firewall | int, /) -> None: ...
