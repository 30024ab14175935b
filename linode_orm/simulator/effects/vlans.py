"""VLANs: they come into being by the interfaces that name them, and outlive these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import check, ready

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row


def attach(state: AccountState, host: Row | None, label: object) -> None:
    """Make the VLAN that an interface of a Linode names, unless it is there (`TestVLANs_List#9`)."""
    if host is None or not label or "VLAN" not in state.store.resources:
        return
    region = host.body["region"]
    if state.get("VLAN", f"{region}\0{label}") is None:
        state.make("VLAN", (), region=region, label=str(label))


def _linodes_of(state: AccountState) -> dict[tuple[object, object], list[int]]:
    found: dict[tuple[object, object], list[int]] = {}
    for row in (*state.rows("ConfigInterface"), *state.rows("LinodeInterface")):
        label = (row.body.get("vlan") or {}).get("vlan_label") if "vlan" in row.body else row.body.get("label")
        host = state.get("Instance", row.parents[0])
        if label and host is not None:
            ids = found.setdefault((host.body["region"], label), [])
            if host.id not in ids:
                ids.append(int(host.id))
    return found


@ready("/networking/vlans")
def _attached(call: Call) -> None:
    """Write down which Linodes are attached: those that have an interface of the VLAN.

    What a test has seeded stays.
    """
    held = _linodes_of(call.state)
    for row in call.state.rows("VLAN"):
        ids = held.get((row.body["region"], row.body["label"]), [])
        if ids or row.hidden.get("attached"):
            row.hidden["attached"] = True
            if row.body["linodes"] != ids:
                row.change(linodes=ids)


@check("DELETE /networking/vlans/{}/{}")
def _is_attached(call: Call) -> None:
    """Refuse while Linodes are attached (API reference, "Delete a VLAN")."""
    if call.item.body.get("linodes"):
        raise bad("VLAN is attached to a Linode")
