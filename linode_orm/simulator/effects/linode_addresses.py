"""Addresses of Linodes: the first ones, further ones, and the answer that lists them in several places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.address_book import slaac_of
from linode_orm.simulator.effects.locks import refuse_below_lock
from linode_orm.simulator.effects.vpcs import addresses_of
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, instead, listing, ready

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row


FURTHER: Final = 0x800000
"""Where the numbers of further addresses begin: those below are the ids of Linodes."""


def address_of(number: int) -> str:
    """Return the public address that goes with a number."""
    return f"203.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


def private_of(number: int) -> str:
    """Return the private address that goes with a number."""
    return f"192.168.{128 + number // 256 % 128}.{number % 256}"


def name_of(address: str) -> str:
    """Return the reverse DNS name that an address has at first (`TestIPAddress_Instance_Allocate#3`)."""
    return f"{address.replace('.', '-')}.ip.linodeusercontent.com"


def belongs(state: AccountState, row: Row, host: Row | None) -> None:
    """Assign an address to a Linode, or to none; its name and entity follow (`TestIPAddress_Instance_Allocate#5`)."""
    if host is None:
        row.change(linode_id=None, rdns=None, assigned_entity=None)
        return
    named = name_of(str(row.body["address"])) if row.body.get("public") else None
    row.change(linode_id=host.id, rdns=named, region=host.body["region"], assigned_entity=state.events.entity(host))


def give(state: AccountState, host: Row, address: str, *, public: bool) -> Row:
    """Make an address of a Linode."""
    row = state.make("IPAddress", (), address=address, type="ipv4", public=public, region=host.body["region"])
    row.change(reserved=False, vpc_nat_1_1=None, interface_id=None)
    if not public:
        row.change(gateway=None, subnet_mask="255.255.128.0", prefix=17)
    belongs(state, row, host)
    return row


@ready("/networking/ips")
def _all_addresses(call: Call) -> None:
    for host in call.state.rows("Instance"):
        _own(call.state, host)


def _own(state: AccountState, host: Row) -> None:
    """Make the rows of the addresses that a Linode shows; they are made when they are first read."""
    if host.hidden.get("addressed") or "IPAddress" not in state.store.resources:
        return
    host.hidden["addressed"] = True
    for each in host.body["ipv4"]:
        if state.get("IPAddress", each) is None:
            give(state, host, str(each), public=not str(each).startswith("192.168."))


def addresses(state: AccountState, host: Row) -> list[Row]:
    """Return the addresses of a Linode."""
    _own(state, host)
    return [row for row in state.rows("IPAddress") if row.body.get("linode_id") == host.id]


def show(state: AccountState, host: Row) -> None:
    """Update the addresses that a Linode shows."""
    host.change(ipv4=[row.body["address"] for row in addresses(state, host)])


@after("POST /linode/instances")
def _created(call: Call) -> None:
    state, host = call.state, call.item
    if "IPAddress" not in state.store.resources:
        return
    wanted = call.given("ipv4") or ()
    if wanted:
        host.change(ipv4=[])
        for each in wanted:
            belongs(state, state.need("IPAddress", each), host)
        host.hidden["addressed"] = True
    _own(state, host)
    if call.given("private_ip"):
        allocate(state, host, public=False)
    show(state, host)


@check("POST /linode/instances")
def _reserved(call: Call) -> None:
    """Refuse as recorded in `TestInstance_CreateWithReservedIPAddressVariants`."""
    wanted = call.given("ipv4")
    if wanted is None:
        return
    if not isinstance(wanted, list) or len(wanted) != 1 or "." not in str(wanted[0]):
        raise bad("Must provide a single valid reserved ipv4 address", "ipv4")
    row = call.state.get("IPAddress", wanted[0])
    if row is None or not row.body.get("reserved"):
        raise bad("Must provide a single valid reserved ipv4 address", "ipv4")
    if row.body.get("linode_id") is not None:
        raise bad("Address must be currently unassigned.", "ipv4")


@after("DELETE /linode/instances/{}")
def _deleted(call: Call) -> None:
    """Release reserved addresses, as in `TestInstance_DeleteInstanceVariants#4`; the others are deleted."""
    for row in list(call.state.rows("IPAddress")):
        if row.body.get("linode_id") == call.item.id:
            if row.body.get("reserved"):
                belongs(call.state, row, None)
            else:
                call.state.remove(row)


@listing("GET /linode/instances/{}/ips")
def _scattered(call: Call) -> dict[str, object]:
    """Answer as in `TestIPAddress_Instance_Share#6`."""
    state, host = call.state, call.item
    groups: dict[str, list[Body]] = {key: [] for key in ("public", "private", "shared", "reserved", "vpc")}
    for row in addresses(state, host):
        reserved = bool(row.body.get("reserved"))
        groups["reserved" if reserved else "public" if row.body["public"] else "private"].append(row.body)
    groups["shared"] += [row.body for row in state.rows("IPAddress") if host.id in row.hidden.get("shared", ())]
    groups["vpc"] += addresses_of(state, host)
    address = slaac_of(host)
    mask = "ffff:ffff:ffff:ffff::"
    plain = {"gateway": "fe80::1", "subnet_mask": mask, "prefix": 64, "type": "ipv6", "rdns": None}
    common = {**plain, "linode_id": host.id, "region": host.body["region"], "reserved": False, "interface_id": None}
    slaac = {**common, "address": address, "public": True}
    local = {**common, "address": f"fe80::{host.id:x}", "public": False}
    routed = [row.body for row in state.rows("IPv6Range") if host.id in (row.body.get("linodes") or ())]
    shown = ("range", "prefix", "region", "route_target")
    ranges = [{key: each.get(key) for key in shown} for each in routed]
    return {"ipv4": groups, "ipv6": {"slaac": slaac, "link_local": local, "global": ranges, "vpc": []}}


def allocate(state: AccountState, host: Row, *, public: bool = True) -> Row:
    """Give a Linode one more address."""
    number = state.store.new_id("address")
    row = give(state, host, address_of(FURTHER + number) if public else private_of(number), public=public)
    show(state, host)
    return row


@check("POST /linode/instances/{}/ips")
def _may_allocate(call: Call) -> None:
    """Refuse as recorded in `TestInstance_AddReservedIPToInstanceVariants`."""
    address, only = call.given("address"), "Only addresses of type ipv4 are currently supported."
    if call.given("type") not in {None, "ipv4"}:
        raise bad(only)
    if address is None:
        return
    if not call.given("public"):
        raise bad("Cannot reserve a private address.", "address")
    if not address:
        raise bad("Must provide a valid reserved address", "address")
    row = call.state.get("IPAddress", address)
    if row is None or not row.body.get("reserved") or row.body.get("linode_id") is not None:
        raise bad("Address must be reserved and must be currently unassigned.", "address")
    if row.body["region"] != call.item.body["region"]:
        raise bad("Address must belong to same region as linode.", "address")


@answer("POST /linode/instances/{}/ips")
def _allocate(call: Call) -> bytes:
    state, host = call.state, call.item
    row = state.get("IPAddress", call.given("address"))
    if row is None:
        row = allocate(state, host, public=bool(call.given("public")))
    else:
        belongs(state, row, host)
    show(state, host)
    state.events.add("linode_addip", host)
    return row.encoded()


def _one(call: Call) -> Row:
    host = call.state.need("Instance", call.values[0])
    _own(call.state, host)
    row = call.state.need("IPAddress", call.values[1])
    return row if row.body.get("linode_id") == host.id else call.state.need("IPAddress", None)


@instead("GET /linode/instances/{}/ips/{}")
def _get(call: Call) -> bytes:
    return _one(call).encoded()


@instead("PUT /linode/instances/{}/ips/{}")
def _put(call: Call) -> bytes:
    row = _one(call)
    rename(row, call.given("rdns"))
    return row.encoded()


@instead("DELETE /linode/instances/{}/ips/{}")
def _release(call: Call) -> None:
    """Take an address from its Linode; a reserved one stays the account's."""
    row = _one(call)
    host = call.state.need("Instance", call.values[0])
    refuse_below_lock(host)
    if row.body.get("reserved"):
        belongs(call.state, row, None)
    else:
        call.state.remove(row)
    show(call.state, host)
    call.state.events.add("linode_deleteip", host)


def rename(row: Row, name: object) -> None:
    """Rename an address; null restores the name that it had at first (`TestIPAddress_Update#5`)."""
    if name is not None and "." not in str(name):
        raise bad("Domain is not valid.", "rdns")
    row.change(rdns=name if name is not None else name_of(str(row.body["address"])))
