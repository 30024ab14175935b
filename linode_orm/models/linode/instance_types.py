"""The objects inside the body of an Instance."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from linode_orm.mapping import Field, Fixed, Nested, ReadOnly


class InstanceAlerts(Nested):
    """What stands under `alerts` of an Instance."""

    cpu: Field[int] = Field(create=False)
    io: Field[int] = Field(create=False)
    network_in: Field[int] = Field(create=False)
    network_out: Field[int] = Field(create=False)
    system_alerts: ReadOnly[list[int] | None] = ReadOnly(absent=True)
    transfer_quota: Field[int] = Field(create=False)
    user_alerts: ReadOnly[list[int] | None] = ReadOnly(absent=True)


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
