"""Plans: what is sent for what was changed, and how it reads (decided without a network)."""

from __future__ import annotations

import json
import pickle

import pytest

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import JSON, Field, Model, ReadOnly
from linode_orm.mapping.record import changes, restore
from linode_orm.session.planning import planner, steps
from linode_orm.session.planning.plan import Key
from tests.session.fake_api import Cargo, Crane, Dock, Gate, Hook, Limits, Rule, Rules, Session

DOCK = {
    "id": 5,
    "label": "a",
    "place": "x",
    "tags": ["p", "q"],
    "limits": {"cpu": 1, "io": 2, "since": "then"},
    "merged": {"cpu": 1, "io": 2, "since": "then"},
    "rules": {"inbound": [{"action": "DROP"}], "version": 1},
    "token": "abcd[REDACTED]",
}


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def dock(session: Session) -> Dock:
    return session.loaded(Dock, DOCK)


def operations(session: Session) -> list[str]:
    return [f"{step.method} {step.path}" for step in planner.plan(session._parts.changes)]


class TestUpdates:
    def test_only_what_changed(self, session, dock):
        """A PUT holds the changed attributes and nothing else."""
        dock.label = "b"
        [step] = planner.plan(session._parts.changes)
        assert (step.operation, step.token, step.body) == ("update", Key("Dock", 5, ()), {"label": "b"})

    def test_nothing_for_a_clean_object(self, session, dock):
        """Reading, assigning the same and taking back leave an empty plan."""
        assert dock.limits.cpu == 1
        dock.label = "a"
        dock.limits.cpu = 2
        dock.limits.cpu = 1
        dock.tags.append("r")
        dock.tags.remove("r")
        plan = planner.plan(session._parts.changes)
        assert (len(plan), bool(plan), str(plan)) == (0, False, "nothing to commit")

    def test_nested_goes_whole_and_trimmed(self, session, dock):
        """A changed nested value goes whole, without what PUT does not take and without leaves that are not there."""
        assert dock.limits.note is None
        dock.limits.cpu = 9
        [step] = planner.plan(session._parts.changes)
        assert step.body == {"limits": {"cpu": 9, "io": 2}}

    def test_merged_nested_sends_its_changed_leaves(self, session, dock):
        """Where the API merges, only the changed leaves go."""
        dock.merged.cpu = 9
        [step] = planner.plan(session._parts.changes)
        assert step.body == {"merged": {"cpu": 9}}

    def test_tags_are_edits_of_a_set(self, session, dock):
        """Tags go whole, the edits made on the newest value."""
        dock.tags.add("r")
        dock.tags.discard("p")
        session._parts.loader.take(dock, {**DOCK, "tags": ["p", "q", "s"]}, dock.__state__.loaded)
        [step] = planner.plan(session._parts.changes)
        assert step.body == {"tags": ["q", "s", "r"]}

    def test_required_fields_ride_along(self, session):
        """A field that no PUT may lack goes with every change."""
        cargo = session.loaded(Cargo, {"id": 1, "name": "n", "weight": 3})
        cargo.name = "m"
        [step] = planner.plan(session._parts.changes)
        assert step.body == {"name": "m", "weight": 3}
        assert [change.name for change in step.changes] == ["name"]

    def test_required_fields_must_be_known(self, session):
        """Without its value the plan says which attribute has to be read."""
        session._parts.owner.reference(Cargo, 1, (), None).name = "m"
        with pytest.raises(InvalidRequestError, match="'weight'"):
            planner.plan(session._parts.changes)

    def test_a_field_with_a_path_of_its_own(self, session, dock):
        """It becomes a PUT there with the value as its whole body, beside the object's own PUT."""
        dock.rules.inbound.append(Rule(action="ACCEPT", ports="22"))
        dock.label = "b"
        replace, update = planner.plan(session._parts.changes)
        assert (replace.operation, replace.path) == ("replace", "/docks/5/rules")
        assert replace.body == {"inbound": [{"action": "DROP"}, {"action": "ACCEPT", "ports": "22"}]}
        assert (update.path, update.body, update.depends_on) == ("/docks/5", {"label": "b"}, (1,))

    def test_masked_values_stay_at_home(self, session, dock):
        """A masked value goes only where the user gave another, and no plan shows it."""
        dock.label = "b"
        assert "token" not in planner.plan(session._parts.changes)[0].body
        dock.token = "fresh"
        plan = planner.plan(session._parts.changes)
        assert plan[0].secret_keys == {"token"}
        assert "fresh" not in f"{plan} {plan!r} {plan.to_dict()} {plan[0].body!r}"

    def test_a_lazy_reference_needs_no_reading(self, session):
        """Assigning to an object that was never read plans its PUT."""
        session._parts.owner.reference(Dock, 7, (), None).label = "z"
        [step] = planner.plan(session._parts.changes)
        assert (step.path, step.body, str(step)) == (
            "/docks/7",
            {"label": "z"},
            "1. change Dock 7 'z'  (PUT /docks/7)\n  label: \"z\"",
        )

    def test_what_no_request_can_change_is_refused(self, session):
        """A read-only list changed in place is named, and not lost in silence."""

        class CommitLog(Model, path="/ledgers"):
            id: ReadOnly[int]
            lines: ReadOnly[list[str]]
            notes: Field[JSON]

        ledger = session.loaded(CommitLog, {"id": 1, "lines": ["a"], "notes": {}})
        ledger.lines.append("b")
        with pytest.raises(InvalidRequestError, match=r"lines was changed in place"):
            planner.plan(session._parts.changes)
        restore(ledger)
        assert not planner.plan(session._parts.changes)

    def test_singletons(self, session):
        """A singleton's PUT goes to its path."""
        gate = session.loaded(Gate, {"open": False})
        gate.open = True
        assert operations(session) == ["PUT /gate"]


class TestCreates:
    def test_everything_that_was_set(self, session):
        """A POST holds what was set, trimmed and encoded; secrets are placeholders."""
        session.add(Dock(label="b", place="y", root_pass="hush", limits=Limits(cpu=1, io=2), tags=["t"]))
        [step] = planner.plan(session._parts.changes)
        assert (step.method, step.path, step.token) == ("POST", "/docks", "new:1")
        assert {**step.body, "root_pass": None} == {
            "label": "b",
            "place": "y",
            "limits": {"cpu": 1, "io": 2},
            "tags": ["t"],
            "root_pass": None,
        }
        assert "hush" not in f"{step} {step!r} {step.body!r} {pickle.dumps(step)!r} {step.to_dict()}"

    def test_missing_fields_are_named(self, session):
        """What a POST must have and lacks is refused by name."""
        session.add(Dock(label="b"))
        with pytest.raises(InvalidRequestError, match=r"Dock .new. 'b'.*without place"):
            planner.plan(session._parts.changes)

    def test_a_parent_must_be_given(self, session):
        """A child without a parent is refused, naming the attribute."""
        session.add(Crane(label="c"))
        with pytest.raises(InvalidRequestError, match=r"\.dock"):
            planner.plan(session._parts.changes)

    def test_a_new_family(self, session):
        """Parents come first; paths and references hold tokens until the ids are known."""
        hook, crane, dock = Hook(load=1), Crane(label="c"), Dock(label="b", place="x")
        hook.crane, crane.dock = crane, dock
        session.add(hook)
        session.add(Cargo(name="n", weight=1, dock=dock))
        plan = planner.plan(session._parts.changes)
        assert [(step.path, step.depends_on) for step in plan] == [
            ("/docks", ()),
            ("/docks/{new:1}/cranes", (1,)),
            ("/docks/{new:1}/cranes/{new:2}/hooks", (2,)),
            ("/cargo", (1,)),
        ]
        assert str(plan[3]).endswith("  dock_id: {new:1}")
        assert plan[3].to_dict()["body"]["dock_id"] == {"$new": "new:1"}

    def test_ids_are_quoted_and_never_taken_for_tokens(self, session):
        """A parent's id that looks like a token stays the id that it is."""
        from tests.session.fake_api import Paper

        paper = Paper(text="t")
        paper.sailor = "{new:1}"
        session.add(paper)
        assert operations(session) == ["POST /sailors/%7Bnew%3A1%7D/papers"]

    def test_a_target_outside_is_refused(self, session, dock):
        """A new object that refers to one in no session names it."""
        cargo = session.loaded(Cargo, {"id": 1, "name": "n", "weight": 1})
        cargo.dock = Dock(label="b", place="x")
        with pytest.raises(InvalidRequestError, match=r"in no session"):
            planner.plan(session._parts.changes)


class TestDeletes:
    def test_nothing_for_what_dies_with_its_parent(self, session, dock):
        """Deletions and changes below a deleted object are not sent."""
        crane = session.loaded(Crane, {"id": 1, "label": "c"}, 5)
        hook = session.loaded(Hook, {"id": 2, "load": 1}, 5, 1)
        hook.load = 3
        session.delete(crane)
        session.delete(dock)
        assert operations(session) == ["DELETE /docks/5"]

    def test_a_new_child_of_a_deleted_parent_is_refused(self, session, dock):
        """Creating below what the same commit deletes is a contradiction."""
        crane = Crane(label="c")
        crane.dock = dock
        session.add(crane)
        session.delete(dock)
        with pytest.raises(InvalidRequestError, match="deletes what it belongs to"):
            planner.plan(session._parts.changes)

    def test_changes_of_a_deleted_object_are_not_sent(self, session, dock):
        """One DELETE, and no PUT before it."""
        dock.label = "b"
        session.delete(dock)
        assert operations(session) == ["DELETE /docks/5"]


class TestSave:
    def test_the_object_and_what_it_needs(self, session):
        """A plan for one object holds its pending parents and references, and nothing else."""
        dock, crane, hook = Dock(label="b", place="x"), Crane(label="c"), Hook(load=1)
        crane.dock, hook.crane = dock, crane
        session.add(Dock(label="other", place="x"))
        session.add(hook)
        assert [step.model for step in planner.plan(session._parts.changes, only=crane)] == ["Dock", "Crane"]

    def test_a_change_that_waits_for_a_new_object(self, session):
        """A persistent object brings the new one along to which it now refers."""
        cargo = session.loaded(Cargo, {"id": 1, "name": "n", "weight": 1})
        cargo.dock = session.add(Dock(label="b", place="x"))
        session.add(Dock(label="c", place="x"))
        assert [step.path for step in planner.plan(session._parts.changes, only=cargo)] == ["/docks", "/cargo/1"]


class TestReading:
    def test_reads_as_a_diff(self, session, dock):
        """One paragraph an operation: what it does, its request, and a line for each change; the last line counts."""
        dock.label = "b"
        dock.tags.add("r")
        dock.tags.discard("p")
        dock.limits.cpu = 9
        session.delete(session.loaded(Dock, {"id": 6, "label": "old"}))
        session.add(Dock(label="new", place="x", root_pass="hush"))
        assert str(planner.plan(session._parts.changes)) == (
            "1. create Dock 'new'  (POST /docks)\n"
            '   label: "new"\n'
            '   place: "x"\n'
            "   root_pass: ***\n"
            "\n"
            "2. change Dock 5 'a'  (PUT /docks/5)\n"
            '   label: "a" -> "b"\n'
            "   tags: +r -p\n"
            "   limits.cpu: 1 -> 9\n"
            "\n"
            "3. delete Dock 6 'old'  (DELETE /docks/6)\n"
            "\n"
            "3 writes, at least 0 reads, at least 0.0 s"
        )

    def test_is_a_value(self, session, dock):
        """It counts, iterates, and fits into JSON and a pickle; the objects are named and not held."""
        dock.label = "b"
        session.add(Dock(label="c", place="x", root_pass="hush"))
        plan = planner.plan(session._parts.changes)
        assert (len(plan), plan.requests, plan.deletes, bool(plan)) == (2, 2, 0, True)
        assert json.loads(json.dumps(plan.to_dict()))["steps"][1]["changes"] == [
            {"attribute": "label", "key": "label", "old": "a", "new": "b"}
        ]
        assert pickle.loads(pickle.dumps(plan)) == plan

    @pytest.mark.slow
    def test_planning_looks_at_changed_objects_only(self, session, monkeypatch):
        """Of 100,000 loaded objects the 10,000 that were changed are looked at, and no other."""
        bodies = [{"id": at, "label": f"dock {at}", "place": "x", "tags": ["a"]} for at in range(1, 100_001)]
        docks = session._parts.loader.rows(Dock, (), bodies)
        for dock in docks[::10]:
            dock.tags.add("edge")
        looked_at = []
        monkeypatch.setattr(steps, "changes", lambda each: looked_at.append(each.id) or changes(each))
        plan = planner.plan(session._parts.changes)
        assert len(plan) == 10_000
        assert set(looked_at) == set(range(1, 100_001, 10))


def test_rules_can_be_assigned_whole(session, dock):
    """A value with a path of its own may be replaced by a new one."""
    dock.rules = Rules(inbound=[])
    [step] = planner.plan(session._parts.changes)
    assert (step.path, step.body) == ("/docks/5/rules", {"inbound": []})
