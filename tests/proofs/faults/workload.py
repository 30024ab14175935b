"""One unit of work of fourteen requests, written twice: as a user of the library, and by hand on an account of its own."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linode_orm.models import (
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    SSHKey,
    Volume,
)
from tests.proofs.faults.fake_account import FakeAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm import Session
    from linode_orm.mapping import Model

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJh ci@example.com"


def rule(label: str, ports: str, action: str = "ACCEPT") -> dict[str, Any]:
    """Give a rule as the API has it."""
    return {
        "label": label,
        "action": action,
        "protocol": "TCP",
        "ports": ports,
        "addresses": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]},
    }


def rules(*inbound: dict[str, Any]) -> dict[str, Any]:
    """Give the rules of a firewall."""
    return {"inbound": [*inbound], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}


def start(skew: float = 0.0) -> FakeAccount:
    """Give the account as it is before."""
    account = FakeAccount(skew)
    account.seed("/linode/instances", label="web", tags=["prod"])
    account.seed("/linode/instances", label="db", tags=["prod"])
    account.seed("/volumes", label="data", size=20, region="us-east", tags=["keep"])
    account.seed("/volumes", label="old", size=20, region="us-east")
    zone = account.seed("/domains", domain="example.com", soa_email="me@example.com")
    account.seed(f"/domains/{zone['id']}/records", type="A", name="www", target="192.0.2.1")
    account.seed(f"/domains/{zone['id']}/records", type="TXT", name="gone", target="bye")
    account.seed("/networking/firewalls", label="edge", rules=rules(rule("ssh", "22")))
    # the same in every field as one that is created: it was there before, and is not to be taken for the new one
    account.seed("/profile/sshkeys", label="ci", ssh_key=KEY)
    balancer = account.seed("/nodebalancers", label="lb", region="us-east")
    config = account.seed(f"/nodebalancers/{balancer['id']}/configs", port=80)
    account.seed(f"/nodebalancers/{balancer['id']}/configs/{config['id']}/nodes", label="one", address="192.168.0.1:80")
    return account


def edit(session: Session, account: FakeAccount) -> list[Model]:
    """Do the work in a session, up to the commit; give the objects that will be there afterwards."""
    web = session.get(Instance, account.named("/linode/instances", "web")["id"])
    data = session.get(Volume, account.named("/volumes", "data")["id"])
    old = session.get(Volume, account.named("/volumes", "old")["id"])
    zone = session.get(Domain, account.named("/domains", "example.com")["id"])
    edge = session.get(Firewall, account.named("/networking/firewalls", "edge")["id"])
    assert web is not None
    assert data is not None
    assert old is not None
    assert zone is not None
    assert edge is not None
    records = f"/domains/{zone.id}/records"
    gone = DomainRecord(session, account.named(records, "gone")["id"], zone)
    balancer = NodeBalancer(session, account.named("/nodebalancers", "lb")["id"])
    configs = f"/nodebalancers/{balancer.id}/configs"
    config = NodeBalancerConfig(session, account.named(configs, 80)["id"], balancer)

    web.tags.add("edge")
    web.watchdog_enabled = False
    data.label = "data-1"
    zone.description = "the shop"
    edge.rules.inbound[0].ports = "22, 2222"
    session.delete(old)
    session.delete(gone)
    made: list[Model] = [
        Volume(label="fresh", region="us-east", size=30, tags=["b", "a"]),
        Volume(label="old", region="us-east", size=40),
        Instance(label="worker", region="us-east", type="g6-nanode-1", tags=["pool"]),
        Domain(domain="example.org", type="master", soa_email="me@example.org"),
        DomainRecord(domain=zone, type="A", name="api", target="192.0.2.7", ttl_sec=300),
        SSHKey(label="ci", ssh_key=KEY),
        NodeBalancerNode(node_balancer_config=config, label="two", address="192.168.0.2:80", weight=60),
    ]
    made.append(DomainRecord(domain=made[3], type="MX", name="", target="mail.example.org", priority=10))  # type: ignore[arg-type]  # the third is the domain
    session.add_all(made)
    return [web, data, zone, edge, *made]


def finish() -> FakeAccount:
    """Give the account as it is to be, made by hand."""
    account = start()
    account.named("/linode/instances", "web").update(tags=["edge", "prod"], watchdog_enabled=False)
    account.named("/volumes", "data")["label"] = "data-1"
    zone = account.named("/domains", "example.com")
    zone["description"] = "the shop"
    account.named("/networking/firewalls", "edge")["rules"]["inbound"][0]["ports"] = "22, 2222"
    records = f"/domains/{zone['id']}/records"
    del account.rows[records][account.named(records, "gone")["id"]]
    del account.rows["/volumes"][account.named("/volumes", "old")["id"]]
    account.seed("/volumes", label="fresh", region="us-east", size=30, tags=["a", "b"])
    account.seed("/volumes", label="old", region="us-east", size=40)
    account.seed("/linode/instances", label="worker", region="us-east", type="g6-nanode-1", tags=["pool"])
    made = account.seed("/domains", domain="example.org", soa_email="me@example.org")
    account.seed(f"/domains/{made['id']}/records", type="MX", target="mail.example.org", priority=10)
    account.seed(records, type="A", name="api", target="192.0.2.7", ttl_sec=300)
    account.seed("/profile/sshkeys", label="ci", ssh_key=KEY)
    balancer = account.named("/nodebalancers", "lb")["id"]
    config = account.named(f"/nodebalancers/{balancer}/configs", 80)["id"]
    account.seed(f"/nodebalancers/{balancer}/configs/{config}/nodes", label="two", address="192.168.0.2:80", weight=60)
    return account


@functools.cache
def planned() -> dict[str, list[str]]:
    """Give what is to be there, by names."""
    return finish().snapshot()


@dataclass(frozen=True)
class Call:
    """One request of the plan: `sort` is what kind of operation it is, `nth` which of those with that path."""

    sort: str
    method: str
    path: str
    nth: int = 1


@dataclass(frozen=True)
class Workload:
    """A unit of work: the account before, what a user does, and the account after, by names."""

    start: Callable[[float], FakeAccount]
    edit: Callable[[Session, FakeAccount], list[Model]]
    planned: Callable[[], dict[str, list[str]]]


SINGLE = Workload(start, edit, planned)
KEYED, UNKEYED = "create with a key", "create without a key"
CALLS = (
    Call(KEYED, "POST", "/volumes"),
    Call(KEYED, "POST", "/volumes", 2),
    Call(KEYED, "POST", "/linode/instances"),
    Call(KEYED, "POST", "/domains"),
    Call(UNKEYED, "POST", r"/domains/\d+/records"),
    Call(UNKEYED, "POST", r"/domains/\d+/records", 2),
    Call(UNKEYED, "POST", "/profile/sshkeys"),
    Call(UNKEYED, "POST", r"/nodebalancers/\d+/configs/\d+/nodes"),
    Call("update", "PUT", r"/linode/instances/\d+"),
    Call("update", "PUT", r"/volumes/\d+"),
    Call("update", "PUT", r"/domains/\d+"),
    Call("update", "PUT", r"/networking/firewalls/\d+/rules"),
    Call("delete", "DELETE", r"/volumes/\d+"),
    Call("delete", "DELETE", r"/domains/\d+/records/\d+"),
)
