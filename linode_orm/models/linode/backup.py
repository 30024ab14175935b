"""Backup: a backup of a Linode: an automatic one or a snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import UNSET, Fixed, Model, Nested, One, ReadOnly, SessionBase, Unset, act, operation

if TYPE_CHECKING:
    from linode_orm.models._jobs import Job
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.regions.region import Region


class BackupDisk(Nested):
    """What stands under `disks` of a Backup."""

    label: ReadOnly[str]
    filesystem: ReadOnly[Literal["raw", "swap", "ext2", "ext3", "ext4", "initrd"] | str]
    size: ReadOnly[int]


class Backup(
    Model,
    path="/linode/instances/{instance}/backups",
    parent="Instance",
    verbs="list get create",
    envelope="rows:automatic snapshot.current snapshot.in_progress",
    page_size=None,
):
    """A backup of a Linode: an automatic one or a snapshot."""

    id: ReadOnly[int]
    label: Fixed[str | None] = Fixed(required=True)
    available: ReadOnly[bool]
    configs: ReadOnly[list[str]]
    created: ReadOnly[datetime]
    disks: ReadOnly[list[BackupDisk]]
    finished: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    region_id: ReadOnly[str] = ReadOnly(key="region")
    region: One[Region] = One("Region", via="region_id")
    status: ReadOnly[
        Literal["paused", "pending", "running", "needsPostProcessing", "successful", "failed", "userAborted"] | str
    ] = ReadOnly(volatile=True)
    type: ReadOnly[Literal["auto", "snapshot"] | str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Instance | int, /) -> None: ...
        @overload
        def __init__(self, *, label: str | None, instance: Instance | int = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "restore", body={"linode": "linode_id"}, event="backups_restore", job="event")
    def restore(self, linode: Instance | int, *, overwrite: bool | Unset = UNSET) -> Job:
        """Restore the backup to a Linode."""
        return act(self, "restore", locals())
