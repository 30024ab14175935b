"""Firewall devices: the firewalls that an object is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Row


def devices_of(state: AccountState, kind: str, identity: object) -> list[Row]:
    """Return the devices whose entity has that type and id."""
    wanted = (kind, identity)
    entities = [(device, device.body.get("entity") or {}) for device in state.rows("FirewallDevice")]
    return [device for device, entity in entities if (entity.get("type"), entity.get("id")) == wanted]


def behind(state: AccountState, kind: str, identity: object) -> list[Row]:
    """Return the firewalls that have such a device."""
    return [state.need("Firewall", device.chain[0]) for device in devices_of(state, kind, identity)]
