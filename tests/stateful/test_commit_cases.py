"""What the commit machine and its authors found, kept as plain tests: each lost, doubled or mistook something once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from linode_orm import recover
from linode_orm.errors import CommitError, ConflictError
from tests.session.yard import Barrel, Dock, Sailor, Session, refusal
from tests.stateful.quay import Quay, copies, lost


@pytest.fixture
def world():
    return Quay()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


def dock_of(session: Session) -> Dock:
    body = {"id": 1, "label": "old", "place": "x", "tags": []}
    session.world.seed("/docks/1", dict(body))
    return session.loaded(Dock, dict(body))


def killed(session: Session, path, at: int) -> None:
    """Commit until the process ends before a write, and leave its journal as it is on the disk."""
    world = session.world
    world.kill = at, False, path
    with pytest.raises(CommitError):
        session.commit(on_error="continue")
    session.close()
    world.calm()
    copies(path.with_name("copy"), path)
    world.again()


def test_a_try_before_the_last_one_counts(world):
    """A PUT whose first try was done and whose last one did not leave is no failure that changed nothing."""
    session = Session(world, on_error="undo")
    dock_of(session).label = "new"
    world.writes = ["not sent", "not sent", "reset after", "not sent", "not sent"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [each.status for each in caught.value.report] == ["undone"]
    assert world.objects["/docks/1"]["label"] == "old"


def test_a_refusal_after_a_lost_answer_is_in_doubt(world):
    """What was refused at its second try may have been done by the first."""
    session = Session(world)
    dock_of(session).label = "new"
    world.writes = ["reply lost", "refused"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(caught.value.in_doubt) == 1
    assert session.dirty


def test_an_update_in_doubt_that_is_taken_back(world):
    """The old value, assigned again, is sent: nobody knows whether the new one is there."""
    session = Session(world)
    dock = dock_of(session)
    dock.label = "new"
    world.writes = ["reset after", "refused"]
    with pytest.raises(CommitError):
        session.commit()
    dock.label = "old"
    session.commit()
    assert world.objects["/docks/1"]["label"] == "old"


def test_two_alike_of_which_one_was_made(world):
    """One object is not adopted by two creations that are alike."""
    session = Session(world)
    session.add_all([Barrel(name="keg"), Barrel(name="keg")])
    done = [True, False]

    def fault(request):
        if request.method == "POST" and done.pop(0):
            return gone
        raise lost()

    def gone(_):
        raise lost()

    world.fault = fault
    with pytest.raises(CommitError):
        session.commit(on_error="continue")
    world.fault = world.meet
    with suppress(CommitError):
        session.commit()
    assert world.rows().total() == 2


def test_two_alike_of_which_one_was_made_before_the_end(world, path):
    """Recovery does not adopt one object twice either."""
    session = Session(world, journal=path)
    session.add_all([Barrel(name="keg"), Barrel(name="keg")])
    killed(session, path, 1)
    assert recover(path, client=world.client).counts == {"applied": 2}
    assert world.rows().total() == 2


def test_one_of_an_earlier_commit_is_not_taken_for_a_lost_one(world, path):
    """What the same journal made a moment ago is neither adopted nor deleted in place of one that was never made."""
    session = Session(world, journal=path)
    session.add(Barrel(name="keg"))
    session.commit()
    session.add(Barrel(name="keg"))
    killed(session, path, 0)
    assert recover(path, client=world.client, undo=True).counts == {"pending": 1}
    assert world.rows().total() == 1


def test_a_new_key_whose_answer_was_lost(world):
    """The repetition finds nothing under the old key, and the object under the new one."""
    session = Session(world)
    world.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    world.writes = ["reply lost"]
    [entry] = session.commit()
    assert (entry.note, sailor.nick, [*world.objects]) == ("it had that key already", "bob", ["/sailors/bob"])


def test_a_new_key_that_the_answer_does_not_name(world):
    """An object whose new key was taken, and answered with nothing, is known by that."""
    session = Session(world)
    world.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    world.writes = ["half"]
    session.commit()
    assert (sailor.nick, sailor.rank) == ("bob", "r")
    session.delete(sailor)
    session.commit()
    assert not world.objects


def test_a_new_key_of_an_object_that_is_gone(world):
    """Where nothing is under the new key either, nothing was done."""
    session = Session(world)
    session.loaded(Sailor, {"nick": "ann", "rank": "r"}).nick = "bob"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(caught.value.failed) == 1


def test_ones_own_write_in_doubt_may_look_like_somebody_elses(world):
    """A value written without an answer, and changed again, is told as a conflict; nothing is lost by that."""
    session = Session(world, conflicts="check")
    dock = dock_of(session)
    dock.label = "new"
    world.writes = ["reply lost"] * 9
    with pytest.raises(CommitError):
        session.commit()
    world.calm()
    dock.label = "newer"
    with pytest.raises(ConflictError):
        session.commit()
    session.refresh(dock, keep=True)
    session.commit()
    assert world.objects["/docks/1"]["label"] == "newer"


@pytest.mark.parametrize("undo", [True, False], ids=["undo", "delete"])
def test_a_creation_sent_twice_does_not_come_back(world, undo):
    """The key of an object is not freed while the request may still run whose answer was lost: it would be done then."""
    session = Session(world, on_error="undo" if undo else "stop")
    dock = session.add(Dock(label="b", place="x"))
    world.writes = ["later"]
    if undo:
        session.add(Dock(label="c", place="x"))
        world.fault = lambda request: lost_or_refused(world, request)
        with pytest.raises(CommitError):
            session.commit()
    else:
        session.commit()
        session.delete(dock)
        session.commit()
    world.settle()
    assert not world.objects


def test_a_new_key_that_is_taken_back_stays_so(world):
    """A renaming that takes effect late finds the object under its old key again, and would rename it once more."""
    session = Session(world, on_error="undo")
    world.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    session.loaded(Sailor, {"nick": "ann", "rank": "r"}).nick = "bob"
    session.add(Dock(label="c", place="x"))
    world.writes = ["later"]
    world.fault = lambda request: lost_or_refused(world, request)
    with pytest.raises(CommitError):
        session.commit()
    world.settle()
    assert [*world.objects] == ["/sailors/ann"]


def lost_or_refused(world, request):
    if request.method == "POST" and request.body["label"] == "c":
        raise refusal("BadRequest", 400)
    return world.meet(request)
