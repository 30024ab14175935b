"""Verify and guard rails: what a commit wrote is read back, and what must not be deleted is not (behaviour of the session)."""

from __future__ import annotations

import pytest

from linode_orm.errors import InvalidRequestError
from tests.session.fake_api import Dock, FakeApi, Session, refusal


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api, verify=True)


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, dict(body))


def test_what_held_is_not_listed(session, api):
    """Everything that was written is read in one list; deletions are not looked at."""
    for identity in (1, 2, 3):
        dock_of(session, identity).label = f"n{identity}"
    session.delete(dock_of(session, 4))
    session.add(Dock(label="new", place="x"))
    report = session.commit()
    assert report.not_held == ()
    assert api.read == ["/docks"]


def test_a_value_that_was_answered_and_is_gone(session, api):
    """A PUT that was answered with the new value and lost at the next read is reported (TestDatabase_Postgres_Suite#69)."""
    dock = dock_of(session)
    dock.label = "new"
    api.fault = lambda request: forget if request.method == "PUT" else None

    def forget(answer):
        api.objects["/docks/5"]["label"] = "dock5"
        return answer

    report = session.commit()
    [unheld] = report.not_held
    assert (unheld.object, unheld.attribute, unheld.wrote, unheld.found) == (dock, "label", "new", "dock5")
    assert "Dock 5.label: 'new' was written, 'dock5' is there" in str(report)
    assert report.to_dict()["not_held"] == [str(unheld)]
    assert dock.label == "dock5"


def test_what_cannot_be_read_back_is_reported(session, api):
    """A commit that was made is not lost because the look after it failed."""
    dock = dock_of(session)
    dock.label = "new"

    def fault(request):
        if request.method == "GET":
            raise refusal("Forbidden", 403)

    api.fault = fault
    report = session.commit()
    assert (report.counts, report.not_held, report.unread) == ({"applied": 1}, (), "refused")
    assert "not read back: refused" in str(report)
    assert report.to_dict()["unread"] == "refused"


def test_the_servers_own_way_of_writing_is_none(session, api):
    """Values that the answer shows rewritten hold, though they are not what was sent (tag order, /32)."""
    dock = dock_of(session)
    dock.tags.add("a")
    dock.label = "new"

    def rewrite(answer):
        answer = {**answer, "tags": sorted(answer["tags"]), "label": "NEW"}
        api.objects["/docks/5"] = answer
        return answer

    api.fault = lambda request: rewrite if request.method == "PUT" else None
    report = session.commit()
    assert report.not_held == ()
    assert (list(dock.tags), dock.label, session.dirty) == (["a", "p"], "NEW", ())


def test_a_created_object_that_is_gone(session, api):
    """What was made and is not there at the next read is reported."""
    session.add(Dock(label="new", place="x"))

    def vanish(answer):
        del api.objects["/docks/101"]
        return answer

    api.fault = lambda request: vanish if request.method == "POST" else None
    report = session.commit()
    assert {(each.attribute, each.found) for each in report.not_held} == {("label", None), ("place", None)}


def test_only_who_asks_pays(api):
    """Without verify nothing is read back; one commit may ask for it."""
    session = Session(api)
    dock = dock_of(session)
    dock.label = "b"
    session.commit()
    assert api.read == []
    dock.label = "c"
    session.commit(verify=True)
    assert api.read == ["/docks/5"]


class TestProtectedTags:
    def test_the_deletion_of_what_carries_one_is_refused(self, api):
        """Nothing of the commit is sent, and the objects are named with their tags."""
        session = Session(api, protected_tags=["prod", "keep"])
        dock_of(session, 6).label = "b"
        session.delete(dock_of(session, 5, tags=["a", "prod"]))
        session.delete(dock_of(session, 7))
        with pytest.raises(InvalidRequestError, match=r"protected tags forbid the deletion of Dock 5 \(prod\)"):
            session.commit()
        assert api.sent == []

    def test_tags_that_were_never_read_are_read_first(self, api):
        """A lazy reference is looked at, in one list with its kind."""
        session = Session(api, protected_tags=["prod"])
        for identity in (5, 6):
            api.seed(f"/docks/{identity}", {"id": identity, "label": "x", "place": "x", "tags": ["prod"]})
            session.delete(Dock(session, identity))
        with pytest.raises(InvalidRequestError, match=r"Dock 5 \(prod\); Dock 6 \(prod\)"):
            session.commit()
        assert (api.read, api.sent) == (["/docks"], [])

    def test_it_holds_for_a_deletion_at_once(self, api):
        """`x.delete()` is refused too."""
        session = Session(api, protected_tags=["prod"])
        dock = dock_of(session, 5, tags=["prod"])
        with pytest.raises(InvalidRequestError, match="protected tags"):
            dock.delete()
        assert api.sent == []

    def test_a_commit_may_have_its_own(self, api):
        """The argument of one commit goes before the session's."""
        session = Session(api, protected_tags=["prod"])
        session.delete(dock_of(session, 5, tags=["prod"]))
        session.commit(protected_tags=[])
        assert api.sent == ["DELETE /docks/5"]

    @pytest.mark.parametrize("where", ["here", "with a journal"])
    def test_it_holds_for_a_plan(self, api, tmp_path, where):
        """A plan keeps what the session protects that made it, wherever it is applied; it cannot be saved."""
        api.seed("/account", {"euuid": "A1"})
        session = Session(api, protected_tags=["prod"])
        session.delete(dock_of(session, 5, tags=["prod"]))
        plan, options = session.plan(), {}
        with pytest.raises(InvalidRequestError, match=r"not saved(?s:.*)forbid the deletion of Dock 5 \(prod\)"):
            plan.save(tmp_path / "plan.json")
        if where == "with a journal":
            options["journal"] = tmp_path / "journal"
        with pytest.raises(InvalidRequestError, match=r"forbid the deletion of Dock 5 \(prod\)"):
            plan.apply(api.client, **options)
        assert api.sent == []

    def test_a_plan_may_delete_no_more_than_is_foreseen(self, api):
        """`max_deletes` is an option of `apply()`, too."""
        session = Session(api)
        session.delete(dock_of(session, 5))
        with pytest.raises(InvalidRequestError, match="would delete 1 objects, and max_deletes is 0"):
            session.plan().apply(api.client, max_deletes=0)
        assert api.sent == []
        session.plan().apply(api.client, max_deletes=1)
        assert api.sent == ["DELETE /docks/5"]

    def test_a_text_is_no_list_of_tags(self, api):
        """One tag in place of a list would protect its letters."""
        with pytest.raises(InvalidRequestError, match="protected_tags is a collection of tags"):
            Session(api, protected_tags="prod")


@pytest.mark.parametrize(
    ("name", "value"), [("on_error", "retry"), ("conflicts", "yes"), ("on_error", None), ("conflicts", True)]
)
def test_an_option_that_does_not_exist(api, name, value):
    """The message names the choices."""
    with pytest.raises(InvalidRequestError, match=f"{name} is '.*' or '.*', not {value!r}"):
        Session(api, **{name: value})
