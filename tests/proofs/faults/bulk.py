"""A unit of work of as many mixed operations as wanted, told twice: as a user of the library, and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.models import (
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    NodeBalancerConfig,
    NodeBalancerNode,
    SSHKey,
    Volume,
)
from tests.proofs.faults.journey import KEY, rule, rules
from tests.proofs.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm import Session

LETTERS = "ABCDEF"
"""The operations of a unit: two creations with a key, one in what is new, one without a key, an update, a deletion."""


def pairs(count: int) -> list[tuple[int, str]]:
    """Give the number of the unit and the letter of each operation."""
    return [(at // len(LETTERS), LETTERS[at % len(LETTERS)]) for at in range(count)]


def start(count: int = 60) -> World:
    """Give the account as it is before."""
    world = World()
    balancer = world.seed("/nodebalancers", label="lb", region="us-east")
    world.seed(f"/nodebalancers/{balancer['id']}/configs", port=80)
    # the same in every field as one that is created
    world.seed(_nodes(world), label="node-2", address="192.168.0.2:80")
    for unit in range(pairs(count)[-1][0] + 1):
        world.seed("/linode/instances", label=f"web-{unit}", tags=["prod"])
        world.seed("/volumes", label=f"data-{unit}", region="us-east", tags=["keep"])
        world.seed("/volumes", label=f"old-{unit}", region="us-east")
        zone = world.seed("/domains", domain=f"zone-{unit}.example", soa_email="me@example.com")
        world.seed(f"/domains/{zone['id']}/records", name="gone", target="192.0.2.1")
        world.seed("/networking/firewalls", label=f"edge-{unit}", rules=rules(rule("ssh", "22")))
        world.seed("/profile/sshkeys", label=f"decoy-{unit}", ssh_key=KEY)
    return world


def edit(session: Session, count: int = 60) -> None:
    """Do the work in a session, up to the commit; what is changed is read."""
    there: dict[str, Any] = {}
    for model in (Instance, Volume, Firewall):
        there |= {each.label: each for each in session.query(model)}
    there |= {each.domain: each for each in session.query(Domain)}
    there["config"] = session.query(NodeBalancerConfig).one()
    there |= {f"gone in {each.domain.id}": each for each in session.query(DomainRecord)}
    made: dict[int, Domain] = {}
    for unit, letter in pairs(count):
        _EDITS[letter](session, there, made, unit)


def finish(count: int = 60) -> World:
    """Give the account as it is to be, made by hand."""
    world = start(count)
    for unit, letter in pairs(count):
        _BY_HAND[letter](world, unit)
    return world


# -- as a user -----------------------------------------------------------------------------------------------------


def _edit_a(session: Session, _: dict[str, Any], __: dict[int, Domain], unit: int) -> None:
    if unit % 2:
        session.add(Instance(label=f"worker-{unit}", region="us-east", type="g6-nanode-1", tags=["pool"]))
    else:
        session.add(Volume(label=f"fresh-{unit}", region="us-east", size=30))


def _edit_b(session: Session, _: dict[str, Any], made: dict[int, Domain], unit: int) -> None:
    made[unit] = Domain(domain=f"made-{unit}.example", type="master", soa_email="me@example.org")
    session.add(made[unit])


def _edit_c(session: Session, _: dict[str, Any], made: dict[int, Domain], unit: int) -> None:
    session.add(DomainRecord(domain=made[unit], type="MX", target="mail.example.org", priority=unit))


def _edit_d(session: Session, there: dict[str, Any], _: dict[int, Domain], unit: int) -> None:
    if unit % 3 == 1:
        zone = there[f"zone-{unit}.example"]
        session.add(DomainRecord(domain=zone, type="A", name=f"api-{unit}", target="192.0.2.7"))
    elif unit % 3 == 2:
        config = there["config"]
        session.add(NodeBalancerNode(node_balancer_config=config, label=f"node-{unit}", address=f"192.168.0.{unit}:80"))
    else:
        session.add(SSHKey(label=f"key-{unit}", ssh_key=KEY))


def _edit_e(_: Session, there: dict[str, Any], __: dict[int, Domain], unit: int) -> None:
    if unit % 3 == 0:
        there[f"edge-{unit}"].rules.inbound[0].ports = "22, 2222"
    elif unit % 3 == 1:
        there[f"web-{unit}"].tags.add("edge")
        there[f"web-{unit}"].watchdog_enabled = False
    else:
        there[f"data-{unit}"].label = f"renamed-{unit}"


def _edit_f(session: Session, there: dict[str, Any], _: dict[int, Domain], unit: int) -> None:
    if unit % 2:
        session.delete(there[f"gone in {there[f'zone-{unit}.example'].id}"])
    else:
        session.delete(there[f"old-{unit}"])


_EDITS: dict[str, Callable[[Session, dict[str, Any], dict[int, Domain], int], None]] = {
    "A": _edit_a,
    "B": _edit_b,
    "C": _edit_c,
    "D": _edit_d,
    "E": _edit_e,
    "F": _edit_f,
}


# -- by hand -------------------------------------------------------------------------------------------------------


def _nodes(world: World) -> str:
    configs = f"/nodebalancers/{world.named('/nodebalancers', 'lb')['id']}/configs"
    return f"{configs}/{world.named(configs, 80)['id']}/nodes"


def _zone(world: World, name: str) -> str:
    return f"/domains/{world.named('/domains', name)['id']}/records"


def _make_a(world: World, unit: int) -> None:
    if unit % 2:
        world.seed("/linode/instances", label=f"worker-{unit}", tags=["pool"])
    else:
        world.seed("/volumes", label=f"fresh-{unit}", region="us-east", size=30)


def _make_b(world: World, unit: int) -> None:
    world.seed("/domains", domain=f"made-{unit}.example", soa_email="me@example.org")


def _make_c(world: World, unit: int) -> None:
    world.seed(_zone(world, f"made-{unit}.example"), type="MX", target="mail.example.org", priority=unit)


def _make_d(world: World, unit: int) -> None:
    if unit % 3 == 1:
        world.seed(_zone(world, f"zone-{unit}.example"), name=f"api-{unit}", target="192.0.2.7")
    elif unit % 3 == 2:
        world.seed(_nodes(world), label=f"node-{unit}", address=f"192.168.0.{unit}:80")
    else:
        world.seed("/profile/sshkeys", label=f"key-{unit}", ssh_key=KEY)


def _make_e(world: World, unit: int) -> None:
    if unit % 3 == 0:
        world.named("/networking/firewalls", f"edge-{unit}")["rules"]["inbound"][0]["ports"] = "22, 2222"
    elif unit % 3 == 1:
        world.named("/linode/instances", f"web-{unit}").update(tags=["edge", "prod"], watchdog_enabled=False)
    else:
        world.named("/volumes", f"data-{unit}")["label"] = f"renamed-{unit}"


def _make_f(world: World, unit: int) -> None:
    collection, name = (_zone(world, f"zone-{unit}.example"), "gone") if unit % 2 else ("/volumes", f"old-{unit}")
    del world.rows[collection][world.named(collection, name)["id"]]


_BY_HAND: dict[str, Callable[[World, int], None]] = {
    "A": _make_a,
    "B": _make_b,
    "C": _make_c,
    "D": _make_d,
    "E": _make_e,
    "F": _make_f,
}
