"""Objects that exist for the time of a block: one of every sort of creation, and a commit inside that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm import Domain, DomainRecord, NodeBalancer, NodeBalancerNode, SSHKey, Volume
from tests.proofs.faults.comparisons import difference
from tests.proofs.faults.workload import KEY, KEYED, UNKEYED, Call

if TYPE_CHECKING:
    from linode_orm import Session
    from linode_orm.mapping import Model
    from tests.proofs.faults.fake_account import FakeAccount

KEPT = "kept"
CALLS = (
    Call(KEYED, "POST", "/volumes"),
    Call(KEYED, "POST", "/domains"),
    Call(UNKEYED, "POST", r"/domains/\d+/records"),
    Call(UNKEYED, "POST", r"/domains/\d+/records", 2),
    Call(UNKEYED, "POST", "/profile/sshkeys"),
    Call(UNKEYED, "POST", "/profile/sshkeys", 2),
    Call(UNKEYED, "POST", r"/nodebalancers/\d+/configs/\d+/nodes"),
    Call("delete", "DELETE", r"/volumes/\d+"),
    Call("delete", "DELETE", r"/domains/\d+"),
    Call("delete", "DELETE", r"/domains/\d+/records/\d+"),
    Call("delete", "DELETE", r"/profile/sshkeys/\d+"),
    Call("delete", "DELETE", r"/nodebalancers/\d+/configs/\d+/nodes/\d+"),
)
"""The writes of a block; the record of the new zone goes with it."""


class Stop(Exception):  # noqa: N818  no error: it ends a block
    """Raised by a block."""


def objects_of(session: Session) -> list[Model]:
    """Give new objects: with a key, without one, below something, and below something new."""
    zone = session.query(Domain).one()
    (config,) = session.query(NodeBalancer).one().configs
    new_zone = Domain(domain="example.org", type="master", soa_email="me@example.org")
    return [
        Volume(label="fresh", region="us-east", size=30),
        SSHKey(label="ci", ssh_key=KEY),
        DomainRecord(domain=zone, type="A", name="api", target="192.0.2.7"),
        new_zone,
        DomainRecord(domain=new_zone, type="MX", name="", target="mail.example.org", priority=10),
        NodeBalancerNode(node_balancer_config=config, label="two", address="192.168.0.2:80"),
    ]


def block(session: Session, new: list[Model], *, raises: bool = False) -> None:
    """Make temporary objects, commit something that stays, and let the block end."""
    with session.temporary(*new):
        session.add(SSHKey(label=KEPT, ssh_key=KEY))
        session.commit()
        if raises:
            raise Stop


def left_over(account: FakeAccount, before: dict[str, list[str]]) -> list[str]:
    """Give what the account has otherwise than before, but for what stays."""
    return [each for each in difference(account.snapshot(), before) if f'"label": "{KEPT}"' not in each]
