"""Waits that cannot end well, on the simulator: objects that go, jobs that fail, states that last."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from linode_orm import (
    Client,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Image,
    Instance,
    MySQLDatabase,
    NotFound,
    ObjectGone,
    Session,
    Volume,
    WaitFailed,
    WaitTimeout,
    and_,
    not_,
    or_,
)
from linode_orm.mapping.registry import lookup
from linode_orm.session.waiting.events import LATEST_EVENT_DELAY
from linode_orm.session.waiting.reachability import CONSTANT_ATTRIBUTES, TERMINAL_STATES, VERDICTS, unreachable
from linode_orm.simulator import Simulator, faults
from tests.ids import short

EVENTS = "GET /account/events"


@pytest.fixture
def sim():
    """Give an account whose jobs take a while."""
    with Simulator(job_seconds=60) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    """Open a session."""
    with Session(client=sim.client()) as opened:
        yield opened


def machines(sim, session, count):
    """Seed Linodes that are off, and read them."""
    sim.seed(instances=[{"label": f"m{at}", "status": "offline"} for at in range(count)])
    return session.query(Instance).order_by(Instance.label).all()


def path(instance):
    """Give where an object lives."""
    return instance.__mapper__.path_for(instance.__state__.identity, instance.__state__.parents)


def start(sim, action, *objects):
    """Start a job that is never seen to end, as nothing but events; give the last one."""
    return [sim.state.events.add(action, sim._call(path(each)).item, lasts=100_000) for each in objects][-1]


def fail(sim, event, seconds, **fields):
    """Let an event tell after some seconds that its job failed."""
    sim.state.jobs.later(seconds, lambda: event.change(status="failed", **fields))


# -- objects that go ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4])
def test_deleted_while_waiting(sim, session, count):
    """An object that is deleted meanwhile ends the wait at once, by its name, as what is not found."""
    found = machines(sim, session, count)
    if count > 1:
        sim.state.jobs.later(1, lambda: sim.change(path(found[1]), status="running"))
    sim.state.jobs.later(3, lambda: sim.remove(path(found[0])))
    with pytest.raises(ObjectGone, match=f"Instance {found[0].id} does not exist") as caught:
        session.wait(found, Instance.status == "running", timeout=300)
    assert sim.clock.monotonic() < 10
    error = caught.value
    assert isinstance(error, NotFound)
    assert isinstance(error, WaitFailed)
    assert (error.status, error.request.path) == (404, path(found[0]))
    assert error.object is found[0]
    assert error.reached == tuple(found[1:2])
    assert error.waiting == (found[0], *found[2:])


def test_deleted_children(sim, session):
    """Children whose parent goes are gone too."""
    sim.seed(instances=1, disks=2)
    disks = session.query(Disk).all()
    for each in disks:
        sim.change(path(each), status="not ready")
    sim.state.jobs.later(2, lambda: sim.remove(path(disks[0].instance)))
    with pytest.raises(ObjectGone):
        session.wait(disks, Disk.status == "ready")


def test_missing_in_a_list_is_no_proof(sim, session):
    """What a list does not show yet is asked for by its own GET before it counts as gone."""
    found = machines(sim, session, 3)
    empty = faults.status(200, {"data": [], "page": 1, "pages": 1, "results": 0})
    sim.faults.add("GET", "/linode/instances", 1, empty)
    before = len(sim.requests)
    session.wait(found, Instance.status == "offline", timeout=0)
    assert sorted(sim.requests.lines[before + 1 :]) == sorted(f"GET {path(each)}" for each in found)


def test_errors_pickle(sim, session):
    """The errors of a wait go to another process, their objects detached."""
    found = machines(sim, session, 2)
    sim.remove(path(found[0]))
    with pytest.raises(ObjectGone) as caught:
        session.wait(found, Instance.status == "running")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.status, copy.object.id) == (str(caught.value), 404, found[0].id)
    with pytest.raises(WaitTimeout) as late:
        session.wait(found[1:], Instance.status == "running", timeout=0)
    assert [each.id for each in pickle.loads(pickle.dumps(late.value)).waiting] == [found[1].id]


# -- jobs that fail ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5])
def test_a_job_that_fails(sim, session, count):
    """A failed event of the object's own job ends the wait, with the event's words."""
    found = machines(sim, session, count)
    fail(sim, start(sim, "linode_boot", *found), 20, message="no host has room")
    began = sim.clock.monotonic()
    with pytest.raises(WaitFailed, match="linode_boot failed: no host has room") as caught:
        session.wait(found, Instance.status == "running", timeout=600)
    assert sim.clock.monotonic() - began < 20 + 20
    assert caught.value.object is found[-1]
    assert not isinstance(caught.value, NotFound)


def test_a_job_that_failed_before(sim, session):
    """A failure between the action and the wait ends it as soon as it is clear that no second try was made."""
    (machine,) = machines(sim, session, 1)
    fail(sim, start(sim, "linode_boot", machine), 0)
    sim.clock.advance(5)
    began = sim.clock.monotonic()
    with pytest.raises(WaitFailed, match="linode_boot failed"):
        machine.wait_until(Instance.status == "running", timeout=600)
    assert LATEST_EVENT_DELAY <= sim.clock.monotonic() - began < 30


def test_a_second_try_outdoes_a_failure(sim, session):
    """Only the last job counts: a boot after one that failed is waited for."""
    (machine,) = machines(sim, session, 1)
    fail(sim, start(sim, "linode_boot", machine), 0)
    sim.clock.advance(1)
    machine.boot()
    machine.wait_until(Instance.status == "running", timeout=600)


def test_an_older_job_that_fails_later(sim, session):
    """The failure of a job before the last one is no news of it, whenever it comes."""
    (machine,) = machines(sim, session, 1)
    older, newer = start(sim, "linode_boot", machine), start(sim, "linode_boot", machine)
    sim.state.jobs.later(12, lambda: newer.change(status="finished"))
    fail(sim, older, 40)
    sim.state.jobs.later(150, lambda: sim.change(path(machine), status="running"))
    machine.wait_until(Instance.status == "running", timeout=300)


def test_a_notification_is_not_the_end(sim, session):
    """A database's event says `notification` for long, and tells of the end under the same id (recorded)."""
    made = [
        sim.add("/databases/mysql/instances", label=f"db{at}", region="us-east", type="g6-nanode-1", engine="mysql/8")
        for at in range(2)
    ]
    found = [session.load(MySQLDatabase, each["id"]) for each in made]
    sim.clock.advance(3_600)
    sim.read(path(found[0]))
    for each in found:
        sim.change(path(each), status="provisioning")
    first, _ = [sim.state.events.add("database_create", sim._call(path(each)).item) for each in found]
    assert first.body["status"] == "notification"
    began = sim.clock.monotonic()
    domains = iter(range(1_000))
    for seconds in range(0, 200, 5):
        sim.state.jobs.later(
            seconds, lambda: sim.add("/domains", type="master", domain=f"d{next(domains)}.org", soa_email="a@b.org")
        )
    fail(sim, first, 100)
    with pytest.raises(WaitFailed, match="database_create failed") as caught:
        session.wait(found, MySQLDatabase.status == "active", timeout=3_600)
    assert caught.value.object is found[0]
    assert sim.clock.monotonic() - began < 130


def test_a_failure_after_the_beginning_by_the_clock_of_the_api(sim, session, monkeypatch):
    """Where answers have dates, a failure since the beginning counts at once, though events were not asked for before."""
    (machine,) = machines(sim, session, 1)
    monkeypatch.setattr(Client, "skew", timedelta(0))
    sim.state.jobs.later(2, lambda: fail(sim, start(sim, "linode_boot", machine), 1))
    with pytest.raises(WaitFailed, match="linode_boot failed"):
        machine.wait_until(Instance.status == "running", timeout=600)
    assert sim.clock.monotonic() < LATEST_EVENT_DELAY


def test_an_old_failure_says_nothing(sim, session):
    """A failure from long before the wait is no news: somebody else may act."""
    (machine,) = machines(sim, session, 1)
    fail(sim, start(sim, "linode_boot", machine), 0)
    sim.clock.advance(3_600)
    sim.state.jobs.later(100, lambda: sim.change(path(machine), status="running"))
    machine.wait_until(Instance.status == "running", timeout=300)


def test_other_jobs_say_nothing(sim, session):
    """A job that does not decide the condition may fail: a snapshot, or a resize while `status` is waited for."""
    (machine,) = machines(sim, session, 1)
    for action in ("linode_snapshot", "linode_resize"):
        fail(sim, start(sim, action, machine), 10)
    sim.state.jobs.later(100, lambda: sim.change(path(machine), status="running"))
    machine.wait_until(Instance.status == "running", timeout=300)


def test_a_failed_job_of_an_image(sim, session):
    """An image is what the event of its making names second."""
    sim.seed(instances=1, disks=1, images=[{"label": "copy"}])
    (image,) = session.query(Image).filter(Image.label == "copy").all()
    sim.change(path(image), status="creating")
    host, made = sim._call(path(session.query(Instance).one())).item, sim._call(path(image)).item
    fail(sim, sim.state.events.add("disk_imagize", host, secondary=made, lasts=100_000), 20)
    with pytest.raises(WaitFailed, match="disk_imagize failed"):
        image.wait_until(Image.status == "available", timeout=600)


@pytest.mark.parametrize("fault", [401, 403, 404, 503, "truncated_json"])
def test_without_events(sim, session, fault):
    """A token that may not read events, or events that cannot be read, cost nothing but their news."""
    found = machines(sim, session, 3)
    sim.faults.add("GET", "/account/events", None, fault)
    for each in found:
        sim.state.jobs.later(150, lambda each=each: sim.change(path(each), status="running"))
    session.wait(found, Instance.status == "running", timeout=300)
    asked = [at for at, each in enumerate(sim.requests) if each.path == "/account/events"]
    looks = [at for at, each in enumerate(sim.requests) if each.path == "/linode/instances"]
    assert len([at for at in asked if at - 1 not in asked]) == (1 if fault in {401, 403, 404} else 2)
    assert len([at for at in looks if at > asked[-1]]) > 5


def test_a_class_without_events(sim, session):
    """Events are not asked for where they tell nothing of what is waited for."""
    sim.seed(domains=2)
    found = session.query(Domain).all()
    with pytest.raises(WaitTimeout):
        session.wait(found, Domain.status == "disabled", timeout=60)
    assert EVENTS not in sim.requests.lines


# -- states that last --------------------------------------------------------------------------------------------------


def test_a_final_state(sim, session):
    """A finished event never fails; a condition that it may still meet is waited for."""
    (machine,) = machines(sim, session, 1)
    machine.boot()
    (event,) = session.query(Event).filter(Event.action == "linode_boot").all()
    event.wait_until(Event.status == "finished", timeout=120)
    before = len(sim.requests)
    with pytest.raises(WaitFailed, match="status is 'finished', which nothing leads away from"):
        event.wait_until(Event.status == "failed", timeout=120)
    assert len(sim.requests) == before + 1


def test_what_never_changes(sim, session):
    """A condition on what is given at creation for good fails at the first look."""
    sim.seed(volumes=[{"label": "v", "region": "us-east"}], domains=1, records=1)
    volume, record = session.query(Volume).one(), session.query(DomainRecord).one()
    with pytest.raises(WaitFailed, match="region_id is 'us-east' and never changes"):
        volume.wait_until(and_(Volume.region == "us-west", Volume.status == "active"))
    with pytest.raises(WaitFailed, match="keeps its parent"):
        record.wait_until(DomainRecord.domain == 1)
    with pytest.raises(WaitFailed, match="never changes"):
        volume.wait_until(not_(Volume.id == volume.id))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Event.status == "failed", "finished"),
        (not_(Event.status == "finished"), "finished"),
        (Event.status.in_(["failed", "started"]), "finished"),
        (Event.status != "finished", "finished"),
        (and_(Event.read == True, Event.status == "failed"), "finished"),  # noqa: E712  an expression
        (or_(Event.read == True, Event.status == "failed"), ""),  # noqa: E712  an expression
        (not_(and_(Event.read == False, Event.status == "finished")), ""),  # noqa: E712  an expression
        (not_(or_(Event.read == False, Event.status == "finished")), "finished"),  # noqa: E712  an expression
        (Event.status == "finished", ""),
        (Event.percent_complete > 100, ""),
    ],
    ids=short,
)
def test_hopeless(condition, reason):
    """A condition is hopeless where every way of meeting it looks at a value that lasts."""
    body = {"id": 1, "status": "finished", "read": False}
    why = unreachable(condition, Event, body, (), {})
    assert bool(why) is bool(reason)
    assert reason in why


def test_hopeless_of_null():
    """A null that a failed job leaves stays null, and meets nothing."""
    body = {"id": 1, "linode_id": None}
    assert unreachable(Volume.linode_id == 5, Volume, body, (), {"linode_id": "volume_attach failed"})
    assert unreachable(not_(Volume.linode_id == 5), Volume, body, (), {"linode_id": "volume_attach failed"})
    assert not unreachable(Volume.linode_id == 5, Volume, body, (), {})


def test_facts_name_what_exists():
    """The tables of prospects name attributes of the declarations; what is frozen is not to be changed by anything."""
    for model, ends in TERMINAL_STATES.items():
        fields = lookup(model).__mapper__.fields
        for end in ends:
            text = fields[end.attribute].text
            assert all(repr(value).replace("'", '"') in text or repr(value) in text for value in end.values), model
    for model, names in CONSTANT_ATTRIBUTES.items():
        for name in names:
            field = lookup(model).__mapper__.fields[name]
            assert not field.mutable, f"{model}.{name}"
            assert not field.volatile, f"{model}.{name}"
            assert not getattr(field, "changed_by", ""), f"{model}.{name}"
    for model, verdicts in VERDICTS.items():
        for verdict in verdicts:
            assert set(verdict.attributes) <= set(lookup(model).__mapper__.fields), model
