"""Actions on many objects under faults: nothing is acted on twice, and nothing is forgotten."""

from __future__ import annotations

import pytest

from linode_orm import ActionError, Instance, Session
from linode_orm.simulator import Simulator
from linode_orm.simulator.faults import NAMED
from tests.session.acting.fleet import acted, fleet

FAULTS = [*NAMED, 429, 500, 503]
COUNT = 6


def run(fault, nth, *, method="*", lag=0.0) -> None:
    """Reboot some Linodes while requests fail, and look at what was truly done."""
    with Simulator(job_seconds=60) as sim, Session(client=sim.client()) as session:
        instances = fleet(sim, session, COUNT)
        sim.job_rules.event_lag = sim.job_rules.state_lag = lag
        sim.faults.add(method, "*", nth, fault)
        try:
            report = session.act(instances, Instance.reboot, at_once=2)
        except ActionError as error:
            report = error.report
        done = acted(sim)
        assert max(done.values(), default=0) <= 1, "something was acted on twice"
        for entry in report:
            path = entry.step.path.removesuffix("/reboot")
            assert entry.status == "in doubt" or (entry.status == "applied") == bool(done[path]), entry
        if not report.failed:
            assert not report.pending
            assert len(report.applied) == COUNT


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_request_fails(fault):
    """Whichever fault an action meets, it is done once, and the report says so."""
    for nth in (1, 3):
        run(fault, nth)


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0.0, 10.0])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_any_request_fails(fault, lag):
    """The same at every request of the run, and where events and states lag."""
    for nth in range(1, 20):
        run(fault, nth, lag=lag)


@pytest.mark.parametrize("fault", ["html502_after", "reset_after", "timeout_after", "truncated_json", "empty"])
def test_every_answer_is_lost(fault):
    """Where the answer of every action is lost, their events tell that all were done."""
    run(fault, None, method="POST")
