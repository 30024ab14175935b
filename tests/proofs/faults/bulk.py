"""A unit of work of as many mixed operations as wanted, written twice: as a user of the library, and by hand."""

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
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.workload import KEY, rule, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm import Session

LETTERS = "ABCDEF"
"""The operations of a unit: two creations with a key, one in what is new, one without a key, an update, a deletion."""


def pairs(count: int) -> list[tuple[int, str]]:
    """Give the number of the unit and the letter of each operation."""
    return [(at // len(LETTERS), LETTERS[at % len(LETTERS)]) for at in range(count)]


def start(count: int = 60) -> FakeAccount:
    """Give the account as it is before."""
    account = FakeAccount()
    balancer = account.seed("/nodebalancers", label="lb", region="us-east")
    account.seed(f"/nodebalancers/{balancer['id']}/configs", port=80)
    # the same in every field as one that is created
    account.seed(_nodes(account), label="node-2", address="192.168.0.2:80")
    for unit in range(pairs(count)[-1][0] + 1):
        account.seed("/linode/instances", label=f"web-{unit}", tags=["prod"])
        account.seed("/volumes", label=f"data-{unit}", region="us-east", tags=["keep"])
        account.seed("/volumes", label=f"old-{unit}", region="us-east")
        zone = account.seed("/domains", domain=f"zone-{unit}.example", soa_email="me@example.com")
        account.seed(f"/domains/{zone['id']}/records", name="gone", target="192.0.2.1")
        account.seed("/networking/firewalls", label=f"edge-{unit}", rules=rules(rule("ssh", "22")))
        account.seed("/profile/sshkeys", label=f"decoy-{unit}", ssh_key=KEY)
    return account


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


def finish(count: int = 60) -> FakeAccount:
    """Give the account as it is to be, made by hand."""
    account = start(count)
    for unit, letter in pairs(count):
        _BY_HAND[letter](account, unit)
    return account


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


def _nodes(account: FakeAccount) -> str:
    configs = f"/nodebalancers/{account.named('/nodebalancers', 'lb')['id']}/configs"
    return f"{configs}/{account.named(configs, 80)['id']}/nodes"


def _zone(account: FakeAccount, name: str) -> str:
    return f"/domains/{account.named('/domains', name)['id']}/records"


def _make_a(account: FakeAccount, unit: int) -> None:
    if unit % 2:
        account.seed("/linode/instances", label=f"worker-{unit}", tags=["pool"])
    else:
        account.seed("/volumes", label=f"fresh-{unit}", region="us-east", size=30)


def _make_b(account: FakeAccount, unit: int) -> None:
    account.seed("/domains", domain=f"made-{unit}.example", soa_email="me@example.org")


def _make_c(account: FakeAccount, unit: int) -> None:
    account.seed(_zone(account, f"made-{unit}.example"), type="MX", target="mail.example.org", priority=unit)


def _make_d(account: FakeAccount, unit: int) -> None:
    if unit % 3 == 1:
        account.seed(_zone(account, f"zone-{unit}.example"), name=f"api-{unit}", target="192.0.2.7")
    elif unit % 3 == 2:
        account.seed(_nodes(account), label=f"node-{unit}", address=f"192.168.0.{unit}:80")
    else:
        account.seed("/profile/sshkeys", label=f"key-{unit}", ssh_key=KEY)


def _make_e(account: FakeAccount, unit: int) -> None:
    if unit % 3 == 0:
        account.named("/networking/firewalls", f"edge-{unit}")["rules"]["inbound"][0]["ports"] = "22, 2222"
    elif unit % 3 == 1:
        account.named("/linode/instances", f"web-{unit}").update(tags=["edge", "prod"], watchdog_enabled=False)
    else:
        account.named("/volumes", f"data-{unit}")["label"] = f"renamed-{unit}"


def _make_f(account: FakeAccount, unit: int) -> None:
    collection, name = (_zone(account, f"zone-{unit}.example"), "gone") if unit % 2 else ("/volumes", f"old-{unit}")
    del account.rows[collection][account.named(collection, name)["id"]]


_BY_HAND: dict[str, Callable[[FakeAccount, int], None]] = {
    "A": _make_a,
    "B": _make_b,
    "C": _make_c,
    "D": _make_d,
    "E": _make_e,
    "F": _make_f,
}
