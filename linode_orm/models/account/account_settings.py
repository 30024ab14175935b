"""AccountSettings: the settings of the whole account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Field, Model, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.longview.longview_subscription import LongviewSubscription
    from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy


class AccountSettings(Model, path="/account/settings", id=None):
    """The settings of the whole account."""

    backups_enabled: Field[bool]
    interfaces_for_new_linodes: Field[
        Literal[
            "legacy_config_only",
            "legacy_config_default_but_linode_allowed",
            "linode_default_but_legacy_config_allowed",
            "linode_only",
        ]
        | str
    ]
    longview_subscription_id: ReadOnly[str | None] = ReadOnly(key="longview_subscription")
    longview_subscription: One[LongviewSubscription | None] = One(
        "LongviewSubscription", via="longview_subscription_id"
    )
    maintenance_policy_id: Field[str] = Field(key="maintenance_policy")
    maintenance_policy: One[MaintenancePolicy] = One("MaintenancePolicy", via="maintenance_policy_id")
    managed: ReadOnly[bool]
    network_helper: Field[bool]
    object_storage: ReadOnly[Literal["disabled", "suspended", "active"] | str]
    tfa_enforced: Field[bool | None] = Field(absent=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...

    @operation("POST", "managed-enable", event="managed_enabled")
    def managed_enable(self) -> None:
        """Enable Linode Managed."""
        act(self, "managed_enable")
