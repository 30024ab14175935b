"""Random graphs of all resources that refer to others are made, replaced and deleted: no order is refused (simulator)."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import (
    VPC,
    AlertChannel,
    AlertDefinition,
    Client,
    CommitError,
    Config,
    Disk,
    Domain,
    DomainRecord,
    Firewall,
    FirewallDevice,
    FirewallRuleSet,
    Image,
    Instance,
    IPv6Range,
    LinodeInterface,
    LKECluster,
    LKENodePool,
    MySQLDatabase,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    ObjectStorageBucket,
    ObjectStorageKey,
    PlacementGroup,
    PostgreSQLDatabase,
    ResourceLock,
    Session,
    StackScript,
    Stream,
    StreamDestination,
    Tag,
    User,
    Volume,
    VPCSubnet,
)
from linode_orm.mapping.model import resource
from linode_orm.models._index import INDEX
from linode_orm.session.planning.holders import paths_of, targets_of
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping import Model

Keyed = tuple["type[Model]", Any, tuple[object, ...]]

REGION, TYPE = "us-east", "g6-nanode-1"
RULES = {"inbound": [], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
POOL = {"type": "g6-standard-1", "count": 1}


class Graph:
    """New objects that refer to one another, chosen by a seeded random generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made: dict[str, list[Any]] = {}
        self.once: set[tuple[int, ...]] = set()

    def is_first(self, *objects: object) -> bool:
        """Say whether these objects were not put together before."""
        key = tuple(map(id, objects))
        is_first = key not in self.once
        self.once.add(key)
        return is_first

    def one(self, name: str) -> Any:
        """Give an object of a class that was made before, or None."""
        found = self.made.get(name)
        return self.random.choice(found) if found else None

    def maybe(self, name: str, key: str) -> dict[str, Any]:
        """Give an argument with such an object, or none."""
        found = self.one(name) if self.random.random() < 0.7 else None
        return {} if found is None else {key: found}

    def grow(self, size: int) -> list[Model]:
        """Make some objects of every class, those that others refer to first."""
        for name, make in MAKERS.items():
            for number in range(self.random.randint(0, size)):
                new = make(self, f"{name.lower()}-{number}", number)
                if new is not None:
                    self.made.setdefault(name, []).append(new)
        return [each for group in self.made.values() for each in group]


def _interfaces(graph: Graph) -> dict[str, Any]:
    subnet = graph.one("VPCSubnet")
    if subnet is None or graph.random.random() < 0.3:
        return {}
    if graph.random.random() < 0.5:
        return {"interfaces": [{"purpose": "vpc", "subnet_id": subnet}]}
    return {"interface_generation": "linode", "interfaces": [LinodeInterface(vpc={"subnet_id": subnet})]}


def _instance(graph: Graph, label: str, _: int) -> Instance:
    group = graph.one("PlacementGroup") if graph.random.random() < 0.5 else None
    more = {} if group is None else {"placement_group": {"id": group}}
    more |= graph.maybe("Firewall", "firewall") | _interfaces(graph)
    return Instance(label=label, region=REGION, type=TYPE, **more)


def _below(name: str, make: Callable[..., Model]) -> Callable[[Graph, str, int], Model | None]:
    def maker(graph: Graph, label: str, number: int) -> Model | None:
        parent = graph.one(name)
        return None if parent is None else make(graph, parent, label, number)

    return maker


def _config(graph: Graph, linode: Instance, label: str, _: int) -> Config:
    disks = [each for each in graph.made.get("Disk", ()) if each.instance is linode]
    slots: dict[str, Any] = {"sda": {"disk_id": graph.random.choice(disks)}} if disks else {}
    volumes = [each for each in graph.made.get("Volume", ()) if each.linode is linode]
    if volumes:
        slots["sdb"] = {"volume_id": graph.random.choice(volumes)}
    subnet = graph.one("VPCSubnet")
    faces = {"interfaces": [{"purpose": "vpc", "subnet_id": subnet}]} if subnet is not None else {}
    return Config(label=label, devices=slots, instance=linode, **faces)


def _database(kind: type, engine: str) -> Callable[[Graph, str, int], Model]:
    def maker(graph: Graph, label: str, _: int) -> Model:
        subnet = graph.one("VPCSubnet")
        more = {} if subnet is None else {"private_network": {"vpc_id": subnet.vpc, "subnet_id": subnet}}
        return kind(label=label, region=REGION, type=TYPE, engine=engine, **more)

    return maker


def _cluster(graph: Graph, label: str, _: int) -> LKECluster:
    subnet = graph.one("VPCSubnet")
    more = {} if subnet is None else {"vpc_id": subnet.vpc, "subnet_id": subnet}
    return LKECluster(label=label, region=REGION, k8s_version="1.33", node_pools=[POOL], **more)


def _balancer(graph: Graph, label: str, _: int) -> NodeBalancer:
    subnet = graph.one("VPCSubnet")
    more = {} if subnet is None else {"vpcs": [{"subnet_id": subnet}]}
    return NodeBalancer(label=label, region=REGION, **more, **graph.maybe("Firewall", "firewall"))


def _key(graph: Graph, label: str, _: int) -> ObjectStorageKey:
    bucket = graph.one("ObjectStorageBucket")
    if bucket is None:
        return ObjectStorageKey(label=label)
    limit = {"bucket_name": bucket, "region": REGION, "permissions": "read_only"}
    return ObjectStorageKey(label=label, bucket_access=[limit])


def _destination(graph: Graph, label: str, _: int) -> StreamDestination:
    name = graph.one("ObjectStorageBucket") or "logs"
    details = {"bucket_name": name, "host": "a.example", "access_key_id": "a", "access_key_secret": "b"}
    return StreamDestination(label=label, type="akamai_object_storage", details=details)


def _alert(graph: Graph, label: str, _: int) -> AlertDefinition:
    channel = graph.one("AlertChannel")
    rule = {"rules": [{"metric": "cpu_usage", "operator": "gt", "threshold": 90, "aggregate_function": "avg"}]}
    triggers = {
        "criteria_condition": "ALL",
        "evaluation_period_seconds": 300,
        "polling_interval_seconds": 300,
        "trigger_occurrences": 1,
    }
    return AlertDefinition(
        label=label,
        severity=1,
        channel_ids=[channel] if channel is not None else [10000],
        rule_criteria=rule,
        trigger_conditions=triggers,
        monitor_service="dbaas",
    )


def _range(number: int) -> str:
    return f"10.{number}.0.0/24"


MAKERS: dict[str, Callable[[Graph, str, int], Model | None]] = {
    "VPC": lambda _, label, __: VPC(label=label, region=REGION),
    "VPCSubnet": _below("VPC", lambda _, vpc, label, number: VPCSubnet(label=label, ipv4=_range(number), vpc=vpc)),
    "PlacementGroup": lambda _, label, __: PlacementGroup(
        label=label, region=REGION, placement_group_type="anti_affinity:local", placement_group_policy="strict"
    ),
    "User": lambda _, label, __: User(username=label, email="a@example.com", restricted=True),
    "FirewallRuleSet": lambda _, label, __: FirewallRuleSet(label=label, type="inbound", rules=[]),
    "Firewall": lambda _, label, __: Firewall(label=label, rules=RULES),
    "Instance": _instance,
    "Disk": _below("Instance", lambda _, linode, label, __: Disk(label=label, size=500, instance=linode)),
    "Volume": lambda graph, label, _: Volume(
        label=label, size=20, **(graph.maybe("Instance", "linode") or {"region": REGION})
    ),
    "Config": _below("Instance", _config),
    "Image": _below("Disk", lambda _, disk, label, __: Image(disk=disk, label=label)),
    "StackScript": lambda graph, label, _: StackScript(
        label=label, images=[graph.one("Image") or "linode/debian12"], script="#!/bin/sh"
    ),
    "IPv6Range": _below("Instance", lambda _, linode, __, ___: IPv6Range(prefix_length=64, linode=linode)),
    "NodeBalancer": _balancer,
    "NodeBalancerConfig": _below(
        "NodeBalancer",
        lambda _, balancer, __, number: NodeBalancerConfig(port=80 + number, protocol="tcp", node_balancer=balancer),
    ),
    "NodeBalancerNode": _below(
        "NodeBalancerConfig",
        lambda _, config, label, number: NodeBalancerNode(
            label=label, address=f"192.168.1.{number}:80", node_balancer_config=config
        ),
    ),
    "FirewallDevice": _below(
        "Firewall",
        lambda graph, wall, _, __: _device(graph, wall),
    ),
    "LKECluster": _cluster,
    "LKENodePool": _below("LKECluster", lambda graph, cluster, _, __: LKENodePool(lke_cluster=cluster, **POOL)),
    "MySQLDatabase": _database(MySQLDatabase, "mysql/8"),
    "PostgreSQLDatabase": _database(PostgreSQLDatabase, "postgresql/16"),
    "ObjectStorageBucket": lambda _, label, __: ObjectStorageBucket(label=label, region=REGION),
    "ObjectStorageKey": _key,
    "StreamDestination": _destination,
    "Stream": _below(
        "StreamDestination",
        lambda _, there, label, __: Stream(label=label, type="audit_logs", destinations=[there]),
    ),
    "AlertChannel": lambda _, label, __: AlertChannel(
        label=label, channel_type="email", details={"email": {"usernames": ["simulated"], "recipient_type": "user"}}
    ),
    "AlertDefinition": _alert,
    "Domain": lambda _, label, __: Domain(domain=f"{label}.example", type="master", soa_email="a@example.com"),
    "DomainRecord": _below(
        "Domain",
        lambda graph, zone, label, _: DomainRecord(
            domain=zone, type=graph.random.choice(["A", "CNAME"]), name=label, target="192.0.2.1"
        ),
    ),
    "ResourceLock": lambda graph, _, __: _lock(graph),
    "Tag": lambda graph, label, _: Tag(label=label, **{key: [each] for key, each in _tagged(graph)}),
}
"""How an object of each class is made."""

ELSEWHERE = {
    "ConfigInterface": "made by the interfaces of a Config here; its own POST needs an active profile",
    "EntityTransfer": "the account itself refuses what is offered to another account",
    "ImageShareGroup": "needs images that are available, which takes time",
    "ImageShareGroupImage": "made by its share group",
    "ImageShareGroupMember": "needs the token of another account",
    "ImageShareGroupToken": "needs the share group of another account",
    "LinodeInterface": "made by the interfaces of an Instance here; its own POST needs a Linode that is off",
    "LongviewClient": "refers to nothing, and is in grants alone",
    "ManagedService": "refers to nothing, and is in the settings of Managed alone",
    "ObjectStorageBucketSSL": "refers to nothing but its parent",
    "PaymentMethod": "refers to nothing",
    "PostgreSQLConnectionPool": "refers to nothing but its parent, by its own label",
    "ServiceTransfer": "the account itself refuses what is offered to another account",
}
"""Classes that refer to others, or are referred to, and are made otherwise."""


def _device(graph: Graph, wall: Firewall) -> FirewallDevice | None:
    linode = graph.one("Instance")
    if linode is None or linode.firewall is wall or not graph.is_first(wall, linode):
        return None
    return FirewallDevice(id=linode, type="linode", firewall=wall)


def _lock(graph: Graph) -> ResourceLock | None:
    linode = graph.one("Instance")
    if linode is None or not graph.is_first(linode):
        return None
    kind = graph.random.choice(["cannot_delete", "cannot_delete_with_subresources"])
    return ResourceLock(entity_type="linode", entity_id=linode, lock_type=kind)


def _tagged(graph: Graph) -> list[tuple[str, Model]]:
    pairs = [(key, graph.one(name)) for key, name in (("linodes", "Instance"), ("volumes", "Volume"))]
    return [(key, each) for key, each in pairs if each is not None]


def test_every_class_is_made():
    """Each class that refers to what can be deleted, or is referred to, is among the makers or named elsewhere."""
    both = [name for name in INDEX if {"create", "delete"} <= resource(name).__mapper__.verbs]
    targets = set().union(*(targets_of(name) for name in INDEX))
    concerned = {name for name in both if paths_of(name) or name in targets}
    assert concerned - MAKERS.keys() - ELSEWHERE.keys() == set()
    assert not ELSEWHERE.keys() - set(both)


def refusals(error: CommitError) -> list[str]:
    """Give what was refused, and what depends on nothing that was."""
    return [str(entry) for entry in error.failed]


def commit(session: Session) -> None:
    """Commit; tell what was refused where something was."""
    try:
        session.commit()
    except CommitError as error:
        pytest.fail("; ".join(refusals(error)) or str(error))


def seeds(full: bool) -> range:
    return range(400 if full else 40)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 8])
@pytest.mark.parametrize("knows", ["everything", "references", "nothing of what holds them"])
def test_no_order_is_refused(workers, knows, full, tell):
    """Graphs are created in one commit and deleted in another, in any order of the user's calls."""
    deleted = 0
    for seed in seeds(full):
        with Simulator(job_seconds=0) as sim:
            client = Client("any", transport=sim.transport, clock=sim.clock, workers=workers)
            deleted += _make_and_delete(client, seed, knows)
    tell(f"random graphs, {workers} workers, {knows} known: {deleted} deletions, 0 refused for order")


def _make_and_delete(client: Client, seed: int, knows: str) -> int:
    graph = Graph(seed)
    with Session(client=client) as session:
        keys = _make(session, graph)
        if knows == "everything":
            _delete(session, keys)
            return len(keys)
    with Session(client=client) as other:
        for model, identity, parents in keys if knows == "references" else ():
            if "get" in model.__mapper__.verbs:
                other.load(model, identity, *_above(parents))
        _delete(other, keys)
    return len(keys)


def _above(parents: tuple[object, ...]) -> tuple[object, ...]:
    return parents if len(parents) < 2 else (parents,)


def _make(session: Session, graph: Graph) -> list[Keyed]:
    """Create a graph in one commit; give the keys of its objects, in any order."""
    new = graph.grow(2)
    graph.random.shuffle(new)
    session.add_all(new)
    commit(session)
    keys = [(type(each), each.__state__.identity, each.__state__.parents) for each in new]
    graph.random.shuffle(keys)
    return keys


def _delete(session: Session, keys: list[Keyed]) -> None:
    for model, identity, parents in keys:
        session.delete(model(session, identity, *_above(parents)))
    commit(session)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 8])
def test_a_graph_takes_the_place_of_another(workers, full, tell):
    """One commit deletes a graph and creates another one with the same names, ports, ranges and records."""
    count = 0
    for seed in seeds(full):
        with Simulator(job_seconds=0) as sim:
            client = Client("any", transport=sim.transport, clock=sim.clock, workers=workers)
            with Session(client=client) as session:
                keys = _make(session, Graph(seed))
                new = Graph(seed + 1).grow(2)
                session.add_all(new)
                count += len(keys) + len(new)
                _delete(session, keys)
    tell(f"random graphs that replace others, {workers} workers: {count} steps, 0 refused for order")


@pytest.mark.slow
def test_undo_leaves_nothing(full, tell):
    """Where a creation is refused, what was created before is deleted again, whatever holds it by now."""
    undone = 0
    for seed in seeds(full):
        graph = Graph(seed)
        new = graph.grow(2)
        with Simulator(job_seconds=0) as sim:
            graph.random.shuffle(new)
            sim.faults.add("POST", "*", nth=graph.random.randint(1, max(1, len(new))), action=400)
            client = Client("any", transport=sim.transport, clock=sim.clock, workers=4)
            with Session(client=client, on_error="undo") as session:
                session.add_all(new)
                with suppress(CommitError):
                    session.commit()
                    continue
                left = [request for request in sim.requests if request.method == "DELETE" and request.status >= 400]
                assert not left, f"seed {seed}: {left[0].path}"
                undone += sum(request.method == "DELETE" for request in sim.requests)
    tell(f"random graphs that are undone: {undone} deletions, 0 refused for order")
