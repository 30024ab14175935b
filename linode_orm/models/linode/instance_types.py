"""The objects inside the body of an Instance."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from linode_orm.mapping import Field, Fixed, Nested, ReadOnly, Secret, WriteOnly


class InstanceAlerts(Nested):
    """What stands under `alerts` of an Instance."""

    cpu: Field[int] = Field(create=False)
    io: Field[int] = Field(create=False)
    network_in: Field[int] = Field(create=False)
    network_out: Field[int] = Field(create=False)
    system_alerts: Field[list[int] | None] = Field(absent=True, create=False)
    transfer_quota: Field[int] = Field(create=False)
    user_alerts: Field[list[int] | None] = Field(absent=True, create=False)


class InstanceBackups(Nested):
    """What stands under `backups` of an Instance."""

    available: ReadOnly[bool]
    enabled: ReadOnly[bool]
    last_successful: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    schedule: Field[InstanceBackupsSchedule] = Field(create=False)


class InstanceBackupsSchedule(Nested):
    """What stands under `backups.schedule` of an Instance."""

    day: Field[
        Literal["Scheduling", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] | str | None
    ] = Field(create=False)
    window: Field[
        Literal["Scheduling", "W0", "W2", "W4", "W6", "W8", "W10", "W12", "W14", "W16", "W18", "W20", "W22"]
        | str
        | None
    ] = Field(create=False)


class InstanceMetadata(Nested):
    """What stands under `metadata` of an Instance."""

    user_data: Secret[str] = Secret(format="byte")


class InstancePlacementGroup(Nested):
    """What stands under `placement_group` of an Instance."""

    id: Fixed[int] = Fixed(refers="PlacementGroup")
    label: ReadOnly[str] = ReadOnly(filterable=True)
    compliant_only: WriteOnly[bool]
    migrating_to: ReadOnly[int | None]
    placement_group_policy: ReadOnly[Literal["strict", "flexible"] | str]
    placement_group_type: ReadOnly[Literal["anti_affinity:local"] | str] = ReadOnly(filterable=True)


class InstanceSpecs(Nested):
    """What stands under `specs` of an Instance."""

    accelerated_devices: ReadOnly[int | None] = ReadOnly(absent=True)
    disk: ReadOnly[int]
    gpus: ReadOnly[int]
    memory: ReadOnly[int]
    transfer: ReadOnly[int]
    vcpus: ReadOnly[int]


class MonthlyStats(Nested):
    """What `monthly_stats()` of an Instance answers."""

    cpu: ReadOnly[list[list[float]]]
    io: ReadOnly[InstanceMonthlyStatsIo]
    netv4: ReadOnly[InstanceMonthlyStatsNetv4]
    netv6: ReadOnly[InstanceMonthlyStatsNetv4]
    title: ReadOnly[str]


class InstanceMonthlyStatsIo(Nested):
    """What stands under `io` of an Instance."""

    io: ReadOnly[list[list[float]]]
    swap: ReadOnly[list[list[float]]]


class InstanceMonthlyStatsNetv4(Nested):
    """What stands under `netv4` of an Instance."""

    in_: ReadOnly[list[list[float]]] = ReadOnly(key="in")
    out: ReadOnly[list[list[float]]]
    private_in: ReadOnly[list[list[float]]]
    private_out: ReadOnly[list[list[float]]]


class MonthlyTransfer(Nested):
    """What `monthly_transfer()` of an Instance answers."""

    bytes_in: ReadOnly[int]
    bytes_out: ReadOnly[int]
    bytes_total: ReadOnly[int]


class UpgradedInterfaces(Nested):
    """What `upgrade_interfaces()` of an Instance answers."""

    config_id: ReadOnly[int]
    dry_run: ReadOnly[bool]
    interfaces: ReadOnly[list[InterfaceSpec]]


class InterfaceSpec(Nested):
    """What stands under `interfaces` of an Instance."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    default_route: ReadOnly[InstanceInterfacesDefaultRoute]
    mac_address: ReadOnly[str]
    public: ReadOnly[InstanceInterfacesPublic]
    rdma_vpc: ReadOnly[InstanceInterfacesRdmaVpc]
    updated: ReadOnly[datetime]
    version: ReadOnly[int]
    vlan: ReadOnly[InstanceInterfacesVlan]
    vpc: ReadOnly[InstanceInterfacesVpc]


class InstanceInterfacesDefaultRoute(Nested):
    """What stands under `interfaces.default_route` of an Instance."""

    ipv4: ReadOnly[bool]
    ipv6: ReadOnly[bool]


class InstanceInterfacesPublic(Nested):
    """What stands under `interfaces.public` of an Instance."""

    ipv4: ReadOnly[InstanceInterfacesPublicIpv4]
    ipv6: ReadOnly[InstanceInterfacesPublicIpv6]


class InstanceInterfacesPublicIpv4(Nested):
    """What stands under `interfaces.public.ipv4` of an Instance."""

    addresses: ReadOnly[list[InstanceInterfacesPublicIpv4Address]]
    shared: ReadOnly[list[InstanceInterfacesPublicIpv4Shared]]


class InstanceInterfacesPublicIpv4Address(Nested):
    """What stands under `interfaces.public.ipv4.addresses` of an Instance."""

    address: ReadOnly[str]
    primary: ReadOnly[bool]


class InstanceInterfacesPublicIpv4Shared(Nested):
    """What stands under `interfaces.public.ipv4.shared` of an Instance."""

    address: ReadOnly[str]
    linode_id: ReadOnly[int]


class InstanceInterfacesPublicIpv6(Nested):
    """What stands under `interfaces.public.ipv6` of an Instance."""

    ranges: ReadOnly[list[InstanceInterfacesPublicIpv6Range]]
    shared: ReadOnly[list[InstanceInterfacesPublicIpv6Range]]
    slaac: ReadOnly[list[InstanceInterfacesPublicIpv6Slaac]]


class InstanceInterfacesPublicIpv6Range(Nested):
    """What stands under `interfaces.public.ipv6.ranges` of an Instance."""

    range: ReadOnly[str]
    route_target: ReadOnly[str]


class InstanceInterfacesPublicIpv6Slaac(Nested):
    """What stands under `interfaces.public.ipv6.slaac` of an Instance."""

    address: ReadOnly[str]
    prefix: ReadOnly[int]


class InstanceInterfacesRdmaVpc(Nested):
    """What stands under `interfaces.rdma_vpc` of an Instance."""

    ipv4: ReadOnly[InstanceInterfacesRdmaVpcIpv4]
    subnet_id: ReadOnly[int]
    vpc_id: ReadOnly[int]


class InstanceInterfacesRdmaVpcIpv4(Nested):
    """What stands under `interfaces.rdma_vpc.ipv4` of an Instance."""

    addresses: ReadOnly[list[InstanceInterfacesPublicIpv4Address]]


class InstanceInterfacesVlan(Nested):
    """What stands under `interfaces.vlan` of an Instance."""

    ipam_address: ReadOnly[str]
    vlan_label: ReadOnly[str]


class InstanceInterfacesVpc(Nested):
    """What stands under `interfaces.vpc` of an Instance."""

    ipv4: ReadOnly[InstanceInterfacesVpcIpv4]
    ipv6: ReadOnly[InstanceInterfacesVpcIpv6]
    subnet_id: ReadOnly[int]
    vpc_id: ReadOnly[int]


class InstanceInterfacesVpcIpv4(Nested):
    """What stands under `interfaces.vpc.ipv4` of an Instance."""

    addresses: ReadOnly[list[InstanceInterfacesVpcIpv4Address]]
    ranges: ReadOnly[list[InstanceInterfacesVpcIpv4Range]]


class InstanceInterfacesVpcIpv4Address(Nested):
    """What stands under `interfaces.vpc.ipv4.addresses` of an Instance."""

    address: ReadOnly[str]
    nat_1_1_address: ReadOnly[str]
    primary: ReadOnly[bool]


class InstanceInterfacesVpcIpv4Range(Nested):
    """What stands under `interfaces.vpc.ipv4.ranges` of an Instance."""

    range: ReadOnly[str]


class InstanceInterfacesVpcIpv6(Nested):
    """What stands under `interfaces.vpc.ipv6` of an Instance."""

    is_public: ReadOnly[bool]
    ranges: ReadOnly[list[InstanceInterfacesVpcIpv4Range]]
    slaac: ReadOnly[list[InstanceInterfacesVpcIpv6Slaac]]


class InstanceInterfacesVpcIpv6Slaac(Nested):
    """What stands under `interfaces.vpc.ipv6.slaac` of an Instance."""

    address: ReadOnly[str]
    range: ReadOnly[str]
