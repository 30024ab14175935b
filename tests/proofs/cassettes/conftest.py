"""Records cassettes with `--record`, from the simulator's server or, with `--real`, from the API; replays them otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from linode_orm import Client
from linode_orm.simulator import Simulator, serve
from linode_orm.testing import recorder
from tests.places import ROOT
from tests.proofs.cassettes.playing import NOWHERE, TOKEN

if TYPE_CHECKING:
    from datetime import datetime

    from linode_orm.simulator import VirtualClock

FOLDER = ROOT / "cassettes"
RECORDED_WITH = 8


def pytest_addoption(parser):
    """Let nox say what is to be done."""
    parser.addoption("--record", action="store_true", help="write the cassettes anew")
    parser.addoption(
        "--real", action="store_true", help="from the real API, with LINODE_TOKEN; makes and deletes things"
    )


class Ahead:
    """The clock of a served account for a client that does not want to wait: what it sleeps moves the account's time."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.monotonic = clock.monotonic

    def now(self) -> datetime:
        """Give the moment."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Move the time on."""
        self._clock.advance(max(seconds, 0.0))


@frozen
class Account:
    """What a flow runs on; `simulator` is there while it is recorded from one."""

    client: Client
    simulator: Simulator | None = None

    def fault(self, method: str, path: str, nth: int | None, action: str | int) -> None:
        """Let a request fail while recording: in a replay it fails because it did then."""
        if self.simulator is not None:
            self.simulator.faults.add(method, path, nth=nth, action=action)

    def heal(self) -> None:
        """Let requests fail no longer."""
        if self.simulator is not None:
            self.simulator.faults.clear()


@pytest.fixture(params=[RECORDED_WITH, 1, 16], ids=lambda workers: f"{workers} workers")
def account(request):
    """Give an account whose answers come from the test's cassette, or go onto it; all cassettes are made by 8 workers."""
    name, workers = request.node.originalname.removeprefix("test_"), request.param
    if workers != RECORDED_WITH or not request.config.getoption("--record", default=False):
        with (
            recorder(FOLDER).use_cassette(name) as cassette,
            Client("replayed", base_url=NOWHERE, workers=workers) as client,
        ):
            yield Account(client)
        assert cassette.all_played
    elif request.config.getoption("--real"):
        with (
            recorder(FOLDER, record=True).use_cassette(name),
            Client(os.environ["LINODE_TOKEN"], workers=workers) as client,
        ):
            yield Account(client)
    else:
        with Simulator(job_seconds=260 if "wait" in name else 1) as sim:
            sim.populate(3)
            with (
                serve(sim) as server,
                recorder(FOLDER, record=True).use_cassette(name),
                Client(TOKEN, base_url=server.url, workers=workers, clock=Ahead(sim.clock)) as client,
            ):
                yield Account(client, sim)
