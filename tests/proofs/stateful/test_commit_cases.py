"""What the commit machine and its authors found, kept as plain tests: each lost, doubled or mistook something once."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from linode_orm import PaymentMethod, recover
from linode_orm.errors import CommitError, CommitInterrupted, ConflictError
from tests.proofs.stateful.faulty_api import FaultyApi, copies, lost
from tests.session.fake_api import Barrel, Crane, Dock, Sailor, Session, refusal


@pytest.fixture
def api():
    return FaultyApi()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


def dock_of(session: Session) -> Dock:
    body = {"id": 1, "label": "old", "place": "x", "tags": []}
    session.api.seed("/docks/1", dict(body))
    return session.loaded(Dock, dict(body))


def killed(session: Session, path, at: int) -> None:
    """Commit until the process ends before a write, and leave its journal as it is on the disk."""
    api = session.api
    api.kill = at, False, path
    with pytest.raises(CommitError):
        session.commit(on_error="continue")
    session.close()
    api.clear_faults()
    copies(path.with_name("copy"), path)
    api.again()


def test_a_try_before_the_last_one_counts(api):
    """A PUT whose first try was done and whose last one did not leave is no failure that changed nothing."""
    session = Session(api, on_error="undo")
    dock_of(session).label = "new"
    api.writes = ["not sent", "not sent", "reset after", "not sent", "not sent"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [each.status for each in caught.value.report] == ["undone"]
    assert api.objects["/docks/1"]["label"] == "old"


def test_a_refusal_after_a_lost_answer_is_in_doubt(api):
    """What was refused at its second try may have been done by the first."""
    session = Session(api)
    dock_of(session).label = "new"
    api.writes = ["reply lost", "refused"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(caught.value.in_doubt) == 1
    assert session.dirty


def test_an_update_in_doubt_that_is_taken_back(api):
    """The old value, assigned again, is sent: nobody knows whether the new one is there."""
    session = Session(api)
    dock = dock_of(session)
    dock.label = "new"
    api.writes = ["reset after", "refused"]
    with pytest.raises(CommitError):
        session.commit()
    dock.label = "old"
    session.commit()
    assert api.objects["/docks/1"]["label"] == "old"


def test_two_alike_of_which_one_was_made(api):
    """One object is not adopted by two creations that are alike."""
    session = Session(api)
    session.add_all([Barrel(name="keg"), Barrel(name="keg")])
    done = [True, False]

    def fault(request):
        if request.method == "POST" and done.pop(0):
            return gone
        raise lost()

    def gone(_):
        raise lost()

    api.fault = fault
    with pytest.raises(CommitError):
        session.commit(on_error="continue")
    api.fault = api.meet
    with suppress(CommitError):
        session.commit()
    assert api.rows().total() == 2


def test_two_alike_of_which_one_was_made_before_the_end(api, path):
    """Recovery does not adopt one object twice either."""
    session = Session(api, journal=path)
    session.add_all([Barrel(name="keg"), Barrel(name="keg")])
    killed(session, path, 1)
    assert recover(path, client=api.client).counts == {"applied": 2}
    assert api.rows().total() == 2


def test_one_of_an_earlier_commit_is_not_taken_for_a_lost_one(api, path):
    """What the same journal made a moment ago is neither adopted nor deleted in place of one that was never made."""
    session = Session(api, journal=path)
    session.add(Barrel(name="keg"))
    session.commit()
    session.add(Barrel(name="keg"))
    killed(session, path, 0)
    assert recover(path, client=api.client, undo=True).counts == {"pending": 1}
    assert api.rows().total() == 1


def test_a_new_key_whose_answer_was_lost(api):
    """The repetition finds nothing under the old key, and the object under the new one."""
    session = Session(api)
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    api.writes = ["reply lost"]
    [entry] = session.commit()
    assert (entry.note, sailor.nick, [*api.objects]) == ("it had that key already", "bob", ["/sailors/bob"])


def test_a_new_key_that_the_answer_does_not_name(api):
    """An object whose new key was taken, and answered with nothing, is known by that."""
    session = Session(api)
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    api.writes = ["half"]
    session.commit()
    assert (sailor.nick, sailor.rank) == ("bob", "r")
    session.delete(sailor)
    session.commit()
    assert not api.objects


def test_a_new_key_of_an_object_that_is_gone(api):
    """Where nothing is under the new key either, nothing was done."""
    session = Session(api)
    session.loaded(Sailor, {"nick": "ann", "rank": "r"}).nick = "bob"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(caught.value.failed) == 1


def test_ones_own_write_in_doubt_is_no_conflict(api):
    """A value written without an answer, and changed again, is known as one's own."""
    session = Session(api, conflicts="check")
    dock = dock_of(session)
    dock.label = "new"
    api.writes = ["reply lost"] * 9
    with pytest.raises(CommitError):
        session.commit()
    api.clear_faults()
    dock.label = "newer"
    session.commit()
    assert api.objects["/docks/1"]["label"] == "newer"


def in_doubt(session: Session, *writes: str) -> None:
    """Commit so that one update is in doubt: done where the first try was."""
    session.api.writes = [*(writes or ["reply lost", "refused"])]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(caught.value.in_doubt) == 1
    session.api.clear_faults()


def test_a_write_in_doubt_does_not_hide_another_writer(api):
    """What is neither the old value nor one that was sent is somebody else's, also where ours was seen before it."""
    session = Session(api, conflicts="check")
    dock = dock_of(session)
    dock.label = "new"
    in_doubt(session)
    api.objects["/docks/1"]["label"] = "theirs"
    with pytest.raises(ConflictError):
        session.commit()
    api.objects["/docks/1"]["label"] = "new"
    dock.label = "newer"
    session.refresh(dock)
    api.objects["/docks/1"]["label"] = "old"
    with pytest.raises(ConflictError) as caught:
        session.commit()
    assert [caught.value.base, caught.value.theirs, caught.value.mine] == ["new", "old", "newer"]


@pytest.mark.parametrize("conflicts", ["check", "ignore"])
@pytest.mark.parametrize("there", [True, False], ids=["taken off again", "put on again"])
def test_a_set_edit_in_doubt_that_is_taken_back(api, conflicts, there):
    """A tag that may have been put on, and is to come off, comes off; and the other way round."""
    session = Session(api, conflicts=conflicts)
    dock = dock_of(session)
    api.objects["/docks/1"]["tags"] = ["a"]
    session.refresh(dock)
    (dock.tags.add if there else dock.tags.discard)("b" if there else "a")
    in_doubt(session)
    (dock.tags.discard if there else dock.tags.add)("b" if there else "a")
    api.objects["/docks/1"]["tags"].append("x")
    session.refresh(dock)
    session.commit()
    assert sorted(api.objects["/docks/1"]["tags"]) == ["a", "x"]


@pytest.mark.parametrize("conflicts", ["check", "ignore"])
@pytest.mark.parametrize("then", [1, 3], ids=["taken back", "another"])
def test_a_nested_value_in_doubt_that_is_changed_again(api, conflicts, then):
    """The old value inside, assigned again, is sent; another writer's beside it stays."""
    session = Session(api, conflicts=conflicts)
    dock = dock_of(session)
    api.objects["/docks/1"]["limits"] = {"cpu": 1, "io": 1}
    session.refresh(dock)
    dock.limits.cpu = 2
    in_doubt(session)
    dock.limits.cpu = then
    api.objects["/docks/1"]["limits"]["io"] = 9
    session.refresh(dock)
    session.commit()
    assert api.objects["/docks/1"]["limits"] == {"cpu": then, "io": 9}


def test_an_old_value_in_doubt_outlasts_what_was_sent(api):
    """The old value is there, but the new one may still come: the old one is sent when it no longer can."""
    session = Session(api)
    dock = dock_of(session)
    dock.label = "new"
    in_doubt(session, "later", "refused")
    dock.label = "old"
    session.refresh(dock)
    session.commit()
    api.settle()
    assert api.objects["/docks/1"]["label"] == "old"


def test_a_write_in_doubt_that_is_there_is_sent_no_more(api):
    """Where the value is found there is nothing left to do."""
    session = Session(api, conflicts="check")
    dock_of(session).label = "new"
    in_doubt(session)
    sent = len(api.sent)
    assert not session.commit()
    assert (len(api.sent), session.dirty) == (sent, ())


@pytest.mark.parametrize("conflicts", ["check", "ignore"])
@pytest.mark.parametrize("late", [True, False], ids=["late", "done"])
@pytest.mark.parametrize("then", ["again", "another", "back", "rank", "delete"])
def test_a_new_key_in_doubt(api, conflicts, late, then):
    """Whatever is wanted next, the object is found under the key that it has by now."""
    session = Session(api, conflicts=conflicts)
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    in_doubt(session, "late" if late else "reply lost", "refused")
    if then == "delete":
        session.delete(sailor)
    elif then == "rank":
        sailor.rank = "s"
    elif then != "again":
        sailor.nick = "cat" if then == "another" else "ann"
    session.commit()
    api.settle()
    wanted = {"another": ["/sailors/cat"], "back": ["/sailors/ann"], "delete": []}
    assert [*api.objects] == wanted.get(then, ["/sailors/bob"])
    assert [api.objects[path]["rank"] for path in api.objects] == (
        ["s" if then == "rank" else "r"] * (then != "delete")
    )
    assert (session.dirty, session.deleted) == ((), ())
    if then != "delete":
        assert f"/sailors/{sailor.nick}" in api.objects


def test_a_new_key_in_doubt_and_a_deletion_now(api):
    """`x.delete()` finds it too."""
    session = Session(api)
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    sailor = session.loaded(Sailor, {"nick": "ann", "rank": "r"})
    sailor.nick = "bob"
    in_doubt(session)
    sailor.delete()
    assert not api.objects


@pytest.mark.parametrize("undo", [True, False], ids=["undo", "delete"])
def test_a_creation_sent_twice_does_not_come_back(api, undo):
    """The key of an object is not freed while the request may still run whose answer was lost: it would be done then."""
    session = Session(api, on_error="undo" if undo else "stop")
    dock = session.add(Dock(label="b", place="x"))
    api.writes = ["later"]
    if undo:
        session.add(Dock(label="c", place="x"))
        api.fault = lambda request: lost_or_refused(api, request)
        with pytest.raises(CommitError):
            session.commit()
    else:
        session.commit()
        session.delete(dock)
        session.commit()
    api.settle()
    assert not api.objects


def test_a_key_of_the_users_that_is_used_again(api):
    """What takes the key of an object is made when that one is deleted, and is not mistaken for it."""
    session = Session(api)
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    session.delete(session.loaded(Sailor, {"nick": "ann", "rank": "r"}))
    session.add(Sailor(nick="ann", rank="r"))
    api.writes = ["", "reset before"]
    session.commit()
    assert api.sent == ["DELETE /sailors/ann", "POST /sailors", "POST /sailors"]
    assert [*api.objects] == ["/sailors/ann"]


@pytest.mark.parametrize("model", [Barrel, Dock])
def test_one_in_doubt_of_which_the_others_are_deleted(api, model):
    """What its user has found by a query, and deletes, is another object than the one that he waits for."""
    session = Session(api)
    values = {"name": "keg"} if model is Barrel else {"label": "keg", "place": "x"}
    mine = session.add(model(**values))
    api.writes, api.reads = ["reset after"], ["refused"]
    with pytest.raises(CommitError):
        session.commit()
    api.clear_faults()
    api.settle()
    assert session.query(model).delete() == 1
    session.commit()
    assert [*api.objects] == [f"{model.__mapper__.path}/{mine.id}"]
    assert (session.new, session.deleted) == ((), ())


def test_a_new_key_that_is_taken_back_stays_so(api):
    """A renaming that takes effect late finds the object under its old key again, and would rename it once more."""
    session = Session(api, on_error="undo")
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    session.loaded(Sailor, {"nick": "ann", "rank": "r"}).nick = "bob"
    session.add(Dock(label="c", place="x"))
    api.writes = ["later"]
    api.fault = lambda request: lost_or_refused(api, request)
    with pytest.raises(CommitError):
        session.commit()
    api.settle()
    assert [*api.objects] == ["/sailors/ann"]


def test_a_deletion_of_the_way_back_that_takes_effect_late(api):
    """One that was refused at its second try is looked at when the first can no longer run."""
    session = Session(api, on_error="undo")
    dock = dock_of(session)
    crane = Crane(label="c")
    crane.dock = dock
    session.add(crane)
    session.add(Dock(label="d", place="x"))
    dock.label = "new"
    refused = ["PUT /docks/1"]
    api.fault = lambda request: refuse_once(api, request, refused)
    api.writes = ["", "", "late", "refused"]
    with pytest.raises(CommitError) as caught:
        session.commit(fold=False)
    api.settle()
    assert caught.value.report.counts == {"undone": 2, "failed": 1}
    assert [*api.objects] == ["/docks/1"]
    api.clear_faults()
    session.commit()
    assert len(api.objects) == 3


def test_an_update_of_the_way_back_that_takes_effect_late(api):
    """The old value, sent and refused at its second try, is there in the end."""
    session = Session(api, on_error="undo")
    dock_of(session).label = "new"
    session.add(Barrel(name="keg"))
    refused = ["POST /barrels"]
    api.fault = lambda request: refuse_once(api, request, refused)
    api.writes = ["", "later", "refused"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert sorted(caught.value.report.counts) == ["failed", "undone"]
    assert api.objects["/docks/1"]["label"] == "old"


def test_a_renaming_of_the_way_back_that_takes_effect_late(api):
    """It is looked for under the key that it goes back to."""
    session = Session(api, on_error="undo")
    api.seed("/sailors/ann", {"nick": "ann", "rank": "r"})
    session.loaded(Sailor, {"nick": "ann", "rank": "r"}).nick = "bob"
    session.add(Barrel(name="keg"))
    refused = ["POST /barrels"]
    api.fault = lambda request: refuse_once(api, request, refused)
    api.writes = ["", "late", "refused"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert sorted(caught.value.report.counts) == ["failed", "undone"]
    assert [*api.objects] == ["/sailors/ann"]


def test_ctrl_c_ends_the_wait_of_a_way_back(api):
    """Nobody waits for a minute who does not want to; what is not known to be back is told as not undone."""
    session = Session(api, on_error="undo")
    dock_of(session).label = "new"
    session.add(Barrel(name="keg"))
    refused = ["POST /barrels"]
    api.fault = lambda request: refuse_once(api, request, refused)
    api.writes = ["", "late", "refused"]
    sleep, began = api.clock.sleep, api.clock.monotonic()

    def pressed(seconds):
        sleep(0)
        if not api.writes:
            signal.raise_signal(signal.SIGINT)

    api.clock.sleep = pressed
    with pytest.raises(CommitInterrupted) as caught:
        session.commit()
    assert len(caught.value.not_undone) == 1
    assert api.clock.monotonic() == began


def refuse_once(api, request, refused):
    if f"{request.method} {request.path}" in refused:
        refused.remove(f"{request.method} {request.path}")
        raise refusal("BadRequest", 400)
    return api.meet(request)


def lost_or_refused(api, request):
    if request.method == "POST" and request.body["label"] == "c":
        raise refusal("BadRequest", 400)
    return api.meet(request)


def test_a_recovery_that_leaves_a_doubt(api, path):
    """What cannot be looked for stays in doubt, is told, and is settled by the next recovery."""
    session = Session(api, journal=path)
    session.add(Barrel(name="keg"))
    killed(session, path, 0)
    api.writes, api.reads = ["reset after"], ["", "", "refused"]
    assert recover(path, client=api.client).counts == {"in doubt": 1}
    api.clear_faults()
    api.settle()
    assert recover(path, client=api.client).counts == {"applied": 1}
    assert api.rows().total() == 1


def test_an_object_whose_id_nobody_tells(api):
    """One that was made without its id being answered leaves the session; a query finds it."""
    api.seed("/account", {})
    session = Session(api)
    data = {"card_number": "4111111111111111", "cvv": "123", "expiry_month": 12, "expiry_year": 2030}
    card = session.add(PaymentMethod(type="credit_card", is_default=True, data=data))
    api.fault = lambda request: (lambda _: b"{}") if request.method == "POST" else None
    assert session.commit().counts == {"applied": 1}
    assert (session.new, card in session) == ((), False)
