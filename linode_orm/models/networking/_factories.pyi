from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.mapping import JSON
from linode_orm.models.linode.instance import Instance
from linode_orm.models.networking.firewall import Firewall, FirewallEntity, FirewallRulesBody
from linode_orm.models.networking.firewall_device import FirewallDevice, FirewallDeviceEntity
from linode_orm.models.networking.firewall_rule_set import FirewallRuleSet, FirewallRuleSetRule
from linode_orm.models.networking.firewall_template import FirewallTemplate, FirewallTemplateRules
from linode_orm.models.networking.firewall_version import FirewallVersion, FirewallVersionEntity, FirewallVersionRules
from linode_orm.models.networking.ip_address import IPAddress, IPAddressAssignedEntity, IPAddressVpcNat11
from linode_orm.models.networking.ipv6_pool import IPv6Pool
from linode_orm.models.networking.ipv6_range import IPv6Range
from linode_orm.models.networking.prefix_list import PrefixList
from linode_orm.models.networking.reserved_ip_type import ReservedIPType, ReservedIPTypePrice, ReservedIPTypeRegionPrice
from linode_orm.models.networking.vlan import VLAN
from linode_orm.models.regions.region import Region

class NetworkingFactories:
    def firewall(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        entities: Sequence[FirewallEntity | Mapping[str, object]] = ...,
        rules: FirewallRulesBody | Mapping[str, object] = ...,
        status: Literal["enabled", "disabled", "deleted"] | str = ...,
        tags: Iterable[str] = ...,
        updated: datetime = ...,
    ) -> Firewall: ...
    def firewall_device(
        self,
        *,
        firewall: Firewall | int = ...,
        id: int = ...,
        label: str | None = ...,
        created: datetime = ...,
        entity: FirewallDeviceEntity | Mapping[str, object] = ...,
        parent_entity: dict[str, JSON] | None = ...,
        updated: datetime = ...,
        url: str = ...,
    ) -> FirewallDevice: ...
    def firewall_rule_set(
        self,
        *,
        id: int = ...,
        label: str | None = ...,
        created: datetime = ...,
        deleted: datetime | None = ...,
        description: str = ...,
        is_service_defined: bool = ...,
        rules: Sequence[FirewallRuleSetRule | Mapping[str, object]] = ...,
        type: str = ...,
        updated: datetime = ...,
        version: int = ...,
    ) -> FirewallRuleSet: ...
    def firewall_template(
        self,
        *,
        slug: Literal["vpc", "public", "akamai-non-prod"] | str = ...,
        rules: FirewallTemplateRules | Mapping[str, object] = ...,
    ) -> FirewallTemplate: ...
    def firewall_version(
        self,
        *,
        firewall: Firewall | int = ...,
        label: str = ...,
        created: datetime = ...,
        entities: Sequence[FirewallVersionEntity | Mapping[str, object]] = ...,
        id: int = ...,
        rules: FirewallVersionRules | Mapping[str, object] = ...,
        status: str = ...,
        tags: Iterable[str] = ...,
        updated: datetime = ...,
    ) -> FirewallVersion: ...
    def ip_address(
        self,
        *,
        address: str = ...,
        assigned_entity: IPAddressAssignedEntity | Mapping[str, object] | None = ...,
        gateway: str | None = ...,
        interface_id: int | None = ...,
        linode: Instance | int | None = ...,
        linode_id: int | None = ...,
        prefix: int = ...,
        public: bool = ...,
        rdns: str | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        reserved: bool | None = ...,
        subnet_mask: str = ...,
        tags: Iterable[str] | None = ...,
        type: Literal["ipv4", "ipv6", "ipv6/pool", "ipv6/range"] | str = ...,
        vpc_nat_1_1: IPAddressVpcNat11 | Mapping[str, object] | None = ...,
    ) -> IPAddress: ...
    def ipv6_pool(
        self,
        *,
        range: str = ...,
        prefix: int = ...,
        region: Region | str = ...,
        region_id: str = ...,
        route_target: str | None = ...,
    ) -> IPv6Pool: ...
    def ipv6_range(
        self,
        *,
        range: str = ...,
        is_bgp: bool | None = ...,
        linodes: Sequence[int] | None = ...,
        prefix: int | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        route_target: str | None = ...,
    ) -> IPv6Range: ...
    def prefix_list(
        self,
        *,
        id: int = ...,
        created: datetime = ...,
        deleted: str | None = ...,
        description: str = ...,
        ipv4: Sequence[str] = ...,
        ipv6: Sequence[str] = ...,
        name: str = ...,
        updated: datetime = ...,
        version: int = ...,
        visibility: str = ...,
    ) -> PrefixList: ...
    def reserved_ip_type(
        self,
        *,
        id: int = ...,
        label: str = ...,
        price: ReservedIPTypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[ReservedIPTypeRegionPrice | Mapping[str, object]] = ...,
    ) -> ReservedIPType: ...
    def vlan(
        self,
        *,
        region: Region | str = ...,
        region_id: str = ...,
        label: str = ...,
        created: datetime = ...,
        linodes: Sequence[int] = ...,
    ) -> VLAN: ...
