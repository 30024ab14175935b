"""FirewallSettings: the firewalls that new devices get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, SessionBase


class FirewallSettingsDefaultFirewallIds(Nested):
    """What stands under `default_firewall_ids` of a FirewallSettings."""

    linode: Field[int | None] = Field(refers="Firewall", create=False)
    nodebalancer: Field[int | None] = Field(refers="Firewall", create=False)
    public_interface: Field[int | None] = Field(refers="Firewall", create=False)
    vpc_interface: Field[int | None] = Field(refers="Firewall", create=False)


class FirewallSettings(Model, path="/networking/firewalls/settings", id=None):
    """The firewalls that new devices get."""

    default_firewall_ids: Field[FirewallSettingsDefaultFirewallIds]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
