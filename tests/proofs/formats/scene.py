"""The account that the kept files are about, what is changed in it, and how a state of it is rebuilt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from linode_orm import (
    VPC,
    Domain,
    DomainRecord,
    Instance,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    Session,
    SSHKey,
    Volume,
    VPCSubnet,
)
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PASSWORD = "correct horse 9 battery"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFW2yqVYdmbYwFOOn0zy3TkPpOTkEBqJvgRbgkvnTmcF me@example.org"
LISTS: Mapping[str, tuple[str, ...]] = {
    "/linode/instances": ("label", "region", "tags", "alerts"),
    "/volumes": ("label", "size", "tags"),
    "/domains": ("domain", "description"),
    "/domains/*/records": ("type", "name", "target"),
    "/nodebalancers": ("label",),
    "/nodebalancers/*/configs": ("port",),
    "/nodebalancers/*/configs/*/nodes": ("label", "address", "weight", "mode"),
    "/profile/sshkeys": ("label", "ssh_key"),
    "/vpcs": ("label",),
    "/vpcs/*/subnets": ("label", "ipv4"),
}
"""What is looked at in an account: lists, and the keys of their rows that tell one object from another."""


ALERTS: Final = {"cpu": 90, "io": 10000, "network_in": 10, "network_out": 10, "transfer_quota": 80}


def account() -> Simulator:
    """Give the account as it is before."""
    sim = Simulator(strict=False)  # labels of version 0.1 that the API refuses
    instances = [
        {"label": name, "region": "us-east", "tags": ["prod"], "alerts": ALERTS}
        for name in ("web", "db", "n1", "n2", "n3")
    ]
    sim.seed(instances=instances)
    sim.seed(
        volumes=[
            {"label": name, "region": "us-east", "size": 20, "tags": ["t"], "linode_id": None}
            for name in ("data", "old")
        ]
    )
    (zone,) = sim.seed(domains=[{"domain": "example.com", "description": "shop"}])["domains"]
    sim.seed(records=[{"domain": zone["id"], "type": "A", "name": name, "target": "192.0.2.1"} for name in ("a", "b")])
    (balancer,) = sim.seed(nodebalancers=[{"label": "lb", "region": "us-east"}])["nodebalancers"]
    made = sim.add(f"/nodebalancers/{balancer['id']}/configs", port=80)
    for at in range(5):
        address = f"192.168.0.{at + 1}:80"
        sim.add(
            f"/nodebalancers/{balancer['id']}/configs/{made['id']}/nodes", label=f"n{at}", address=address, weight=100
        )
    return sim


def edit(session: Session) -> None:
    """Change the account: updates, deletions, new objects by themselves and inside others, and what goes in one request."""
    web, db = (session.query(Instance).filter(Instance.label == name).one() for name in ("web", "db"))
    web.alerts.cpu = 50
    db.label = "db-1"
    db.tags.add("primary")
    for each in session.query(Instance).filter(Instance.label.startswith("n")):
        each.tags.add("edge")
    data, old = (session.query(Volume).filter(Volume.label == name).one() for name in ("data", "old"))
    data.label = "data-1"
    session.delete(old)
    zone = session.query(Domain).one()
    zone.description = "the shop"
    session.delete(next(each for each in zone.records if each.name == "b"))
    config = session.query(NodeBalancer).one().configs[0]
    nodes = sorted(config.nodes, key=lambda each: each.label)
    nodes[0].mode, nodes[1].weight, nodes[2].label = "drain", 7, "two"
    session.delete(nodes[3])
    session.add(NodeBalancerNode(node_balancer_config=config, label="new", address="192.168.1.1:80"))
    session.add(Volume(label="fresh", region="us-east", size=30, tags=["a"]))
    session.add(Volume(label="old", region="us-east", size=40))
    session.add(SSHKey(label="ci", ssh_key=KEY))
    other = Domain(domain="example.org", type="master", soa_email="me@example.org")
    session.add(DomainRecord(domain=other, type="MX", name="", target="mail.example.org", priority=10))
    subnets = [VPCSubnet(label=f"sub{at}", ipv4=f"10.0.{at}.0/24") for at in range(2)]
    session.add(VPC(label="net", region="us-east", subnets=subnets))
    inside = NodeBalancerConfig(port=8080, nodes=[NodeBalancerNode(label="one", address="192.168.2.1:80")])
    session.add(NodeBalancer(label="second", region="us-east", configs=[inside]))
    session.add(
        Instance(label="worker", region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass=PASSWORD)
    )


def facts(sim: Simulator) -> dict[str, list[str]]:
    """Give what is in an account, ids aside: each row of each list as text."""
    return {where: sorted(_shown(sim, where, keys)) for where, keys in LISTS.items()}


def _shown(sim: Simulator, where: str, keys: tuple[str, ...]) -> Iterable[str]:
    for path in _paths(sim, where.split("/")[1:]):
        for row in _rows(sim, path):
            values = {key: sorted(row[key]) if key == "tags" else row[key] for key in keys}
            yield json.dumps(values, sort_keys=True)


def _paths(sim: Simulator, parts: list[str], above: str = "") -> Iterable[str]:
    """Give the paths that a pattern stands for: a star is the id of each row of the list before it."""
    if "*" not in parts:
        yield "/".join([above, *parts])
        return
    at = parts.index("*")
    path = "/".join([above, *parts[:at]])
    for row in _rows(sim, path):
        yield from _paths(sim, parts[at + 1 :], f"{path}/{row['id']}")


def _rows(sim: Simulator, path: str) -> list[dict[str, Any]]:
    return json.loads(sim.exchange("GET", path, query={"page_size": 500}).content)["data"]


def rebuilt(writes: Iterable[Mapping[str, Any]]) -> Simulator:
    """Give the account after these writes, each at the simulated second at which it was made."""
    sim = account()
    for each in writes:
        sim.clock.advance(each["second"] - sim.clock.monotonic())
        reply = sim.exchange(each["method"], each["path"], body=each["body"])
        assert reply.status == 200, reply.content
    return sim
