"""The address book: every address and network of the account is given out here, once."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body, Row

IN_SUBNETS: Final = ("ConfigInterface", "LinodeInterface", "NodeBalancerVPCConfig")
"""Classes whose objects hold addresses of subnets."""
_VPC_BASE: Final = int(ip_address("2001:db8:c000::"))
_INTERFACE_BASE: Final = int(ip_address("2001:db8:8000::"))
_SHORTEST: Final = 44
"""The longest network that a VPC asks for."""
_SUBNET_LENGTH: Final = 56
_RANGE_LENGTH: Final = 64
_RESERVED: Final = 2
"""How many addresses at the beginning of a subnet are no host's: its own, and that of the gateway."""


def first_public(host: Row) -> str | None:
    """Return the first public address of a Linode."""
    return next((str(each) for each in host.body["ipv4"] if not str(each).startswith("192.168.")), None)


def slaac_of(host: Row) -> str:
    """Return the IPv6 address of a Linode without its length."""
    return str(host.body["ipv6"] or "2001:db8::/128").partition("/")[0]


def subnet_of(state: AccountState, identity: object) -> Row | None:
    """Return the subnet of that id, in whichever VPC it lies."""
    return next((row for row in state.rows("VPCSubnet") if row.id == identity), None)


# -- inside subnets ----------------------------------------------------------------------------------------------------


def taken_in(state: AccountState, subnet: Row, without: Row | None = None) -> set[str]:
    """Return the addresses of a subnet that an interface or a NodeBalancer has."""
    found: set[str] = set()
    for name in IN_SUBNETS:
        for row in state.rows(name):
            if row is not without:
                found.update(_held(row, subnet.id))
    return found


def _held(row: Row, subnet: object) -> Iterator[str]:
    body: Body = row.body
    if body.get("subnet_id") == subnet:
        own = body.get("ipv4")
        if isinstance(own, dict) and own.get("vpc"):
            yield str(own["vpc"])
        if body.get("ipv4_range"):
            yield from map(str, ip_network(str(body["ipv4_range"]), strict=False))
    for kind in ("vpc", "rdma_vpc"):
        inner = body.get(kind)
        if isinstance(inner, dict) and inner.get("subnet_id") == subnet:
            for each in (inner.get("ipv4") or {}).get("addresses") or ():
                yield str(each.get("address"))


def check_free(state: AccountState, subnet: Row | None, address: object, field: str, host: object = None) -> None:
    """Refuse an address of a subnet that another Linode or NodeBalancer has (API reference, "Add a config interface").

    What the interfaces of one Linode have does not exclude another one of them: it boots one profile at a time.
    """
    if subnet is None or not isinstance(address, str) or not state.limits:
        return
    for name in IN_SUBNETS:
        for row in state.rows(name):
            is_own = row.resource.parent != "NodeBalancer" and row.parents[0] == str(host)
            if not is_own and address in _held(row, subnet.id):
                raise bad(f"Address {address} is already in use in the subnet", field)


def free_in(state: AccountState, subnet: Row | None, taken: Iterable[str] = (), without: Row | None = None) -> str:
    """Return the first address of a subnet that nobody has (`TestInstance_ConfigInterface_Update#4`)."""
    if subnet is None or not subnet.body.get("ipv4"):
        return "10.0.0.2"
    held = {*taken_in(state, subnet, without), *taken}
    for number, each in enumerate(ip_network(str(subnet.body["ipv4"]), strict=False)):
        if number >= _RESERVED and str(each) not in held:
            return str(each)
    raise bad("No addresses are left in the subnet", "subnet_id")


def check_inside(subnet: Row | None, address: object, field: str) -> None:
    """Refuse an address that does not lie in its subnet."""
    if subnet is None or not isinstance(address, str) or address in {"", "auto"}:
        return
    try:
        is_inside = ip_address(address) in ip_network(str(subnet.body["ipv4"]), strict=False)
    except ValueError:
        raise bad("Must be a valid IPv4 address", field) from None
    if not is_inside:
        raise bad("Address must be in the range of the subnet", field)


# -- networks of IPv6 --------------------------------------------------------------------------------------------------


def vpc_network(state: AccountState, wanted: str) -> str:
    """Return the network of IPv6 of a VPC: the one that is named, or a new one of the length that is asked for."""
    if ":" in wanted:
        return wanted
    length = _length(wanted, 52)
    number = state.store.new_id("VPC network") % 4096
    base = _VPC_BASE + ((length - _SHORTEST) << 100)
    return f"{ip_address(base + (number << (128 - length)))}/{length}"


def _length(wanted: str, usual: int) -> int:
    text = wanted.rpartition("/")[2]
    return int(text) if text.isdigit() else usual


def subnet_network(vpc: Row, others: Iterable[Row], wanted: str) -> str | None:
    """Return a network of IPv6 for a subnet inside that of its VPC; None where the VPC has none."""
    whole = next((each["range"] for each in vpc.body.get("ipv6") or ()), None)
    if ":" in wanted:
        return wanted
    if whole is None:
        return None
    held = [IPv6Network(each["range"]) for row in others for each in row.body.get("ipv6") or ()]
    return _free_network(IPv6Network(whole), _length(wanted, _SUBNET_LENGTH), held)


def _free_network(whole: IPv6Network, length: int, held: list[IPv6Network]) -> str | None:
    for each in whole.subnets(new_prefix=max(length, whole.prefixlen)):
        if not any(each.overlaps(other) for other in held):
            return str(each)
    return None


def interface_network(state: AccountState, wanted: object, subnet: Row | None = None) -> str:
    """Return a network of IPv6 for an interface: the one that is named, or a new one, in its subnet where it can be."""
    text = str(wanted or "/64")
    if ":" in text:
        return text
    length = _length(text, _RANGE_LENGTH)
    number = state.store.new_id("interface network") % 4096
    inside = next((each["range"] for each in (subnet.body.get("ipv6") or () if subnet else ())), None)
    if inside is None:
        return f"{ip_address(_INTERFACE_BASE + (number << (128 - length)))}/{length}"
    whole = IPv6Network(inside)
    room = max(length - whole.prefixlen, 0)
    return f"{whole.network_address + ((number % 2**room) << (128 - length))}/{length}"


# -- one to one --------------------------------------------------------------------------------------------------------


def map_one_to_one(state: AccountState, address: object, subnet: Row | None, inside: object) -> None:
    """Write at a public address which address of a VPC it stands for; None for the subnet ends that."""
    row: Any = state.get("IPAddress", address)
    if row is None:
        return
    shown = None
    if subnet is not None:
        shown = {"address": inside, "subnet_id": subnet.id, "vpc_id": int(subnet.parents[0])}
    row.change(vpc_nat_1_1=shown)
