"""ConfigInterface: a network interface of a configuration profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Fixed, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.linode.config import Config
    from linode_orm.models.vpcs.vpc import VPC
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet


class ConfigInterfaceIpv4(Nested):
    """What stands under `ipv4` of a ConfigInterface."""

    nat_1_1: Field[Literal["any"] | str | None] = Field(format="ip")
    vpc: Field[str | None] = Field(format="ip", normal="chosen")


class ConfigInterfaceIpv6(Nested):
    """What stands under `ipv6` of a ConfigInterface."""

    is_public: Field[bool]
    ranges: Field[list[ConfigInterfaceIpv6Range]]
    slaac: Field[list[ConfigInterfaceIpv6Slaac]]


class ConfigInterfaceIpv6Range(Nested):
    """What stands under `ipv6.ranges` of a ConfigInterface."""

    range: Field[str | None] = Field(normal="network")


class ConfigInterfaceIpv6Slaac(Nested):
    """What stands under `ipv6.slaac` of a ConfigInterface."""

    address: ReadOnly[str] = ReadOnly(format="ipv6")
    range: Field[str] = Field(put_required=True, normal="network")


class ConfigInterface(
    Model, path="/linode/instances/{instance}/configs/{config}/interfaces", parent="Config", envelope="array"
):
    """A network interface of a configuration profile."""

    id: ReadOnly[int]
    label: Fixed[str | None] = Fixed(filterable=True)
    active: ReadOnly[bool]
    ip_ranges: Field[list[str] | None] = Field(format="ip", normal="network")
    ipam_address: Fixed[str | None] = Fixed(format="ip/netmask")
    ipv4: Field[ConfigInterfaceIpv4 | None]
    ipv6: Field[ConfigInterfaceIpv6 | None]
    primary: Field[bool]
    purpose: Fixed[Literal["public", "vlan", "vpc"] | str] = Fixed(required=True)
    subnet_id: Fixed[int | None]
    subnet: One[VPCSubnet | None] = One("VPCSubnet", via="subnet_id")
    vpc_id: ReadOnly[int | None]
    vpc: One[VPC | None] = One("VPC", via="vpc_id")
    config: One[Config] = One("Config")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Config | tuple[int, int], /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            purpose: Literal["public", "vlan", "vpc"] | str,
            config: Config | tuple[int, int] = ...,
            label: str | None = ...,
            ip_ranges: Sequence[str] | None = ...,
            ipam_address: str | None = ...,
            ipv4: ConfigInterfaceIpv4 | Mapping[str, object] | None = ...,
            ipv6: ConfigInterfaceIpv6 | Mapping[str, object] | None = ...,
            primary: bool = ...,
            subnet: VPCSubnet | int | None = ...,
            subnet_id: int | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
