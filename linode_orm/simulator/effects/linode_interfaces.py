"""Interfaces of Linodes that are not part of a configuration profile: public, VLAN and VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, born, check, fill, instead, listing
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

KINDS = ("public", "vpc", "vlan", "rdma_vpc")


@check("POST /linode/instances/{}/interfaces")
def _may_add(call: Call) -> None:
    if sum(call.given(kind) is not None for kind in KINDS) > 1:
        raise bad("Only one of public, vlan and vpc can be given", "public")
    vpc = call.given("vpc")
    if isinstance(vpc, dict) and _vpc_of(call.state, vpc.get("subnet_id")) is None:
        raise bad("Subnet not found", "vpc.subnet_id")


def _vpc_of(state: AccountState, identity: object) -> int | None:
    return next((int(row.parents[0]) for row in state.rows("VPCSubnet") if row.id == identity), None)


@fill("/linode/instances/{}/interfaces")
def _interface(call: Call) -> None:
    draft, given = call.draft, call.body or call.draft
    number = int(draft["id"])
    digits = f"{number % 16**10:010x}"
    draft["mac_address"] = "22:" + ":".join(digits[at : at + 2] for at in range(0, 10, 2))
    draft["version"] = 1
    kind = next((each for each in KINDS if given.get(each) is not None), "public")
    for each in KINDS:
        if each != kind:
            draft[each] = None
    if kind == "public":
        draft["public"] = _public(number, draft.get("public") or {})
    elif kind == "vpc":
        draft["vpc"] = {**draft["vpc"], "vpc_id": _vpc_of(call.state, draft["vpc"].get("subnet_id"))}
    if kind == "vlan":
        draft["default_route"] = {"ipv4": None, "ipv6": None}
    else:
        draft["default_route"] = {"ipv4": True, "ipv6": kind == "public"}


def _public(number: int, given: Body) -> Body:
    v4, v6 = given.get("ipv4") or {}, given.get("ipv6") or {}
    wanted = v4.get("addresses") or [{"address": "auto", "primary": True}]
    own = f"203.0.{number // 250 % 256}.{number % 250 + 1}"
    addresses = [
        {"address": own if each.get("address") in {None, "auto"} else each["address"], "primary": at == 0}
        for at, each in enumerate(wanted)
    ]
    target = f"2001:db8:2::{number:x}"
    ranges = [
        {"range": each.get("range") or f"2001:db8:3:{number % 65536:x}::/64", "route_target": target}
        for each in v6.get("ranges") or ()
    ]
    slaac = [{"address": target, "prefix": 64}]
    return {
        "ipv4": {"addresses": addresses, "shared": []},
        "ipv6": {"slaac": slaac, "ranges": ranges, "shared": []},
    }


@born("/linode/instances/{}/interfaces")
@after("POST /linode/instances/{}/interfaces")
def _added(call: Call) -> None:
    _write_down(call.state, call.item)
    firewall = call.state.get("Firewall", call.given("firewall_id"))
    if firewall is not None:
        entity = {**call.state.events.entity(call.item), "type": "interface", "parent_entity": None}
        call.state.make("FirewallDevice", firewall.chain, entity=entity)


@after("PUT /linode/instances/{}/interfaces/{}")
def _changed(call: Call) -> None:
    row = call.item
    row.change(version=int(row.body["version"]) + 1)
    if row.body.get("public") is not None:
        row.change(public=_public(int(row.id), row.body["public"]))
    _write_down(call.state, row)


def _write_down(state: AccountState, row: Row) -> None:
    facts = {"interface_id": row.id, "linode_id": int(row.parents[0]), "version": row.body["version"]}
    record = state.make("LinodeInterfaceHistory", row.parents, **facts)
    record.change(interface_data=encode(row.body).decode(), created=state.now)


@listing("GET /linode/instances/{}/interfaces/{}/firewalls")
def _firewalls(call: Call) -> list[Row]:
    from linode_orm.simulator.effects.linode import behind  # noqa: PLC0415  modules of effects load in any order

    return behind(call.state, "interface", call.item.id)


@instead("POST /linode/instances/{}/upgrade-interfaces")
def _upgrade(call: Call) -> Body:
    """Return the interfaces that those of a profile become, and make them unless it is a dry run (the default)."""
    state = call.state
    host = state.need("Instance", call.values[0])
    configs = state.below(host, "Config")
    wanted = call.given("config_id") or (configs[0].id if configs else None)
    if call.given("config_id") is not None and all(row.id != wanted for row in configs):
        raise bad("Configuration profile not found", "config_id")
    dry = call.given("dry_run") is not False
    row = state.make("LinodeInterface", host.chain, public={})
    shown = [dict(row.body)]
    if dry:
        state.store.drop(row)
    else:
        host.change(interface_generation="linode")
        _write_down(state, row)
    return {"config_id": wanted, "dry_run": dry, "interfaces": shown}


@answer("POST /linode/instances/{}/firewalls/apply")
def _apply(call: Call) -> None:
    """Answer nothing: the rules are in force already."""
