"""The sample account: plausible objects that `sim.seed()` and `--fleet` make."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.clock import EPOCH, text
from linode_orm.simulator.effects.linode import specs_of
from linode_orm.simulator.keywords import check_keys, name_of, resource_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Body, Row

ROLES: Final = ("web", "db", "cache", "worker", "mail", "build")
TEAMS: Final = ("prod", "staging", "dev")
PLACES: Final = ("us-east", "eu-west", "ap-south", "us-ord", "eu-central")
PLANS: Final = ("g6-nanode-1", "g6-standard-1", "g6-standard-2", "g6-standard-4")
SYSTEMS: Final = ("linode/debian12", "linode/ubuntu24.04", "linode/alpine3.21")


def seed(state: AccountState, wanted: Mapping[str, int | Sequence[Mapping[str, object]]]) -> dict[str, list[Row]]:
    """Make the objects that `wanted` counts or describes, parents first; return their rows by keyword."""
    named = {resource_of(state, keyword): (keyword, each) for keyword, each in wanted.items()}
    made: dict[str, list[Row]] = {}
    for resource in sorted(named, key=lambda one: one.depth):
        keyword, each = named[resource]
        rows = _many(state, resource, each) if isinstance(each, int) else _described(state, resource, each)
        made[keyword] = list(rows)
    return made


def populate(state: AccountState, instances: int) -> None:
    """Make that many instances, with the objects that usually go with them."""
    some = max(1, instances // 5)
    wanted = {"instances": instances, "disks": 2, "configs": 1, "volumes": max(1, instances // 2), "sshkeys": 2}
    wanted |= {"domains": some, "records": 3, "firewalls": some, "nodebalancers": some, "vpcs": some, "subnets": 1}
    known = {each.name for each in state.store.resources.values()}
    seed(state, {key: number for key, number in wanted.items() if name_of(state, key) in known})


def _many(state: AccountState, resource: Resource, number: int) -> Iterator[Row]:
    above: Iterable[Row | None] = [None]
    if resource.parent:
        above = list(state.rows(resource.parent))
    plausible, numbers = PLAUSIBLE.get(resource.name, _labelled), _numbers(state, resource)
    for parent in above:
        for _ in range(number):
            fields = plausible(state, next(numbers), parent)
            yield state.make(resource.name, parent.chain if parent is not None else (), **fields)


def _numbers(state: AccountState, resource: Resource) -> Iterator[int]:
    """Yield the numbers of the next rows, from how many there are."""
    yield from count(sum(1 for _ in state.rows(resource.name)) + 1)


def make_one(
    state: AccountState, resource: Resource, parent: Row | None, given: Body, *, without: Sequence[str] = ()
) -> Row:
    """Make one object of the values that are given, and plausible ones for all others but those under `without`."""
    return _completed(state, resource, parent, given, next(_numbers(state, resource)), without)


def _completed(  # noqa: PLR0913  what makes a row
    state: AccountState, resource: Resource, parent: Row | None, given: Body, number: int, without: Sequence[str] = ()
) -> Row:
    usual = PLAUSIBLE.get(resource.name, _labelled)(state, number, parent)
    usual = {key: value for key, value in usual.items() if key not in without}
    if resource.name == "Instance" and "type" in given:
        usual["specs"] = specs_of(state, str(given["type"]))
    return state.make(resource.name, parent.chain if parent is not None else (), **{**usual, **given})


def _described(state: AccountState, resource: Resource, rows: Sequence[Mapping[str, object]]) -> Iterator[Row]:
    numbers = _numbers(state, resource)
    for each in rows:
        given = dict(each)
        parent = _parent(state, resource, given)
        check_keys(resource, given)
        yield _completed(state, resource, parent, given, next(numbers))


def _parent(state: AccountState, resource: Resource, given: dict[str, object]) -> Row | None:
    if not resource.parent:
        return None
    wanted = given.pop(resource.parent_attribute, None)
    rows = list(state.rows(resource.parent))
    found = [row for row in rows if wanted is None or str(row.id) == str(wanted)]
    if not found or (wanted is None and len(found) > 1):
        msg = f"name the parent of each {resource.name}: {{'{resource.parent_attribute}': id, ...}}"
        raise ValueError(msg)
    return found[0]


# ---------------------------------------------------------------- what is plausible


def _when(number: int) -> str:
    return text(EPOCH - timedelta(days=number % 700, hours=number % 24, minutes=number % 60))


def _labelled(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"object-{number}", "created": _when(number)}


def _instance(state: AccountState, number: int, parent: Row | None) -> Body:
    del parent
    role, team, plan = ROLES[number % len(ROLES)], TEAMS[number % len(TEAMS)], PLANS[number % len(PLANS)]
    return {
        "label": f"{role}-{number}",
        "region": PLACES[number % len(PLACES)],
        "type": plan,
        "image": SYSTEMS[number % len(SYSTEMS)],
        "status": "running",
        "tags": sorted({role, team}),
        "created": _when(number),
        "updated": _when(number),
        "specs": specs_of(state, plan),
    }


def _volume(state: AccountState, number: int, parent: Row | None) -> Body:
    del parent
    instances = list(state.rows("Instance"))
    host = instances[number % len(instances)] if instances and number % 3 else None
    return {
        "label": f"data-{number}",
        "region": host.body["region"] if host else PLACES[number % len(PLACES)],
        "size": 20 + 10 * (number % 8),
        "status": "active",
        "linode_id": host.id if host else None,
        "linode_label": host.body["label"] if host else None,
        "tags": [TEAMS[number % len(TEAMS)]],
        "created": _when(number),
    }


def _domain(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {
        "domain": f"example-{number}.org",
        "type": "master",
        "status": "active",
        "soa_email": f"admin@example-{number}.org",
        "tags": [TEAMS[number % len(TEAMS)]],
    }


def _record(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    kind = ("A", "AAAA", "TXT", "MX")[number % 4]
    target = {"A": f"203.0.113.{number % 254 + 1}", "AAAA": f"2001:db8::{number:x}", "MX": "mail.example.org"}
    return {"type": kind, "name": f"host{number}", "target": target.get(kind, f"text {number}"), "ttl_sec": 300}


def _disk(state: AccountState, number: int, parent: Row | None) -> Body:
    del state
    size = int(parent.body["specs"]["disk"]) if parent is not None else 25600
    is_swap = number % 2 == 0
    return {
        "label": "512 MB Swap Image" if is_swap else f"System Disk {number}",
        "filesystem": "swap" if is_swap else "ext4",
        "size": 512 if is_swap else max(1024, size - 512),
        "status": "ready",
    }


def _config(state: AccountState, number: int, parent: Row | None) -> Body:
    disks = [row.id for row in state.below(parent, "Disk")] if parent is not None else []
    slots = {f"sd{'abcdefgh'[at]}": {"disk_id": disk, "volume_id": None} for at, disk in enumerate(disks[:8])}
    return {"label": f"Profile {number}", "kernel": "linode/latest-64bit", "devices": slots, "root_device": "/dev/sda"}


def _subnet(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"subnet-{number}", "ipv4": f"10.{number // 256 % 256}.{number % 256}.0/24"}


def _in_region(prefix: str) -> Callable[[AccountState, int, Row | None], Body]:
    def make(state: AccountState, number: int, parent: Row | None) -> Body:
        del state, parent
        return {"label": f"{prefix}-{number}", "region": PLACES[number % len(PLACES)], "created": _when(number)}

    return make


def _firewall(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    allowed = {
        "action": "ACCEPT",
        "protocol": "TCP",
        "ports": "22, 443",
        "label": "let-in",
        "addresses": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]},
    }
    rules = {"inbound": [allowed], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
    return {"label": f"firewall-{number}", "status": "enabled", "rules": rules, "created": _when(number)}


def _user(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"username": f"user-{number}", "email": f"user-{number}@example.com", "restricted": number % 2 == 0}


def _key(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"key-{number}", "ssh_key": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 user-{number}@example.com"}


PLAUSIBLE: Final[dict[str, Callable[[Any, int, Any], Body]]] = {
    "Instance": _instance,
    "Volume": _volume,
    "Domain": _domain,
    "DomainRecord": _record,
    "Disk": _disk,
    "Config": _config,
    "VPC": _in_region("vpc"),
    "VPCSubnet": _subnet,
    "NodeBalancer": _in_region("balancer"),
    "PlacementGroup": _in_region("group"),
    "Firewall": _firewall,
    "User": _user,
    "SSHKey": _key,
}
