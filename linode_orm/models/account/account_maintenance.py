"""AccountMaintenance: maintenance that is planned for an object of the account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class AccountMaintenanceEntity(Nested):
    """What stands under `entity` of an AccountMaintenance."""

    id: ReadOnly[float] = ReadOnly(refers="*")
    label: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]


class AccountMaintenance(Model, path="/account/maintenance", id=(), verbs="list"):
    """Maintenance that is planned for an object of the account."""

    complete_time: ReadOnly[str | None] = ReadOnly(filterable=True)
    description: ReadOnly[str]
    entity: ReadOnly[AccountMaintenanceEntity]
    maintenance_policy_set: ReadOnly[str] = ReadOnly(filterable=True)
    not_before: ReadOnly[str | None] = ReadOnly(filterable=True)
    reason: ReadOnly[str]
    source: ReadOnly[str]
    start_time: ReadOnly[str | None] = ReadOnly(filterable=True)
    status: ReadOnly[Literal["completed", "pending", "started"] | str] = ReadOnly(filterable=True, volatile=True)
    type: ReadOnly[Literal["reboot", "cold_migration", "live_migration"] | str] = ReadOnly(filterable=True)
    when: ReadOnly[datetime] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
