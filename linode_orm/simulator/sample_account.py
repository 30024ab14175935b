"""The sample account: plausible objects that `sim.seed()` and `--fleet` make."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.catalogues import endpoints
from linode_orm.simulator.clock import EPOCH, text
from linode_orm.simulator.effects.linode import specs_of
from linode_orm.simulator.effects.linode_addresses import FURTHER, address_of
from linode_orm.simulator.effects.networking import guard
from linode_orm.simulator.keywords import check_keys, name_of, resource_of
from linode_orm.simulator.price_lists import STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Body, Row

ROLES: Final = ("web", "db", "cache", "worker", "mail", "build")
TEAMS: Final = ("prod", "staging", "dev")
PLACES: Final = ("us-east", "eu-west", "ap-south", "us-ord", "eu-central")
PLANS: Final = ("g6-nanode-1", "g6-standard-1", "g6-standard-2", "g6-standard-4")
UNASKED: Final = {"Volume": ("linode_id", "linode_label")}
"""What plausible values would say of other objects, and a description has not."""
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
    """Make that many instances, with the objects and the history that an account around them has."""
    some = max(1, instances // 5)
    wanted = {"instances": instances, "disks": 2, "configs": 1, "volumes": max(1, instances // 2), "sshkeys": 2}
    wanted |= {"domains": some, "records": 3, "firewalls": some, "nodebalancers": some, "vpcs": some, "subnets": 1}
    wanted |= {"nodebalancer_configs": 1, "nodes": 2, "clusters": 1, "pools": 1, "images": 2, "users": 2, "invoices": 3}
    wanted |= {"payments": 3, "placement_groups": 1, "stackscripts": 1, "buckets": 1}
    known = {each.name for each in state.store.resources.values()}
    made = seed(state, {key: number for key, number in wanted.items() if name_of(state, key) in known})
    if "FirewallDevice" in known:
        _guarded(state, made)
    if "Event" in known:
        for row in made["instances"]:
            _history(state, row)


def _guarded(state: AccountState, made: Mapping[str, list[Row]]) -> None:
    """Put the Linodes and the NodeBalancers behind the firewalls, one after the other."""
    walls = made.get("firewalls") or []
    for kind, keyword in (("linode", "instances"), ("nodebalancer", "nodebalancers")):
        for at, row in enumerate(made.get(keyword) or ()):
            guard(state, walls[at % len(walls)], kind, row)


def _history(state: AccountState, row: Row) -> None:
    """Tell of the creation of a Linode, and of its first boot."""
    ended = {"status": "finished", "percent_complete": 100, "seen": True, "read": True, "duration": 60.0}
    for action in ("linode_create", "linode_boot"):
        facts = {"action": action, "entity": state.events.entity(row), "secondary_entity": None}
        state.make("Event", (), **facts, **ended, username=state.username, created=row.body["created"])


def _many(state: AccountState, resource: Resource, number: int) -> Iterator[Row]:
    above: Iterable[Row | None] = [None]
    if resource.parent:
        above = list(state.rows(resource.parent))
    numbers = _numbers(state, resource)
    for parent in above:
        for _ in range(number):
            fields = _plausible(state, resource, next(numbers), parent)
            yield state.make(resource.name, parent.chain if parent is not None else (), **fields)


def _numbers(state: AccountState, resource: Resource) -> Iterator[int]:
    """Yield the numbers of the next rows, from how many there are."""
    yield from count(state.store.number_of(resource.name) + 1)


def make_one(
    state: AccountState, resource: Resource, parent: Row | None, given: Body, *, without: Sequence[str] = ()
) -> Row:
    """Make one object of the values that are given, and plausible ones for all others but those under `without`."""
    return _completed(state, resource, parent, given, next(_numbers(state, resource)), without)


def _completed(  # noqa: PLR0913  what makes a row
    state: AccountState, resource: Resource, parent: Row | None, given: Body, number: int, without: Sequence[str] = ()
) -> Row:
    usual = _plausible(state, resource, number, parent)
    host = state.get("Instance", given["linode_id"]) if resource.name == "Volume" and given.get("linode_id") else None
    if host is not None:
        usual["region"] = host.body["region"]
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
        yield _completed(state, resource, parent, given, next(numbers), UNASKED.get(resource.name, ()))


def _parent(state: AccountState, resource: Resource, given: dict[str, object]) -> Row | None:
    if not resource.parent:
        return None
    wanted = given.pop(resource.parent_attribute, None)
    if wanted is not None and not state.store.resources[resource.parent].parent:
        row = state.get(resource.parent, wanted)
        if row is not None:
            return row
    rows = list(state.rows(resource.parent))
    found = [row for row in rows if wanted is None or str(row.id) == str(wanted)]
    if not found or (wanted is None and len(found) > 1):
        msg = f"name the parent of each {resource.name}: {{'{resource.parent_attribute}': id, ...}}"
        raise ValueError(msg)
    return found[0]


# ---------------------------------------------------------------- what is plausible


def _plausible(state: AccountState, resource: Resource, number: int, parent: Row | None) -> Body:
    """Return values of a new object; one that has a recipe of its own or not lies in a region that there is."""
    found = PLAUSIBLE.get(resource.name, _labelled)(state, number, parent)
    region = resource.fields.get("region")
    if region is not None and not found.get("region") and region.codec.json_type.name == "String":
        found["region"] = parent.body["region"] if parent is not None and parent.body.get("region") else _place(number)
    return found


def _place(number: int) -> str:
    return PLACES[number % len(PLACES)]


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


def _hosts(state: AccountState) -> Iterator[Row]:
    return iter(state.store.table(state.store.resources["Instance"]).rows.values())


def _volume(state: AccountState, number: int, parent: Row | None) -> Body:
    del parent
    instances = state.store.number_of("Instance")
    host = next(islice(_hosts(state), number % instances, None)) if instances and number % 3 else None
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


def _cluster(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"cluster-{number}", "region": _place(number), "k8s_version": STANDARD[0], "tier": "standard"}


def _pool(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"type": PLANS[1 + number % (len(PLANS) - 1)], "count": 3, "label": ""}


def _address(state: AccountState, number: int, parent: Row | None) -> Body:
    """Return an address of a Linode, or a reserved one where there is no Linode."""
    del parent
    hosts = list(state.rows("Instance"))
    address = address_of(FURTHER + state.store.new_id("address"))
    host = hosts[number % len(hosts)] if hosts else None
    return {
        "address": address,
        "type": "ipv4",
        "public": True,
        "reserved": True,
        "region": host.body["region"] if host is not None else _place(number),
        "rdns": None,
        "linode_id": None,
    }


def _range(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"range": f"2001:db8:{0x9000 + number % 0x1000:x}::", "prefix": 64, "region": _place(number)}


def _database(engine: str) -> Callable[[AccountState, int, Row | None], Body]:
    def make(state: AccountState, number: int, parent: Row | None) -> Body:
        del state, parent
        known = {"label": f"{engine.partition('/')[0]}-{number}", "type": "g6-nanode-1", "engine": engine}
        return {**known, "region": _place(number), "cluster_size": 1, "created": _when(number)}

    return make


def _bucket(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    held = sorted(endpoints())
    return {"label": f"bucket-{number}", "region": held[number % len(held)], "created": _when(number)}


def _port(state: AccountState, number: int, parent: Row | None) -> Body:
    del state
    used = 80 + number % 1000 if parent is None else 80
    return {"port": used, "protocol": "http", "algorithm": "roundrobin"}


def _node(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    address = f"192.168.{128 + number // 250 % 128}.{number % 250 + 1}"
    return {"label": f"node-{number}", "address": f"{address}:80", "status": "UP", "mode": "accept", "weight": 50}


def _image(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"image-{number}", "size": 1500, "total_size": 1500, "created": _when(number)}


def _script(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {
        "label": f"script-{number}",
        "images": list(SYSTEMS[:1]),
        "script": "#!/bin/bash\n",
        "created": _when(number),
    }


def _group(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    kind = {"placement_group_type": "anti_affinity:local", "placement_group_policy": "flexible"}
    return {"label": f"group-{number}", "region": _place(number), **kind}


def _invoice(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    amount = 20.0 * number
    sums = {"subtotal": amount, "tax": 0.0, "total": amount}
    return {"label": f"Invoice {number}", "date": text(EPOCH - timedelta(days=30 * number)), **sums}


def _payment(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"date": text(EPOCH - timedelta(days=30 * number - 3)), "usd": f"{20 * number}.00"}


def _tag(state: AccountState, number: int, parent: Row | None) -> Body:
    del state, parent
    return {"label": f"tag-{number}"}


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
    "PlacementGroup": _group,
    "IPAddress": _address,
    "IPv6Range": _range,
    "Image": _image,
    "Invoice": _invoice,
    "LKECluster": _cluster,
    "LKENodePool": _pool,
    "MySQLDatabase": _database("mysql/8"),
    "NodeBalancerConfig": _port,
    "NodeBalancerNode": _node,
    "ObjectStorageBucket": _bucket,
    "Payment": _payment,
    "PostgreSQLDatabase": _database("postgresql/16"),
    "StackScript": _script,
    "Tag": _tag,
    "Firewall": _firewall,
    "User": _user,
    "SSHKey": _key,
}
