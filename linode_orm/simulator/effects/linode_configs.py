"""Interfaces of configuration profiles, which are part of the profile's body and objects of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.address_book import (
    check_free,
    check_inside,
    first_public,
    free_in,
    interface_network,
    map_one_to_one,
    subnet_of,
)
from linode_orm.simulator.effects.linode_addresses import addresses
from linode_orm.simulator.effects.vlans import attach
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

FEWEST: Final = 8  # slots that every configuration answers


@fill("/linode/instances/{}/configs")
def _config(call: Call) -> None:
    draft = call.draft
    draft["kernel"] = draft["kernel"] or "linode/latest-64bit"
    draft["root_device"] = draft["root_device"] or "/dev/sda"
    draft["virt_mode"] = draft["virt_mode"] or "paravirt"
    draft["run_level"] = draft["run_level"] or "default"
    draft["devices"] = _devices(call, draft.get("devices"))


def _devices(call: Call, given: object) -> Body:
    """Return the first eight slots, and those up to the last given (`TestInstance_Config_VolumeLimitExtension#11`)."""
    slots = given if isinstance(given, dict) else {}
    names = list(call.resource.fields["devices"].codec.json_type.fields)
    used = max((at for at, name in enumerate(names, 1) if slots.get(name)), default=0)
    shown: Body = dict.fromkeys(names[: max(FEWEST, used)])
    return shown | {key: _slot(value) for key, value in slots.items() if key in shown or value}


def _slot(given: object) -> Body | None:
    return {"disk_id": None, "volume_id": None, **given} if isinstance(given, dict) else None


@check("POST /linode/instances/{}/configs", "PUT /linode/instances/{}/configs/{}")
def _may_configure(call: Call) -> None:
    check_interfaces(call.state, call.given("interfaces"), call.values[0])


def check_interfaces(state: AccountState, wanted: Any, host: str | None = None) -> None:  # noqa: ANN401  JSON
    """Refuse interfaces of a profile whose subnet there is not, or whose address lies outside of it or is taken."""
    for at, each in enumerate(wanted or ()):
        _check_interface(state, each if isinstance(each, dict) else {}, f"interfaces[{at}].", host)


def _check_interface(state: AccountState, given: Body, prefix: str, host: str | None) -> None:
    identity = given.get("subnet_id")
    subnet = subnet_of(state, identity)
    if identity is not None and subnet is None:
        raise bad("Subnet not found", f"{prefix}subnet_id")
    own = given.get("ipv4")
    address = own.get("vpc") if isinstance(own, dict) else None
    check_inside(subnet, address, f"{prefix}ipv4.vpc")
    check_free(state, subnet, address, f"{prefix}ipv4.vpc", host)


@check("POST /linode/instances/{}/configs/{}/interfaces", "PUT /linode/instances/{}/configs/{}/interfaces/{}")
def _may_interface(call: Call) -> None:
    inside = call.body if call.row is None else {"subnet_id": call.row.body.get("subnet_id"), **call.body}
    _check_interface(call.state, inside, "", call.values[0])


@after("POST /linode/instances/{}/configs", "PUT /linode/instances/{}/configs/{}")
def _configured(call: Call) -> None:
    """Make an object of each interface in the body, with an id (`TestInstance_ConfigInterfaces_List#4`)."""
    row = call.item
    if call.before and isinstance(call.given("devices"), dict):
        row.change(devices=_devices(call, call.given("devices") or call.before["devices"]))
    wanted = call.given("interfaces")
    if wanted is not None:
        configure_interfaces(call.state, row, wanted)


def configure_interfaces(state: AccountState, config: Row, wanted: list[Body]) -> None:
    """Give a profile these interfaces in place of those that it has."""
    if "ConfigInterface" not in state.store.resources:
        return
    for child in state.below(config, "ConfigInterface"):
        _let_go(state, child)
        state.store.drop(child)
    for each in wanted:
        made = {key: value for key, value in each.items() if key != "id" and value is not None}
        state.make("ConfigInterface", config.chain, **made)
    _show(state, config)


def _show(state: AccountState, config: Row) -> None:
    config.change(interfaces=[child.body for child in state.below(config, "ConfigInterface")])


@fill("/linode/instances/{}/configs/{}/interfaces")
def _interface(call: Call) -> None:
    """Complete the fields that go with the purpose (`TestInstance_ConfigInterface_Update#4`)."""
    draft, state = call.draft, call.state
    draft["primary"], draft["active"] = bool(draft.get("primary")), False
    if draft.get("purpose") == "vlan":
        draft["ipam_address"] = draft.get("ipam_address") or ""  # `TestInstance_ConfigInterfaces_List#5`
        attach(state, state.get("Instance", call.values[0]), draft.get("label"))
    else:
        draft.update(label=None, ipam_address=None)
    if draft.get("purpose") != "vpc":
        draft.update(subnet_id=None, vpc_id=None, ipv4=None, ip_ranges=None, ipv6=None)
        return
    subnet = subnet_of(state, draft.get("subnet_id"))
    draft["vpc_id"] = int(subnet.parents[0]) if subnet is not None else draft.get("vpc_id")
    host = state.get("Instance", call.values[0])
    draft["ipv4"] = _addresses(state, draft.get("ipv4") or {}, subnet, host, None)
    draft["ip_ranges"] = draft.get("ip_ranges") or []
    draft["ipv6"] = _ipv6(state, draft.get("ipv6"), subnet)


def _addresses(state: AccountState, given: Body, subnet: Row | None, host: Row | None, row: Row | None) -> Body:
    """Return an address of the subnet, and the Linode's public one where one to one is asked for."""
    inside = given.get("vpc") or free_in(state, subnet, without=row)
    outside = given.get("nat_1_1") or None
    if outside is not None and host is not None:
        addresses(state, host)
        outside = first_public(host) if outside == "any" else outside
        map_one_to_one(state, outside, subnet, inside)
    return {"vpc": inside, "nat_1_1": outside}


def _ipv6(state: AccountState, given: Any, subnet: Row | None) -> Body | None:  # noqa: ANN401  JSON
    if not isinstance(given, dict) or not (given.get("slaac") or given.get("ranges")):
        return None
    slaac = [interface_network(state, each.get("range"), subnet) for each in given.get("slaac") or ()]
    ranges = [interface_network(state, each.get("range"), subnet) for each in given.get("ranges") or ()]
    return {
        "slaac": [{"range": each, "address": f"{each.partition('/')[0]}1"} for each in slaac],
        "ranges": [{"range": each} for each in ranges],
        "is_public": bool(given.get("is_public")),
    }


def _let_go(state: AccountState, row: Row) -> None:
    map_one_to_one(state, (row.body.get("ipv4") or {}).get("nat_1_1"), None, None)


@after(
    "POST /linode/instances/{}/configs/{}/interfaces",
    "PUT /linode/instances/{}/configs/{}/interfaces/{}",
    "DELETE /linode/instances/{}/configs/{}/interfaces/{}",
)
def _shown(call: Call) -> None:
    state, row = call.state, call.item
    if row.body.get("purpose") == "vpc" and row.body.get("ipv4") and row.gone:
        _let_go(state, row)
    elif call.route.method == "PUT" and row.body.get("purpose") == "vpc" and row.body.get("ipv4"):
        if not (row.body["ipv4"] or {}).get("nat_1_1"):
            map_one_to_one(state, (call.before.get("ipv4") or {}).get("nat_1_1"), None, None)
        host, subnet = state.get("Instance", call.values[0]), subnet_of(state, row.body.get("subnet_id"))
        row.change(ipv4=_addresses(state, row.body["ipv4"], subnet, host, row))
    _show(state, call.parent)


@answer("POST /linode/instances/{}/configs/{}/interfaces/order")
def _order(call: Call) -> None:
    state, config = call.state, call.item
    table = state.store.table(state.store.resources["ConfigInterface"], config.chain)
    wanted: list[Any] = [str(each) for each in call.given("ids") or ()]
    if set(wanted) != set(table.rows):
        raise bad("Must name every interface of the configuration profile", "ids")
    table.rows = {key: table.rows[key] for key in wanted}
    _show(state, config)
