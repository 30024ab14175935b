"""A small simulated account and a session on it."""

from __future__ import annotations

import pytest

from linode_orm import Session
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    """Give an account with a few of everything."""
    with Simulator() as simulator:
        simulator.seed(instances=6, disks=2, configs=1, volumes=6, domains=2, records=3, firewalls=1)
        simulator.seed(nodebalancers=1, nodebalancer_configs=1, nodes=2, vpcs=1, subnets=2)
        yield simulator


@pytest.fixture
def session(sim):
    """Open a session."""
    with Session(client=sim.client()) as opened:
        yield opened


@pytest.fixture
def sent(sim):
    """Give a function that tells what arrived since it was last asked."""
    seen = [0]

    def since():
        lines = sim.requests.lines[seen[0] :]
        seen[0] = len(sim.requests)
        return lines

    return since
