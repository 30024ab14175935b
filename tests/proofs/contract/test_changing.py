"""Changing things: the unit of work, what is refused, plans, commits, saves and actions."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from linode_orm import (
    CommitError,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Firewall,
    Instance,
    InvalidRequestError,
    ReadOnlyAttribute,
    Region,
    Session,
    Volume,
    WaitTimeout,
    inspect,
)


def writes(sim, since=0):
    """Give what was sent but reads, in order."""
    return [f"{each.method} {each.path}" for each in sim.requests[since:] if each.method != "GET"]


# -- the unit of work --------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_it_is_asked_for(sim, session, sent):
    """Changes, additions, deletions, plans and rollbacks send nothing, and no query flushes them."""
    one, two = session.query(Volume).limit(2)
    sent()
    one.label = "renamed"
    session.delete(two)
    session.add(Volume(label="new", region="us-east"))
    session.add_all([Volume(label="newer", region="us-east"), Volume(label="newest", region="us-east")])
    session.plan()
    assert sent() == []
    assert {each.label for each in session.new} == {"new", "newer", "newest"}
    assert session.dirty == (one,)
    assert session.deleted == (two,)
    session.query(Volume).all()
    assert set(sent()) == {"GET /volumes"}
    session.rollback()
    assert (session.new, session.dirty, session.deleted) == ((), (), ())
    assert sent() == []
    assert not hasattr(session, "flush")


def test_states(session):
    """`inspect` tells transient, pending, persistent, deleted and detached, and the key."""
    volume = Volume(label="new", region="us-east")
    states = [inspect(volume).state]
    assert inspect(volume).key is None
    session.add(volume)
    states.append(inspect(volume).state)
    session.commit()
    states.append(inspect(volume).state)
    assert inspect(volume).key == (Volume, volume.id, None)
    session.delete(volume)
    states.append(inspect(volume).state)
    session.commit()
    states.append(inspect(volume).state)
    assert states == ["transient", "pending", "persistent", "deleted", "detached"]
    domain = session.query(Domain).first()
    assert inspect(domain.records[0]).key == (DomainRecord, domain.records[0].id, domain.id)


def test_a_rollback_restores_values(session, sent):
    """`rollback` restores every value in place, sends nothing, and undoes nothing that was sent."""
    instance = session.query(Instance).first()
    before = (instance.label, list(instance.tags), instance.alerts.cpu)
    instance.label = "committed"
    session.commit()
    sent()
    instance.label = "x"
    instance.tags.append("x")
    instance.alerts.cpu = 1
    session.delete(instance)
    session.rollback()
    assert (instance.label, list(instance.tags), instance.alerts.cpu) == ("committed", *before[1:])
    assert inspect(instance).persistent
    assert sent() == []


def test_a_commit_does_not_expire(sim, session, sent):
    """After a commit an object has the values of its answer, and a read sends nothing."""
    instance = session.query(Instance).first()
    path = f"/linode/instances/{instance.id}"
    instance.label = "mine"
    sim.change(path, group="theirs")
    session.commit()
    sent()
    assert (instance.label, instance.group, instance.tags) == ("mine", "theirs", sim.read(path)["tags"])
    assert sent() == []


def test_a_pending_object_leaves_by_deletion(session, sent):
    """`delete` of a pending object expunges it, by the session and at once; nothing is sent."""
    one, two = Volume(label="one", region="us-east"), Volume(label="two", region="us-east")
    session.add_all([one, two])
    session.delete(one)
    two.delete()
    assert session.new == ()
    assert inspect(one).transient
    assert inspect(two).transient
    assert sent() == []


def test_a_deletion_is_taken_back_by_adding(session):
    """`add` of an object that is marked for deletion takes the mark away."""
    volume = session.query(Volume).first()
    session.delete(volume)
    session.add(volume)
    assert session.deleted == ()
    assert inspect(volume).persistent


def test_expunge(session, sent):
    """An expunged object leaves with its changes; the next query gives another one."""
    volume = session.query(Volume).first()
    volume.label = "never"
    session.expunge(volume)
    assert inspect(volume).detached
    assert session.dirty == ()
    assert volume not in session
    sent()
    again = session.get(Volume, volume.id)
    assert again is not volume
    assert again.label != "never"
    assert len(sent()) == 1


def test_merge(sim, session, sent):
    """`merge` brings the values of an object of another session as changes of this one's."""
    with Session(client=session.client) as other:
        theirs = other.query(Volume).first()
        theirs.label = "merged"
        new = Volume(label="copied", region="us-east")
        other.add(new)
        with pytest.raises(InvalidRequestError, match=r"merge\(x\)"):
            session.add(theirs)
        sent()
        mine = session.merge(theirs)
        assert sent() == [f"GET /volumes/{theirs.id}"]
        assert mine is not theirs
        copied = session.merge(new)
        assert copied in session.new
        assert session.merge(mine) is mine
        assert sent() == []
    session.commit()
    assert sim.read(f"/volumes/{mine.id}")["label"] == "merged"
    assert copied.label == "copied"


# -- assignments -------------------------------------------------------------------------------------------------------


def test_what_is_no_change(session, sent):
    """Assigning the value an attribute has is no change; assigning the original back undoes one, at any depth."""
    instance = session.query(Instance).first()
    label, tags, cpu = instance.label, list(instance.tags), instance.alerts.cpu
    instance.label = label
    instance.tags = list(tags)
    instance.alerts.cpu = cpu
    assert session.dirty == ()
    instance.label, instance.alerts.cpu = "x", cpu + 1
    instance.tags.append("x")
    assert session.is_modified(instance)
    instance.label, instance.alerts.cpu = label, cpu
    instance.tags.remove("x")
    assert not session.is_modified(instance)
    assert inspect(instance).history == {}
    sent()
    instance.save()
    session.commit()
    assert sent() == []


def test_a_reference_is_changed_without_reading_it(sim, session, sent):
    """Assigning to a lazy reference sends no GET, and the commit sends one PUT with that alone."""
    row = next(iter(sim.state.rows("Instance")))
    Instance(session, row.id).label = "blind"
    assert sent() == []
    session.commit()
    assert sent() == [f"PUT /linode/instances/{row.id}"]
    assert sim.requests[-1].body == {"label": "blind"}


def test_what_cannot_be_assigned(session, sent):
    """Read-only attributes, unknown ones and wrong types are refused at once, by name, and nothing changes."""
    instance = session.query(Instance).first()
    label = instance.label
    sent()
    with pytest.raises(ReadOnlyAttribute, match=rf"Instance {instance.id}\.status is read-only"):
        instance.status = "running"
    with pytest.raises(ReadOnlyAttribute, match=rf"Instance {instance.id}\.id"):
        instance.id = 5
    with pytest.raises(AttributeError, match="did you mean 'label'"):
        instance.lable = "x"
    with pytest.raises(AttributeError, match="lable"):
        _ = instance.lable
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del instance.label
    for wrong in (5, None, b"x", ["x"]):
        with pytest.raises(TypeError, match=rf"Instance {instance.id}\.label"):
            instance.label = wrong
    for wrong in (["a", 5], "abc", 5):
        with pytest.raises(TypeError, match=rf"Instance {instance.id}\.tags|tags"):
            instance.tags = wrong
    with pytest.raises(TypeError, match=rf"an item of Instance {instance.id}\.tags: str expected, not 5"):
        instance.tags.append(5)
    assert (instance.label, session.dirty, sent()) == (label, (), [])


# -- plans and commits -------------------------------------------------------------------------------------------------


def test_a_plan_is_what_a_commit_sends(sim, session):
    """The plan lists the operations in order, prints as a diff, iterates, fits into JSON, and is what is then sent."""
    instance = session.query(Instance).first()
    old = instance.label
    instance.label = "renamed"
    session.add(Volume(label="new", region="us-east"))
    gone = session.query(Domain).first()
    session.delete(gone)
    before = len(sim.requests)
    plan = session.plan()
    assert len(sim.requests) == before
    steps = [f"{each.method} {each.path}" for each in plan]
    assert len(plan) == 3
    assert all(text in str(plan) for text in (old, "renamed", "DELETE", f"PUT /linode/instances/{instance.id}"))
    assert json.loads(json.dumps(plan.to_dict()))
    report = session.commit()
    assert sorted(writes(sim, before)) == sorted(steps)
    assert len(report) == len(report.applied) == 3
    assert not session.plan()


def test_the_order_of_a_commit(sim, session):
    """Parents before children, references before referrers, deletes the other way round, names after what frees them."""
    domain, gone = session.query(Domain).all()
    free = domain.domain
    session.delete(gone)
    session.delete(gone.records[0])
    domain.domain = "renamed.example.com"
    taken = Domain(domain=free, type="master", soa_email="a@example.com")
    taken.records = [DomainRecord(type="A", name="x", target="192.0.2.1")]
    session.add(taken)
    before = len(sim.requests)
    session.commit()
    sent = writes(sim, before)
    assert f"DELETE /domains/{gone.id}/records" not in "\n".join(sent)
    assert sent.count(f"DELETE /domains/{gone.id}") == 1
    assert sent.index(f"PUT /domains/{domain.id}") < sent.index("POST /domains")
    assert sent.index("POST /domains") < sent.index(f"POST /domains/{taken.id}/records")
    assert len(sent) == 4


def test_a_new_volume_hangs_on_a_new_linode(sim, session):
    """What is attached goes after what it hangs on, when that is running."""
    instance = Instance(
        label="new", region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass="Abc!23xyz9"
    )
    volume = Volume(label="data", region="us-east", linode=instance)
    session.add_all([volume, instance])
    session.commit()
    assert writes(sim) == ["POST /linode/instances", "POST /volumes"]
    assert volume.linode is instance
    assert sim.read(f"/volumes/{volume.id}")["linode_id"] == instance.id


def test_updates_hold_what_changed_and_no_more(sim, session):
    """A PUT has the changed attributes only; a changed nested object goes whole, on the newest values."""
    instance = session.query(Instance).first()
    path = f"/linode/instances/{instance.id}"
    instance.alerts.cpu = 71
    sim.change(path, alerts={**sim.read(path)["alerts"], "io": 72})
    session.refresh(instance)
    session.commit()
    body = sim.requests[-1].body
    assert body.keys() == {"alerts"}
    assert (body["alerts"]["cpu"], body["alerts"]["io"]) == (71, 72)
    assert body["alerts"].keys() >= {"cpu", "io", "network_in", "network_out", "transfer_quota"}


@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_a_commit_that_fails(sim, on_error):
    """A failed commit lists what was done and what was not, and the next one sends only the rest."""
    with Session(client=sim.client(workers=1)) as session:
        volumes = session.query(Volume).all()
        for each in volumes:
            each.tags.add("x")
        sim.faults.add("PUT", "/volumes/*", nth=3, action=400)
        with pytest.raises(CommitError, match=r"PUT /volumes/\d+") as caught:
            session.commit(on_error=on_error)
        error = caught.value
        done = len(error.applied)
        assert [len(each) for each in (error.failed, error.pending, error.in_doubt)] == [1, 5 - done, 0]
        assert done == (2 if on_error == "stop" else 5)
        left = {each.object for each in (*error.failed, *error.pending)}
        assert set(session.dirty) == left
        before = len(sim.requests)
        session.commit()
        assert sorted(writes(sim, before)) == sorted(f"PUT /volumes/{each.id}" for each in left)
        assert session.dirty == ()


def test_a_swap_of_labels_names_both(session, sent):
    """Two labels that change places are refused before anything is sent, naming both objects."""
    one, two = session.query(Volume).limit(2)
    one.label, two.label = two.label, one.label
    sent()
    for attempt in (session.plan, session.commit):
        with pytest.raises(InvalidRequestError, match=rf"{one.id}.*{two.id}|{two.id}.*{one.id}"):
            attempt()
    assert sent() == []
    assert set(session.dirty) == {one, two}


# -- one object at once ------------------------------------------------------------------------------------------------


def test_save_sends_one_object(sim, session, sent):
    """`save()` sends that object alone; other changes stay pending; it sends nothing for a clean one."""
    one, two = session.query(Volume).limit(2)
    one.label, two.label = "saved", "pending"
    sent()
    one.save()
    assert sent() == [f"PUT /volumes/{one.id}"]
    assert session.dirty == (two,)
    one.save()
    assert sent() == []


def test_save_takes_along_what_it_needs(sim, session):
    """`save()` of a new object creates the pending parents and references that it cannot exist without, and no others."""
    domain = Domain(domain="new.example.com", type="master", soa_email="a@example.com")
    record = DomainRecord(type="A", name="x", target="192.0.2.1")
    other = Volume(label="other", region="us-east")
    session.add_all([domain, other])
    domain.records.append(record)
    record.save()
    assert writes(sim) == ["POST /domains", f"POST /domains/{domain.id}/records"]
    assert session.new == (other,)


def test_delete_sends_at_once(sim, session, sent):
    """`delete()` is one request now."""
    volume = next(each for each in session.query(Volume) if each.linode_id is None)
    sent()
    volume.delete()
    assert sent() == [f"DELETE /volumes/{volume.id}"]
    assert inspect(volume).detached


# -- actions -----------------------------------------------------------------------------------------------------------


def test_actions_are_immediate(sim, session, sent):
    """Actions are methods and one request each; pending changes are neither sent nor lost."""
    volume = next(each for each in session.query(Volume) if each.linode_id is None)
    instance, *others = session.query(Instance)
    other = next(each for each in others if each.region_id == volume.region_id)
    instance.label = "pending"
    sent()
    instance.reboot()
    assert sent() == [f"POST /linode/instances/{instance.id}/reboot"]
    assert volume.attach(other) is volume
    assert sent() == [f"POST /volumes/{volume.id}/attach"]
    assert sim.requests[-1].body["linode_id"] == other.id
    assert volume.linode is other
    assert instance.label == "pending"
    assert session.dirty == (instance,)


def test_arguments_of_actions_are_checked(session, sent):
    """An argument of the wrong name or without a value is refused before anything is sent."""
    volume = session.query(Volume).first()
    sent()
    with pytest.raises(TypeError):
        volume.resize(sise=30)
    with pytest.raises(TypeError):
        volume.resize()
    assert sent() == []


def test_an_object_is_expired_only_where_the_answer_is_none(sim, session, sent):
    """After an action whose answer is not the object, the next read asks; after one whose answer is, it does not."""
    instance = session.query(Instance).first()
    volume = session.query(Volume).first()
    instance.reboot()
    volume.resize(size=volume.size + 10)
    sent()
    _ = volume.size, volume.label
    assert sent() == []
    _ = instance.label
    assert sent() == [f"GET /linode/instances/{instance.id}"]


def test_waiting(sim, session, sent):
    """`wait_until` polls until the condition holds, and raises `WaitTimeout` with what was last seen."""
    instance = session.query(Instance).first()
    instance.shutdown()
    sent()
    instance.wait_until(Instance.status == "offline", timeout=300)
    assert instance.status == "offline"
    assert sent()
    with pytest.raises(WaitTimeout, match=rf"Instance {instance.id}.*Instance\.status"):
        instance.wait_until(Instance.status == "running", timeout=10)


def test_new_objects_have_no_actions(session, sent):
    """What is not created yet says so."""
    volume = Volume(label="new", region="us-east")
    session.add(volume)
    with pytest.raises(InvalidRequestError, match="commit it first"):
        volume.resize(size=30)
    with pytest.raises(InvalidRequestError, match="not created yet"):
        session.refresh(volume)
    assert sent() == []


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda session: session.add(Region(session, "us-east")), None),
        (lambda session: session.delete(Region(session, "us-east")), "cannot delete a Region"),
        (lambda session: session.add("x"), "takes an object"),
        (lambda session: session.add(Event()), "cannot create"),
        (lambda session: session.query("Instance"), "takes a resource class"),
        (lambda session: session.expunge(Volume(label="x", region="us-east")), "not in this session"),
        (lambda session: session.refresh(5), "an object of a resource class"),
    ],
)
def test_what_makes_no_sense_is_said(session, sent, attempt, said):
    """Calls that the API has no request for are refused, each with its reason."""
    if said is None:
        attempt(session)
    else:
        with pytest.raises(InvalidRequestError, match=said):
            attempt(session)
    assert sent() == []
    assert not session.plan()


def test_children_die_with_their_parent(sim, session):
    """Nothing is sent for a child that dies with its parent, whether it was changed or deleted."""
    instance = session.query(Instance).first()
    one, two = instance.disks
    one.label = "changed"
    session.delete(two)
    session.delete(instance)
    before = len(sim.requests)
    session.commit()
    assert writes(sim, before) == [f"DELETE /linode/instances/{instance.id}"]
    assert inspect(one).detached
    assert inspect(two).detached
    assert session.query(Disk).filter(Disk.instance.in_([each.id for each in session.query(Instance)])).count() == 10


def test_a_firewall_may_guard_what_is_new(sim, session):
    """A new firewall with rules is one POST, its nested values whole."""
    firewall = Firewall(
        label="new",
        rules={"inbound": [], "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"},
    )
    session.add(firewall)
    session.commit()
    assert writes(sim) == ["POST /networking/firewalls"]
    assert firewall.rules.inbound_policy == "DROP"


READ = """
import sys
from linode_orm import Instance
from linode_orm.simulator import Simulator
from linode_orm import Session
sim = Simulator()
sim.seed(instances=1)
instance = Session(client=sim.client()).query(Instance).first()
instance.lable
"""


def test_a_mistyped_read_is_met_by_pythons_own_suggestion():
    """Reading a name that there is not is Python's own error, which suggests what comes closest."""
    ended = subprocess.run([sys.executable, "-c", READ], check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "has no attribute 'lable'. Did you mean: 'label'?" in ended.stderr


def test_what_is_attached_is_deleted_after_what_it_hangs_on(sim, session):
    """A volume and its Linode go in one commit, the Linode first: the API deletes no attached volume."""
    sim.seed(instances=1)
    instance = session.query(Instance).first()
    sim.seed(volumes=[{"label": "data", "linode_id": instance.id, "region": instance.region_id}])
    volume = session.query(Volume).filter(Volume.label == "data").one()
    session.delete(volume)
    session.delete(instance)
    assert [step.model for step in session.plan()] == ["Instance", "Volume"]
    session.commit()
    assert not session.query(Volume).filter(Volume.label == "data").exists()
