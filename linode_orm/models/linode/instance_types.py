"""The objects inside the body of an Instance."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from linode_orm.mapping import JSON, Field, Fixed, Nested, ReadOnly


class InstanceAlerts(Nested):
    """What stands under `alerts` of an Instance."""

    cpu: Field[int] = Field(create=False)
    io: Field[int] = Field(create=False)
    network_in: Field[int] = Field(create=False)
    network_out: Field[int] = Field(create=False)
    transfer_quota: Field[int] = Field(create=False)


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


class InterfaceSpec(Nested):
    """What stands under `interfaces` of an Instance."""

    label: Fixed[str | None]
    default_route: Fixed[InstanceInterfacesDefaultRoute]
    firewall_id: Fixed[int | None]
    ip_ranges: Fixed[list[str] | None] = Fixed(format="ip")
    ipam_address: Fixed[str | None] = Fixed(format="ip/netmask")
    ipv4: Fixed[InstanceInterfacesIpv4]
    ipv6: Fixed[InstanceInterfacesVpcIpv6]
    primary: Fixed[bool]
    public: Fixed[InstanceInterfacesPublic | None]
    purpose: Fixed[Literal["public", "vlan", "vpc"] | str]
    rdma_vpc: Fixed[InstanceInterfacesRdmaVpc]
    subnet_id: Fixed[int | None]
    vlan: Fixed[InstanceInterfacesVlan | None]
    vpc: Fixed[InstanceInterfacesVpc | None]


class InstanceInterfacesDefaultRoute(Nested):
    """What stands under `interfaces.default_route` of an Instance."""

    ipv4: Fixed[bool | None]
    ipv6: Fixed[bool | None]


class InstanceInterfacesPublic(Nested):
    """What stands under `interfaces.public` of an Instance."""

    ipv4: Fixed[InstanceInterfacesPublicIpv4]
    ipv6: Fixed[InstanceInterfacesPublicIpv6]


class InstanceInterfacesPublicIpv4(Nested):
    """What stands under `interfaces.public.ipv4` of an Instance."""

    addresses: Fixed[list[InstanceInterfacesPublicIpv4Address]]


class InstanceInterfacesPublicIpv4Address(Nested):
    """What stands under `interfaces.public.ipv4.addresses` of an Instance."""

    address: Fixed[Literal["auto"] | str] = Fixed(format="ip", default="auto")
    primary: Fixed[bool] = Fixed(default=False)


class InstanceInterfacesPublicIpv6(Nested):
    """What stands under `interfaces.public.ipv6` of an Instance."""

    ranges: Fixed[list[InstanceInterfacesPublicIpv6Range]]


class InstanceInterfacesPublicIpv6Range(Nested):
    """What stands under `interfaces.public.ipv6.ranges` of an Instance."""

    range: Fixed[str] = Fixed(required=True)


class InstanceInterfacesVlan(Nested):
    """What stands under `interfaces.vlan` of an Instance."""

    ipam_address: Fixed[str] = Fixed(format="ip/netmask")
    vlan_label: Fixed[str]


class InstanceInterfacesVpc(Nested):
    """What stands under `interfaces.vpc` of an Instance."""

    ipv4: Fixed[InstanceInterfacesVpcIpv4]
    ipv6: Fixed[InstanceInterfacesVpcIpv6]
    subnet_id: Fixed[int] = Fixed(required=True)


class InstanceInterfacesVpcIpv4(Nested):
    """What stands under `interfaces.vpc.ipv4` of an Instance."""

    addresses: Fixed[list[InstanceInterfacesVpcIpv4Address]]
    ranges: Fixed[list[InstanceInterfacesVpcIpv4Range]]


class InstanceInterfacesVpcIpv4Address(Nested):
    """What stands under `interfaces.vpc.ipv4.addresses` of an Instance."""

    address: Fixed[Literal["auto"] | str] = Fixed(format="ip", default="auto")
    nat_1_1_address: Fixed[Literal["auto"] | str | None] = Fixed(format="ip")
    primary: Fixed[bool | None] = Fixed(default=False)


class InstanceInterfacesVpcIpv4Range(Nested):
    """What stands under `interfaces.vpc.ipv4.ranges` of an Instance."""

    range: Fixed[str | None]


class InstanceInterfacesVpcIpv6(Nested):
    """What stands under `interfaces.vpc.ipv6` of an Instance."""

    is_public: Fixed[bool]
    ranges: Fixed[list[JSON]]
    slaac: Fixed[list[JSON]]


class InstanceInterfacesRdmaVpc(Nested):
    """What stands under `interfaces.rdma_vpc` of an Instance."""

    ipv4: Fixed[InstanceInterfacesRdmaVpcIpv4]
    subnet_id: Fixed[int] = Fixed(required=True)


class InstanceInterfacesRdmaVpcIpv4(Nested):
    """What stands under `interfaces.rdma_vpc.ipv4` of an Instance."""

    addresses: Fixed[list[JSON]]


class InstanceInterfacesIpv4(Nested):
    """What stands under `interfaces.ipv4` of an Instance."""

    nat_1_1: Fixed[Literal["any"] | str | None] = Fixed(format="ip")
    vpc: Fixed[str | None] = Fixed(format="ip")


class InstanceMetadata(Nested):
    """What stands under `metadata` of an Instance."""

    user_data: Fixed[str] = Fixed(format="byte")


class InstancePlacementGroup(Nested):
    """What stands under `placement_group` of an Instance."""

    id: Fixed[int]
    label: ReadOnly[str] = ReadOnly(filterable=True)
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
