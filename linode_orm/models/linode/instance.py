"""Instance: a Linode: a virtual machine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Many, One, ReadOnly, Secret, SessionBase, TagList, WriteOnly
from linode_orm.models.linode.instance_actions import InstanceActions
from linode_orm.models.linode.instance_types import (
    InstanceAlerts,
    InstanceBackups,
    InstanceMetadata,
    InstancePlacementGroup,
    InstanceSpecs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models.images.image import Image
    from linode_orm.models.linode.backup import Backup
    from linode_orm.models.linode.config import Config
    from linode_orm.models.linode.disk import Disk
    from linode_orm.models.linode.kernel import Kernel
    from linode_orm.models.linode.linode_interface import LinodeInterface
    from linode_orm.models.linode.linode_interface_history import LinodeInterfaceHistory
    from linode_orm.models.linode.stack_script import StackScript
    from linode_orm.models.linode.type import Type
    from linode_orm.models.lke.lke_cluster import LKECluster
    from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy
    from linode_orm.models.networking.firewall import Firewall
    from linode_orm.models.networking.ip_address import IPAddress
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.regions.region import Region
    from linode_orm.models.volumes.volume import Volume


class Instance(InstanceActions, path="/linode/instances"):
    """A Linode: a virtual machine."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, unique=True)
    alerts: Field[InstanceAlerts] = Field(create=False)
    authorized_keys: WriteOnly[list[str]]
    authorized_users: WriteOnly[list[str]] = WriteOnly(refers="User")
    backup_id: WriteOnly[int]
    backup: One[Backup | None] = One("Backup", via="backup_id")
    backups: Field[InstanceBackups] = Field(create=False)
    backups_enabled: WriteOnly[bool]
    boot_size: WriteOnly[int]
    booted: WriteOnly[bool] = WriteOnly(default=True)
    capabilities: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    created: ReadOnly[datetime]
    disk_encryption: Fixed[Literal["enabled", "disabled"] | str | None] = Fixed(
        absent=True, nullable=True, changed_by="rebuild"
    )
    firewall_id: WriteOnly[int | None]
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    group: Field[str] = Field(filterable=True, deprecated=True)
    has_user_data: ReadOnly[bool]
    host_uuid: ReadOnly[str] = ReadOnly(format="uuid")
    hypervisor: ReadOnly[Literal["kvm"] | str]
    image_id: Fixed[str | None] = Fixed(key="image", filterable=True, changed_by="rebuild", initial=True)
    image: One[Image | None] = One("Image", via="image_id")
    interface_generation: Fixed[Literal["legacy_config", "linode"] | str | None] = Fixed(
        filterable=True, absent=True, nullable=True, changed_by="upgrade_interfaces"
    )
    ipv4: Fixed[list[str]] = Fixed(filterable=True, unordered=True, format="ipv4", initial=True)
    ipv6: ReadOnly[str | None] = ReadOnly(format="ipv6/128")
    kernel_id: WriteOnly[str] = WriteOnly(key="kernel")
    kernel: One[Kernel | None] = One("Kernel", via="kernel_id")
    lke_cluster_id: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True)
    lke_cluster: One[LKECluster | None] = One("LKECluster", via="lke_cluster_id")
    locks: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    maintenance_policy_id: Field[str | None] = Field(key="maintenance_policy", absent=True, nullable=True)
    maintenance_policy: One[MaintenancePolicy | None] = One("MaintenancePolicy", via="maintenance_policy_id")
    metadata: Secret[InstanceMetadata]
    network_helper: WriteOnly[bool | None]
    placement_group: Fixed[InstancePlacementGroup | None] = Fixed(absent=True, nullable=True)
    private_ip: WriteOnly[bool]
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True, changed_by="migrate")
    region: One[Region] = One("Region", via="region_id")
    root_pass: Secret[str] = Secret(format="password")
    site_type: ReadOnly[str | None] = ReadOnly(absent=True)
    specs: ReadOnly[InstanceSpecs]
    stackscript_data: Secret[dict[str, JSON]]
    stackscript_id: WriteOnly[int]
    stackscript: One[StackScript | None] = One("StackScript", via="stackscript_id")
    status: ReadOnly[
        Literal[
            "running",
            "offline",
            "booting",
            "busy",
            "rebooting",
            "shutting_down",
            "provisioning",
            "deleting",
            "migrating",
            "rebuilding",
            "cloning",
            "restoring",
            "stopped",
            "billing_suspension",
        ]
        | str
    ] = ReadOnly(volatile=True)
    swap_size: WriteOnly[int] = WriteOnly(default=512)
    tags: Field[TagList] = Field(filterable=True)
    type_id: Fixed[str | None] = Fixed(key="type", required=True, changed_by="resize")
    type: One[Type] = One("Type", via="type_id")
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    watchdog_enabled: Field[bool] = Field(create=False)
    backup_list: Many[Backup] = Many("Backup")
    configs: Many[Config] = Many("Config")
    disks: Many[Disk] = Many("Disk")
    interfaces: Many[LinodeInterface] = Many("LinodeInterface", create_key="interfaces")
    history: Many[LinodeInterfaceHistory] = Many("LinodeInterfaceHistory")
    firewalls: Many[Firewall] = Many("Firewall", path="firewalls", named_in="entities", named_as=("linode",))
    nodebalancers: Many[NodeBalancer] = Many("NodeBalancer", path="nodebalancers")
    volumes: Many[Volume] = Many("Volume", path="volumes")
    ips: Many[IPAddress] = Many(
        "IPAddress",
        path="ips",
        envelope="rows:ipv4.public ipv4.private ipv4.shared ipv4.reserved ipv6.slaac ipv6.link_local",
        is_wider=True,
    )

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            region: Region | str,
            type: Type | str,
            label: str = ...,
            authorized_keys: Sequence[str] = ...,
            authorized_users: Sequence[str] = ...,
            backup: Backup | int = ...,
            backup_id: int = ...,
            backups_enabled: bool = ...,
            boot_size: int = ...,
            booted: bool = ...,
            disk_encryption: Literal["enabled", "disabled"] | str | None = ...,
            firewall: Firewall | int | None = ...,
            firewall_id: int | None = ...,
            group: str = ...,
            image: Image | str | None = ...,
            interface_generation: Literal["legacy_config", "linode"] | str | None = ...,
            ipv4: Sequence[str] = ...,
            kernel: Kernel | str = ...,
            maintenance_policy: MaintenancePolicy | str | None = ...,
            metadata: InstanceMetadata | Mapping[str, object] = ...,
            network_helper: bool | None = ...,
            placement_group: InstancePlacementGroup | Mapping[str, object] | None = ...,
            private_ip: bool = ...,
            root_pass: str = ...,
            stackscript_data: dict[str, JSON] = ...,
            stackscript: StackScript | int = ...,
            stackscript_id: int = ...,
            swap_size: int = ...,
            tags: Iterable[str] = ...,
            interfaces: Sequence[LinodeInterface] | Sequence[Mapping[str, object]] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
