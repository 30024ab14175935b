"""Events of VLANs: each interface that names one attaches its Linode, and its end detaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.hooks import after, check

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

_LINODE: Final = "/linode/instances/{}"
_CHANGES: Final = (
    f"DELETE {_LINODE}",
    *(f"{method} {_LINODE}/configs/{{}}" for method in ("PUT", "DELETE")),
    *(f"{method} {_LINODE}/configs/{{}}/interfaces/{{}}" for method in ("PUT", "DELETE")),
    *(f"{method} {_LINODE}/interfaces/{{}}" for method in ("PUT", "DELETE")),
    *(f"POST {_LINODE}/{each}" for each in ("configs", "configs/{}/interfaces", "interfaces")),
)


def vlans_of(state: AccountState, host: Row) -> set[str]:
    """Return the labels of the VLANs that a Linode is attached to."""
    labels = {(row.body.get("vlan") or {}).get("vlan_label") for row in state.below(host, "LinodeInterface")}
    for config in state.below(host, "Config"):
        rows = state.below(config, "ConfigInterface")
        labels |= {row.body["label"] for row in rows if row.body["purpose"] == "vlan"}
    return {str(each) for each in labels if each}


def _host(call: Call) -> Row | None:
    row = call.row if call.row is not None and call.row.resource.name == "Instance" else None
    return row or call.state.get("Instance", call.values[0] if call.values else None)


@check(*_CHANGES)
def _remember(call: Call) -> None:
    """Write down what a Linode is attached to before a change."""
    host = _host(call)
    if host is not None:
        host.hidden["vlans"] = vlans_of(call.state, host)


@after(*_CHANGES, "POST /linode/instances")
def _tell(call: Call) -> None:
    """Tell what was attached and detached; that the event is about the VLAN is from Cloud Manager (vlan.tsx)."""
    host = _host(call)
    if host is None:
        return
    before, now = host.hidden.pop("vlans", set()), set() if host.gone else vlans_of(call.state, host)
    for verb, labels in (("detach", before - now), ("attach", now - before)):
        for label in sorted(labels):
            vlan = call.state.get("VLAN", f"{host.body['region']}\0{label}")
            if vlan is not None:
                call.state.events.add(f"vlan_{verb}", vlan, secondary=host)
