"""A session on a simulated account whose jobs take no time, and a zone in it."""

from __future__ import annotations

import pytest

from linode_orm import Client, Domain, Session
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    with Simulator(job_seconds=0) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    client = Client("any", transport=sim.transport, clock=sim.clock)
    with Session(client=client) as opened:
        yield opened


@pytest.fixture
def zone(sim, session):
    session.add(Domain(domain="example.org", type="master", soa_email="host@example.org"))
    session.commit()
    sim.requests.clear()
    return session.query(Domain).one()
