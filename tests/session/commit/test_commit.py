"""Commits: what is sent in which order, and what becomes of the objects (on the fake API)."""

from __future__ import annotations

import json
import threading
import time

import pytest

from linode_orm.errors import CommitError, DetachedInstanceError, InvalidRequestError
from linode_orm.mapping.state import Loaded, Status
from linode_orm.session.planning.plan import Key
from tests.session.fake_api import Cargo, Crane, Dock, FakeApi, Gate, Hook, Paper, Pass, Rule, Sailor, Session


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api)


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    """Return a loaded dock that exists in the fake API too."""
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, body)


def nothing_left(session: Session) -> bool:
    members = session._parts.changes
    return not (members.new or members.touched or members.deleted or members.in_doubt)


class TestCreate:
    def test_a_family_gets_its_keys(self, session, api):
        """Created objects are persistent and in the map; parents and references of others are filled in."""
        dock, crane, hook = Dock(label="b", place="x"), Crane(label="c"), Hook(load=1)
        crane.dock, hook.crane = dock, crane
        session.add(hook)
        cargo = session.add(Cargo(name="n", weight=1, dock=dock))
        report = session.commit()
        assert report.counts == {"applied": 4}
        assert set(api.sent) == {
            "POST /docks",
            f"POST /docks/{dock.id}/cranes",
            f"POST /docks/{dock.id}/cranes/{crane.id}/hooks",
            "POST /cargo",
        }
        assert api.body("POST /cargo") == {"name": "n", "weight": 1, "dock_id": dock.id}
        assert hook.__state__.parents == (dock.id, crane.id)
        assert (cargo.dock is dock, hook.crane is crane, crane.dock is dock) == (True, True, True)
        assert session._parts.identity_map.find(Hook, hook.id, (dock.id, crane.id)) is hook
        assert all(each.__state__.status is Status.PERSISTENT for each in (dock, crane, hook, cargo))
        assert nothing_left(session)
        assert not session.commit()

    def test_secrets_are_sent_and_dropped(self, session, api):
        """A write-only value is in the request, and readable nowhere afterwards."""
        dock = session.add(Dock(label="b", place="x", root_pass="hush"))
        session.commit()
        assert api.body("POST /docks")["root_pass"] == "hush"
        assert dock.root_pass is None
        assert "hush" not in repr(vars(dock))

    def test_an_empty_answer_is_read_again(self, session, api):
        """Where POST answers nothing and the user chose the id, the object is a reference to be loaded."""
        ticket = session.add(Pass(id="x1"))
        session.commit()
        assert (ticket.id, ticket.__state__.status, ticket.__state__.loaded) == (
            "x1",
            Status.PERSISTENT,
            Loaded.NOTHING,
        )
        assert nothing_left(session)


class TestUpdate:
    def test_the_answer_is_taken(self, session, api):
        """The object has the values of the answer, in the same lists, and is clean."""
        dock = dock_of(session)
        tags = dock.tags
        tags.add("r")
        other = {"tags": ["r", "p"], "place": "y"}
        api.fault = lambda request: (lambda answer: {**answer, **other}) if request.method == "PUT" else None
        session.commit()
        assert api.body("PUT /docks/5") == {"tags": ["p", "r"]}
        assert (dock.tags is tags, list(tags), dock.place) == (True, ["r", "p"], "y")
        assert nothing_left(session)

    def test_an_answer_that_is_not_the_object_expires_it(self, session, api):
        """Nothing is guessed: the next read asks the API."""
        for answer in ({}, {"ok": True}, {"id": 6, "label": "other"}, [1], None, "done"):
            dock = dock_of(session)
            dock.label = f"z{answer}"
            dock.tags.add(f"t{answer}")
            api.fault = lambda request, answer=answer: (lambda _: answer) if request.method == "PUT" else None
            [entry] = session.commit()
            assert "read again" in entry.note
            assert (dock.__state__.loaded, nothing_left(session)) == (Loaded.NOTHING, True)
            assert "label" not in vars(dock)

    def test_a_value_with_a_path_of_its_own(self, session, api):
        """The answer to such a PUT is that value, and becomes it."""
        dock = dock_of(session, rules={"inbound": [], "version": 1})
        dock.rules.inbound.append(Rule(action="DROP", key="k"))
        dock.label = "b"
        session.commit()
        assert api.sent == ["PUT /docks/5/rules", "PUT /docks/5"]
        assert api.body("PUT /docks/5/rules") == {"inbound": [{"action": "DROP", "key": "k"}]}
        assert (dock.rules.version, len(dock.rules.inbound), dock.label) == (2, 1, "b")
        assert nothing_left(session)

    def test_a_new_key_takes_the_children_along(self, session, api):
        """An answer with another id re-keys the object and what is below it."""
        api.seed("/sailors/ann", {"nick": "ann", "rank": "mate"})
        api.seed("/sailors/ann/papers/1", {"id": 1, "text": "t"})
        sailor = session.loaded(Sailor, {"nick": "ann", "rank": "mate"})
        paper = session.loaded(Paper, {"id": 1, "text": "t"}, "ann")
        sailor.nick, paper.text = "bea", "u"
        session.commit()
        assert api.sent == ["PUT /sailors/ann/papers/1", "PUT /sailors/ann"]
        assert session._parts.identity_map.find(Sailor, "bea", ()) is sailor
        assert session._parts.identity_map.find(Paper, 1, ("bea",)) is paper
        assert session._parts.identity_map.find(Sailor, "ann", ()) is None

    def test_a_singleton(self, session, api):
        """A singleton's answer has no id, and is the object all the same."""
        api.seed("/gate", {"open": False})
        gate = session.loaded(Gate, {"open": False})
        gate.open = True
        [entry] = session.commit()
        assert (entry.note, gate.open) == ("", True)


class TestDelete:
    def test_goes_with_everything_below(self, session, api):
        """Deleted objects and those below them are detached, with their last values readable."""
        dock = dock_of(session)
        api.seed("/docks/5/cranes/1", {"id": 1, "label": "c"})
        crane = session.loaded(Crane, {"id": 1, "label": "c"}, 5)
        hook = session.loaded(Hook, {"id": 2, "load": 1}, 5, 1)
        hook.load = 2
        session.delete(crane)
        session.delete(dock)
        session.commit()
        assert api.sent == ["DELETE /docks/5"]
        assert [each.__state__.status for each in (dock, crane, hook)] == [Status.DETACHED] * 3
        assert (dock.label, crane.label) == ("dock5", "c")
        with pytest.raises(DetachedInstanceError):
            dock.save()
        assert nothing_left(session)

    def test_gone_already_is_success(self, session, api):
        """A 404 to a DELETE is what was wanted, and the report says so."""
        dock = dock_of(session)
        api.objects.clear()
        session.delete(dock)
        [entry] = session.commit()
        assert (entry.status, entry.note, dock.__state__.status) == ("applied", "it was gone already", Status.DETACHED)

    def test_max_deletes(self, session, api):
        """More deletions than allowed are refused before anything is sent."""
        for identity in (5, 6):
            session.delete(dock_of(session, identity))
        dock_of(session, 7).label = "b"
        with pytest.raises(InvalidRequestError, match="2 objects, and max_deletes is 1"):
            session.commit(max_deletes=1)
        assert not api.sent
        assert len(session.commit(max_deletes=2)) == 3

    @pytest.mark.parametrize("wrong", [-1, True, "2", 1.5])
    def test_max_deletes_is_a_number(self, session, wrong):
        """Anything else is refused."""
        with pytest.raises(InvalidRequestError, match="max_deletes"):
            session.commit(max_deletes=wrong)

    def test_now(self, session, api):
        """Deleting at once is one request, and fails with the API's own error."""
        dock = dock_of(session)
        dock.delete()
        assert (api.sent, dock.__state__.status) == (["DELETE /docks/5"], Status.DETACHED)
        from linode_orm.errors import BadRequest
        from tests.session.fake_api import refusal

        other = dock_of(session, 6)

        def refuse(_):
            raise refusal("BadRequest", 400)

        api.fault = refuse
        with pytest.raises(BadRequest):
            other.delete()
        assert other.__state__.status is Status.PERSISTENT


class TestSave:
    def test_sends_one_object_and_what_it_needs(self, session, api):
        """Other pending objects stay pending; their references to what was created are filled in."""
        dock = session.add(Dock(label="b", place="x"))
        cargo = session.add(Cargo(name="n", weight=1, dock=dock))
        other = dock_of(session)
        other.label = "z"
        dock.save()
        assert api.sent == ["POST /docks"]
        assert (cargo.dock_id, cargo.dock is dock) == (dock.id, True)
        assert not dock.save()
        assert len(api.sent) == 1
        session.commit()
        assert api.body("POST /cargo")["dock_id"] == dock.id

    def test_brings_parents_along(self, session, api):
        """A child is created after its pending parent."""
        dock, crane = session.add(Dock(label="b", place="x")), Crane(label="c")
        crane.dock = dock
        session.add(crane)
        crane.save()
        assert api.sent == ["POST /docks", f"POST /docks/{dock.id}/cranes"]

    def test_of_a_deleted_object_is_refused(self, session):
        """Saving what is marked for deletion is a contradiction."""
        dock = dock_of(session)
        session.delete(dock)
        with pytest.raises(InvalidRequestError, match="marked for deletion"):
            dock.save()


class TestRunning:
    def test_side_by_side_without_waves(self, api, session):
        """A chain of three goes on while a slow independent step is still running."""
        slow = dock_of(session)
        slow.label = "slow"
        dock, crane, hook = Dock(label="b", place="x"), Crane(label="c"), Hook(load=1)
        crane.dock, hook.crane = dock, crane
        session.add(hook)
        finished = threading.Event()

        def wait(request):
            if request.path == "/docks/5":
                assert finished.wait(10)
            if request.path.endswith("/hooks"):
                finished.set()

        api.fault = wait
        assert session.commit().counts == {"applied": 4}

    def test_keeps_every_worker_busy(self, api, session):
        """As many requests run at a time as there are workers, and never more."""
        running, most, lock = [0], [0], threading.Lock()

        def count(_):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.005)
            with lock:
                running[0] -= 1

        api.fault = count
        for identity in range(1, 41):
            dock_of(session, identity).label = f"n{identity}"
        session.commit()
        assert most[0] == api.workers

    def test_order_holds_under_load(self, api, session):
        """A label is taken only after it was set free, however slow that is."""
        old = dock_of(session, 5, label="same")
        session.delete(old)
        session.add(Dock(label="same", place="x"))
        api.fault = lambda request: time.sleep(0.05) if request.method == "DELETE" else None
        assert session.commit().counts == {"applied": 2}

    def test_progress(self, api, session):
        """A callback hears of every step on the session's thread; when it fails, nothing is lost."""
        for identity in (5, 6, 7):
            dock_of(session, identity).label = f"n{identity}"
        heard = []
        session.commit(progress=lambda entry, done, of: heard.append((entry.status, done, of, threading.get_ident())))
        assert [each[:3] for each in heard] == [("applied", 1, 3), ("applied", 2, 3), ("applied", 3, 3)]
        assert {each[3] for each in heard} == {threading.get_ident()}

        def broken(*_):
            raise ZeroDivisionError

        dock_of(session, 8).label = "n8"
        with pytest.raises(ZeroDivisionError):
            session.commit(progress=broken)
        assert nothing_left(session)


class TestReport:
    def test_reads_and_counts(self, session, api):
        """A report iterates, counts, prints as a table, fits into JSON, and has an id of its own."""
        dock_of(session).label = "b"
        session.delete(dock_of(session, 6))
        report = session.commit()
        assert [(entry.operation, entry.status, entry.tries) for entry in report] == [
            ("PUT /docks/5", "applied", 1),
            ("DELETE /docks/6", "applied", 1),
        ]
        assert [entry.step.token for entry in report] == [Key("Dock", 5, ()), Key("Dock", 6, ())]
        lines = str(report).splitlines()
        assert lines[0].split() == ["operation", "object", "status", "seconds", "tries", "note"]
        assert "PUT /docks/5" in lines[1]
        assert lines[-1].startswith("2 applied in ")
        assert json.loads(json.dumps(report.to_dict()))["counts"] == {"applied": 2}
        assert (len(report), report.id != session.commit().id, str(session.commit())[:7]) == (2, True, "nothing")

    def test_an_error_names_what_happened(self, session, api):
        """The message of a failed commit holds the request, the object and the API's reason."""
        dock_of(session, 5, label="taken")
        session.add(Dock(label="taken", place="x"))
        with pytest.raises(
            CommitError, match=r"POST /docks \(new Dock 'taken'\) failed: label must be unique"
        ) as caught:
            session.commit()
        assert caught.value.session is session
        assert caught.value.failed[0].object is session._parts.changes.new[next(iter(session._parts.changes.new))]
