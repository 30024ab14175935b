"""MaintenancePolicy: what may be done to a Linode during maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class MaintenancePolicy(Model, path="/maintenance/policies", id="slug", verbs="list", version="v4beta"):
    """What may be done to a Linode during maintenance."""

    slug: ReadOnly[str]
    label: ReadOnly[str]
    description: ReadOnly[str]
    is_default: ReadOnly[bool]
    notification_period_sec: ReadOnly[int] = ReadOnly(filterable=True)
    type: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, slug: str, /) -> None: ...
