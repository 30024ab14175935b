"""Actions whose answer is lost: the account's events tell whether they were done (behaviour of the session)."""

from __future__ import annotations

import pytest

from linode_orm import Instance, Session, Volume
from linode_orm.errors import BadRequest, TransportError
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    with Simulator() as simulator:
        simulator.seed(
            instances=[{"region": "us-east"}, {"region": "us-east"}],
            volumes=[{"region": "us-east", "linode_id": None}, {"region": "us-east", "linode_id": None}],
        )
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as session:
        yield session


def posts(sim, path: str) -> int:
    return len([each for each in sim.requests if each.method == "POST" and each.path.endswith(path)])


def events(sim, session, action: str) -> int:
    from linode_orm import Event

    return session.query(Event).filter(Event.action == action).count()


@pytest.mark.parametrize("fault", ["reset_after", "timeout_after", "html502_after", "truncated_json", "half_json"])
def test_done_and_not_answered(sim, session, fault):
    """An event says that it was done; it is not sent again."""
    instance = session.query(Instance).first()
    sim.faults.add("POST", "/linode/instances/*/reboot", 1, fault)
    instance.reboot()
    assert posts(sim, "/reboot") == 1
    assert events(sim, session, "linode_reboot") == 1


@pytest.mark.parametrize("fault", ["reset_before", "timeout_before", "html502", 500, 503])
def test_not_done(sim, session, fault):
    """No event has come when no request can be running any more: it is sent again, once."""
    instance = session.query(Instance).first()
    began = sim.clock.monotonic()
    sim.faults.add("POST", "/linode/instances/*/reboot", 1, fault)
    instance.reboot()
    assert posts(sim, "/reboot") == 2
    assert events(sim, session, "linode_reboot") == 1
    has_waited = sim.clock.monotonic() - began >= session.client.max_request_lifetime
    assert has_waited is (fault != "reset_before")  # which cannot have arrived


def test_done_later(sim, session):
    """An effect that comes after the first look is waited for."""
    instance = session.query(Instance).first()
    sim.faults.add("POST", "/linode/instances/*/reboot", 1, "delayed_effect")
    instance.reboot()
    assert posts(sim, "/reboot") == 1
    assert events(sim, session, "linode_reboot") == 1


def test_an_older_event_does_not_count(sim, session):
    """A reboot of an hour ago says nothing about this one."""
    instance = session.query(Instance).first()
    instance.reboot()
    sim.clock.advance(3600)
    sim.faults.add("POST", "/linode/instances/*/reboot", 1, "reset_before")
    instance.reboot()
    assert events(sim, session, "linode_reboot") == 2


def test_what_answers_the_object_reads_it(sim, session):
    """An attachment whose answer was lost gives the volume as it is now."""
    volume = next(each for each in session.query(Volume) if each.linode_id is None)
    instance = session.query(Instance).filter(Instance.region == volume.region_id).first()
    sim.faults.add("POST", "/volumes/*/attach", 1, "reset_after")
    assert volume.attach(linode=instance) is volume
    assert volume.linode is instance
    assert posts(sim, "/attach") == 1


def test_what_makes_something_new_says_so(sim, session):
    """A clone that was not answered is never sent again: its event is about the new object."""
    volume = session.query(Volume).first()
    sim.faults.add("POST", "/volumes/*/clone", 1, "reset_after")
    with pytest.raises(TransportError, match="volumes"):
        volume.clone(label="copy")
    assert posts(sim, "/clone") == 1


def test_a_refusal_is_one(sim, session):
    """What the API refuses is raised, and nothing is looked for."""
    instance = session.query(Instance).first()
    sim.faults.add("POST", "/linode/instances/*/reboot", 1, 400)
    before = len(sim.requests)
    with pytest.raises(BadRequest):
        instance.reboot()
    assert len(sim.requests) == before + 1


def test_a_restore_to_another_linode_is_found_by_the_event_of_that_linode():
    """The event of a restore names the Linode that it goes to: after a lost answer it is found, and not sent again."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client()) as session:
        sim.seed(instances=2, backups=1)
        one, other = session.query(Instance).order_by(Instance.id).all()
        backup = one.backup_list[0]
        sim.faults.add("POST", "*/restore", 1, "timeout_after")
        job = backup.restore(other.id)
        assert len(sim.requests.matching("POST", "*/restore")) == 1
        job.wait()
        assert job.event.entity.id == other.id
