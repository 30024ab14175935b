"""Managed: monitored services and their credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.simulator.hooks import answer, fill, instead, ready

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


@fill("/managed/services")
def _service(call: Call) -> None:
    call.draft["status"] = "ok"
    call.draft["timeout"] = call.draft["timeout"] or 10


@answer("POST /managed/services/{}/disable")
def _disable(call: Call) -> bytes:
    call.state.change(call.item, status="disabled")
    return call.item.encoded()


@answer("POST /managed/services/{}/enable")
def _enable(call: Call) -> bytes:
    call.state.change(call.item, status="ok")
    return call.item.encoded()


@fill("/managed/credentials")
def _credential(call: Call) -> None:
    call.draft["last_decrypted"] = None


@answer("POST /managed/credentials/{}/revoke")
def _revoke(call: Call) -> None:
    call.state.remove(call.item)


@answer("POST /managed/credentials/{}/update")
def _replace(call: Call) -> None:
    """Store the new name and password, which no answer shows."""
    call.item.hidden.update(call.body)


@ready("/managed/linode-settings")
def _every_linode(call: Call) -> None:
    """Make the settings of every Linode."""
    state = call.state
    for host in state.rows("Instance"):
        if state.get("ManagedLinodeSettings", host.id) is None:
            ssh: Body = {"access": True, "user": None, "ip": "any", "port": 22}
            group = str(host.body.get("group") or "")
            state.make("ManagedLinodeSettings", (), id=host.id, label=host.body["label"], group=group, ssh=ssh)


@instead("GET /managed/stats")
def _stats(call: Call) -> Body:
    until = int(call.state.clock.now().timestamp()) * 1000
    series: list[Any] = [{"x": until - 300_000 * back, "y": 0} for back in range(3, 0, -1)]
    return {"data": dict.fromkeys(("cpu", "disk", "swap", "net_in", "net_out"), series)}


@fill("/managed/credentials/sshkey")
def _key(call: Call) -> None:
    call.draft["ssh_key"] = "ssh-rsa AAAAB3NzaC1yc2E managedservices@linode"
