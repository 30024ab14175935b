"""What can be asked of an Instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import UNSET, Unset, act, operation
from linode_orm.models.linode.instance_part_actions import InstancePartActions
from linode_orm.models.linode.instance_types import MonthlyStats, MonthlyTransfer, UpgradedInterfaces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.account.user import User
    from linode_orm.models.images.image import Image
    from linode_orm.models.linode.config import Config
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.linode.stack_script import StackScript
    from linode_orm.models.linode.type import Type
    from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy
    from linode_orm.models.regions.region import Region


class InstanceActions(InstancePartActions):
    """What can be asked of an Instance."""

    @operation("POST", "boot", body={"config": "config_id"}, event="linode_boot", job="status=running")
    def boot(self, *, config: Config | int | None | Unset = UNSET, config_id: int | None | Unset = UNSET) -> Job:
        """Start the Linode, with the configuration profile given or the one it last ran with."""
        return act(self, "boot", locals())

    @operation(
        "POST",
        "clone",
        answers="Instance",
        body={"linode": "linode_id"},
        event="linode_clone",
        job="status=offline|running",
    )
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

    @operation("POST", "migrate", event="linode_migrate", job="status=offline|running")
    def migrate(
        self,
        *,
        region: Region | str | Unset = UNSET,
        placement_group: Mapping[str, object] | Unset = UNSET,
        type: str | Unset = UNSET,
        upgrade: bool | Unset = UNSET,
    ) -> Job:
        """Move the Linode to another host or region."""
        return act(self, "migrate", locals())

    @operation("POST", "mutate", event="linode_mutate", job="status=offline|running")
    def mutate(self, *, allow_auto_disk_resize: bool | Unset = UNSET) -> Job:
        """Upgrade the Linode to the newest generation of its plan."""
        return act(self, "mutate", locals())

    @operation("POST", "password", event="password_reset", secret=["root_pass"])
    def password(self, *, root_pass: str) -> None:
        """Give root another password; the Linode must be shut down."""
        act(self, "password", locals())

    @operation("POST", "reboot", body={"config": "config_id"}, event="linode_reboot", job="status=running")
    def reboot(self, *, config: Config | int | None | Unset = UNSET, config_id: int | None | Unset = UNSET) -> Job:
        """Restart the Linode."""
        return act(self, "reboot", locals())

    @operation(
        "POST",
        "rebuild",
        answers="Instance",
        body={"stackscript": "stackscript_id"},
        event="linode_rebuild",
        job="status=offline|running",
        secret=["root_pass", "stackscript_data"],
    )
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

    @operation("POST", "rescue", job="status=running")
    def rescue(self, *, devices: Mapping[str, object] | Unset = UNSET) -> Job:
        """Boot into rescue mode with the devices given."""
        return act(self, "rescue", locals())

    @operation("POST", "resize", event="linode_resize", job="type={type}")
    def resize(
        self, type: Type | str, *, allow_auto_disk_resize: bool | Unset = UNSET, migration_type: str | Unset = UNSET
    ) -> Job:
        """Move the Linode to another plan; it is shut down for that."""
        return act(self, "resize", locals())

    @operation("POST", "shutdown", event="linode_shutdown", job="status=offline")
    def shutdown(self) -> Job:
        """Stop the Linode."""
        return act(self, "shutdown")

    @operation("GET", "/linode/instances/{id}/stats/{year}/{month}", answers="value", gives=MonthlyStats)
    def monthly_stats(self, *, year: int, month: int) -> MonthlyStats:
        """Give the statistics of one month."""
        return act(self, "monthly_stats", locals())

    @operation("GET", "/linode/instances/{id}/transfer/{year}/{month}", answers="value", gives=MonthlyTransfer)
    def monthly_transfer(self, *, year: int, month: int) -> MonthlyTransfer:
        """Give the network traffic of one month."""
        return act(self, "monthly_transfer", locals())

    @operation("POST", "upgrade-interfaces", answers="value", body={"config": "config_id"}, gives=UpgradedInterfaces)
    def upgrade_interfaces(
        self,
        *,
        config: Config | int | None | Unset = UNSET,
        config_id: int | None | Unset = UNSET,
        dry_run: bool | Unset = UNSET,
    ) -> UpgradedInterfaces:
        """Replace the interfaces of a configuration profile by Linode interfaces."""
        return act(self, "upgrade_interfaces", locals())
