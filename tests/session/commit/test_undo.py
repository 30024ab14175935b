"""Undo: a failed commit is compensated, and a finished one has a compensating plan (behaviour of the session)."""

from __future__ import annotations

from threading import Event

import pytest

from linode_orm.errors import CommitError, ConflictError, InvalidRequestError
from linode_orm.session import inspect
from tests.session.fake_api import Cargo, Crane, Dock, FakeApi, Sailor, Session, refusal


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api, on_error="undo")


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, dict(body))


def refuse(api: FakeApi, operation: str, reason: str = "refused") -> None:
    """Let every request of that method and path be refused."""

    def fault(request):
        if f"{request.method} {request.path}" == operation:
            raise refusal("BadRequest", 400, reason)

    api.fault = fault


def mixed(session: Session) -> None:
    """Make changes of every kind: six updates, a rename, three creates that hang together, two deletions."""
    for identity in range(1, 7):
        dock_of(session, identity).tags.add("edge")
    dock_of(session, 7).label = "renamed"
    for identity in (8, 9):
        session.delete(dock_of(session, identity))
    dock = session.add(Dock(label="new", place="x"))
    crane = Crane(label="c")
    crane.dock = dock
    session.add(crane)
    session.add(Cargo(name="n", weight=1, dock=dock))


OPERATIONS = [
    *(f"PUT /docks/{identity}" for identity in range(1, 8)),
    "POST /docks",
    "POST /docks/101/cranes",
    "POST /cargo",
    "DELETE /docks/8",
    "DELETE /docks/9",
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failure_anywhere_puts_everything_back(session, api, operation):
    """Whatever fails, the account is as before, apart from what is reported; a second commit does all of it."""
    mixed(session)
    before = {path: dict(body) for path, body in api.objects.items()}
    refuse(api, operation)
    with pytest.raises(CommitError) as caught:
        session.commit()
    error = caught.value
    kept = {entry.step.path for entry in error.not_undone}
    assert kept <= {"/docks/8", "/docks/9"}
    assert api.objects == {path: body for path, body in before.items() if path not in kept}
    assert len(error.failed) == 1
    assert not error.applied
    assert not error.in_doubt
    api.fault = lambda _: None
    session.commit()
    assert [*session.new, *session.dirty, *session.deleted] == []
    assert {path for path in api.objects if path.count("/") == 2} >= {"/docks/7"}
    assert api.objects["/docks/1"]["tags"] == ["p", "edge"]
    assert "/docks/8" not in api.objects


def test_deletions_come_last(session, api):
    """What cannot be undone is sent when everything else has succeeded, but for what another step waits for."""
    mixed(session)
    session.commit()
    deletions = [api.sent.index(each) for each in ("DELETE /docks/8", "DELETE /docks/9")]
    assert min(deletions) == len(api.sent) - 2


def test_deletions_wait_for_everything_else(session, api):
    """However many requests may run at once, nothing is deleted where something else fails, as late as it may."""
    api.client.workers = 16
    mixed(session)
    is_deleting = Event()

    def fault(request):
        if request.method == "DELETE":
            is_deleting.set()
        if (request.method, request.path) == ("PUT", "/docks/3"):
            is_deleting.wait(0.2)  # a deletion that does not wait for this answer is sent by then
            raise refusal("BadRequest", 400)

    api.fault = fault
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert not caught.value.not_undone
    assert {"DELETE /docks/8", "DELETE /docks/9"}.isdisjoint(api.sent)


def test_a_deletion_that_frees_a_name_comes_before(session, api):
    """It has to, and is reported as not undone where something fails after it."""
    session.delete(dock_of(session, 8, label="taken"))
    session.add(Dock(label="taken", place="x"))
    refuse(api, "POST /docks")
    with pytest.raises(CommitError) as caught:
        session.commit()
    [entry] = caught.value.not_undone
    assert (entry.step.path, entry.note) == ("/docks/8", "what is deleted cannot be brought back")
    assert "/docks/8" not in api.objects


def test_newest_first(session, api):
    """Children are deleted before their parents, referrers before what they refer to."""
    mixed(session)
    refuse(api, "DELETE /docks/8")
    with pytest.raises(CommitError):
        session.commit()
    back = [
        each for each in api.sent if each.startswith("DELETE") and each not in {"DELETE /docks/8", "DELETE /docks/9"}
    ]
    assert back[-1] == "DELETE /docks/101"
    assert len(back) == 3


def test_the_objects_are_as_before(session, api):
    """New objects are pending again, changed ones changed, with every value that the user gave."""
    mixed(session)
    new, dirty = session.new, session.dirty
    refuse(api, "PUT /docks/3")
    with pytest.raises(CommitError):
        session.commit()
    assert (session.new, set(session.dirty)) == (new, set(dirty))
    assert [inspect(each).state for each in new] == ["pending"] * 3
    assert new[1].dock is new[0]


def test_what_cannot_be_put_back_is_said(session, api):
    """A way back that is refused leaves the step applied, in the account and in the session."""
    dock, other = dock_of(session), dock_of(session, 6)
    dock.label = "b"
    other.label = "c"
    api.client.workers = 1
    sent = []

    def fault(request):
        sent.append(request.path)
        if request.method == "PUT" and (request.path == "/docks/6" or sent.count("/docks/5") > 1):
            raise refusal("BadRequest", 400)

    api.fault = fault
    with pytest.raises(CommitError, match="could not be undone") as caught:
        session.commit()
    assert [entry.object for entry in caught.value.not_undone] == [dock]
    assert (api.objects["/docks/5"]["label"], dock.label) == ("b", "b")
    assert session.dirty == (other,)


def test_values_are_read_before_they_are_changed(session, api):
    """Of an object that was never read, the old value is read first, so that it can be put back."""
    api.seed("/docks/5", {"id": 5, "label": "old", "place": "x", "tags": []})
    Dock(session, 5).label = "new"
    session.add(Dock(label="b", place="x"))
    refuse(api, "POST /docks")
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert api.objects["/docks/5"]["label"] == "old"
    assert not caught.value.not_undone


def test_a_user_renamed_and_back(session, api):
    """An update that changes the key is undone under the new one."""
    api.seed("/sailors/ann", {"nick": "ann", "rank": "a"})
    session.loaded(Sailor, {"nick": "ann", "rank": "a"}).nick = "bob"
    session.add(Cargo(name="n", weight=1))
    api.client.workers = 1
    refuse(api, "POST /cargo")
    with pytest.raises(CommitError):
        session.commit()
    assert [path for path in api.objects if "sailors" in path] == ["/sailors/ann"]


class TestWayBack:
    def test_of_a_finished_commit(self, api):
        """The plan deletes what was made and puts back what was changed, newest first, and sends nothing by itself."""
        session = Session(api)
        mixed(session)
        before = {path: dict(body) for path, body in api.objects.items()}
        report = session.commit()
        sent = len(api.sent)
        plan = session.undo(report.id)
        assert len(api.sent) == sent
        assert len(plan) == 10
        assert sorted(plan.lost) == [
            "Dock 8 'dock8': what is deleted cannot be brought back",
            "Dock 9 'dock9': what is deleted cannot be brought back",
        ]
        assert "cannot be brought back: Dock 8" in str(plan)
        plan.apply(session.client)
        assert api.objects == {path: body for path, body in before.items() if path not in {"/docks/8", "/docks/9"}}

    def test_the_objects_of_the_session_follow(self, api):
        """Applied through the session's client, its own objects take the old values."""
        session = Session(api)
        dock = dock_of(session)
        dock.label = "b"
        report = session.commit()
        session.undo(report.id).apply(session.client)
        assert (dock.label, session.dirty) == ("dock5", ())

    def test_it_looks_whether_the_account_has_changed(self, api):
        """What somebody changed since is not overwritten."""
        session = Session(api)
        dock_of(session).label = "b"
        plan = session.undo(session.commit().id)
        api.objects["/docks/5"]["label"] = "theirs"
        sent = len(api.sent)
        with pytest.raises(ConflictError, match="theirs"):
            plan.apply(session.client)
        assert len(api.sent) == sent
        plan.apply(session.client, conflicts="ignore")
        assert api.objects["/docks/5"]["label"] == "dock5"

    def test_of_a_commit_that_is_not_known(self, api):
        """An error says which commits are known."""
        with pytest.raises(InvalidRequestError, match="no commit 'abc'"):
            Session(api).undo("abc")

    def test_of_half_a_commit(self, api):
        """Only what was applied is taken back."""
        session = Session(api)
        dock_of(session).label = "b"
        dock_of(session, 6).label = "c"
        refuse(api, "PUT /docks/6")
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        [step] = session.undo(caught.value.report.id)
        assert (step.path, step.body) == ("/docks/5", {"label": "dock5"})

    def test_secrets_cannot_be_brought_back(self, api):
        """A password that was set is lost, and the plan says so."""
        session = Session(api)
        dock_of(session, token="abc").token = "def"
        plan = session.undo(session.commit().id)
        assert (len(plan), plan.lost) == (0, ("Dock 5 'dock5': the old token cannot be read",))

    def test_of_a_way_back(self, api):
        """What a way back put back can be changed again; what it deleted it names, and brings nothing of it back."""
        session = Session(api)
        mixed(session)
        report = session.commit()
        after = {path: dict(body) for path, body in api.objects.items()}
        plan = session.undo(session.undo(report.id).apply(session.client).id)
        assert {step.operation for step in plan} == {"update"}
        assert sorted(plan.lost) == [
            "Cargo 'n': what is deleted cannot be brought back",
            "Crane 'c' of Dock 'new': what is deleted cannot be brought back",
            "Dock 'new': what is deleted cannot be brought back",
        ]
        plan.apply(session.client)
        assert api.objects == {path: after[path] for path in api.objects}
        assert len(api.objects) == 7

    def test_a_second_time(self, api):
        """It ends where the first time ended."""
        session = Session(api)
        mixed(session)
        report = session.commit()
        session.undo(report.id).apply(session.client)
        before = {path: dict(body) for path, body in api.objects.items()}
        assert {entry.note for entry in session.undo(report.id).apply(session.client)} == {"", "it was gone already"}
        assert api.objects == before

    def test_set_edits_are_taken_back_from_the_newest_value(self, api):
        """What others put in since stays, and is no conflict."""
        session = Session(api)
        dock_of(session).tags.add("mine")
        plan = session.undo(session.commit().id)
        api.objects["/docks/5"]["tags"] = ["p", "mine", "theirs"]
        plan.apply(session.client)
        assert api.objects["/docks/5"]["tags"] == ["p", "theirs"]

    @pytest.mark.parametrize("journal", [False, True])
    def test_of_what_is_no_name(self, api, tmp_path, journal):
        """The report itself is none; its `id` is."""
        session = Session(api, journal=tmp_path / "journal" if journal else None)
        dock_of(session).label = "b"
        report = session.commit()
        with pytest.raises(InvalidRequestError, match="no commit <CommitReport"):
            session.undo(report)
        with pytest.raises(InvalidRequestError, match="no commit None"):
            session.undo(None)
        session.close()
