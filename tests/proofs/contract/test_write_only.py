"""Write-only values: secrets are shown to nobody, the others stand in plans, plan files and journals like any value."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from linode_orm import CommitInterrupted, Instance, IPv6Range, Plan, Session, Volume, recover
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.seed(instances=1)
        yield simulator


def plain(session: Session) -> Instance:
    """Make a new Linode with write-only values that are no secrets."""
    made = Instance(
        label="plain",
        region="us-east",
        type="g6-nanode-1",
        booted=False,
        swap_size=1024,
        private_ip=True,
        authorized_users=["me"],
    )
    session.add(made)
    return made


def test_a_plan_shows_what_is_no_secret(sim):
    """A reader must see where a range is routed, and what a Linode is made with; passwords stay hidden."""
    with Session(client=sim.client()) as session:
        [host] = session.query(Instance)
        session.add(IPv6Range(prefix_length=64, linode=host))
        plain(session).root_pass = "Pa55 word, never shown"
        session.add(Instance(region="us-east", type="g6-nanode-1", metadata={"user_data": "never-shown"}))
        plan = session.plan()
    shown = str(plan)
    assert f"linode_id: {host.id}" in shown
    assert "prefix_length: 64" in shown
    assert "swap_size: 1024" in shown
    assert 'authorized_users: ["me"]' in shown
    assert "never" not in shown
    assert plan.secrets == ("new:2.root_pass", "new:3.metadata")


def test_a_plan_file_asks_for_secrets_only(sim, tmp_path):
    """Values of any type come back as they were."""
    file, client = tmp_path / "plan.json", sim.client()
    with Session(client=client) as session:
        plain(session)
        session.plan().save(file)
    sim.requests.clear()
    Plan.load(file).apply(client)
    [sent] = sim.requests.writes
    assert sent.body == {
        "label": "plain",
        "region": "us-east",
        "type": "g6-nanode-1",
        "booted": False,
        "swap_size": 1024,
        "private_ip": True,
        "authorized_users": ["me"],
    }


def test_recovery_asks_for_secrets_only(sim, tmp_path):
    """What a journal holds is enough to go on."""
    path, client = tmp_path / "journal", sim.client(workers=1)
    session = Session(client=client, journal=path)
    first = [Volume(label=f"v{at}", size=10, region="us-east") for at in range(9)]
    session.add_all(first)
    plain(session)

    def press(entry: object, done: int, total: int) -> None:
        if done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(CommitInterrupted):
        session.commit(progress=press)
    session.close()
    recover(path, client=client)
    assert len(sim.requests.matching("POST", "/volumes")) == len(first)
    [sent] = sim.requests.matching("POST", "/linode/instances")
    assert (sent.body["booted"], sent.body["swap_size"]) == (False, 1024)
