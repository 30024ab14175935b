"""The account's addresses: allocated, reserved, assigned and shared; ranges of IPv6 and VLANs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.simulator.effects.linode_addresses import belongs, rename, show
from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.hooks import after, answer, check, fill, instead, ready
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row


@check("POST /networking/ips")
def _may_allocate(call: Call) -> None:
    """Refuse as recorded in `TestIPAddress_Instance_Allocate`."""
    identity, region = call.given("linode_id"), call.given("region")
    if call.given("type") == "ipv6":
        raise bad("Only addresses of type ipv4 are currently supported.")
    if region is not None and call.state.get("Region", region) is None:
        raise bad("region is not valid", "region")
    if call.given("reserved") and call.given("public") is False:
        raise bad("Cannot reserve a private address.", "public")
    if identity is None and not call.given("reserved"):
        raise bad("Linode is a required argument when not reserving an IP address.", "linode_id")
    if identity is None and region is None:
        raise bad("A datacenter or a Linode must be provided when reserving an address.")
    host = call.state.get("Instance", identity)
    if identity is not None and host is None:
        raise bad("Linode is not active", "linode_id")
    if host is not None and region is not None and region != host.body["region"]:
        raise bad("Region passed in must match Linode's region.", "region")


@fill("/networking/ips")
def _address(call: Call) -> None:
    draft = call.draft
    number = call.state.store.new_id("IPAddress")
    if call.route.verb == "create":
        draft["address"] = f"198.51.{number // 250 % 256}.{number % 250 + 1}"
    draft["region"] = draft["region"] or "us-east"
    draft["type"] = draft["type"] or "ipv4"
    draft["gateway"] = f"{str(draft['address']).rpartition('.')[0]}.1" if "." in str(draft["address"]) else None
    draft["subnet_mask"], draft["prefix"] = "255.255.255.0", 24
    for key in ("assigned_entity", "interface_id", "vpc_nat_1_1", "rdns"):
        draft.setdefault(key, None)
    draft["reserved"] = bool(draft.get("reserved"))
    draft["tags"] = sorted(set(draft.get("tags") or ()))


@after("POST /networking/ips")
def _allocated(call: Call) -> None:
    host = call.state.get("Instance", call.given("linode_id"))
    belongs(call.state, call.item, host)
    if host is not None:
        show(call.state, host)


@after("PUT /networking/ips/{}")
def _changed(call: Call) -> bytes:
    if "rdns" in call.body:
        rename(call.item, call.given("rdns"))
    return call.item.encoded()


# -- reserved ---------------------------------------------------------------------------------------------------------


def _reserved(call: Call) -> Row:
    row = call.state.get("IPAddress", call.values[0])
    if row is None or not row.body.get("reserved"):
        raise not_found()
    return row


@instead("GET /networking/reserved/ips")
def _list(call: Call) -> list[Any]:
    ready.run("/networking/ips", call)
    return [row for row in call.state.rows("IPAddress") if row.body.get("reserved")]


@instead("POST /networking/reserved/ips")
def _reserve(call: Call) -> bytes:
    """Reserve an address (`TestInstance_AddReservedIPToInstance#2`, `TestReservedIPAddresses_ReserveIPVariants#0`)."""
    if call.state.get("Region", call.given("region")) is None:
        raise bad("region is not valid", "region")
    number = call.state.store.new_id("IPAddress")
    address = f"198.51.{number // 250 % 256}.{number % 250 + 1}"
    row = call.state.make("IPAddress", (), address=address, region=call.given("region"), public=True, type="ipv4")
    row.change(reserved=True, linode_id=None, rdns=None, tags=sorted(set(call.given("tags") or ())))
    return row.encoded()


@instead("GET /networking/reserved/ips/{}")
def _get(call: Call) -> bytes:
    return _reserved(call).encoded()


@instead("PUT /networking/reserved/ips/{}")
def _tag(call: Call) -> bytes:
    row = _reserved(call)
    row.change(tags=sorted(set(call.given("tags") or ())))
    return row.encoded()


@instead("DELETE /networking/reserved/ips/{}")
def _unreserve(call: Call) -> None:
    """End the reservation of an address; a Linode that has it keeps it as an ordinary one."""
    row = _reserved(call)
    if row.body.get("linode_id") is None:
        call.state.remove(row)
    else:
        row.change(reserved=False)


# -- assigned and shared ----------------------------------------------------------------------------------------------


@instead("POST /networking/ips/assign", "POST /networking/ipv4/assign")
def _assign(call: Call) -> None:
    """Refuse as recorded in `TestIPAddress_Instance_ReserveIP_Assign`."""
    state, pairs = call.state, []
    ready.run("/networking/ips", call)
    for each in call.given("assignments") or ():
        row = _found(state, str(each.get("address")))
        if row is None:
            raise bad("IP Address not found.")
        host = state.get("Instance", each.get("linode_id"))
        if host is None:
            raise bad(f"Invalid Linode ID {each.get('linode_id')}")
        pairs.append((row, host))
    for row, host in pairs:
        if row.resource.name == "IPv6Range":
            row.change(linodes=[host.id], route_target=str(host.body["ipv6"]).partition("/")[0])
            continue
        before = state.get("Instance", row.body.get("linode_id"))
        belongs(state, row, host)
        for each in filter(None, (before, host)):
            show(state, each)


def _found(state: AccountState, address: str) -> Row | None:
    return state.get("IPAddress", address) or state.get("IPv6Range", address.partition("/")[0])


@instead("POST /networking/ips/share", "POST /networking/ipv4/share")
def _share(call: Call) -> None:
    """Share addresses of other Linodes with a Linode; the list replaces the one before."""
    state = call.state
    host = state.get("Instance", call.given("linode_id"))
    if host is None:
        raise bad(f"Invalid Linode ID {call.given('linode_id')}")
    ready.run("/networking/ips", call)
    rows = [_found(state, str(each)) for each in call.given("ips") or ()]
    if None in rows:
        raise bad("IP Address not found.")
    for row in (*state.rows("IPAddress"), *state.rows("IPv6Range")):
        others = [each for each in row.hidden.get("shared", ()) if each != host.id]
        row.hidden["shared"] = [*others, host.id] if row in rows else others


# -- IPv6 -------------------------------------------------------------------------------------------------------------


@fill("/networking/ipv6/ranges")
def _range(call: Call) -> None:
    draft, state = call.draft, call.state
    number = state.store.new_id("IPv6Range")
    host = state.get("Instance", call.given("linode_id"))
    target = call.given("route_target") or (str(host.body["ipv6"]).partition("/")[0] if host is not None else None)
    if call.route.verb == "create" or ":" not in str(draft["range"]):
        draft["range"] = f"2001:db8:{number // 65536 % 65536:x}:{number % 65536:x}::"
    draft["prefix"] = call.given("prefix_length") or draft.get("prefix") or 64
    draft["region"] = host.body["region"] if host is not None else draft.get("region") or "us-east"
    draft["is_bgp"], draft["route_target"] = False, target or draft.get("route_target")
    draft["linodes"] = [host.id] if host is not None else draft.get("linodes") or []


@after("POST /networking/ipv6/ranges")
def _made(call: Call) -> dict[str, object]:
    """Answer as in `TestIPAddress_Instance_Assign#4`: the range with its length, and the route target."""
    body = call.item.body
    return {"range": f"{body['range']}/{body['prefix']}", "route_target": body["route_target"]}


@answer("GET /networking/ipv6/ranges/{}")
def _shown(call: Call) -> bytes:
    """Answer without the target, as in `TestIPv6Range_Instance_List#4`."""
    return encode({key: each for key, each in call.item.body.items() if key != "route_target"})
