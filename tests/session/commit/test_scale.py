"""Many objects: the work of a commit grows with their number, not with its square (counted, not timed)."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from linode_orm import CommitInterrupted, Session, Volume, recover
from linode_orm.session.commit.executor import Executor
from linode_orm.session.commit.intents import Intents
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm import Step

MANY = 1000


class Steps(dict):
    """The steps of a commit, which count how often it looks at one of them, and how often it starts some."""

    looks = rounds = 0

    def __getitem__(self, number: int) -> object:
        Steps.looks += 1
        return super().__getitem__(number)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Steps]:
    """Count the looks of every commit from here on."""
    whole, start = Executor.__init__, Intents.write

    def init(self: Executor, *args: object) -> None:
        whole(self, *args)
        self.steps = Steps(self.steps)

    def begin(self: Intents, going: list[Step], coming: Iterable[Step]) -> None:
        Steps.rounds += bool(going)
        start(self, going, coming)

    Steps.looks = Steps.rounds = 0
    monkeypatch.setattr(Intents, "write", begin)
    monkeypatch.setattr(Executor, "__init__", init)
    return Steps


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def volumes(number: int = MANY) -> list[Volume]:
    return [Volume(label=f"v{at}", size=10, region="us-east") for at in range(number)]


def test_creates_do_not_look_at_all_that_wait(sim, counted):
    """Each create looks at a few of the steps that wait, never at all of them."""
    with Session(client=sim.client(budget=None)) as session:
        session.add_all(volumes())
        session.commit()
    assert len(sim.requests.writes) == MANY
    assert counted.looks < 5 * MANY + 80 * counted.rounds


@pytest.mark.slow
def test_recovery_does_not_look_at_all_that_is_done(sim, counted, tmp_path):
    """After Ctrl-C in the middle, recovery sends the rest, and each request once."""
    sim.seed(volumes=MANY // 2)
    path, client = tmp_path / "journal", sim.client(budget=None)
    session = Session(client=client, journal=path)
    for volume in session.query(Volume):
        session.delete(volume)
    session.add_all(volumes(MANY // 2))
    sim.requests.clear()

    def press(entry: object, done: int, total: int) -> None:
        if done == MANY * 3 // 4:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(CommitInterrupted):
        session.commit(progress=press)
    session.close()
    recover(path, client=client)
    assert Counter(each.method for each in sim.requests.writes) == {"POST": MANY // 2, "DELETE": MANY // 2}
    assert counted.looks < 5 * MANY + 80 * counted.rounds
    with Session(client=client) as after:
        assert {each.label for each in after.query(Volume)} == {f"v{at}" for at in range(MANY // 2)}
