"""Jobs: what an action started is found by its event and by no other, and waited for to its end."""

from __future__ import annotations

import pickle

import pytest

from linode_orm import (
    Instance,
    InvalidRequestError,
    Job,
    JobFailed,
    LKECluster,
    LKENodePool,
    Session,
    Volume,
    WaitTimeout,
    inspect,
)
from linode_orm.mapping.jobs import JobEnd
from linode_orm.mapping.registry import names
from linode_orm.models import INDEX
from linode_orm.simulator import Simulator
from tests.session.commit.reconcile.values import resources

SECONDS = 60
EVENTS = "/account/events"


@pytest.fixture
def sim():
    with Simulator(job_seconds=SECONDS) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as opened:
        yield opened


def fleet(sim, session, count=3) -> list[Instance]:
    backups = {"enabled": True}
    sim.seed(instances=[{"label": f"web-{number}", "status": "running", "backups": backups} for number in range(count)])
    return session.query(Instance).order_by(Instance.id).all()


def forbid_events(sim) -> None:
    sim.faults.add("GET", EVENTS, None, 401)


def test_an_action_that_answers_nothing_returns_its_job(sim, session):
    """A reboot returns its job, which is the newest of the Linode; a wait for it ends when it has ended, not before."""
    web, *_ = fleet(sim, session)
    began = sim.clock.monotonic()
    job = web.reboot()
    assert isinstance(job, Job)
    assert inspect(web).job is job
    assert (job.object, job.action, job.status) == (web, "reboot", "scheduled")
    job.wait()
    assert sim.clock.monotonic() - began >= SECONDS
    assert (job.status, job.progress, job.event.status, job.event.action) == (
        "finished",
        100,
        "finished",
        "linode_reboot",
    )
    count = len(sim.requests)
    assert web.status == "running"
    assert len(sim.requests) == count, "after a wait the object is fresh"


def test_every_action_that_answers_nothing_and_has_a_job_is_annotated_so():
    """What a type checker sees of an action is a `Job` where it returns one, and the declared ends can be read."""
    found = 0
    for model in resources():
        for operation in model.__mapper__.operations.values():
            if operation.job is None:
                continue
            found += 1
            returns = getattr(model, operation.name).__annotations__["return"]
            assert (returns == "Job") == (operation.answers is None), f"{model.__name__}.{operation.name}"
            sent = dict.fromkeys(operation.body.values(), 1)
            end = JobEnd.of(operation.job, sent)
            assert (end is None) == (operation.job == "event")
            if end is not None:
                about = model if operation.answers in {None, model.__name__} else None
                assert about is None or end.keys[0] in {each.key for each in about.__mapper__.fields.values()}
    assert found >= 25
    assert set(INDEX) <= set(names())


def test_an_event_is_that_of_one_job(sim, session):
    """Two reboots of one Linode have two events, and each job its own."""
    web, *_ = fleet(sim, session)
    first = web.reboot()
    first.wait()
    second = web.reboot()
    second.wait()
    assert first.event is not second.event
    assert first.event.id < second.event.id
    assert inspect(web).job is second


def test_an_event_of_another_object_is_not_taken(sim, session):
    """A job is found by the event of its own object, though others were made since by other sessions."""
    web, other, _ = fleet(sim, session)
    job = web.reboot()
    with Session(client=sim.client()) as elsewhere:
        elsewhere.load(Instance, other.id).reboot()
    job.wait()
    assert job.event.entity.id == web.id


def test_late_events_and_states(sim, session):
    """Where states and events lag, a wait is not satisfied by what was before the action."""
    sim.job_rules.event_lag = sim.job_rules.state_lag = 10.0
    instances = fleet(sim, session, 10)
    session.wait([each.reboot() for each in instances])
    assert sim.clock.monotonic() >= max(each.ends for each in sim.job_rules.records)
    assert {each.status for each in instances} == {"running"}


def test_a_failed_job_raises_with_the_message_of_its_event(sim, session):
    """`JobFailed` holds the event and its message, the object, and which others have ended."""
    sim.job_rules.fail("linode_reboot", 2, "The host is on fire.")
    instances = fleet(sim, session)
    jobs = [each.reboot() for each in instances]
    with pytest.raises(JobFailed, match=r"The host is on fire\.") as caught:
        session.wait(jobs)
    error = caught.value
    assert (error.object, error.job, error.event.status) == (instances[1], jobs[1], "failed")
    assert error.waiting == (instances[1],)
    assert jobs[1].status == "failed"
    with pytest.raises(JobFailed):
        jobs[1].wait()
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.job is None


def test_without_events_the_declared_state_tells(sim, session):
    """A token that may not read events waits for the state that ends the job, and not for that from before it."""
    sim.job_rules.state_lag = 10.0
    (web,) = fleet(sim, session, 1)
    assert web.status == "running"
    forbid_events(sim)
    job = web.reboot()
    job.wait()
    assert sim.clock.monotonic() >= sim.job_rules.records[-1].ends
    assert job.event is None
    assert job.status == "finished"


def test_a_state_that_comes_from_the_request_is_enough(sim, session):
    """The plan that a resize asked for is not the one from before it."""
    (web,) = fleet(sim, session, 1)
    forbid_events(sim)
    web.resize("g6-standard-8").wait()
    assert web.type_id == "g6-standard-8"


def test_what_an_action_makes_has_its_job_too(sim, session):
    """The job of a snapshot is that of the Linode and of the backup, which is read anew when it has ended."""
    (web,) = fleet(sim, session, 1)
    backup = web.snapshot(label="before")
    job = inspect(backup).job
    assert job is not None
    assert job is inspect(web).job
    assert job.object is web
    job.wait()
    assert backup.status == "successful"
    clone = web.clone(region="us-east", type="g6-standard-1")
    inspected = inspect(clone).job
    assert inspected is not None
    inspected.wait()
    assert clone.status == "offline"


def test_a_wait_takes_jobs_and_objects(sim, session):
    """`session.wait` takes jobs beside objects; jobs need no condition, and objects do."""
    web, other, third = fleet(sim, session)
    session.wait([web.shutdown(), other], Instance.status == "running", timeout=200)
    assert web.status == "offline"
    with pytest.raises(InvalidRequestError, match="takes no condition"):
        session.wait(web.boot(), Instance.status == "running")
    with pytest.raises(InvalidRequestError, match="what is to be waited for"):
        session.wait([third])


def test_a_wait_for_a_job_ends(sim, session):
    """`WaitTimeout` names the action that has not ended; the job can be waited for again."""
    (web,) = fleet(sim, session, 1)
    job = web.reboot()
    with pytest.raises(WaitTimeout, match="reboot has not ended within 5 s"):
        job.wait(timeout=5)
    job.wait()
    assert job.status == "finished"


def test_progress_and_rounds(sim, session):
    """All jobs are asked for in one request a round; `progress` tells of each."""
    instances = fleet(sim, session, 20)
    jobs = [each.reboot() for each in instances]
    entries: list[tuple[str, int, int]] = []
    count = len(sim.requests)
    session.wait(jobs, progress=lambda entry, done, total: entries.append((entry.status, done, total)))
    lines = [each.path for each in sim.requests[count:]]
    assert set(lines) == {EVENTS, "/linode/instances"}
    assert lines.count("/linode/instances") == 1
    assert entries[-1] == ("reached", 20, 20)


def test_a_session_that_refuses_implicit_requests_shows_what_it_knows(sim):
    """Under `lazy="raise"` the properties of a job send nothing."""
    with Session(client=sim.client(), lazy="raise") as session:
        (web,) = fleet(sim, session, 1)
        job = web.reboot()
        count = len(sim.requests)
        assert (job.status, job.progress, job.event) == ("scheduled", 0, None)
        assert len(sim.requests) == count
        job.wait()
        assert job.status == "finished"


def test_a_mere_notification_ends_no_job_whose_state_is_to_follow(sim, session):
    """A pool is recycled when its nodes are ready again, whatever notification comes first."""
    cluster = LKECluster(label="k8s", region="us-east", k8s_version="1.31")
    cluster.pools.append(LKENodePool(type="g6-standard-1", count=2))
    session.add(cluster)
    session.commit()
    (pool,) = cluster.pools
    sim.clock.advance(2 * SECONDS)
    began = sim.clock.monotonic()
    pool.recycle().wait()
    assert sim.clock.monotonic() - began >= SECONDS
    assert {each.status for each in pool.nodes} == {"ready"}


def test_detaching_ends_at_once(sim, session):
    """The state that a detach leads to is none from before it: its event is a notification, and it has ended."""
    (web,) = fleet(sim, session, 1)
    sim.seed(volumes=[{"label": "data", "linode_id": web.id}])
    volume = session.query(Volume).one()
    began = sim.clock.monotonic()
    volume.detach().wait()
    assert volume.linode is None
    assert sim.clock.monotonic() - began < 5
