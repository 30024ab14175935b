"""What can be asked of the parts of an Instance: backups, firewalls, ips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import UNSET, Unset, act, operation
from linode_orm.models.linode._extra import InstanceSnapshots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models.networking.firewall import Firewall
    from linode_orm.models.networking.ip_address import IPAddress


class InstancePartActions(InstanceSnapshots):
    """What can be asked of the parts of an Instance: backups, firewalls, ips."""

    @operation("POST", "backups/cancel", event="backups_cancel")
    def cancel_backups(self) -> None:
        """Cancel the backup service; its backups are deleted."""
        act(self, "cancel_backups")

    @operation("POST", "backups/enable", event="backups_enable")
    def enable_backups(self) -> None:
        """Enable backups."""
        act(self, "enable_backups")

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
    def delete_ip(self, *, address: str) -> None:
        """Take a public address off the Linode."""
        act(self, "delete_ip", locals())

    @operation("GET", "ips/{address}", answers="IPAddress")
    def ip(self, *, address: str) -> IPAddress:
        """Read one of the Linode's addresses."""
        return act(self, "ip", locals())

    @operation("PUT", "ips/{address}", answers="IPAddress")
    def set_rdns(self, *, address: str, rdns: str | None) -> IPAddress:
        """Give one of the Linode's addresses a name; None gives it its own again."""
        return act(self, "set_rdns", locals())
