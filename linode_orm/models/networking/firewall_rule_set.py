"""FirewallRuleSet: rules that several firewalls share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class FirewallRuleSetRule(Nested):
    """What stands under `rules` of a FirewallRuleSet."""

    label: Field[str]
    action: Field[str]
    addresses: Field[FirewallRuleSetRulesAddresses]
    description: Field[str]
    ports: Field[str | None] = Field(normal="ports")
    protocol: Field[str]


class FirewallRuleSetRulesAddresses(Nested):
    """What stands under `rules.addresses` of a FirewallRuleSet."""

    ipv4: Field[list[str]] = Field(unordered=True, normal="network")
    ipv6: Field[list[str]] = Field(unordered=True, normal="network")


class FirewallRuleSet(Model, path="/networking/firewalls/rulesets"):
    """Rules that several firewalls share."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str | None] = Field(filterable=True, unique=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True, format="date-time")
    deleted: ReadOnly[datetime | None] = ReadOnly(format="date-time")
    description: Field[str]
    is_service_defined: ReadOnly[bool]
    rules: Field[list[FirewallRuleSetRule]]
    type: Fixed[str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")
    version: ReadOnly[int]

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str | None = ...,
            description: str = ...,
            rules: Sequence[FirewallRuleSetRule | Mapping[str, object]] = ...,
            type: str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
