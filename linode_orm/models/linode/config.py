"""Config: a configuration profile: kernel, devices and interfaces that a Linode boots with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Many, Model, Nested, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.linode.config_interface import ConfigInterface
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.linode.kernel import Kernel


class ConfigDevices(Nested):
    """What stands under `devices` of a Config."""

    sda: Field[ConfigDevice | None]
    sdb: Field[ConfigDevice | None]
    sdc: Field[ConfigDevice | None]
    sdd: Field[ConfigDevice | None]
    sde: Field[ConfigDevice | None]
    sdf: Field[ConfigDevice | None]
    sdg: Field[ConfigDevice | None]
    sdh: Field[ConfigDevice | None]
    sdi: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdj: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdk: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdl: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdm: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdn: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdo: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdp: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdq: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdr: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sds: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdt: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdu: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdv: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdw: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdx: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdy: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdz: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaa: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdab: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdac: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdad: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdae: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaf: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdag: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdah: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdai: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaj: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdak: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdal: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdam: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdan: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdao: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdap: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaq: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdar: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdas: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdat: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdau: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdav: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaw: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdax: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sday: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdaz: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdba: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbb: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbc: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbd: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbe: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbf: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbg: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbh: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbi: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbj: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbk: Field[ConfigDevice | None] = Field(absent=True, nullable=True)
    sdbl: Field[ConfigDevice | None] = Field(absent=True, nullable=True)


class ConfigDevice(Nested):
    """What stands under `devices.sda` of a Config."""

    disk_id: Field[int | None] = Field(refers="Disk")
    volume_id: Field[int | None] = Field(refers="Volume")


class ConfigHelpers(Nested):
    """What stands under `helpers` of a Config."""

    devtmpfs_automount: Field[bool] = Field(default=False)
    distro: Field[bool]
    modules_dep: Field[bool]
    network: Field[bool | None]
    updatedb_disabled: Field[bool]


class ConfigInterfaceBody(Nested):
    """What stands under `interfaces` of a Config."""

    id: ReadOnly[int] = ReadOnly(refers="ConfigInterface")
    label: Field[str | None] = Field(filterable=True)
    active: ReadOnly[bool]
    ip_ranges: Field[list[str] | None] = Field(format="ip", normal="network")
    ipam_address: Field[str | None] = Field(format="ip/netmask")
    ipv4: Field[ConfigInterfacesIpv4 | None]
    ipv6: Field[ConfigInterfacesIpv6 | None]
    primary: Field[bool]
    purpose: Field[Literal["public", "vlan", "vpc"] | str] = Field(required=True, put_required=True)
    subnet_id: Field[int | None] = Field(refers="VPCSubnet")
    vpc_id: ReadOnly[int | None] = ReadOnly(refers="VPC")


class ConfigInterfacesIpv4(Nested):
    """What stands under `interfaces.ipv4` of a Config."""

    nat_1_1: Field[Literal["any"] | str | None] = Field(format="ip")
    vpc: Field[str | None] = Field(format="ip", normal="chosen")


class ConfigInterfacesIpv6(Nested):
    """What stands under `interfaces.ipv6` of a Config."""

    is_public: Field[bool]
    ranges: Field[list[ConfigInterfacesIpv6Range]]
    slaac: Field[list[ConfigInterfacesIpv6Slaac]]


class ConfigInterfacesIpv6Range(Nested):
    """What stands under `interfaces.ipv6.ranges` of a Config."""

    range: Field[str] = Field(normal="network")


class ConfigInterfacesIpv6Slaac(Nested):
    """What stands under `interfaces.ipv6.slaac` of a Config."""

    address: ReadOnly[str]
    range: Field[str] = Field(normal="network")


class Config(Model, path="/linode/instances/{instance}/configs", parent="Instance"):
    """A configuration profile: kernel, devices and interfaces that a Linode boots with."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, required=True)
    comments: Field[str | None]
    created: ReadOnly[datetime]
    devices: Field[ConfigDevices] = Field(required=True, ordered=True)
    helpers: Field[ConfigHelpers]
    initrd: ReadOnly[int | None]
    interfaces: Field[list[ConfigInterfaceBody]] = Field(filterable=True, ordered=True, rows_of="ConfigInterface")
    kernel_id: Field[str] = Field(key="kernel", default="linode/latest-64bit")
    kernel: One[Kernel] = One("Kernel", via="kernel_id")
    memory_limit: Field[int]
    root_device: Field[str]
    run_level: Field[Literal["default", "single", "binbash"] | str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    virt_mode: Field[Literal["paravirt", "fullvirt"] | str]
    instance: One[Instance] = One("Instance")
    interface_list: Many[ConfigInterface] = Many("ConfigInterface")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Instance | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            devices: ConfigDevices | Mapping[str, object],
            instance: Instance | int = ...,
            comments: str | None = ...,
            helpers: ConfigHelpers | Mapping[str, object] = ...,
            interfaces: Sequence[ConfigInterfaceBody | Mapping[str, object]] = ...,
            kernel: Kernel | str = ...,
            memory_limit: int = ...,
            root_device: str = ...,
            run_level: Literal["default", "single", "binbash"] | str = ...,
            virt_mode: Literal["paravirt", "fullvirt"] | str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "interfaces/order")
    def order_interfaces(self, *, ids: Sequence[int]) -> None:
        """Put the interfaces into this order."""
        act(self, "order_interfaces", locals())
