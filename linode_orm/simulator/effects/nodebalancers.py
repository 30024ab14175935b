"""NodeBalancers: their addresses, the state of their nodes, and rebuilding a configuration."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.effects.linode_addresses import address_of
from linode_orm.simulator.errors import bad
from linode_orm.simulator.firewall_devices import behind, devices_of
from linode_orm.simulator.hooks import after, answer, check, fill, instead
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row


BALANCERS: Final = 0x400000
"""Where the numbers of their addresses begin."""


@fill("/nodebalancers")
def _new(call: Call) -> None:
    draft, number = call.draft, int(call.draft["id"])
    draft["label"] = draft["label"] or f"balancer{number}"
    wanted = call.given("ipv4") if call.route.verb == "create" else None
    draft["ipv4"] = wanted or address_of(BALANCERS + call.state.store.new_id("balancer"))
    draft["hostname"] = f"nb-{str(draft['ipv4']).replace('.', '-')}.{draft['region']}.nodebalancer.linode.com"
    draft["ipv6"] = f"2001:db8:1::{number:x}"
    draft["type"] = draft["type"] or "common"
    draft["transfer"] = {"in": None, "out": None, "total": None}
    draft["tags"] = sorted(set(draft["tags"]))
    nodes = [node for config in call.given("configs") or () for node in config.get("nodes") or ()]
    found = "vpc" if call.given("vpcs") else _reached_by(nodes[0]["address"]) if nodes else "undefined"
    _connect(draft, call.given("backend_connectivity") or found)


def _connect(body: Body, how: str) -> None:
    """Say how backends are reached, as linode_api4 tells of `NodeBalancerGroup.create`; IPv6 comes with a prefix."""
    body["backend_connectivity"] = how
    body["backend_ipv6_prefix"] = f"2001:db8:2:{int(body['id']):x}::/64" if how == "ipv6" else None


def _reached_by(address: object) -> str:
    return "ipv6" if str(address).startswith("[") else "legacy"


@fill("/nodebalancers/{}/configs")
def _config(call: Call) -> None:
    """Complete the fields that the API sets (`ExampleCreateNodeBalancerNode#1`)."""
    draft = call.draft
    draft["nodebalancer_id"] = call.parent.id
    if draft["protocol"] == "udp" and call.given("udp_session_timeout") is None:
        draft["udp_session_timeout"] = 2  # linode_api4: test_create_with_udp_protocol
    draft["nodes_status"] = {"up": 0, "down": 0}
    for key in ("ssl_cert", "ssl_key"):
        draft[key] = "<REDACTED>" if draft.get(key) else None


@after("PUT /nodebalancers/{}/configs/{}")
def _masked(call: Call) -> None:
    """Show no certificate in plain (API reference, "Update a config")."""
    call.item.change(**{key: "<REDACTED>" for key in ("ssl_cert", "ssl_key") if call.given(key)})


@check("POST /nodebalancers/{}/configs")
def _may_configure(call: Call) -> None:
    port = call.given("port") or 80
    if any(other.body["port"] == port for other in call.state.below(call.parent, "NodeBalancerConfig")):
        raise bad("Port must be unique", "port")


@check("POST /nodebalancers/{}/configs/{}/nodes", "PUT /nodebalancers/{}/configs/{}/nodes/{}")
def _is_ours(call: Call) -> None:
    """Refuse a public address that no Linode of the account has (ansible_linode: nodebalancer_populated)."""
    host = str(call.given("address") or "").rpartition(":")[0].strip("[]")
    try:
        is_public = ip_address(host).is_global
    except ValueError:
        return
    ours = any(host in row.body["ipv4"] for row in call.state.rows("Instance")) if is_public else True
    if call.state.limits and ":" not in host and not ours:
        raise bad("Must be the address of a Linode of this account", "address")


@fill("/nodebalancers/{}/configs/{}/nodes")
def _node(call: Call) -> None:
    draft = call.draft
    draft["config_id"] = call.parent.id
    draft["nodebalancer_id"] = int(call.parent.chain[0])
    draft["status"] = "Unknown"
    balancer = call.state.need("NodeBalancer", call.parent.chain[0])
    if balancer.body.get("backend_connectivity") == "undefined":
        said = {"id": balancer.id}
        _connect(said, "vpc" if call.given("subnet_id") else _reached_by(draft["address"]))
        balancer.change(**said)


@answer("POST /nodebalancers/{}/configs/{}/rebuild")
def _rebuild(call: Call) -> bytes:
    state, row = call.state, call.item
    given = {key: value for key, value in call.body.items() if key in row.body and key != "nodes"}
    have = {node.id: node for node in state.below(row, "NodeBalancerNode")}
    wanted = call.given("nodes") or ()
    for identity in have.keys() - {node.get("id") for node in wanted}:
        state.remove(have[identity])
    for node in wanted:
        said = {key: value for key, value in node.items() if key != "id"}
        if node.get("id") in have:
            state.change(have[node["id"]], **said)
        else:
            state.make("NodeBalancerNode", row.chain, **said)
    state.change(row, **given)
    state.events.add("nodebalancer_config_update", row)
    return row.encoded()


@instead("GET /nodebalancers/{}/firewalls")
def _firewalls(call: Call) -> list[Row]:
    return behind(call.state, "nodebalancer", call.state.need("NodeBalancer", call.values[0]).id)


@after("DELETE /nodebalancers/{}")
def _deleted(call: Call) -> None:
    for device in devices_of(call.state, "nodebalancer", call.item.id):
        call.state.remove(device)


@after("POST /nodebalancers")
def _young(call: Call) -> None:
    call.item.hidden["measured_at"] = call.state.clock.monotonic() + call.state.job_seconds


@answer("GET /nodebalancers/{}/stats")
def _stats(call: Call) -> bytes:
    """Refuse while there are no statistics yet (`TestNodeBalancerStats_Get#2`); answer with zeros later."""
    if call.parent.hidden.get("measured_at", 0.0) > call.state.clock.monotonic():
        raise bad("Stats are unavailable at this time.")
    until = int(call.state.clock.now().timestamp()) * 1000
    series = [[until - 300_000 * back, 0.0] for back in range(3, 0, -1)]
    data = {"connections": series, "traffic": {"in": series, "out": series}}
    return encode({"title": f"linode.com - balancer{call.parent.id} - day (5 min avg)", "data": data})
