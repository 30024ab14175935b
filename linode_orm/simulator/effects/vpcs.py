"""VPCs and their subnets: labels, ranges, and the addresses in them."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.address_book import subnet_network, subnet_of, vpc_network
from linode_orm.simulator.errors import Refused, bad
from linode_orm.simulator.hooks import check, fill, listing, ready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+")
RANGES: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


@check("POST /vpcs")
def _may_create(call: Call) -> None:
    if call.given("vpc_type") == "rdma" and call.given("ipv6"):
        raise bad("RDMA VPCs cannot have IPv6 ranges", "ipv6")
    if call.state.get("Region", call.given("region")) is None:
        raise bad("region is not valid", "region")


@check("POST /vpcs", "PUT /vpcs/{}", "POST /vpcs/{}/subnets", "PUT /vpcs/{}/subnets/{}")
def _labelled(call: Call) -> None:
    label = call.given("label")
    if label is not None and not _LABEL.fullmatch(str(label)):
        # the reason is that of `TestVPC_Create_Invalid#1`; other recorded labels have dashes
        raise bad("Must only use ASCII letters, numbers, and underscores", "label")


@check("POST /vpcs", "POST /vpcs/{}/subnets")
def _networks(call: Call) -> None:
    """Refuse what is no network (linode_api4: test_fails_create_subnet_invalid_data and the tests of IPv6)."""
    subnets = call.given("subnets") if call.resource.name == "VPC" else [call.body]
    wrong = []
    for at, each in enumerate(subnets or ()):
        prefix = f"subnets[{at}]." if call.resource.name == "VPC" else ""
        if isinstance(each, dict):
            if not _is_network(each.get("ipv4"), 4):
                wrong.append(("Must be an IPv4 network", f"{prefix}ipv4"))
            wrong += _wrong_ipv6(each.get("ipv6"), prefix)
    if call.resource.name == "VPC":
        wrong += _wrong_ipv6(call.given("ipv6"), "")
    if wrong:
        raise Refused(*wrong)


def _wrong_ipv6(given: Any, prefix: str) -> list[tuple[str, str]]:  # noqa: ANN401  JSON
    return [
        ("Must be an IPv6 network", f"{prefix}ipv6[{at}].range")
        for at, each in enumerate(given or ())
        if ":" in str(each.get("range")) and not _is_network(each["range"], 6)
    ]


def _is_network(value: object, version: int) -> bool:
    if value is None:
        return True
    try:
        return "/" in str(value) and ip_network(str(value)).version == version
    except ValueError:
        return False


@fill("/vpcs")
def _vpc(call: Call) -> None:
    """Give a VPC all private ranges unless some are named (`TestInstance_ConfigInterface_Update#3`)."""
    draft = call.draft
    draft["ipv4"] = draft.get("ipv4") or [{"range": each} for each in RANGES]
    draft["ipv6"] = [{"range": vpc_network(call.state, each)} for each in _wanted(draft.get("ipv6"))] or None
    draft["vpc_type"] = draft.get("vpc_type") or "regular"


def _wanted(given: Any) -> list[str]:  # noqa: ANN401  JSON
    return [str(each.get("range") or "auto") for each in given or ()]


@fill("/vpcs/{}/subnets")
def _subnet(call: Call) -> None:
    draft = call.draft
    for key in ("linodes", "databases", "nodebalancers"):
        draft[key] = draft.get(key) or []
    others = [row for row in call.state.below(call.parent, "VPCSubnet") if row.id != draft["id"]]
    networks = [subnet_network(call.parent, others, each) for each in _wanted(draft.get("ipv6"))]
    draft["ipv6"] = [{"range": each} for each in networks if each is not None] or None
    draft["vpc_type"] = call.parent.body.get("vpc_type") or "regular"


def _interfaces(state: AccountState) -> Iterator[tuple[Row, Row, Row, list[Body]]]:
    """Yield each interface in a VPC with its Linode, its subnet and what it says of its addresses."""
    for row in (*state.rows("ConfigInterface"), *state.rows("LinodeInterface")):
        own = row.body.get("vpc") if row.resource.name == "LinodeInterface" else row.body
        host = state.get("Instance", row.parents[0])
        subnet = subnet_of(state, own.get("subnet_id")) if isinstance(own, dict) else None
        if host is not None and subnet is not None and isinstance(own, dict):
            yield row, host, subnet, [own]


def _common(row: Row, host: Row, subnet: Row) -> Body:
    is_config = row.resource.name == "ConfigInterface"
    network = ip_network(str(subnet.body.get("ipv4") or "10.0.0.0/24"), strict=False)
    return {
        "address": None,
        "address_range": None,
        "vpc_id": int(subnet.parents[0]),
        "subnet_id": subnet.id,
        "region": host.body["region"],
        "linode_id": host.id,
        "config_id": int(row.parents[1]) if is_config else None,
        "interface_id": row.id,
        "nodebalancer_id": None,
        "database_id": None,
        "active": bool(row.body["active"]) if is_config else True,
        "nat_1_1": "",
        "gateway": str(network.network_address + 1),
        "prefix": network.prefixlen,
        "subnet_mask": str(network.netmask),
    }


def _own(row: Row, own: Body) -> Iterator[tuple[object, object]]:
    """Yield each address of an interface with the public one that stands for it."""
    given = own.get("ipv4") or {}
    if row.resource.name == "ConfigInterface":
        yield given.get("vpc"), given.get("nat_1_1")
    for each in given.get("addresses") or ():
        yield each.get("address"), each.get("nat_1_1_address")


def _ranges_of(row: Row, own: Body) -> list[object]:
    if row.resource.name == "ConfigInterface":
        return list(own.get("ip_ranges") or ())
    return [each.get("range") for each in (own.get("ipv4") or {}).get("ranges") or ()]


def _addresses(state: AccountState) -> list[Body]:
    """Return the addresses of Linodes in VPCs (`TestVPC_ListAllIPAddresses#5`)."""
    found = []
    for row, host, subnet, (own,) in _interfaces(state):
        common = _common(row, host, subnet)
        found += [{**common, "address": one, "nat_1_1": outside or ""} for one, outside in _own(row, own)]
        found += [{**common, "address_range": each} for each in _ranges_of(row, own)]
    return found


def addresses_of(state: AccountState, host: Row) -> list[Body]:
    """Return the addresses of a Linode in VPCs."""
    return [each for each in _addresses(state) if each["linode_id"] == host.id]


def _with_ipv6(state: AccountState) -> list[Body]:
    """Return the ranges of IPv6 of the same interfaces (`TestVPC_ListAllIPv6Addresses#5`)."""
    found = []
    for row, host, subnet, (own,) in _interfaces(state):
        nothing = {"address": None, "gateway": None, "prefix": 64, "nat_1_1": "", "subnet_mask": ""}
        given = own.get("ipv6") or {}
        for each in (*(given.get("slaac") or ()), *(given.get("ranges") or ())):
            inside = [{"slaac_address": each["address"]}] if each.get("address") else []
            v6 = {"ipv6_range": each.get("range"), "ipv6_is_public": bool(given.get("is_public"))}
            found.append({**_common(row, host, subnet), **nothing, **v6, "ipv6_addresses": inside})
    return found


def _listed(call: Call, name: str, rows: list[Body]) -> list[Any]:
    """Return the addresses that follow from interfaces, and the rows that tests have added."""
    wanted = int(call.values[0]) if call.values else None
    seeded: list[Any] = list(call.state.rows(name))
    kept = [row for row in seeded if wanted is None or row.body["vpc_id"] == wanted]
    made = [row for row in rows if wanted is None or row["vpc_id"] == wanted]
    return [*(row.body for row in kept), *made]


@listing("GET /vpcs/ips", "GET /vpcs/{}/ips")
def _ips(call: Call) -> list[Any]:
    return _listed(call, "VPCIPAddress", _addresses(call.state))


@listing("GET /vpcs/ipv6s", "GET /vpcs/{}/ipv6s")
def _ipv6s(call: Call) -> list[Any]:
    return _listed(call, "VPCIPv6Address", _with_ipv6(call.state))


@fill("/vpcs/default-ranges")
def _ranges(call: Call) -> None:
    call.draft.update(default_ipv4_ranges=list(RANGES), forbidden_ipv4_ranges=["192.168.128.0/17"])


# -- what lies in a subnet ---------------------------------------------------------------------------------------------


@ready("/vpcs", "/vpcs/{}/subnets")
def _held(call: Call) -> None:
    """Write down what each subnet holds (`TestVPC_Subnet_WithInstance#5`, `TestVPC_Subnet_WithNodeBalancer#3`)."""
    state = call.state
    if next(state.rows("VPCSubnet"), None) is None:
        return
    linodes = _linodes(state)
    balancers, databases = _balancers(state), _databases(state)
    for row in state.rows("VPCSubnet"):
        held = {"linodes": linodes.get(row.id, []), "nodebalancers": balancers.get(row.id, [])}
        held["databases"] = databases.get(row.id, [])
        known = row.hidden.setdefault("held", set())
        changed = {key: each for key, each in held.items() if (each or key in known) and row.body[key] != each}
        known.update(key for key, each in held.items() if each)
        if changed:
            row.change(**changed)
            state.shown_in_parent(row)


def _linodes(state: AccountState) -> dict[object, list[Body]]:
    found: dict[object, list[Body]] = {}
    for row, host, subnet, _ in _interfaces(state):
        shown = _common(row, host, subnet)
        inside = found.setdefault(subnet.id, [])
        entry = next((each for each in inside if each["id"] == host.id), None)
        if entry is None:
            entry = {"id": host.id, "interfaces": []}
            inside.append(entry)
        entry["interfaces"].append({"id": row.id, "config_id": shown["config_id"], "active": shown["active"]})
    return found


def _balancers(state: AccountState) -> dict[object, list[Body]]:
    found: dict[object, list[Body]] = {}
    for row in state.rows("NodeBalancerVPCConfig"):
        entry = {"id": int(row.parents[0]), "ipv4_range": row.body.get("ipv4_range")}
        found.setdefault(row.body.get("subnet_id"), []).append(entry)
    return found


def _databases(state: AccountState) -> dict[object, list[Body]]:
    """Return the databases in each subnet; that they have its whole range is a guess."""
    found: dict[object, list[Body]] = {}
    for row in (*state.rows("MySQLDatabase"), *state.rows("PostgreSQLDatabase")):
        subnet = subnet_of(state, (row.body.get("private_network") or {}).get("subnet_id"))
        if subnet is not None:
            ranges = [{"range": each["range"]} for each in subnet.body.get("ipv6") or ()]
            entry = {"id": row.id, "ipv4_range": subnet.body.get("ipv4"), "ipv6_ranges": ranges}
            found.setdefault(subnet.id, []).append(entry)
    return found
