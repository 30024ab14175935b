"""A served account with something of everything, for each client."""

from __future__ import annotations

import pytest

from linode_orm.simulator import Simulator, serve


@pytest.fixture
def account():
    """Give an account as one that is in use."""
    with Simulator(job_seconds=0.0) as made:
        made.populate(5)
        yield made


@pytest.fixture
def served(account):
    """Serve the account."""
    with serve(account) as server:
        yield server
