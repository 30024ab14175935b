"""`session.act()`: one action on many objects, in a window of their jobs, with a plan, a report and a budget."""

from __future__ import annotations

import signal

import pytest

from linode_orm import (
    ActionError,
    ActionInterrupted,
    Domain,
    Instance,
    InvalidRequestError,
    JobFailed,
    Plan,
    Session,
    Tag,
    Volume,
    WaitTimeout,
)
from linode_orm.simulator import Simulator
from tests.session.acting.fleet import acted, fleet, ideal, most_at_once

SECONDS = 60


@pytest.fixture
def sim():
    with Simulator(job_seconds=SECONDS) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as opened:
        yield opened


def posts(sim) -> list[str]:
    return [each.path for each in sim.requests if each.method == "POST"]


def test_all_at_once(sim, session):
    """Without `at_once` all are started side by side: a request for each, and one a round for all their jobs."""
    instances = fleet(sim, session, 24)
    count, began = len(sim.requests), sim.clock.monotonic()
    report = session.act(instances, Instance.reboot)
    assert report.counts == {"applied": 24}
    assert sim.clock.monotonic() - began < SECONDS + 11
    assert len(sim.requests) - count < 24 + 15
    count = len(sim.requests)
    assert {each.status for each in instances} == {"running"}
    assert len(sim.requests) == count, "the objects are fresh"
    assert [each.object for each in report] == instances


@pytest.mark.parametrize(("count", "seed"), [(20, 1), pytest.param(100, 2, marks=pytest.mark.slow)])
def test_a_rolling_action_keeps_its_window(sim, session, count, seed):
    """Of jobs of 60 s +- 30 %, whose states and events lag up to 10 s, never more than 5 are unfinished, at <= 1.1 of the ideal."""
    sim.job_rules.__init__(seed)
    sim.job_rules.jitter, sim.job_rules.event_lag, sim.job_rules.state_lag = 0.3, 10.0, 10.0
    instances, began = fleet(sim, session, count), sim.clock.monotonic()
    report = session.act(instances, Instance.reboot, at_once=5)
    took = sim.clock.monotonic() - began
    assert report.counts == {"applied": count}
    assert set(acted(sim).values()) == {1}
    assert most_at_once(sim) == 5
    tail = 10.0 if count < 100 else 0.0  # of a short run the lag of the last end is a large part
    assert took <= 1.1 * ideal(sim, 5) + tail


def test_a_rolling_action_looks_where_an_end_is_near(sim, session):
    """Once a job has shown how long it takes, others are asked for towards that time, and no look comes every second."""
    instances, count = fleet(sim, session, 9), len(sim.requests)
    began = sim.clock.monotonic()
    session.act(instances, Instance.reboot, at_once=3)
    assert sim.clock.monotonic() - began < 3 * SECONDS + 6
    looks = [each for each in sim.requests[count:] if each.method == "GET"]
    assert len(looks) <= 45


def test_rolling_actions_are_one_call_each(sim, session):
    """Reboot, resize, migrate and snapshot run in a window; arguments are those of the method."""
    instances = fleet(sim, session, 4)
    session.act(instances, Instance.reboot, at_once=1)
    session.act(instances, Instance.resize, at_once=2, arguments={"type": "g6-standard-8"})
    session.act(instances, Instance.migrate, at_once=2, arguments={"region": "eu-west"})
    session.act(instances, Instance.snapshot, at_once=2, arguments={"label": "after"})
    assert {(each.type_id, each.region_id, each.status) for each in instances} == {
        ("g6-standard-8", "eu-west", "running")
    }
    assert most_at_once(sim) <= 2


def test_what_starts_no_job_is_finished_when_it_is_answered(sim, session):
    """Clones of domains start no job, and none is waited for."""
    sim.seed(domains=3)
    domains = session.query(Domain).all()
    report = session.act(domains[:1], Domain.clone, arguments={"domain": "copy.example.org"})
    assert report.counts == {"applied": 1}
    assert sim.clock.monotonic() < 1


def test_until_says_what_finished_means(sim, session):
    """With `until` an action is finished when its job has ended and its object meets the condition."""
    instances = fleet(sim, session, 2)

    def relabel(entry, done, total):
        del entry, done, total

    report = session.act(instances, Instance.shutdown, at_once=1, until=Instance.status == "offline", progress=relabel)
    assert report.counts == {"applied": 2}
    with pytest.raises(ActionError) as caught:
        session.act(instances, Instance.boot, at_once=1, until=Instance.tags.contains("ready"), timeout=90)
    assert caught.value.report.counts == {"in doubt": 1, "pending": 1}


# ---------------------------------------------------------------------------------------------------------- failures


def test_a_failure_starts_no_more(sim, session):
    """After a failed job nothing more is started, what runs is waited for, and the report says what is what."""
    sim.job_rules.fail("linode_reboot", 7, "The host is on fire.")
    instances = fleet(sim, session, 20)
    with pytest.raises(ActionError, match=r"The host is on fire\.") as caught:
        session.act(instances, Instance.reboot, at_once=4)
    report = caught.value.report
    assert len(report.failed) == 1
    assert isinstance(report.failed[0].error, JobFailed)
    assert report.failed[0].object in instances
    assert len(posts(sim)) == len(report.applied) + 1 == 20 - len(report.pending)
    assert report.pending
    assert caught.value.pending == report.pending
    rest = [each.object for each in report.pending]
    assert session.act(rest, Instance.reboot, at_once=4).counts == {"applied": len(rest)}


def test_some_may_fail(sim, session):
    """Up to `max_failed` failures stop nothing and raise nothing; they stand in the report."""
    sim.job_rules.fail("linode_reboot", (2, 3))
    instances = fleet(sim, session, 8)
    report = session.act(instances, Instance.reboot, at_once=2, max_failed=2)
    assert report.counts == {"applied": 6, "failed": 2}


def test_going_on_after_failures(sim, session):
    """With `on_error="continue"` all are tried, and the error comes at the end."""
    sim.job_rules.fail("linode_reboot", (1, 2, 3))
    instances = fleet(sim, session, 8)
    with pytest.raises(ActionError) as caught:
        session.act(instances, Instance.reboot, at_once=2, on_error="continue", max_failed=2)
    assert caught.value.report.counts == {"applied": 5, "failed": 3}


def test_a_refusal_is_a_failure(sim, session):
    """What the API refuses is failed, with its error."""
    instances = fleet(sim, session, 3)
    sim.faults.add("POST", f"/linode/instances/{instances[0].id}/reboot", None, 403)
    with pytest.raises(ActionError) as caught:
        session.act(instances, Instance.reboot, at_once=1)
    assert caught.value.report.counts == {"failed": 1, "pending": 2}


def test_one_whose_end_is_not_seen_keeps_its_place(sim, session):
    """After `timeout` seconds an action is in doubt, and nothing more is started, whatever the policy."""
    instances = fleet(sim, session, 4)
    with pytest.raises(ActionError, match="its end was not seen within 20 s") as caught:
        session.act(instances, Instance.reboot, at_once=2, timeout=20, on_error="continue")
    report = caught.value.report
    assert report.counts == {"in doubt": 2, "pending": 2}
    assert isinstance(report.in_doubt[0].error, WaitTimeout)
    assert len(posts(sim)) == 2


def test_ctrl_c_starts_nothing_more(sim, session):
    """Ctrl-C waits for what is in flight, not for jobs, and raises with the report."""
    instances = fleet(sim, session, 6)

    def press(entry, done, total):
        del entry, total
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(ActionInterrupted) as caught:
        session.act(instances, Instance.reboot, at_once=1, progress=press)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert caught.value.report.counts == {"applied": 2, "pending": 4}
    assert len(posts(sim)) == 2


def test_what_progress_raises_is_raised(sim, session):
    """An error of the user's own function ends the actions in good order, and is raised as it is."""
    instances = fleet(sim, session, 4)

    def tell(entry, done, total):
        del entry, done, total
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session.act(instances, Instance.reboot, at_once=2, progress=tell)
    assert len(posts(sim)) == 2


# ------------------------------------------------------------------------------------------------------ before it is sent


def test_a_dry_run_is_a_plan(sim, session, tmp_path):
    """`dry_run=True` returns what would be sent, sends nothing, and shows no secret; saved, it is applied once."""
    instances = fleet(sim, session, 3)
    count = len(sim.requests)
    plan = session.act(
        instances,
        Instance.rebuild,
        at_once=1,
        dry_run=True,
        arguments={"image": "linode/debian12", "root_pass": "hunter2"},
    )
    assert len(sim.requests) == count
    assert isinstance(plan, Plan)
    assert [step.operation for step in plan] == ["action"] * 3
    first = str(plan[0]).splitlines()[0]
    assert (
        first == f"1. rebuild Instance {instances[0].id} 'web-000'  (POST /linode/instances/{instances[0].id}/rebuild)"
    )
    plan.save(tmp_path / "plan")
    assert "hunter2" not in str(plan) + (tmp_path / "plan").read_text()
    loaded = Plan.load(tmp_path / "plan")
    assert loaded == plan
    with pytest.raises(InvalidRequestError, match="needs the secrets"):
        loaded.apply(sim.client())
    report = loaded.apply(sim.client(), secrets=dict.fromkeys(loaded.secrets, "hunter2"))
    assert report.counts == {"applied": 3}
    assert most_at_once(sim) == 1
    with pytest.raises(InvalidRequestError, match="applied before"):
        Plan.load(tmp_path / "plan").apply(sim.client(), secrets=dict.fromkeys(loaded.secrets, "hunter2"))


def test_a_plan_whose_action_was_changed_is_refused(sim, session, tmp_path):
    """A plan file that sends another action than it shows is refused."""
    plan = session.act(fleet(sim, session, 1), Instance.reboot, dry_run=True)
    plan.save(tmp_path / "plan")
    import json

    from linode_orm.session.planning import plan_file

    content = json.loads((tmp_path / "plan").read_text())
    content.pop("checksum")
    content["steps"][0]["path"] = content["steps"][0]["path"].replace("reboot", "shutdown")
    content["checksum"] = plan_file._checksum(content)
    (tmp_path / "plan").write_text(json.dumps(content))
    with pytest.raises(InvalidRequestError, match="not the path of its reboot"):
        Plan.load(tmp_path / "plan")


def test_what_makes_no_sense_is_refused_before_anything_is_sent(sim, session):
    """Options, actions, arguments and objects that do not fit are refused, and nothing is sent."""
    instances = fleet(sim, session, 2)
    sim.seed(volumes=1)
    volume = session.query(Volume).one()
    count = len(sim.requests)
    with pytest.raises(InvalidRequestError, match="at_once"):
        session.act(instances, Instance.reboot, at_once=0)
    with pytest.raises(InvalidRequestError, match="on_error"):
        session.act(instances, Instance.reboot, on_error="undo")
    with pytest.raises(TypeError, match=r"Instance\.reboot"):
        session.act(instances, instances[0].reboot)
    with pytest.raises(TypeError, match="takes an action"):
        session.act(instances, Instance.save)
    with pytest.raises(TypeError, match="lacks type"):
        session.act(instances, Instance.resize)
    with pytest.raises(TypeError, match="takes no kind"):
        session.act(instances, Instance.resize, arguments={"type": "g6-standard-2", "kind": 1})
    with pytest.raises(TypeError, match="resize"):
        session.act(instances, Instance.resize, arguments={"type": 7})
    with pytest.raises(InvalidRequestError, match="has no action reboot"):
        session.act([*instances, volume], Instance.reboot)
    with pytest.raises(InvalidRequestError, match="not in this session"):
        session.act([Instance(label="new", region="us-east", type="g6-nanode-1")], Instance.reboot)
    with pytest.raises(InvalidRequestError, match=r"condition"):
        session.act(instances, Instance.reboot, until=Tag.label == "x")
    with session.begin(), pytest.raises(InvalidRequestError, match=r"act\(\) sends at once"):
        session.act(instances, Instance.reboot)
    assert session.act([], Instance.reboot).counts == {}
    assert len(sim.requests) == count


def test_a_read_only_client_acts_on_nothing(sim, session):
    """A client that may only read refuses actions, and shows their plan."""
    fleet(sim, session, 2)
    with Session(client=sim.client(read_only=True)) as reading:
        instances = reading.query(Instance).all()
        assert len(reading.act(instances, Instance.reboot, dry_run=True)) == 2
        with pytest.raises(InvalidRequestError, match="read-only"):
            reading.act(instances, Instance.reboot)
    assert posts(sim) == []


def test_actions_cannot_be_undone(sim, session):
    """`session.undo` of actions is an empty plan that names what cannot be brought back."""
    report = session.act(fleet(sim, session, 2), Instance.reboot)
    plan = session.undo(report.id)
    assert len(plan) == 0
    assert len(plan.lost) == 2
