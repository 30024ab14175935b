"""LinodeInterface: a Linode's network interface of the newer kind."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Many, Model, Nested, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.networking.firewall import Firewall


class LinodeInterfaceDefaultRoute(Nested):
    """What stands under `default_route` of a LinodeInterface."""

    ipv4: Field[bool | None]
    ipv6: Field[bool | None]


class LinodeInterfacePublic(Nested):
    """What stands under `public` of a LinodeInterface."""

    ipv4: Field[LinodeInterfacePublicIpv4]
    ipv6: Field[LinodeInterfacePublicIpv6]


class LinodeInterfacePublicIpv4(Nested):
    """What stands under `public.ipv4` of a LinodeInterface."""

    addresses: Field[list[LinodeInterfacePublicIpv4Address]]
    shared: ReadOnly[list[LinodeInterfacePublicIpv4Shared]]


class LinodeInterfacePublicIpv4Address(Nested):
    """What stands under `public.ipv4.addresses` of a LinodeInterface."""

    address: Field[Literal["auto"] | str] = Field(format="ip", default="auto")
    primary: Field[bool | None] = Field(default=False)


class LinodeInterfacePublicIpv4Shared(Nested):
    """What stands under `public.ipv4.shared` of a LinodeInterface."""

    address: ReadOnly[str]
    linode_id: ReadOnly[int] = ReadOnly(refers="Instance")


class LinodeInterfacePublicIpv6(Nested):
    """What stands under `public.ipv6` of a LinodeInterface."""

    ranges: Field[list[LinodeInterfacePublicIpv6Range]]
    shared: ReadOnly[list[LinodeInterfacePublicIpv6Shared]]
    slaac: ReadOnly[list[LinodeInterfacePublicIpv6Slaac]]


class LinodeInterfacePublicIpv6Range(Nested):
    """What stands under `public.ipv6.ranges` of a LinodeInterface."""

    range: Field[str | None] = Field(normal="network")
    route_target: ReadOnly[str]


class LinodeInterfacePublicIpv6Shared(Nested):
    """What stands under `public.ipv6.shared` of a LinodeInterface."""

    range: ReadOnly[str]
    route_target: ReadOnly[str]


class LinodeInterfacePublicIpv6Slaac(Nested):
    """What stands under `public.ipv6.slaac` of a LinodeInterface."""

    address: ReadOnly[str]
    prefix: ReadOnly[int]


class LinodeInterfaceRdmaVpc(Nested):
    """What stands under `rdma_vpc` of a LinodeInterface."""

    ipv4: Field[LinodeInterfaceRdmaVpcIpv4] = Field(create=False)
    subnet_id: Field[int] = Field(refers="VPCSubnet", create=False)
    vpc_id: ReadOnly[int] = ReadOnly(refers="VPC")


class LinodeInterfaceRdmaVpcIpv4(Nested):
    """What stands under `rdma_vpc.ipv4` of a LinodeInterface."""

    addresses: Field[list[LinodeInterfaceRdmaVpcIpv4Address]] = Field(create=False)


class LinodeInterfaceRdmaVpcIpv4Address(Nested):
    """What stands under `rdma_vpc.ipv4.addresses` of a LinodeInterface."""

    address: Field[str] = Field(create=False)
    primary: Field[bool] = Field(create=False)


class LinodeInterfaceVlan(Nested):
    """What stands under `vlan` of a LinodeInterface."""

    ipam_address: Field[str | None] = Field(format="ip/netmask")
    vlan_label: Field[str]


class LinodeInterfaceVpc(Nested):
    """What stands under `vpc` of a LinodeInterface."""

    ipv4: Field[LinodeInterfaceVpcIpv4]
    ipv6: Field[LinodeInterfaceVpcIpv6]
    subnet_id: Field[int] = Field(refers="VPCSubnet")
    vpc_id: ReadOnly[int] = ReadOnly(refers="VPC")


class LinodeInterfaceVpcIpv4(Nested):
    """What stands under `vpc.ipv4` of a LinodeInterface."""

    addresses: Field[list[LinodeInterfaceVpcIpv4Address]]
    ranges: Field[list[LinodeInterfaceVpcIpv4Range]]


class LinodeInterfaceVpcIpv4Address(Nested):
    """What stands under `vpc.ipv4.addresses` of a LinodeInterface."""

    address: Field[Literal["auto"] | str] = Field(format="ip", default="auto")
    nat_1_1_address: Field[Literal["auto"] | str | None] = Field(format="ip")
    primary: Field[bool | None] = Field(default=False)


class LinodeInterfaceVpcIpv4Range(Nested):
    """What stands under `vpc.ipv4.ranges` of a LinodeInterface."""

    range: Field[str | None] = Field(normal="network")


class LinodeInterfaceVpcIpv6(Nested):
    """What stands under `vpc.ipv6` of a LinodeInterface."""

    is_public: Field[bool]
    ranges: Field[list[LinodeInterfaceVpcIpv4Range]]
    slaac: Field[list[LinodeInterfaceVpcIpv6Slaac]]


class LinodeInterfaceVpcIpv6Slaac(Nested):
    """What stands under `vpc.ipv6.slaac` of a LinodeInterface."""

    address: ReadOnly[str] = ReadOnly(format="ipv6")
    range: Field[str] = Field(normal="network")


class LinodeInterface(
    Model, path="/linode/instances/{instance}/interfaces", parent="Instance", envelope="key:interfaces"
):
    """A Linode's network interface of the newer kind."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    default_route: Field[LinodeInterfaceDefaultRoute | None]
    firewall_id: WriteOnly[int | None]
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    mac_address: ReadOnly[str]
    public: Field[LinodeInterfacePublic | None]
    rdma_vpc: Field[LinodeInterfaceRdmaVpc] = Field(create=False)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    version: ReadOnly[int]
    vlan: Field[LinodeInterfaceVlan | None]
    vpc: Field[LinodeInterfaceVpc | None]
    instance: One[Instance] = One("Instance")
    firewalls: Many[Firewall] = Many(
        "Firewall",
        path="firewalls",
        named_in="entities",
        named_as=(
            "interface",
            "linode_interface",
        ),
    )

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Instance | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            instance: Instance | int = ...,
            default_route: LinodeInterfaceDefaultRoute | Mapping[str, object] | None = ...,
            firewall: Firewall | int | None = ...,
            firewall_id: int | None = ...,
            public: LinodeInterfacePublic | Mapping[str, object] | None = ...,
            vlan: LinodeInterfaceVlan | Mapping[str, object] | None = ...,
            vpc: LinodeInterfaceVpc | Mapping[str, object] | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
