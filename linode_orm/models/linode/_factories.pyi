from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.images.image import Image
from linode_orm.models.linode.backup import Backup, BackupDisk
from linode_orm.models.linode.config import Config, ConfigDevices, ConfigHelpers, ConfigInterfaceBody
from linode_orm.models.linode.config_interface import ConfigInterface, ConfigInterfaceIpv4, ConfigInterfaceIpv6
from linode_orm.models.linode.disk import Disk
from linode_orm.models.linode.instance import Instance
from linode_orm.models.linode.instance_types import (
    InstanceAlerts,
    InstanceBackups,
    InstancePlacementGroup,
    InstanceSpecs,
)
from linode_orm.models.linode.kernel import Kernel
from linode_orm.models.linode.linode_interface import (
    LinodeInterface,
    LinodeInterfaceDefaultRoute,
    LinodeInterfacePublic,
    LinodeInterfaceRdmaVpc,
    LinodeInterfaceVlan,
    LinodeInterfaceVpc,
)
from linode_orm.models.linode.linode_interface_history import LinodeInterfaceHistory
from linode_orm.models.linode.stack_script import StackScript, StackScriptUserDefinedField
from linode_orm.models.linode.type import Type, TypeAddons, TypeAddonsBackupsPrice, TypeAddonsBackupsRegionPrice
from linode_orm.models.lke.lke_cluster import LKECluster
from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy
from linode_orm.models.regions.region import Region
from linode_orm.models.vpcs.vpc import VPC
from linode_orm.models.vpcs.vpc_subnet import VPCSubnet

class LinodeFactories:
    def backup(
        self,
        *,
        instance: Instance | int = ...,
        id: int = ...,
        label: str | None = ...,
        available: bool = ...,
        configs: Sequence[str] = ...,
        created: datetime = ...,
        disks: Sequence[BackupDisk | Mapping[str, object]] = ...,
        finished: datetime | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        status: Literal["paused", "pending", "running", "needsPostProcessing", "successful", "failed", "userAborted"]
        | str = ...,
        type: Literal["auto", "snapshot"] | str = ...,
        updated: datetime = ...,
    ) -> Backup: ...
    def config(
        self,
        *,
        instance: Instance | int = ...,
        id: int = ...,
        label: str = ...,
        comments: str | None = ...,
        created: datetime = ...,
        devices: ConfigDevices | Mapping[str, object] = ...,
        helpers: ConfigHelpers | Mapping[str, object] = ...,
        initrd: int | None = ...,
        interfaces: Sequence[ConfigInterfaceBody | Mapping[str, object]] = ...,
        kernel: Kernel | str = ...,
        kernel_id: str = ...,
        memory_limit: int = ...,
        root_device: str = ...,
        run_level: Literal["default", "single", "binbash"] | str = ...,
        updated: datetime = ...,
        virt_mode: Literal["paravirt", "fullvirt"] | str = ...,
    ) -> Config: ...
    def config_interface(
        self,
        *,
        config: Config | tuple[int, int] = ...,
        id: int = ...,
        label: str | None = ...,
        active: bool = ...,
        ip_ranges: Sequence[str] | None = ...,
        ipam_address: str | None = ...,
        ipv4: ConfigInterfaceIpv4 | Mapping[str, object] | None = ...,
        ipv6: ConfigInterfaceIpv6 | Mapping[str, object] | None = ...,
        primary: bool = ...,
        purpose: Literal["public", "vlan", "vpc"] | str = ...,
        subnet: VPCSubnet | int | None = ...,
        subnet_id: int | None = ...,
        vpc: VPC | int | None = ...,
        vpc_id: int | None = ...,
    ) -> ConfigInterface: ...
    def disk(
        self,
        *,
        instance: Instance | int = ...,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        disk_encryption: str = ...,
        filesystem: Literal["raw", "swap", "ext2", "ext3", "ext4", "initrd"] | str = ...,
        size: int = ...,
        status: Literal["ready", "not ready", "deleting"] | str = ...,
        updated: datetime = ...,
    ) -> Disk: ...
    def instance(
        self,
        *,
        id: int = ...,
        label: str = ...,
        alerts: InstanceAlerts | Mapping[str, object] = ...,
        backups: InstanceBackups | Mapping[str, object] = ...,
        capabilities: Sequence[str] | None = ...,
        created: datetime = ...,
        disk_encryption: Literal["enabled", "disabled"] | str | None = ...,
        group: str = ...,
        has_user_data: bool = ...,
        host_uuid: str = ...,
        hypervisor: Literal["kvm"] | str = ...,
        image: Image | str | None = ...,
        image_id: str | None = ...,
        interface_generation: Literal["legacy_config", "linode"] | str | None = ...,
        ipv4: Sequence[str] = ...,
        ipv6: str | None = ...,
        lke_cluster: LKECluster | int | None = ...,
        lke_cluster_id: int | None = ...,
        locks: Sequence[str] | None = ...,
        maintenance_policy: MaintenancePolicy | str | None = ...,
        maintenance_policy_id: str | None = ...,
        placement_group: InstancePlacementGroup | Mapping[str, object] | None = ...,
        region: Region | str = ...,
        region_id: str = ...,
        site_type: str | None = ...,
        specs: InstanceSpecs | Mapping[str, object] = ...,
        status: Literal[
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
        | str = ...,
        tags: Iterable[str] = ...,
        type: Type | str | None = ...,
        type_id: str | None = ...,
        updated: datetime = ...,
        watchdog_enabled: bool = ...,
    ) -> Instance: ...
    def kernel(
        self,
        *,
        id: str = ...,
        label: str = ...,
        architecture: Literal["x86_64", "i386"] | str = ...,
        built: datetime | None = ...,
        deprecated: bool = ...,
        kvm: bool = ...,
        pvops: bool = ...,
        version: str = ...,
    ) -> Kernel: ...
    def linode_interface(
        self,
        *,
        instance: Instance | int = ...,
        id: int = ...,
        created: datetime = ...,
        default_route: LinodeInterfaceDefaultRoute | Mapping[str, object] | None = ...,
        mac_address: str = ...,
        public: LinodeInterfacePublic | Mapping[str, object] | None = ...,
        rdma_vpc: LinodeInterfaceRdmaVpc | Mapping[str, object] = ...,
        updated: datetime = ...,
        version: int = ...,
        vlan: LinodeInterfaceVlan | Mapping[str, object] | None = ...,
        vpc: LinodeInterfaceVpc | Mapping[str, object] | None = ...,
    ) -> LinodeInterface: ...
    def linode_interface_history(
        self,
        *,
        instance: Instance | int = ...,
        interface_history_id: int = ...,
        created: datetime = ...,
        interface_data: str = ...,
        interface: LinodeInterface | int = ...,
        interface_id: int = ...,
        linode_id: int = ...,
        version: int = ...,
    ) -> LinodeInterfaceHistory: ...
    def stack_script(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        deployments_active: int = ...,
        deployments_total: int = ...,
        description: str = ...,
        images: Sequence[str] = ...,
        is_public: bool = ...,
        logo_url: str = ...,
        mine: bool = ...,
        ordinal: int = ...,
        rev_note: str = ...,
        script: str = ...,
        updated: datetime = ...,
        user_defined_fields: Sequence[StackScriptUserDefinedField | Mapping[str, object]] = ...,
        user_gravatar_id: str = ...,
        username: str = ...,
    ) -> StackScript: ...
    def type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        accelerated_devices: int | None = ...,
        addons: TypeAddons | Mapping[str, object] = ...,
        class_: Literal["nanode", "standard", "dedicated", "premium", "gpu", "accelerated", "highmem"] | str = ...,
        disk: int = ...,
        gpus: int = ...,
        memory: int = ...,
        network_out: int = ...,
        price: TypeAddonsBackupsPrice | Mapping[str, object] = ...,
        region_prices: Sequence[TypeAddonsBackupsRegionPrice | Mapping[str, object]] = ...,
        successor: str | None = ...,
        transfer: int = ...,
        vcpus: int = ...,
    ) -> Type: ...
