"""FirewallRules: a firewall's rules, reached by themselves; `firewall.rules` holds the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.networking.firewall import Firewall


class FirewallRulesRule(Nested):
    """What stands under `inbound` of a FirewallRules."""

    label: Field[str] = Field(create=False)
    action: Field[str] = Field(create=False)
    addresses: Field[FirewallRulesAddresses] = Field(create=False)
    description: Field[str | None] = Field(absent=True, create=False)
    ports: Field[str | None] = Field(absent=True, nullable=True, normal="ports", create=False)
    protocol: Field[str] = Field(create=False)
    ruleset: ReadOnly[int | None] = ReadOnly(absent=True, refers="FirewallRuleSet")


class FirewallRulesAddresses(Nested):
    """What stands under `inbound.addresses` of a FirewallRules."""

    ipv4: Field[list[str]] = Field(unordered=True, normal="network", create=False)
    ipv6: Field[list[str] | None] = Field(absent=True, unordered=True, normal="network", create=False)


class FirewallRules(Model, path="/networking/firewalls/{firewall}/rules", id=None, parent="Firewall"):
    """A firewall's rules, reached by themselves; `firewall.rules` holds the same."""

    fingerprint: ReadOnly[str]
    inbound: Field[list[FirewallRulesRule]] = Field(put_required=True)
    inbound_policy: Field[str] = Field(put_required=True)
    outbound: Field[list[FirewallRulesRule] | None] = Field(put_required=True)
    outbound_policy: Field[str] = Field(put_required=True)
    version: ReadOnly[int]
    firewall: One[Firewall] = One("Firewall")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Firewall | int, /) -> None: ...
