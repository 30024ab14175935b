"""Backups and statistics of Linodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, instead, listing

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


@answer("POST /linode/instances/{}/backups/enable")
def _enable_backups(call: Call) -> None:
    """Enable them; the schedule is found later (`TestInstance_RebuildWithEncryption#4`)."""
    schedule = {"day": "Scheduling", "window": "Scheduling"}
    call.state.change(call.item, backups={**call.item.body["backups"], "enabled": True, "schedule": schedule})


@answer("POST /linode/instances/{}/backups/cancel")
def _cancel_backups(call: Call) -> None:
    call.state.change(call.item, backups={**call.item.body["backups"], "enabled": False, "available": False})


@fill("/linode/instances/{}/backups")
def _backup(call: Call) -> None:
    draft = call.draft
    draft.update(type="snapshot", status="pending" if call.route.verb == "create" else "successful", available=True)
    draft["region"] = call.parent.body["region"]
    draft["finished"] = None if call.route.verb == "create" else call.state.now


@check("POST /linode/instances/{}/backups")
def _may_snapshot(call: Call) -> None:
    """Refuse without the backup service (API reference, "Create a snapshot")."""
    if not call.parent.body["backups"]["enabled"]:
        raise bad("Backups must be enabled to take a snapshot")


@after("POST /linode/instances/{}/backups")
def _snapshot(call: Call) -> None:
    """Replace the snapshot before this one when it is done, a job later (`TestInstanceBackups_List#8`, `#27`)."""
    state, row, host = call.state, call.item, call.parent
    call.hidden["has_event"] = True

    def replace() -> None:
        for other in state.below(host, "Backup"):
            if other is not row and other.body["type"] == "snapshot":
                state.store.drop(other)
        keys = ("label", "size", "filesystem")
        disks = [{key: disk.body[key] for key in keys} for disk in state.below(host, "Disk")]
        row.change(disks=disks, configs=[config.body["label"] for config in state.below(host, "Config")])
        row.change(finished=state.now)
        host.change(backups={**host.body["backups"], "available": True, "last_successful": state.now})

    state.job(row, (1.0, {"status": "successful"}), action="linode_snapshot", entity=host, then=replace)


@listing("GET /linode/instances/{}/backups")
def _listed(call: Call) -> Body:
    """Answer by kind: a snapshot is in progress until it is done, never automatic (`TestInstanceBackups_List#29`)."""
    rows = [row.body for row in call.state.below(call.parent, "Backup")]
    shots = [body for body in rows if body["type"] == "snapshot"]
    done = [body for body in shots if body["status"] not in {"pending", "running", "needsPostProcessing"}]
    coming = [body for body in shots if body not in done]
    return {
        "automatic": [body for body in rows if body["type"] != "snapshot"],
        "snapshot": {"current": done[-1] if done else None, "in_progress": coming[-1] if coming else None},
    }


@answer("POST /linode/instances/{}/backups/{}/restore")
def _restore(call: Call) -> None:
    target = call.state.get("Instance", call.given("linode_id"))
    if target is None:
        raise bad("Linode not found", "linode_id")
    done = {"status": target.body["status"]}
    call.state.job(target, (0.0, {"status": "restoring"}), (1.0, done), action="backups_restore", keeps_busy=True)


# -- figures -----------------------------------------------------------------------------------------------------------


@instead("GET /linode/instances/{}/stats", "GET /linode/instances/{}/stats/{}/{}")
def _stats(call: Call) -> Body:
    """Return a day of points, one in five minutes, all zero."""
    call.state.need("Instance", call.values[0])
    return _series(call.state, f"linode.com - linode{call.values[0]} - day (5 min avg)")


def _series(state: AccountState, title: str) -> Body:
    """Return the series of a Linode."""
    until = int(state.clock.now().timestamp()) * 1000
    series = [[until - 300_000 * back, 0.0] for back in range(3, 0, -1)]
    net = dict.fromkeys(("in", "out", "private_in", "private_out"), series)
    return {"cpu": series, "io": {"io": series, "swap": series}, "netv4": net, "netv6": net, "title": title}


@instead("GET /linode/instances/{}/transfer/{}/{}")
def _transfer(call: Call) -> Body:
    call.state.need("Instance", call.values[0])
    return {"bytes_in": 0, "bytes_out": 0, "bytes_total": 0}
