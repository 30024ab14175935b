"""A simulated account, a session on it, and what arrived there."""

from __future__ import annotations

import pytest

from linode_orm import Session
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    """Give an empty account."""
    with Simulator() as simulator:
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
        arrivals = sim.requests[seen[0] :]
        seen[0] = len(sim.requests)
        return arrivals

    return since
