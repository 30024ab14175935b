"""Interfaces of Linodes that are not part of a configuration profile: public, VLAN and VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.simulator.address_book import (
    check_free,
    check_inside,
    first_public,
    free_in,
    interface_network,
    map_one_to_one,
    slaac_of,
    subnet_of,
)
from linode_orm.simulator.effects.linode_addresses import addresses, allocate
from linode_orm.simulator.effects.linode_configs import configure_interfaces
from linode_orm.simulator.effects.networking import guard
from linode_orm.simulator.effects.vlans import attach
from linode_orm.simulator.errors import bad
from linode_orm.simulator.firewall_devices import behind
from linode_orm.simulator.hooks import after, answer, born, check, fill, instead, listing
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

KINDS = ("public", "vpc", "vlan", "rdma_vpc")


@check("POST /linode/instances/{}/interfaces", "PUT /linode/instances/{}/interfaces/{}")
def _may_add(call: Call) -> None:
    if sum(call.given(kind) is not None for kind in KINDS) > 1:
        raise bad("Only one of public, vlan and vpc can be given", "public")
    _check_vpc(call.state, call.body, "", call.row, call.values[0])


def _check_vpc(state: AccountState, given: Body, prefix: str, row: Row | None, host: str | None) -> None:
    vpc = given.get("vpc")
    if not isinstance(vpc, dict):
        return
    known = (row.body.get("vpc") or {}).get("subnet_id") if row is not None else None
    subnet = subnet_of(state, vpc.get("subnet_id", known))
    if subnet is None:
        raise bad("Subnet not found", f"{prefix}vpc.subnet_id")
    for at, each in enumerate((vpc.get("ipv4") or {}).get("addresses") or ()):
        field = f"{prefix}vpc.ipv4.addresses[{at}].address"
        check_inside(subnet, each.get("address"), field)
        check_free(state, subnet, each.get("address"), field, host)


def check_linode_interfaces(state: AccountState, wanted: Any) -> None:  # noqa: ANN401  JSON
    """Refuse interfaces of a new Linode whose subnet there is not, or whose address lies outside of it."""
    for at, each in enumerate(wanted or ()):
        if isinstance(each, dict):
            _check_vpc(state, each, f"interfaces[{at}].", None, None)


def _kind_of(given: Body) -> str:
    return next((each for each in KINDS if given.get(each) is not None), "public")


@fill("/linode/instances/{}/interfaces")
def _interface(call: Call) -> None:
    draft, given = call.draft, call.body or call.draft
    number = int(draft["id"])
    digits = f"{number % 16**10:010x}"
    draft["mac_address"] = "22:" + ":".join(digits[at : at + 2] for at in range(0, 10, 2))
    draft["version"] = 1
    kind = _kind_of(given)
    for each in KINDS:
        if each != kind:
            draft[each] = None
    host = call.state.get("Instance", call.values[0])
    asked = given.get("default_route") or {}
    _addressed(call.state, host, draft, kind, None)
    usual = {"ipv4": None if kind == "vlan" else True, "ipv6": None if kind == "vlan" else kind == "public"}
    draft["default_route"] = {**usual, **{key: each for key, each in asked.items() if each is not None}}


def _addressed(state: AccountState, host: Row | None, body: Body, kind: str, row: Row | None) -> None:
    """Give an interface its addresses."""
    given = body.get(kind) or {}
    if kind == "public" and host is not None:
        body["public"] = _public(state, host, given)
    elif kind in {"vpc", "rdma_vpc"} and host is not None:
        body[kind] = _in_vpc(state, host, given, row)
    elif kind == "vlan":
        attach(state, host, given.get("vlan_label"))


def _public(state: AccountState, host: Row, given: Body) -> Body:
    """Return the public addresses: the first is that of the Linode, further ones are allocated to it."""
    v4, v6 = given.get("ipv4") or {}, given.get("ipv6") or {}
    wanted = v4.get("addresses") or [{"address": "auto", "primary": True}]
    named = {each["address"] for each in wanted if each.get("address") not in {None, "auto"}}
    own = (str(row.body["address"]) for row in addresses(state, host) if row.body["public"])
    free = [each for each in own if each not in named]
    found = []
    for each in wanted:
        address = each.get("address")
        if address in {None, "auto"}:
            address = free.pop(0) if free else allocate(state, host).body["address"]
        found.append({"address": address, "primary": bool(each.get("primary"))})
    if not any(each["primary"] for each in found):
        found[0]["primary"] = True
    target = slaac_of(host)
    ranges = [
        {"range": interface_network(state, each.get("range")), "route_target": target}
        for each in v6.get("ranges") or ()
    ]
    slaac = [{"address": target, "prefix": 64}]
    return {
        "ipv4": {"addresses": found, "shared": []},
        "ipv6": {"slaac": slaac, "ranges": ranges, "shared": []},
    }


def _in_vpc(state: AccountState, host: Row, given: Body, row: Row | None) -> Body:
    """Return addresses of the subnet (linode_api4: test_linode_create_with_linode_interfaces)."""
    subnet = subnet_of(state, given.get("subnet_id"))
    v4, v6 = given.get("ipv4") or {}, given.get("ipv6") or {}
    found: list[Body] = []
    for each in v4.get("addresses") or [{"address": "auto", "primary": True}]:
        address = each.get("address")
        if address in {None, "auto"}:
            address = free_in(state, subnet, [one["address"] for one in found], row)
        outside = each.get("nat_1_1_address")
        if outside == "auto":
            addresses(state, host)
            outside = first_public(host)
        if outside is not None:
            map_one_to_one(state, outside, subnet, address)
        found.append({"address": address, "primary": bool(each.get("primary")), "nat_1_1_address": outside})
    if not any(each["primary"] for each in found):
        found[0]["primary"] = True
    taken = [each["address"] for each in found]
    ranges = []
    for each in v4.get("ranges") or ():
        wanted = str(each.get("range") or "/32")
        if wanted.startswith("/"):
            taken.append(free_in(state, subnet, taken, row))
            wanted = f"{taken[-1]}{wanted}"
        ranges.append({"range": wanted})
    slaac = [interface_network(state, each.get("range"), subnet) for each in v6.get("slaac") or ()]
    return {
        **given,
        "vpc_id": int(subnet.parents[0]) if subnet is not None else given.get("vpc_id"),
        "ipv4": {"addresses": found, "ranges": ranges},
        "ipv6": {
            "is_public": bool(v6.get("is_public")),
            "slaac": [{"range": each, "address": f"{each.partition('/')[0]}1"} for each in slaac],
            "ranges": [
                {"range": interface_network(state, each.get("range"), subnet)} for each in v6.get("ranges") or ()
            ],
        },
    }


@born("/linode/instances/{}/interfaces")
@after("POST /linode/instances/{}/interfaces")
def _added(call: Call) -> None:
    _write_down(call.state, call.item)
    firewall = call.state.get("Firewall", call.given("firewall_id"))
    if firewall is not None:
        guard(call.state, firewall, "interface", call.item)


@after("PUT /linode/instances/{}/interfaces/{}")
def _changed(call: Call) -> None:
    state, row = call.state, call.item
    row.change(version=int(row.body["version"]) + 1)
    kind = _kind_of(row.body)
    body = dict(row.body)
    _addressed(state, state.get("Instance", call.values[0]), body, kind, row)
    row.change(**{kind: body[kind]})
    _write_down(state, row)


def _write_down(state: AccountState, row: Row) -> None:
    facts = {"interface_id": row.id, "linode_id": int(row.parents[0]), "version": row.body["version"]}
    record = state.make("LinodeInterfaceHistory", row.parents, **facts)
    record.change(interface_data=encode(row.body).decode(), created=state.now)


@fill("/linode/instances/{}/interfaces/settings")
def _settings(call: Call) -> None:
    """Start with the first interfaces that can be the default route (linode_api4: test_linode_interfaces_settings)."""
    _routes(call.state, call.draft, call.values[0])


def _routes(state: AccountState, body: Body, linode: str) -> None:
    rows = [row for row in state.rows("LinodeInterface") if row.parents[0] == linode]
    v4 = [row.id for row in rows if row.body.get("public") or row.body.get("vpc")]
    v6 = [
        row.id for row in rows if row.body.get("public") or ((row.body.get("vpc") or {}).get("ipv6") or {}).get("slaac")
    ]
    route = dict(body.get("default_route") or {})
    for version, ids in (("ipv4", v4), ("ipv6", v6)):
        key = f"{version}_interface_id"
        if route.get(key) not in ids:
            route[key] = ids[0] if ids else None
        route[f"{version}_eligible_interface_ids"] = ids
    body["default_route"] = route


@answer("GET /linode/instances/{}/interfaces/settings")
def _shown_settings(call: Call) -> bytes:
    body = dict(call.item.body)
    _routes(call.state, body, call.values[0])
    call.item.change(default_route=body["default_route"])
    return call.item.encoded()


@listing("GET /linode/instances/{}/interfaces/{}/firewalls")
def _firewalls(call: Call) -> list[Row]:
    return behind(call.state, "interface", call.item.id)


@instead("POST /linode/instances/{}/upgrade-interfaces")
def _upgrade(call: Call) -> Body:
    """Return the interfaces that those of a profile become, and make them unless it is a dry run (the default).

    They keep the profile's order and addresses (linode_api4: test_linode_upgrade_interfaces).
    """
    state = call.state
    host = state.need("Instance", call.values[0])
    configs = state.below(host, "Config")
    wanted = call.given("config_id") or (configs[0].id if configs else None)
    config = next((row for row in configs if row.id == wanted), None)
    if call.given("config_id") is not None and config is None:
        raise bad("Configuration profile not found", "config_id")
    dry = call.given("dry_run") is not False
    old = state.below(config, "ConfigInterface") if config is not None else []
    if config is not None and not dry:
        configure_interfaces(state, config, [])
    asked = [_upgraded(each.body) for each in old] or [{"public": {}}]
    rows = [state.make("LinodeInterface", host.chain, **each) for each in asked]
    shown = [dict(row.body) for row in rows]
    for row in rows:
        if dry:
            state.store.drop(row)
        else:
            _write_down(state, row)
    if not dry:
        host.change(interface_generation="linode")
    return {"config_id": wanted, "dry_run": dry, "interfaces": shown}


def _upgraded(old: Body) -> Body:
    """Return what a new interface is made of in place of one of a profile."""
    if old["purpose"] == "vlan":
        return {"vlan": {"vlan_label": old["label"], "ipam_address": old["ipam_address"] or None}}
    if old["purpose"] != "vpc":
        return {"public": {}}
    own = old.get("ipv4") or {}
    address = {"address": own.get("vpc"), "primary": True, "nat_1_1_address": own.get("nat_1_1")}
    ranges = [{"range": each} for each in old.get("ip_ranges") or ()]
    return {"vpc": {"subnet_id": old["subnet_id"], "ipv4": {"addresses": [address], "ranges": ranges}}}


@answer("POST /linode/instances/{}/firewalls/apply")
def _apply(call: Call) -> None:
    """Answer nothing: the rules are in force already."""
