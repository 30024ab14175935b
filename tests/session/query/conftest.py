"""What arrived at the simulated account."""

from __future__ import annotations

import pytest


@pytest.fixture
def sent(sim):
    """Give a function that tells what arrived since it was last asked."""
    seen = [0]

    def since():
        arrivals = sim.requests[seen[0] :]
        seen[0] = len(sim.requests)
        return arrivals

    return since
