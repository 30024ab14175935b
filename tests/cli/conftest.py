"""What tests of commands share: an account that is served, which commands find as scripts do."""

from __future__ import annotations

import pytest

from linode_orm.simulator import Simulator, serve


@pytest.fixture
def account(monkeypatch):
    """Serve an account of 12 Linodes, 4 volumes and a domain."""
    with Simulator(job_seconds=0.01) as simulator:
        simulator.seed(instances=12, volumes=4, domains=1, records=2)
        with serve(simulator, port=0) as server:
            monkeypatch.setenv("LINODE_API_URL", server.url)
            monkeypatch.setenv("LINODE_TOKEN", "any")
            yield simulator
