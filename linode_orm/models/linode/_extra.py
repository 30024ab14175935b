"""What Linodes have beyond what the description calls their actions: snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, act, operation

if TYPE_CHECKING:
    from linode_orm.models.linode.backup import Backup


class InstanceSnapshots(Model):
    """Linodes of which a snapshot can be taken."""

    @operation("POST", "backups", answers="Backup", event="linode_snapshot", job="status=successful")
    def snapshot(self, *, label: str) -> Backup:
        """Take a snapshot, in place of the one before; the backup service must be on."""
        return act(self, "snapshot", locals())
