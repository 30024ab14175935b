"""Instance: a Linode: a virtual machine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    JSON,
    UNSET,
    Field,
    Fixed,
    Many,
    Model,
    One,
    Owner,
    ReadOnly,
    Secret,
    TagList,
    Unset,
    act,
    operation,
)
from linode_orm.models.linode.instance_types import (
    InstanceAlerts,
    InstanceBackups,
    InstanceMetadata,
    InstancePlacementGroup,
    InstanceSpecs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models.account.user import User
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


class Instance(Model, path="/linode/instances"):
    """A Linode: a virtual machine."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, unique=True)
    alerts: Field[InstanceAlerts] = Field(create=False)
    authorized_keys: Secret[list[str]]
    authorized_users: Secret[list[str]]
    backup_id: Secret[int]
    backup: One[Backup | None] = One("Backup", via="backup_id")
    backups: Field[InstanceBackups] = Field(create=False)
    backups_enabled: Secret[bool]
    boot_size: Secret[int]
    booted: Secret[bool] = Secret(default=True)
    capabilities: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    created: ReadOnly[datetime]
    disk_encryption: Fixed[Literal["enabled", "disabled"] | str | None] = Fixed(
        absent=True, nullable=True, changed_by="rebuild"
    )
    firewall_id: Secret[int | None]
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    group: Field[str] = Field(filterable=True, deprecated=True)
    has_user_data: ReadOnly[bool]
    host_uuid: ReadOnly[str] = ReadOnly(format="uuid")
    hypervisor: ReadOnly[Literal["kvm"] | str]
    image_id: Fixed[str | None] = Fixed(key="image", filterable=True, changed_by="rebuild")
    image: One[Image | None] = One("Image", via="image_id")
    interface_generation: Fixed[Literal["legacy_config", "linode"] | str | None] = Fixed(
        filterable=True, absent=True, nullable=True, changed_by="upgrade_interfaces"
    )
    ipv4: Fixed[list[str]] = Fixed(filterable=True, unordered=True, format="ipv4")
    ipv6: ReadOnly[str | None] = ReadOnly(format="ipv6/128")
    kernel_id: Secret[str] = Secret(key="kernel")
    kernel: One[Kernel | None] = One("Kernel", via="kernel_id")
    lke_cluster_id: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True)
    lke_cluster: One[LKECluster | None] = One("LKECluster", via="lke_cluster_id")
    locks: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    maintenance_policy_id: Field[str | None] = Field(key="maintenance_policy", absent=True)
    maintenance_policy: One[MaintenancePolicy | None] = One("MaintenancePolicy", via="maintenance_policy_id")
    metadata: Secret[InstanceMetadata]
    network_helper: Secret[bool | None]
    placement_group: Fixed[InstancePlacementGroup | None] = Fixed(absent=True, nullable=True)
    private_ip: Secret[bool]
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True, changed_by="migrate")
    region: One[Region] = One("Region", via="region_id")
    root_pass: Secret[str] = Secret(format="password")
    site_type: ReadOnly[str | None] = ReadOnly(absent=True)
    specs: ReadOnly[InstanceSpecs]
    stackscript_data: Secret[dict[str, JSON]]
    stackscript_id: Secret[int]
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
    swap_size: Secret[int] = Secret(default=512)
    tags: Field[TagList] = Field(filterable=True)
    type_id: Fixed[str] = Fixed(key="type", required=True, changed_by="resize")
    type: One[Type] = One("Type", via="type_id")
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    watchdog_enabled: Field[bool] = Field(create=False)
    backup_list: Many[Backup] = Many("Backup")
    configs: Many[Config] = Many("Config")
    disks: Many[Disk] = Many("Disk")
    interfaces: Many[LinodeInterface] = Many("LinodeInterface", create_key="interfaces")
    history: Many[LinodeInterfaceHistory] = Many("LinodeInterfaceHistory")
    firewalls: Many[Firewall] = Many("Firewall", path="firewalls")
    nodebalancers: Many[NodeBalancer] = Many("NodeBalancer", path="nodebalancers")
    volumes: Many[Volume] = Many("Volume", path="volumes")
    ips: Many[IPAddress] = Many(
        "IPAddress",
        path="ips",
        envelope="rows:ipv4.public ipv4.private ipv4.shared ipv4.reserved ipv6.slaac ipv6.link_local",
    )

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: Owner, id: int, /) -> None: ...
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
            metadata: InstanceMetadata = ...,
            network_helper: bool | None = ...,
            placement_group: InstancePlacementGroup | None = ...,
            private_ip: bool = ...,
            root_pass: str = ...,
            stackscript_data: dict[str, JSON] = ...,
            stackscript: StackScript | int = ...,
            stackscript_id: int = ...,
            swap_size: int = ...,
            tags: Iterable[str] = ...,
            interfaces: Sequence[LinodeInterface] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "backups/cancel", event="backups_cancel")
    def cancel_backups(self) -> None:
        """Cancel the backup service; its backups are deleted."""
        act(self, "cancel_backups")

    @operation("POST", "backups/enable", event="backups_enable")
    def enable_backups(self) -> None:
        """Enable backups."""
        act(self, "enable_backups")

    @operation("POST", "boot", event="linode_boot")
    def boot(self, *, config_id: int | None | Unset = UNSET) -> None:
        """Start the Linode, with the configuration profile given or the one it last ran with."""
        act(self, "boot", locals())

    @operation("POST", "clone", answers="Instance", body={"linode": "linode_id"}, event="linode_clone")
    def clone(
        self,
        *,
        linode: Instance | int | Unset = UNSET,
        maintenance_policy: MaintenancePolicy | str | Unset = UNSET,
        region: Region | str | Unset = UNSET,
        type: Type | str | Unset = UNSET,
        backups_enabled: bool | Unset = UNSET,
        configs: Sequence[int] | Unset = UNSET,
        disks: Sequence[int] | Unset = UNSET,
        group: str | Unset = UNSET,
        label: str | Unset = UNSET,
        metadata: Mapping[str, object] | Unset = UNSET,
        placement_group: Mapping[str, object] | Unset = UNSET,
        private_ip: bool | Unset = UNSET,
    ) -> Instance:
        """Copy disks and profiles to a new Linode, or to the one given."""
        return act(self, "clone", locals())

    @operation("PUT", "firewalls", answers="list:Firewall", body={"firewalls": "firewall_ids"})
    def replace_firewalls(self, *, firewalls: Sequence[Firewall | int]) -> list[Firewall]:
        """Assign exactly these firewalls."""
        return act(self, "replace_firewalls", locals())

    @operation("POST", "firewalls/apply", event="firewall_apply")
    def firewalls_apply(self) -> None:
        """Apply the rules of its firewalls again."""
        act(self, "firewalls_apply")

    @operation("POST", "ips", answers="IPAddress", event="linode_addip")
    def allocate_ip(self, *, public: bool, type: str, address: str | Unset = UNSET) -> IPAddress:
        """Give the Linode another address, or a reserved one."""
        return act(self, "allocate_ip", locals())

    @operation("DELETE", "ips/{address}", event="linode_deleteip")
    def delete_ip(self, *, address: int | str) -> None:
        """Take a public address off the Linode."""
        act(self, "delete_ip", locals())

    @operation("POST", "migrate", event="linode_migrate")
    def migrate(
        self,
        *,
        region: Region | str | Unset = UNSET,
        placement_group: Mapping[str, object] | Unset = UNSET,
        type: str | Unset = UNSET,
        upgrade: bool | Unset = UNSET,
    ) -> None:
        """Move the Linode to another host or region."""
        act(self, "migrate", locals())

    @operation("POST", "mutate", event="linode_mutate")
    def mutate(self, *, allow_auto_disk_resize: bool | Unset = UNSET) -> None:
        """Upgrade the Linode to the newest generation of its plan."""
        act(self, "mutate", locals())

    @operation("POST", "password", event="password_reset")
    def password(self, *, root_pass: str) -> None:
        """Give root another password; the Linode must be shut down."""
        act(self, "password", locals())

    @operation("POST", "reboot", event="linode_reboot")
    def reboot(self, *, config_id: int | None | Unset = UNSET) -> None:
        """Restart the Linode."""
        act(self, "reboot", locals())

    @operation("POST", "rebuild", answers="Instance", body={"stackscript": "stackscript_id"}, event="linode_rebuild")
    def rebuild(
        self,
        image: Image | str | None,
        *,
        maintenance_policy: MaintenancePolicy | str | Unset = UNSET,
        stackscript: StackScript | int | Unset = UNSET,
        type: Type | str | Unset = UNSET,
        authorized_keys: Sequence[str] | Unset = UNSET,
        authorized_users: Sequence[User | str] | Unset = UNSET,
        booted: bool | Unset = UNSET,
        disk_encryption: str | Unset = UNSET,
        metadata: Mapping[str, object] | Unset = UNSET,
        root_pass: str | Unset = UNSET,
        stackscript_data: Mapping[str, object] | Unset = UNSET,
    ) -> Instance:
        """Delete all disks and deploy an image anew."""
        return act(self, "rebuild", locals())

    @operation("POST", "rescue")
    def rescue(self, *, devices: Mapping[str, object] | Unset = UNSET) -> None:
        """Boot into rescue mode with the devices given."""
        act(self, "rescue", locals())

    @operation("POST", "resize", event="linode_resize")
    def resize(
        self, type: Type | str, *, allow_auto_disk_resize: bool | Unset = UNSET, migration_type: str | Unset = UNSET
    ) -> None:
        """Move the Linode to another plan; it is shut down for that."""
        act(self, "resize", locals())

    @operation("POST", "shutdown", event="linode_shutdown")
    def shutdown(self) -> None:
        """Stop the Linode."""
        act(self, "shutdown")

    @operation("POST", "upgrade-interfaces", answers="value")
    def upgrade_interfaces(self, *, config_id: int | None | Unset = UNSET, dry_run: bool | Unset = UNSET) -> JSON:
        """Replace the interfaces of a configuration profile by Linode interfaces."""
        return act(self, "upgrade_interfaces", locals())
