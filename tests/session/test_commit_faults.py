"""Commits under faults: nothing lost, nothing doubled, and a session that carries on (an invented world, no network)."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError, ResponseError, TransportError
from linode_orm.mapping.state import Status
from linode_orm.session.commit import planning
from linode_orm.session.commit.committing import commit, delete_now, save
from tests.session.yard import Cargo, Crane, Dock, Pass, Session, World, refusal


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def session(world: World) -> Session:
    return Session(world)


def lost(sent: bool | None = None) -> Exception:
    error = TransportError("the connection was reset")
    error.sent = sent
    return error


BEFORE = {
    "not sent": lambda: lost(sent=False),
    "reset before processing": lost,
    "bad gateway before processing": lambda: refusal("ServerError", 502),
    "rate limited": lambda: refusal("RateLimited", 429),
    "refused": lambda: refusal("BadRequest", 400),
    "request timeout": lambda: refusal("BadRequest", 408),
}
AFTER = {
    "reset after processing": lambda: lost(sent=True),
    "reply lost": lost,
    "bad gateway after processing": lambda: refusal("ServerError", 502),
    "truncated JSON": lambda: ResponseError("no JSON"),
    "a bug in a transport": lambda: ZeroDivisionError("a bug"),
}
CERTAIN = {"not sent", "rate limited", "refused"}
"""Faults after which it is known that nothing was done."""


def error_of(name: str) -> Exception:
    return {**BEFORE, **AFTER}[name]()


def once(world: World, method: str, path: str, name: str) -> None:
    """Let the next request of that method and path meet a fault."""
    armed = [True]

    def fault(request):
        if armed and request.method == method and request.path.startswith(path):
            armed.clear()
            if name in BEFORE:
                raise error_of(name)
            return broken
        return None

    def broken(_):
        raise error_of(name)

    world.fault = fault


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.client.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, body)


def nothing_left(session: Session) -> bool:
    members = session.members
    return not (members.new or members.touched or members.deleted or members.in_doubt)


def labels(world: World) -> list[str]:
    return sorted(body["label"] for path, body in world.objects.items() if path.count("/") == 2 and "label" in body)


@pytest.mark.parametrize("name", [*BEFORE, *AFTER])
class TestEveryFault:
    def test_update(self, session, world, name):
        """A PUT that failed stays pending, is never lost, and is sent again by the next commit."""
        dock = dock_of(session)
        dock.label = "b"
        once(world, "PUT", "/docks/5", name)
        with pytest.raises(CommitError) as caught:
            commit(session)
        is_certain = name in CERTAIN or name == "request timeout"
        assert (len(caught.value.failed), len(caught.value.in_doubt)) == ((1, 0) if is_certain else (0, 1))
        assert dock.label == "b"
        assert len(commit(session)) == 1
        assert (world.objects["/docks/5"]["label"], nothing_left(session)) == ("b", True)

    def test_delete(self, session, world, name):
        """A DELETE that failed is sent again; done already is success."""
        dock = dock_of(session)
        session.delete(dock)
        once(world, "DELETE", "/docks/5", name)
        with pytest.raises(CommitError):
            commit(session)
        assert dock.__state__.status is Status.DELETED
        [entry] = commit(session)
        assert entry.note == ("it was gone already" if name in AFTER else "")
        assert (world.objects, nothing_left(session)) == ({}, True)

    def test_create_with_a_unique_key(self, session, world, name):
        """A POST in doubt is looked for: adopted where it is there, sent again where it is not; never doubled."""
        dock = session.add(Dock(label="b", place="x"))
        cargo = session.add(Cargo(name="n", weight=1, dock=dock))
        once(world, "POST", "/docks", name)
        with pytest.raises(CommitError) as caught:
            commit(session)
        assert len(caught.value.failed if name in CERTAIN else caught.value.in_doubt) == 1
        assert [entry.object for entry in caught.value.pending] == [cargo]
        assert dock.__state__.status is Status.PENDING
        commit(session)
        assert labels(world) == ["b"]
        assert world.sent.count("POST /docks") == (1 if name in AFTER else 2)
        assert f"/docks/{dock.id}" in world.objects
        assert [body["dock_id"] for path, body in world.objects.items() if path.startswith("/cargo")] == [dock.id]
        assert nothing_left(session)

    def test_create_without_a_unique_key(self, session, world, name):
        """A POST in doubt that nothing can tell apart is not sent again, and the message says what to do."""
        cargo = session.add(Cargo(name="n", weight=1))
        once(world, "POST", "/cargo", name)
        with pytest.raises(CommitError):
            commit(session)
        if name in CERTAIN:
            commit(session)
            assert nothing_left(session)
        else:
            dock_of(session).label = "b"
            with pytest.raises(CommitError, match=r"session\.expunge") as caught:
                commit(session)
            assert [entry.object for entry in caught.value.in_doubt] == [cargo]
            assert world.objects["/docks/5"]["label"] == "b"
            assert world.sent.count("POST /cargo") == 1
            session.members.expunge(cargo)
            assert nothing_left(session)

    def test_child(self, session, world, name):
        """A child in doubt is looked for below its parent."""
        crane = Crane(label="c")
        crane.dock = dock_of(session)
        session.add(crane)
        once(world, "POST", "/docks/5/cranes", name)
        with pytest.raises(CommitError):
            commit(session)
        commit(session)
        assert [path for path in world.objects if "cranes" in path] == [f"/docks/5/cranes/{crane.id}"]
        assert nothing_left(session)

    def test_chosen_key(self, session, world, name):
        """Where the user chose the id, it is looked for by that."""
        ticket = session.add(Pass(id="x1"))
        once(world, "POST", "/passes", name)
        with pytest.raises(CommitError):
            commit(session)
        commit(session)
        assert ([*world.objects], ticket.id, nothing_left(session)) == (["/passes/x1"], "x1", True)
        assert world.sent.count("POST /passes") == (1 if name in AFTER else 2)

    def test_save_and_delete_now(self, session, world, name):
        """One object saved or deleted at once keeps what failed, too."""
        dock = dock_of(session)
        dock.label = "b"
        once(world, "PUT", "/docks/5", name)
        with pytest.raises(CommitError):
            save(session, dock)
        save(session, dock)
        assert world.objects["/docks/5"]["label"] == "b"
        once(world, "DELETE", "/docks/5", name)
        with pytest.raises(Exception):  # noqa: B017  the error of the request itself
            delete_now(session, dock)
        delete_now(session, dock)
        assert not world.objects


class TestPolicy:
    def test_stop_starts_nothing_new(self, session, world):
        """After a failure running calls end, and nothing else is sent."""
        world.workers = 1
        for identity in range(1, 9):
            dock_of(session, identity).label = f"n{identity}"
        once(world, "PUT", "/docks/1", "refused")
        with pytest.raises(CommitError) as caught:
            commit(session)
        assert len(caught.value.failed) == 1
        assert len(caught.value.applied) + 1 == len(world.sent)
        assert len(caught.value.pending) == 8 - len(world.sent)
        before = len(world.sent)
        commit(session)
        assert len(world.sent) - before == 8 - len(caught.value.applied)
        assert labels(world) == [f"n{identity}" for identity in range(1, 9)]

    def test_continue_leaves_out_only_what_depends(self, session, world):
        """Everything that does not need what failed is done."""
        dock = session.add(Dock(label="b", place="x"))
        crane = Crane(label="c")
        crane.dock = dock
        session.add(crane)
        other = dock_of(session)
        other.label = "z"
        once(world, "POST", "/docks", "refused")
        with pytest.raises(CommitError) as caught:
            commit(session, on_error="continue")
        error = caught.value
        assert [entry.object for entry in error.failed] == [dock]
        assert [entry.object for entry in error.pending] == [crane]
        assert [entry.object for entry in error.applied] == [other]
        assert len(commit(session)) == 2

    def test_the_second_commit_sends_only_the_rest(self, session, world):
        """What was applied is clean, however often the rest has to be sent."""
        for identity in range(1, 6):
            dock_of(session, identity).label = f"n{identity}"
        world.fault = lambda request: (_ for _ in ()).throw(lost()) if request.path == "/docks/3" else None
        for _ in range(3):
            with pytest.raises(CommitError):
                commit(session, on_error="continue")
        world.fault = lambda _: None
        assert [entry.operation for entry in commit(session)] == ["PUT /docks/3"]
        assert sorted(set(world.sent)) == [f"PUT /docks/{identity}" for identity in range(1, 6)]


class TestDoubt:
    def test_somebody_elses_is_not_adopted(self, session, world):
        """An object with the same label that differs in what was sent is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reset before processing")
        with pytest.raises(CommitError):
            commit(session)
        world.seed("/docks/9", {"id": 9, "label": "b", "place": "elsewhere"})
        with pytest.raises(CommitError, match=r"its place differ.*somebody else's"):
            commit(session)
        assert world.sent.count("POST /docks") == 1

    def test_an_old_one_is_not_adopted(self, session, world):
        """An object that was there long before the request is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reset before processing")
        with pytest.raises(CommitError):
            commit(session)
        world.seed("/docks/9", {"id": 9, "label": "b", "place": "x", "created": "2020-01-02T03:04:05"})
        with pytest.raises(CommitError, match="its created differ"):
            commit(session)

    def test_a_late_create_is_adopted_after_the_refusal(self, session, world):
        """A POST that takes effect after it was looked for makes the repetition fail, and is adopted then."""
        dock = session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reset before processing")
        with pytest.raises(CommitError):
            commit(session)
        late = {"id": 9, "label": "b", "place": "x"}
        world.fault = lambda request: world.seed("/docks/9", late) if request.method == "POST" else None
        with pytest.raises(CommitError, match="must be unique"):
            commit(session)
        world.fault = lambda _: None
        commit(session)
        assert (dock.id, labels(world), nothing_left(session)) == (9, ["b"], True)

    def test_edits_made_meanwhile_become_an_update(self, session, world):
        """What was changed after the lost reply is sent once the object is found."""
        dock = session.add(Dock(label="b", place="x", tags=["p"]))
        once(world, "POST", "/docks", "reply lost")
        with pytest.raises(CommitError):
            commit(session)
        dock.tags.add("q")
        report = commit(session)
        assert [(entry.step.method, entry.step.body) for entry in report] == [("PUT", {"tags": ["p", "q"]})]
        assert (list(dock.tags), nothing_left(session)) == (["p", "q"], True)

    def test_the_key_that_was_sent_is_looked_for(self, session, world):
        """A label changed after the lost reply does not hide the object, and is sent as a change."""
        dock = session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reply lost")
        with pytest.raises(CommitError):
            commit(session)
        dock.label = "c"
        commit(session)
        assert (world.sent, labels(world)) == (["POST /docks", f"PUT /docks/{dock.id}"], ["c"])

    def test_another_key_is_not_sent_blindly(self, session, world):
        """With another label nothing would keep the API from making two, so the object stays in doubt."""
        dock = session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reset before processing")
        with pytest.raises(CommitError):
            commit(session)
        dock.label = "c"
        with pytest.raises(CommitError, match="sent with another label"):
            commit(session)
        dock.label = "b"
        commit(session)
        assert labels(world) == ["b"]

    def test_one_read_in_between_is_the_same(self, session, world):
        """An object met in a list before it was adopted gives way to the one that the user made."""
        dock = session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reply lost")
        with pytest.raises(CommitError):
            commit(session)
        [row] = session.loader.rows(Dock, (), world.list("/docks"))
        commit(session)
        assert session.identity_map.find(Dock, dock.id, ()) is dock
        assert row.__state__.status is Status.DETACHED

    def test_the_plan_says_so(self, session, world):
        """A plan shows what is in doubt, counts the lookup, and sends nothing."""
        session.add(Dock(label="b", place="x"))
        once(world, "POST", "/docks", "reply lost")
        with pytest.raises(CommitError):
            commit(session)
        sent = len(world.log)
        plan = planning.plan(session.members)
        assert (plan[0].in_doubt, plan.lookups, "in doubt" in str(plan)) == (True, 1, True)
        assert len(world.log) == sent


class TestInterrupt:
    def test_waits_for_calls_in_flight(self, session, world):
        """Ctrl-C starts nothing new, takes the answers on their way in, and gives the same lists."""
        for identity in range(1, 21):
            dock_of(session, identity).label = f"n{identity}"

        def press(request):
            if request.path == "/docks/2":
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.02)

        world.fault = press
        with pytest.raises(CommitInterrupted) as caught:
            commit(session)
        error = caught.value
        assert isinstance(error, KeyboardInterrupt)
        assert len(error.applied) == len(world.sent) <= 2 * world.workers
        assert len(error.pending) == 20 - len(error.applied)
        assert not error.failed
        assert not error.in_doubt
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        world.fault = lambda _: None
        commit(session)
        assert sorted(set(world.sent)) == sorted(world.sent)
        assert labels(world) == sorted(f"n{identity}" for identity in range(1, 21))

    def test_a_second_one_waits_for_nothing(self, session, world):
        """Asked twice, calls in flight are left in doubt; the next commit finds what they did."""
        dock = session.add(Dock(label="b", place="x"))
        hold, main = threading.Event(), threading.main_thread().ident

        def press(_):
            for _ in range(2):
                signal.pthread_kill(main, signal.SIGINT)
                time.sleep(0.05)
            hold.wait(10)

        world.fault = press
        with pytest.raises(CommitInterrupted) as caught:
            commit(session)
        assert [entry.object for entry in caught.value.in_doubt] == [dock]
        hold.set()
        world.fault = lambda _: None
        world.pool.shutdown(wait=True)
        world.pool = World().pool
        commit(session)
        assert (world.sent, labels(world), nothing_left(session)) == (["POST /docks"], ["b"], True)

    def test_from_a_callback(self, session, world):
        """A KeyboardInterrupt raised by progress counts as Ctrl-C."""
        for identity in range(1, 41):
            dock_of(session, identity).label = f"n{identity}"

        def press(*_):
            raise KeyboardInterrupt

        with pytest.raises(CommitInterrupted) as caught:
            commit(session, progress=press)
        assert len(caught.value.applied) == len(world.sent) < 40


OPERATIONS = ("POST", "PUT", "DELETE")


@settings(max_examples=150, deadline=None)
@given(
    fates=st.lists(st.sampled_from(["keep", "rename", "tag", "delete"]), max_size=5),
    new=st.integers(0, 3),
    faults=st.lists(st.sampled_from(["", *BEFORE, *AFTER]), max_size=12),
    policy=st.sampled_from(["stop", "continue"]),
)
def test_commits_under_random_faults_end_in_the_planned_world(fates, new, faults, policy):
    """However many requests fail in whatever way, repeated commits reach exactly what was asked for."""
    world = World(workers=2)
    session = Session(world)
    expected: dict[str, list[str]] = {}
    for at, fate in enumerate(fates, 1):
        dock = dock_of(session, at)
        if fate == "delete":
            session.delete(dock)
            continue
        if fate == "rename":
            dock.label = f"new{at}"
        if fate == "tag":
            dock.tags.add("q")
        expected[dock.label] = [*dock.tags]
    for at in range(new):
        dock, crane = session.add(Dock(label=f"made{at}", place="x", tags=["r"])), Crane(label="c")
        crane.dock = dock
        session.add(crane)
        expected[f"made{at}"] = ["r"]
    left, lock = list(faults), threading.Lock()

    def fault(request):
        with lock:
            name = left.pop(0) if left and request.method in OPERATIONS else ""
        if name in BEFORE:
            raise error_of(name)
        return (lambda _: (_ for _ in ()).throw(error_of(name))) if name else None

    world.fault = fault
    for _ in range(len(faults) + 2):
        with suppress(CommitError):
            commit(session, on_error=policy)
            break
    world.pool.shutdown()
    assert nothing_left(session)
    docks = {body["label"]: body["tags"] for path, body in world.objects.items() if path.count("/") == 2}
    assert docks == expected
    assert len([path for path in world.objects if "/cranes/" in path]) == new
    assert len([path for path in world.objects if path.count("/") == 2]) == len(expected)


def test_a_value_that_cannot_be_sent_loses_nothing(session, world):
    """A failure on this side of the wire is a failure of that step alone."""
    good, bad = dock_of(session, 5), dock_of(session, 6)
    good.label = "b"
    bad.tags.add("q")
    world.fault = lambda request: (
        (_ for _ in ()).throw(InvalidRequestError("no")) if request.path == "/docks/6" else None
    )
    with pytest.raises(CommitError) as caught:
        commit(session, on_error="continue")
    assert [entry.object for entry in caught.value.failed] == [bad]
    assert [entry.object for entry in caught.value.applied] == [good]
