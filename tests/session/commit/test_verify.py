"""Verify and guard rails: what a commit wrote is read back, and what must not be deleted is not (behaviour of the session)."""

from __future__ import annotations

import pytest

from linode_orm.errors import InvalidRequestError
from linode_orm.session.commit.plans.plan import Plan
from tests.session.fake_api import Dock, Session, World, refusal


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def session(world: World) -> Session:
    return Session(world, verify=True)


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.world.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, dict(body))


def test_what_held_is_told_by_silence(session, world):
    """Everything that was written is read in one list; deletions are not looked at."""
    for identity in (1, 2, 3):
        dock_of(session, identity).label = f"n{identity}"
    session.delete(dock_of(session, 4))
    session.add(Dock(label="new", place="x"))
    report = session.commit()
    assert report.not_held == ()
    assert world.read == ["/docks"]


def test_a_value_that_was_answered_and_is_gone(session, world):
    """A PUT that was answered with the new value and lost at the next read is reported (TestDatabase_Postgres_Suite#69)."""
    dock = dock_of(session)
    dock.label = "new"
    world.fault = lambda request: forget if request.method == "PUT" else None

    def forget(answer):
        world.objects["/docks/5"]["label"] = "dock5"
        return answer

    report = session.commit()
    [unheld] = report.not_held
    assert (unheld.object, unheld.attribute, unheld.wrote, unheld.found) == (dock, "label", "new", "dock5")
    assert "Dock 5.label: 'new' was written, 'dock5' is there" in str(report)
    assert report.to_dict()["not_held"] == [str(unheld)]
    assert dock.label == "dock5"


def test_what_cannot_be_read_back_is_told(session, world):
    """A commit that was made is not lost because the look after it failed."""
    dock = dock_of(session)
    dock.label = "new"

    def fault(request):
        if request.method == "GET":
            raise refusal("Forbidden", 403)

    world.fault = fault
    report = session.commit()
    assert (report.counts, report.not_held, report.unread) == ({"applied": 1}, (), "refused")
    assert "not read back: refused" in str(report)
    assert report.to_dict()["unread"] == "refused"


def test_the_servers_own_way_of_writing_is_none(session, world):
    """Values that the answer shows rewritten hold, though they are not what was sent (tag order, /32)."""
    dock = dock_of(session)
    dock.tags.add("a")
    dock.label = "new"

    def rewrite(answer):
        answer = {**answer, "tags": sorted(answer["tags"]), "label": "NEW"}
        world.objects["/docks/5"] = answer
        return answer

    world.fault = lambda request: rewrite if request.method == "PUT" else None
    report = session.commit()
    assert report.not_held == ()
    assert (list(dock.tags), dock.label, session.dirty) == (["a", "p"], "NEW", ())


def test_a_created_object_that_is_gone(session, world):
    """What was made and is not there at the next read is reported."""
    session.add(Dock(label="new", place="x"))

    def vanish(answer):
        del world.objects["/docks/101"]
        return answer

    world.fault = lambda request: vanish if request.method == "POST" else None
    report = session.commit()
    assert {(each.attribute, each.found) for each in report.not_held} == {("label", None), ("place", None)}


def test_only_who_asks_pays(world):
    """Without verify nothing is read back; one commit may ask for it."""
    session = Session(world)
    dock = dock_of(session)
    dock.label = "b"
    session.commit()
    assert world.read == []
    dock.label = "c"
    session.commit(verify=True)
    assert world.read == ["/docks/5"]


class TestProtectedTags:
    def test_the_deletion_of_what_carries_one_is_refused(self, world):
        """Nothing of the commit is sent, and the objects are named with their tags."""
        session = Session(world, protected_tags=["prod", "keep"])
        dock_of(session, 6).label = "b"
        session.delete(dock_of(session, 5, tags=["a", "prod"]))
        session.delete(dock_of(session, 7))
        with pytest.raises(InvalidRequestError, match=r"protected tags forbid the deletion of Dock 5 \(prod\)"):
            session.commit()
        assert world.sent == []

    def test_tags_that_were_never_read_are_read_first(self, world):
        """A lazy reference is looked at, in one list with its kind."""
        session = Session(world, protected_tags=["prod"])
        for identity in (5, 6):
            world.seed(f"/docks/{identity}", {"id": identity, "label": "x", "place": "x", "tags": ["prod"]})
            session.delete(Dock(session, identity))
        with pytest.raises(InvalidRequestError, match=r"Dock 5 \(prod\); Dock 6 \(prod\)"):
            session.commit()
        assert (world.read, world.sent) == (["/docks"], [])

    def test_it_holds_for_a_deletion_at_once(self, world):
        """`x.delete()` is refused too."""
        session = Session(world, protected_tags=["prod"])
        dock = dock_of(session, 5, tags=["prod"])
        with pytest.raises(InvalidRequestError, match="protected tags"):
            dock.delete()
        assert world.sent == []

    def test_a_commit_may_have_its_own(self, world):
        """The argument of one commit goes before the session's."""
        session = Session(world, protected_tags=["prod"])
        session.delete(dock_of(session, 5, tags=["prod"]))
        session.commit(protected_tags=[])
        assert world.sent == ["DELETE /docks/5"]

    @pytest.mark.parametrize("where", ["here", "from a file", "with a journal"])
    def test_it_holds_for_a_plan(self, world, tmp_path, where):
        """A plan keeps what the session protects that made it, wherever it is applied."""
        world.seed("/account", {"euuid": "A1"})
        session = Session(world, protected_tags=["prod"])
        session.delete(dock_of(session, 5, tags=["prod"]))
        plan, options = session.plan(), {}
        if where == "from a file":
            plan.save(tmp_path / "plan.json")
            plan = Plan.load(tmp_path / "plan.json")
        if where == "with a journal":
            options["journal"] = tmp_path / "journal"
        with pytest.raises(InvalidRequestError, match=r"forbid the deletion of Dock 5 \(prod\)"):
            plan.apply(world.client, **options)
        assert world.sent == []

    def test_a_plan_may_delete_no_more_than_is_foreseen(self, world):
        """`max_deletes` is an option of `apply()`, too."""
        session = Session(world)
        session.delete(dock_of(session, 5))
        with pytest.raises(InvalidRequestError, match="would delete 1 objects, and max_deletes is 0"):
            session.plan().apply(world.client, max_deletes=0)
        assert world.sent == []
        session.plan().apply(world.client, max_deletes=1)
        assert world.sent == ["DELETE /docks/5"]

    def test_a_text_is_no_list_of_tags(self, world):
        """One tag in place of a list would protect its letters."""
        with pytest.raises(InvalidRequestError, match="protected_tags is a collection of tags"):
            Session(world, protected_tags="prod")


@pytest.mark.parametrize(
    ("name", "value"), [("on_error", "retry"), ("conflicts", "yes"), ("on_error", None), ("conflicts", True)]
)
def test_an_option_that_does_not_exist(world, name, value):
    """The message names the choices."""
    with pytest.raises(InvalidRequestError, match=f"{name} is '.*' or '.*', not {value!r}"):
        Session(world, **{name: value})
