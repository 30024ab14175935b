"""A three-tier stack of twelve objects: what it is, how it ends, and a process that makes it and may be killed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from linode_orm import (
    VPC,
    Client,
    DomainRecord,
    Firewall,
    Instance,
    LinodeInterface,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    Session,
    VPCSubnet,
    later,
)

if TYPE_CHECKING:
    from linode_orm import Domain
    from linode_orm.simulator import Simulator

REGION = "us-east"
POSTS = 6
"""A VPC with its subnet, a firewall, two Linodes with an interface each, a NodeBalancer with all below it, a record."""


def zone(sim: Simulator) -> int:
    """Seed the zone that the record goes into; return its id."""
    return int(sim.add("/domains", domain="example.com", type="master", soa_email="a@example.com")["id"])  # type: ignore[call-overload]


def build(session: Session, domain: Domain, name: str = "shop") -> list[object]:
    """Add the twelve objects, each with what it needs of the others; return the outermost ones."""
    subnet = VPCSubnet(label=f"{name}-web", ipv4="10.0.0.0/24")
    network = VPC(label=name, region=REGION, subnets=[subnet])
    wall = Firewall(
        label=name, rules={"inbound": [], "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    )
    webs = []
    for at in (1, 2):
        address = {"address": f"10.0.0.{at + 1}", "primary": True}
        card = LinodeInterface(vpc={"subnet_id": subnet, "ipv4": {"addresses": [address]}}, firewall=wall)
        webs.append(Instance(label=f"{name}-{at}", region=REGION, type="g6-nanode-1", interfaces=[card]))
    nodes = [NodeBalancerNode(label=f"web{at}", address=f"10.0.0.{at + 1}:80", subnet=subnet) for at in (1, 2)]
    entry = NodeBalancer(label=name, region=REGION, configs=[NodeBalancerConfig(port=80, protocol="http", nodes=nodes)])
    record = DomainRecord(type="A", name=name, target=later(entry, "ipv4"))
    domain.records.append(record)
    session.add_all([network, wall, *webs, entry])
    session.depends_on(entry, *webs)
    return [network, wall, *webs, entry, record]


def described(sim: Simulator, name: str = "shop") -> dict[str, list[str]]:
    """Return the account by names, without ids and moments, and whether the record has the address."""
    state = sim.state
    addresses = {row.body["ipv4"]: row.body["label"] for row in state.rows("NodeBalancer")}
    return {
        "vpcs": sorted(row.body["label"] for row in state.rows("VPC")),
        "subnets": sorted(row.body["label"] for row in state.rows("VPCSubnet")),
        "firewalls": sorted(row.body["label"] for row in state.rows("Firewall")),
        "linodes": sorted(row.body["label"] for row in state.rows("Instance")),
        "guarded": sorted(row.body["entity"]["type"] for row in state.rows("FirewallDevice")),
        "balancers": sorted(row.body["label"] for row in state.rows("NodeBalancer")),
        "configs": sorted(str(row.body["port"]) for row in state.rows("NodeBalancerConfig")),
        "nodes": sorted(row.body["label"] for row in state.rows("NodeBalancerNode")),
        "records": sorted(
            f"{row.body['name']} -> {addresses.get(row.body['target'])}"
            for row in state.rows("DomainRecord")
            if row.body["type"] == "A"
        ),
    }


def connect(url: str) -> Client:
    """Return a client that does not wait long for what may still be running."""
    return Client("any", base_url=url, workers=1, max_request_lifetime=0.3, timeout=2.0, deadline=2.0)


def main(url: str, journal: str, domain: str) -> None:
    """Make the stack."""
    from linode_orm import Domain

    with connect(url) as client, Session(client=client, journal=journal) as session:
        build(session, Domain(session, int(domain)))
        session.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
