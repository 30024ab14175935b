"""Records cassettes with `--record`, from the simulator or, with `--real`, from the API; replays them otherwise."""

from __future__ import annotations

import os

import pytest

from linode_orm import Client
from linode_orm.simulator import Simulator, VirtualClock, serve
from linode_orm.testing import recorder
from tests.places import ROOT

FOLDER = ROOT / "cassettes"


def pytest_addoption(parser):
    """Let nox say what is to be done."""
    parser.addoption("--record", action="store_true", help="write the cassettes anew")
    parser.addoption(
        "--real", action="store_true", help="from the real API, with LINODE_TOKEN; makes and deletes things"
    )


@pytest.fixture
def client(request):
    """Give a client whose answers come from the test's cassette, or go onto it."""
    name = f"{request.node.name.removeprefix('test_')}.yaml"
    record = request.config.getoption("--record", default=False)
    if not record:
        with (
            recorder(FOLDER).use_cassette(name),
            Client("replayed", base_url="http://127.0.0.1:9", workers=1, clock=VirtualClock()) as client,
        ):
            yield client
    elif request.config.getoption("--real"):
        with recorder(FOLDER, record=True).use_cassette(name), Client(os.environ["LINODE_TOKEN"], workers=1) as client:
            yield client
    else:
        with Simulator() as sim:
            sim.populate(3)
            with (
                serve(sim) as server,
                recorder(FOLDER, record=True).use_cassette(name),
                Client("a-secret-token", base_url=server.url, workers=1) as client,
            ):
                yield client
