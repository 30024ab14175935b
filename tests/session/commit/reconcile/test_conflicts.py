"""Conflicts: what was changed elsewhere is found before anything is written, in few requests (behaviour of the session)."""

from __future__ import annotations

import pytest

from linode_orm.errors import CommitError, ConflictError
from linode_orm.session import inspect
from tests.session.fake_api import Barrel, Crane, Dock, FakeApi, Gate, Limits, Sailor, Session

LIMITS = {"cpu": 1, "io": 2, "since": "x"}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api, conflicts="check")


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], "limits": dict(LIMITS), **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, body)


def elsewhere(session: Session, path: str, **values: object) -> None:
    session.api.objects[path] = {**session.api.objects[path], **values}


def test_a_changed_attribute_is_found_before_anything_is_written(session, api):
    """The error has what was read, theirs and mine; nothing was sent but the look."""
    dock, other = dock_of(session), dock_of(session, 6)
    dock.label, other.label = "mine", "fine"
    elsewhere(session, "/docks/5", label="theirs")
    with pytest.raises(ConflictError, match=r"Dock 5\.label: read 'dock5', theirs 'theirs', mine 'mine'") as caught:
        session.commit()
    error = caught.value
    assert [(each.object, each.attribute) for each in error.conflicts] == [(dock, "label")]
    assert (error.object, error.attribute) == (dock, "label")
    assert (error.base, error.theirs, error.mine) == ("dock5", "theirs", "mine")
    assert api.sent == []
    assert (dock.label, other.label) == ("mine", "fine")
    assert inspect(dock).history["label"] == ("dock5", "theirs", "mine")


def test_refresh_with_keep_settles_it_in_favour_of_mine(session, api):
    """After `refresh(keep=True)` the change counts as one of their value; without it the conflict stays."""
    dock = dock_of(session)
    dock.label = "mine"
    elsewhere(session, "/docks/5", label="theirs")
    with pytest.raises(ConflictError):
        session.commit()
    session.refresh(dock)
    with pytest.raises(ConflictError):
        session.commit()
    session.refresh(dock, keep=True)
    session.commit()
    assert (api.sent, api.objects["/docks/5"]["label"]) == (["PUT /docks/5"], "mine")


def test_another_attribute_is_no_conflict(session, api):
    """Two who change different attributes both keep theirs."""
    dock = dock_of(session)
    dock.label = "mine"
    elsewhere(session, "/docks/5", tags=["theirs"])
    session.commit()
    assert (api.objects["/docks/5"]["label"], api.objects["/docks/5"]["tags"]) == ("mine", ["theirs"])
    assert list(dock.tags) == ["theirs"]


def test_set_edits_are_made_again_on_the_newest_value(session, api):
    """Two who add and discard different tags both keep theirs; so with any list that is a set."""
    dock = dock_of(session, tags=["p", "q"])
    dock.tags.add("mine")
    dock.tags.discard("p")
    elsewhere(session, "/docks/5", tags=["q", "p", "theirs"])
    session.commit()
    assert api.body("PUT /docks/5") == {"tags": ["q", "theirs", "mine"]}


def test_assigned_tags_mean_exactly_these(session, api):
    """A whole list that was assigned meets a changed one as any value does."""
    dock = dock_of(session)
    dock.tags = ["mine"]
    elsewhere(session, "/docks/5", tags=["theirs"])
    with pytest.raises(ConflictError, match="tags"):
        session.commit()
    assert api.sent == []


def test_of_a_nested_object_its_attributes_count(session, api):
    """A changed leaf meets their change of the same leaf only."""
    dock = dock_of(session)
    dock.limits.cpu = 9
    elsewhere(session, "/docks/5", limits={**LIMITS, "io": 8})
    session.commit()
    assert api.objects["/docks/5"]["limits"]["io"] == 8
    dock.limits.cpu = 10
    elsewhere(session, "/docks/5", limits={**LIMITS, "cpu": 7})
    with pytest.raises(ConflictError, match="limits"):
        session.commit()
    dock.limits = Limits(cpu=1, io=1)
    with pytest.raises(ConflictError, match="limits"):
        session.commit()


def test_the_same_change_on_both_sides_is_none(session, api):
    """Theirs that equals mine leaves nothing to send."""
    dock = dock_of(session)
    dock.label = "same"
    elsewhere(session, "/docks/5", label="same")
    assert not session.commit()
    assert (api.sent, session.dirty) == ([], ())


def test_an_object_that_is_gone_is_named(session, api):
    """What was deleted elsewhere is a conflict of the whole object, confirmed by its own GET."""
    dock, other = dock_of(session), dock_of(session, 6)
    dock.label, other.label = "mine", "fine"
    del api.objects["/docks/5"]
    with pytest.raises(ConflictError, match="Dock 5 is gone") as caught:
        session.commit()
    assert [(each.object, each.attribute) for each in caught.value.conflicts] == [(dock, "")]
    assert api.sent == []


def test_many_are_looked_at_in_one_list(session, api):
    """200 objects of a class cost one filtered list, not 200 GETs; others one request each."""
    for identity in range(1, 201):
        dock_of(session, identity).tags.add("edge")
    session.commit()
    assert len(api.read) < 10
    assert set(api.read) == {"/docks"}
    assert len(api.sent) == 200


def test_what_has_no_filter_is_read_by_the_cheapest_road(session, api):
    """Children by their parent's list, a singleton and a single object by a GET."""
    dock_of(session)
    for identity in (1, 2, 3):
        body = {"id": identity, "label": f"c{identity}"}
        api.seed(f"/docks/5/cranes/{identity}", body)
        session.loaded(Crane, dict(body), 5).label = f"new{identity}"
    api.seed("/gate", {"open": False})
    session.loaded(Gate, {"open": False}).open = True
    api.seed("/sailors/ann", {"nick": "ann", "rank": "a"})
    session.loaded(Sailor, {"nick": "ann", "rank": "a"}).rank = "b"
    session.commit()
    assert sorted(api.read) == ["/docks/5/cranes", "/gate", "/sailors/ann"]
    assert len(api.sent) == 5


def test_what_was_never_read_has_nothing_to_meet(session, api):
    """A value assigned on a reference is sent as it is."""
    dock_of(session)
    reference = Dock(session, 7)
    reference.label = "mine"
    api.seed("/docks/7", {"id": 7, "label": "theirs", "place": "x", "tags": []})
    session.commit()
    assert api.objects["/docks/7"]["label"] == "mine"


def test_ignore_sends_what_was_planned(api):
    """Without the check nothing is read, and the later write wins."""
    session = Session(api)
    dock = dock_of(session)
    dock.label = "mine"
    elsewhere(session, "/docks/5", label="theirs")
    session.commit()
    assert (api.read, api.objects["/docks/5"]["label"]) == ([], "mine")
    dock.label = "again"
    elsewhere(session, "/docks/5", label="theirs")
    with pytest.raises(ConflictError):
        session.commit(conflicts="check")


def test_the_window_is_reported(session, api):
    """The report says for how long a write between our look and ours could go unseen, and what its answer showed."""
    for identity in (1, 2):
        dock_of(session, identity).label = f"n{identity}"

    def slow(request):
        if request.method == "PUT":
            api.clock.sleep(2)
        if request.path == "/docks/2" and request.method == "PUT":
            elsewhere(session, "/docks/2", tags=["late"])

    api.fault = slow
    api.client.workers = 1
    report = session.commit()
    assert report.window >= 0
    assert report.to_dict()["window"] == round(report.window, 6)
    [note] = [entry.note for entry in report if entry.note]
    assert "tags" in note


def test_only_the_changed_objects_are_looked_at(session, api):
    """New objects and clean ones cost nothing; what is to be deleted is looked at."""
    dock = dock_of(session)
    dock_of(session, 6)
    session.delete(dock)
    session.add(Barrel(name="n"))
    session.commit()
    assert api.read == ["/docks/5"]


def test_a_conflict_leaves_the_session_able_to_go_on(session, api):
    """After a rollback of the one, the others are sent."""
    dock, other = dock_of(session), dock_of(session, 6)
    dock.label, other.label = "mine", "fine"
    elsewhere(session, "/docks/5", label="theirs")
    with pytest.raises(ConflictError):
        session.commit()
    dock.label = "theirs"
    session.commit()
    assert api.sent == ["PUT /docks/6"]


def test_a_look_that_fails_sends_nothing(session, api):
    """Where the newest values cannot be read, nothing is written."""
    dock_of(session).label = "mine"
    api.fault = lambda request: (_ for _ in ()).throw(ConnectionError("down")) if request.method == "GET" else None
    with pytest.raises((ConnectionError, CommitError)):
        session.commit()
    assert api.sent == []
