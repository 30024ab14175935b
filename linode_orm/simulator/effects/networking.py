"""Firewalls: rules with a version and a fingerprint, and the devices behind them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row
    from linode_orm.simulator.world import World

CLASSES: Final = {"linode": "Instance", "nodebalancer": "NodeBalancer", "interface": "LinodeInterface"}


def _stamped(rules: Body, version: int) -> Body:
    plain = {key: each for key, each in rules.items() if key not in {"version", "fingerprint"}}
    print_ = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:8]
    return {**plain, "version": version, "fingerprint": print_}


@fill("/networking/firewalls")
def _new(call: Call) -> None:
    draft = call.draft
    draft["status"] = "enabled"
    draft["rules"] = _stamped(draft["rules"], 1)
    draft["tags"] = sorted(set(draft["tags"]))
    draft["entities"] = []


@after("POST /networking/firewalls")
def _with_devices(call: Call) -> None:
    devices = call.given("devices")
    groups = devices if isinstance(devices, dict) else {}
    for plural, ids in groups.items():
        kind = str(plural).removesuffix("s")
        for identity in ids or ():
            call.world.make("FirewallDevice", call.item.chain, entity=_entity(call.world, kind, identity))
    _show_entities(call.world, call.item)


@after("PUT /networking/firewalls/{}/rules")
def _rules_changed(call: Call) -> Body:
    row, before = call.item, call.before["rules"]
    row.change(rules=_stamped(row.body["rules"], int(before.get("version") or 0) + 1))
    call.world.events.add("firewall_rules_update", row)
    return dict(row.body["rules"])


@check("POST /networking/ips")
def _may_allocate(call: Call) -> None:
    """Refuse as recorded in `TestIPAddress_Instance_Allocate`."""
    identity, region = call.given("linode_id"), call.given("region")
    if call.given("type") == "ipv6":
        raise bad("Only addresses of type ipv4 are currently supported.")
    if region is not None and call.world.get("Region", region) is None:
        raise bad("region is not valid", "region")
    if call.given("reserved") and call.given("public") is False:
        raise bad("Cannot reserve a private address.", "public")
    if identity is None and call.given("type") is not None and not call.given("reserved"):
        raise bad("Linode is a required argument when not reserving an IP address.", "linode_id")
    if identity is None and region is None:
        raise bad("A datacenter or a Linode must be provided when reserving an address.")
    host = call.world.get("Instance", identity)
    if identity is not None and host is None:
        raise bad("Linode is not active", "linode_id")
    if host is not None and region is not None and region != host.body["region"]:
        raise bad("Region passed in must match Linode's region.", "region")


@fill("/networking/ips")
def _address(call: Call) -> None:
    draft = call.draft
    number = len(list(call.world.rows("IPAddress"))) + 1
    host = call.world.get("Instance", draft.get("linode_id"))
    if call.route.verb == "create":
        draft["address"] = f"203.0.{113 + number // 250}.{number % 250}"
    draft["region"] = draft["region"] or (host.body["region"] if host is not None else "us-east")
    draft["type"] = draft["type"] or "ipv4"
    draft["gateway"], draft["subnet_mask"], draft["prefix"] = "203.0.113.1", "255.255.255.0", 24


def _entity(world: World, kind: str, identity: object) -> Body:
    name = CLASSES.get(kind)
    target = world.get(name, identity) if name else None
    if target is None:
        raise bad(f"{kind} {identity} not found", "id")
    return {**world.events.entity(target), "type": kind, "parent_entity": None}


@check("POST /networking/firewalls/{}/devices")
def _may_attach(call: Call) -> None:
    for key in ("id", "type"):
        if call.given(key) is None:
            raise bad(f"{key} is required", key)
    entity = _entity(call.world, str(call.given("type")), call.given("id"))
    for device in call.world.below(call.parent, "FirewallDevice"):
        if device.body["entity"]["id"] == entity["id"] and device.body["entity"]["type"] == entity["type"]:
            raise bad("The device is already assigned to this firewall")


@fill("/networking/firewalls/{}/devices")
def _device(call: Call) -> None:
    if call.route.verb == "create":
        call.draft["entity"] = _entity(call.world, str(call.given("type")), call.given("id"))


@after("POST /networking/firewalls/{}/devices", "DELETE /networking/firewalls/{}/devices/{}")
def _devices_changed(call: Call) -> None:
    _show_entities(call.world, call.parent)


def _show_entities(world: World, firewall: Row) -> None:
    firewall.change(entities=[device.body["entity"] for device in world.below(firewall, "FirewallDevice")])


@answer("PUT /linode/instances/{}/firewalls", "PUT /nodebalancers/{}/firewalls")
def _replace(call: Call) -> dict[str, object]:
    world, kind = call.world, "linode" if call.resource.name == "Instance" else "nodebalancer"
    wanted = [world.need("Firewall", identity) for identity in call.given("firewall_ids") or ()]
    for device in list(world.rows("FirewallDevice")):
        if device.body["entity"]["type"] == kind and device.body["entity"]["id"] == call.item.id:
            world.remove(device)
            _show_entities(world, world.need("Firewall", device.chain[0]))
    for firewall in wanted:
        world.make("FirewallDevice", firewall.chain, entity=_entity(world, kind, call.item.id))
        _show_entities(world, firewall)
    return {"data": [row.body for row in wanted], "page": 1, "pages": 1, "results": len(wanted)}
