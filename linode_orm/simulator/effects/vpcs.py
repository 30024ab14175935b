"""VPCs and their subnets: labels, ranges, and the addresses in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import check, fill, listing

if TYPE_CHECKING:
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


@fill("/vpcs")
def _vpc(call: Call) -> None:
    """Give a VPC all private ranges unless some are named (`TestInstance_ConfigInterface_Update#3`)."""
    draft = call.draft
    draft["ipv4"] = draft.get("ipv4") or [{"range": each} for each in RANGES]
    draft["ipv6"] = _allocated(int(draft["id"]), draft.get("ipv6"))
    draft["vpc_type"] = draft.get("vpc_type") or "regular"


def _allocated(number: int, given: Any) -> list[Body] | None:  # noqa: ANN401  JSON
    """Return ranges in place of those that were requested by length or as `auto`."""
    found = []
    for each in given or ():
        length = str(each.get("range") or "/52").rpartition("/")[2]
        wanted = str(each.get("range") or "")
        found.append({"range": wanted if ":" in wanted else f"2001:db8:{number % 65536:x}::/{length}"})
    return found or None


@fill("/vpcs/{}/subnets")
def _subnet(call: Call) -> None:
    draft = call.draft
    for key in ("linodes", "databases", "nodebalancers"):
        draft[key] = draft.get(key) or []
    draft["ipv6"] = _allocated(int(draft["id"]), draft.get("ipv6"))
    draft["vpc_type"] = call.parent.body.get("vpc_type") or "regular"


def _inside(state: AccountState) -> list[Row]:
    return [row for row in state.rows("ConfigInterface") if row.body.get("purpose") == "vpc"]


def _addresses(state: AccountState) -> list[Body]:
    """Return the addresses of Linodes in VPCs (`TestVPC_ListAllIPAddresses#5`)."""
    found = []
    for row in _inside(state):
        host = state.get("Instance", row.parents[0])
        subnet = next((each for each in state.rows("VPCSubnet") if each.id == row.body["subnet_id"]), None)
        if host is None or subnet is None:
            continue
        network, _, length = str(subnet.body.get("ipv4") or "10.0.0.0/24").partition("/")
        own = row.body["ipv4"] or {}
        found.append(
            {
                "address": own.get("vpc"),
                "address_range": None,
                "vpc_id": row.body["vpc_id"],
                "subnet_id": subnet.id,
                "region": host.body["region"],
                "linode_id": host.id,
                "config_id": int(row.parents[1]),
                "interface_id": row.id,
                "nodebalancer_id": None,
                "database_id": None,
                "active": bool(row.body["active"]),
                "nat_1_1": own.get("nat_1_1") or "",
                "gateway": f"{network.rpartition('.')[0]}.1",
                "prefix": int(length or 24),
                "subnet_mask": "255.255.255.0",
            }
        )
    return found


def _with_ipv6(state: AccountState) -> list[Body]:
    """Return the ranges of IPv6 of the same interfaces (`TestVPC_ListAllIPv6Addresses#5`)."""
    nothing = {"address": None, "gateway": None, "prefix": 64, "nat_1_1": "", "subnet_mask": ""}
    found = []
    for each in _addresses(state):
        number = int(each["interface_id"]) % 65536
        v6 = {"ipv6_range": f"2001:db8:4:{number:x}::/64", "ipv6_is_public": True}
        found.append({**each, **nothing, **v6, "ipv6_addresses": [{"slaac_address": f"2001:db8:4:{number:x}::1"}]})
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
