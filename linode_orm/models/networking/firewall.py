"""Firewall: a cloud firewall: rules for the devices that it is attached to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Fixed, Many, Model, Nested, ReadOnly, SessionBase, TagList, act, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models.networking.firewall_device import FirewallDevice
    from linode_orm.models.networking.firewall_version import FirewallVersion


class FirewallEntity(Nested):
    """What stands under `entities` of a Firewall."""

    id: Fixed[int] = Fixed(refers="*")
    label: ReadOnly[str | None]
    parent_entity: ReadOnly[FirewallEntitiesParentEntity | None]
    type: Fixed[str]
    url: ReadOnly[str]


class FirewallEntitiesParentEntity(Nested):
    """What stands under `entities.parent_entity` of a Firewall."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str]
    parent_entity: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]


class FirewallRulesBody(Nested):
    """What stands under `rules` of a Firewall."""

    fingerprint: ReadOnly[str]
    inbound: Field[list[FirewallRule]]
    inbound_policy: Field[Literal["ACCEPT", "DROP"] | str]
    outbound: Field[list[FirewallRule] | None]
    outbound_policy: Field[Literal["ACCEPT", "DROP"] | str]
    version: ReadOnly[int]


class FirewallRule(Nested):
    """What stands under `rules.inbound` of a Firewall."""

    label: Field[str]
    action: Field[Literal["ACCEPT", "DROP"] | str]
    addresses: Field[FirewallAddresses]
    description: Field[str | None] = Field(absent=True)
    ports: Field[str | None] = Field(absent=True, nullable=True, normal="ports")
    protocol: Field[Literal["TCP", "UDP", "ICMP", "IPENCAP"] | str] = Field(format="protocol")
    ruleset: ReadOnly[int | None] = ReadOnly(absent=True, refers="FirewallRuleSet")


class FirewallAddresses(Nested):
    """What stands under `rules.inbound.addresses` of a Firewall."""

    ipv4: Field[list[str]] = Field(unordered=True, normal="network")
    ipv6: Field[list[str] | None] = Field(absent=True, unordered=True, normal="network")


class FirewallRulesVersion(Nested):
    """What `rules_version()` of a Firewall answers."""

    fingerprint: ReadOnly[str]
    inbound: ReadOnly[list[FirewallRulesVersionInbound]]
    inbound_policy: ReadOnly[str]
    outbound: ReadOnly[list[FirewallRulesVersionInbound]]
    outbound_policy: ReadOnly[str]
    version: ReadOnly[int]


class FirewallRulesVersionInbound(Nested):
    """What stands under `inbound` of a Firewall."""

    label: ReadOnly[str]
    action: ReadOnly[str]
    addresses: ReadOnly[FirewallInboundAddresses]
    description: ReadOnly[str | None] = ReadOnly(absent=True)
    ports: ReadOnly[str | None] = ReadOnly(absent=True)
    protocol: ReadOnly[str]


class FirewallInboundAddresses(Nested):
    """What stands under `inbound.addresses` of a Firewall."""

    ipv4: ReadOnly[list[str]]
    ipv6: ReadOnly[list[str] | None] = ReadOnly(absent=True)


class Firewall(Model, path="/networking/firewalls"):
    """A cloud firewall: rules for the devices that it is attached to."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    entities: Fixed[list[FirewallEntity]]
    rules: Field[FirewallRulesBody] = Field(required=True, written_by="rules")
    status: Field[Literal["enabled", "disabled", "deleted"] | str] = Field(volatile=True, create=False)
    tags: Field[TagList] = Field(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(filterable=True, volatile=True)
    devices: Many[FirewallDevice] = Many("FirewallDevice", create_key="devices")
    history: Many[FirewallVersion] = Many("FirewallVersion")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            rules: FirewallRulesBody | Mapping[str, object],
            entities: Sequence[FirewallEntity | Mapping[str, object]] = ...,
            tags: Iterable[str] = ...,
            devices: Sequence[FirewallDevice] | Mapping[str, object] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("GET", "/networking/firewalls/{id}/history/rules/{version}", answers="value", gives=FirewallRulesVersion)
    def rules_version(self, *, version: int) -> FirewallRulesVersion:
        """Give the rules as they were in an earlier version."""
        return act(self, "rules_version", locals())
