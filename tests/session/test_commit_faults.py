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
from linode_orm.models import Instance
from linode_orm.session import Session as RealSession
from linode_orm.session import inspect
from linode_orm.session.planning import planner
from linode_orm.wire import Client
from tests.session.yard import Barrel, Cargo, Crane, Dock, Hook, Pass, Session, World, refusal


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
FINAL = {"refused", "a bug in a transport"}
"""Faults of a PUT or a DELETE that no retry mends."""


def error_of(name: str) -> Exception:
    return {**BEFORE, **AFTER}[name]()


def meet(world: World, method: str, path: str, name: str, times: int = 1) -> None:
    """Let the next requests of that method and path meet a fault."""
    armed = [True] * times

    def fault(request):
        if armed and request.method == method and request.path.startswith(path):
            armed.pop()
            if name in BEFORE:
                raise error_of(name)
            return broken
        return None

    def broken(_):
        if name == "truncated JSON":
            return b'{"id": 1'
        raise error_of(name)

    world.fault = fault


def lose(world: World, *, done: bool) -> None:
    """Break the network in the middle of a create: its answer is lost, done or not, and nothing can be looked for."""

    def gone(_):
        world.fault = gone
        raise lost()

    world.fault = lambda request: gone if done and request.method == "POST" else gone(request)


def in_turn(world: World, names: list[str]) -> None:
    """Let each write meet the next of these faults; an empty name is none."""
    left, lock = list(names), threading.Lock()

    def fault(request):
        with lock:
            name = left.pop(0) if left and request.method != "GET" else ""
        if name in BEFORE:
            raise error_of(name)
        return (lambda _: broken(name)) if name else None

    def broken(name):
        if name == "truncated JSON":
            return b"{"
        raise error_of(name)

    world.fault = fault


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.world.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, body)


def nothing_left(session: Session) -> bool:
    members = session.members
    return not (members.new or members.touched or members.deleted or members.in_doubt)


def labels(world: World) -> list[str]:
    return sorted(body["label"] for path, body in world.objects.items() if path.count("/") == 2 and "label" in body)


ALWAYS = 99


@pytest.mark.parametrize("name", [*BEFORE, *AFTER])
class TestEveryFault:
    def test_update(self, session, world, name):
        """A PUT is sent until it is done; one that cannot be stays pending, and is sent by the next commit."""
        dock = dock_of(session)
        dock.label = "b"
        meet(world, "PUT", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(CommitError) as caught:
                session.commit()
            is_certain = name in CERTAIN
            assert (len(caught.value.failed), len(caught.value.in_doubt)) == ((1, 0) if is_certain else (0, 1))
            assert dock.label == "b"
        assert len(session.commit()) == 1
        assert (world.objects["/docks/5"]["label"], nothing_left(session)) == ("b", True)
        assert len(world.sent) == 2

    def test_an_update_that_never_ends(self, session, world, name):
        """A PUT that fails until the deadline is pending or in doubt, and nothing of it is lost."""
        dock = dock_of(session)
        dock.label = "b"
        meet(world, "PUT", "/docks/5", name, ALWAYS)
        with pytest.raises(CommitError) as caught:
            session.commit()
        is_certain = name in CERTAIN or name == "request timeout"
        assert (len(caught.value.failed), len(caught.value.in_doubt)) == ((1, 0) if is_certain else (0, 1))
        world.fault = lambda _: None
        session.commit()
        assert (world.objects["/docks/5"]["label"], nothing_left(session)) == ("b", True)

    def test_delete(self, session, world, name):
        """A DELETE is sent until it is done; done already is success."""
        dock = dock_of(session)
        session.delete(dock)
        meet(world, "DELETE", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(CommitError):
                session.commit()
            assert dock.__state__.status is Status.DELETED
        [entry] = session.commit()
        was_done = name in AFTER
        assert entry.note == ("it was gone already" if was_done else "")
        assert (world.objects, nothing_left(session)) == ({}, True)

    def test_create_with_a_unique_key(self, session, world, name):
        """A POST whose answer is lost is looked for: adopted where it is there, sent again where it is not."""
        dock = session.add(Dock(label="b", place="x"))
        cargo = session.add(Cargo(name="n", weight=1, dock=dock))
        meet(world, "POST", "/docks", name)
        if name == "refused":
            with pytest.raises(CommitError) as caught:
                session.commit()
            assert [entry.object for entry in caught.value.pending] == [cargo]
            assert dock.__state__.status is Status.PENDING
        session.commit()
        assert labels(world) == ["b"]
        assert world.sent.count("POST /docks") == (1 if name in AFTER else 2)
        assert f"/docks/{dock.id}" in world.objects
        assert [body["dock_id"] for path, body in world.objects.items() if path.startswith("/cargo")] == [dock.id]
        assert nothing_left(session)

    def test_create_that_tells_when_it_was_made(self, session, world, name):
        """Without a unique key it is the one new object that is alike; sent again only when no request can still run."""
        world.objects["/barrels/7"] = {"id": 7, "name": "n", "tags": ["p"], "created": "2025-12-31T00:00:00"}
        barrel = session.add(Barrel(name="n", tags=["p"]))
        meet(world, "POST", "/barrels", name)
        if name == "refused":
            with pytest.raises(CommitError):
                session.commit()
        before = world.clock.monotonic()
        session.commit()
        assert sorted(world.objects) == [f"/barrels/{barrel.id}", "/barrels/7"]
        waited = world.clock.monotonic() - before
        settled = name in BEFORE and name not in CERTAIN
        assert (waited >= session.client.max_request_lifetime) is settled
        assert nothing_left(session)

    def test_create_without_a_key_or_a_date(self, session, world, name):
        """Only what was in its collection before tells it from others: that is read first, and one is made."""
        world.seed("/cargo/9", {"id": 9, "name": "n", "weight": 1})
        cargo = session.add(Cargo(name="n", weight=1))
        meet(world, "POST", "/cargo", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert {path for path in world.objects if path.startswith("/cargo/")} == {"/cargo/9", f"/cargo/{cargo.id}"}
        assert nothing_left(session)

    def test_create_that_nothing_tells_from_others(self, session, world, name):
        """Where its collection could not be read, it is not sent again, and the message says what to do."""
        cargo = session.add(Cargo(name="n", weight=1))
        meet(world, "POST", "/cargo", name)
        lost = world.fault

        def fault(request):
            if request.method == "GET" and request.path == "/cargo":
                raise error_of("bad gateway before processing")
            return lost(request)

        world.fault = fault
        if name in CERTAIN:
            with suppress(CommitError):
                session.commit()
            session.commit()
            assert nothing_left(session)
        else:
            with pytest.raises(CommitError):
                session.commit()
            dock_of(session).label = "b"
            with pytest.raises(CommitError, match=r"session\.expunge") as caught:
                session.commit()
            assert [entry.object for entry in caught.value.in_doubt] == [cargo]
            assert world.objects["/docks/5"]["label"] == "b"
            assert world.sent.count("POST /cargo") == 1
            session.expunge(cargo)
            assert nothing_left(session)

    def test_child(self, session, world, name):
        """A child is looked for below its parent."""
        crane = Crane(label="c")
        crane.dock = dock_of(session)
        session.add(crane)
        meet(world, "POST", "/docks/5/cranes", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert [path for path in world.objects if "cranes" in path] == [f"/docks/5/cranes/{crane.id}"]
        assert nothing_left(session)

    def test_a_lost_child_of_a_new_parent(self, session, world, name):
        """Below a parent that is as new, everything that is found was made by this commit."""
        dock = session.add(Dock(label="b", place="x"))
        crane = Crane(label="c")
        crane.dock = dock
        hook = Hook(load=3)
        hook.crane = crane
        session.add_all([crane, hook])
        meet(world, "POST", "/docks/101/cranes/102/hooks", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert len(world.objects) == 3
        assert nothing_left(session)

    def test_chosen_key(self, session, world, name):
        """Where the user chose the id, it is looked for by that."""
        ticket = session.add(Pass(id="x1"))
        meet(world, "POST", "/passes", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert ([*world.objects], ticket.id, nothing_left(session)) == (["/passes/x1"], "x1", True)
        assert world.sent.count("POST /passes") == (1 if name in AFTER else 2)

    def test_save_and_delete_now(self, session, world, name):
        """One object saved or deleted at once is sent until it is done, too."""
        dock = dock_of(session)
        dock.label = "b"
        meet(world, "PUT", "/docks/5", name)
        with suppress(CommitError):
            dock.save()
        dock.save()
        assert world.objects["/docks/5"]["label"] == "b"
        meet(world, "DELETE", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(Exception):  # noqa: B017  the error of the request itself
                dock.delete()
        if inspect(dock).state != "detached":
            dock.delete()
        assert not world.objects


class TestPolicy:
    def test_stop_starts_nothing_new(self, session, world):
        """After a failure running calls end, and nothing else is sent."""
        world.client.workers = 1
        for identity in range(1, 9):
            dock_of(session, identity).label = f"n{identity}"
        meet(world, "PUT", "/docks/1", "refused")
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert len(caught.value.failed) == 1
        assert len(caught.value.applied) + 1 == len(world.sent) < 8
        assert len(caught.value.pending) == 8 - len(world.sent)
        before = len(world.sent)
        session.commit()
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
        meet(world, "POST", "/docks", "refused")
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        error = caught.value
        assert [entry.object for entry in error.failed] == [dock]
        assert [entry.object for entry in error.pending] == [crane]
        assert [entry.object for entry in error.applied] == [other]
        assert len(session.commit()) == 2

    def test_the_second_commit_sends_only_the_rest(self, session, world):
        """What was applied is clean, however often the rest has to be sent."""
        for identity in range(1, 6):
            dock_of(session, identity).label = f"n{identity}"
        world.fault = lambda request: (_ for _ in ()).throw(lost()) if request.path == "/docks/3" else None
        for _ in range(3):
            with pytest.raises(CommitError):
                session.commit(on_error="continue")
        world.fault = lambda _: None
        assert [entry.operation for entry in session.commit()] == ["PUT /docks/3"]
        assert sorted(set(world.sent)) == [f"PUT /docks/{identity}" for identity in range(1, 6)]


class TestDoubt:
    def test_somebody_elses_is_not_adopted(self, session, world):
        """An object with the same label that differs in what was sent is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        lose(world, done=False)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        world.seed("/docks/9", {"id": 9, "label": "b", "place": "elsewhere"})
        with pytest.raises(CommitError, match=r"its place differ.*somebody else's"):
            session.commit()
        assert len({*world.sent}) == len(world.sent) == 1

    def test_an_old_one_is_not_adopted(self, session, world):
        """An object that was there long before the request is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        lose(world, done=False)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        world.seed("/docks/9", {"id": 9, "label": "b", "place": "x", "created": "2020-01-02T03:04:05"})
        with pytest.raises(CommitError, match="it is older"):
            session.commit()

    def test_a_late_create_is_adopted_after_the_refusal(self, session, world):
        """A POST that takes effect after it was looked for makes the repetition fail, and is adopted then."""
        dock = session.add(Dock(label="b", place="x"))
        lose(world, done=False)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        late = {"id": 9, "label": "b", "place": "x"}
        world.fault = lambda request: world.seed("/docks/9", late) if request.method == "POST" else None
        session.commit()
        assert (dock.id, labels(world), nothing_left(session)) == (9, ["b"], True)

    def test_edits_made_meanwhile_become_an_update(self, session, world):
        """What was changed after the lost reply is sent once the object is found."""
        dock = session.add(Dock(label="b", place="x", tags=["p"]))
        lose(world, done=True)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        dock.tags.add("q")
        report = session.commit()
        assert [(entry.step.method, entry.step.body) for entry in report] == [("PUT", {"tags": ["p", "q"]})]
        assert (list(dock.tags), nothing_left(session)) == (["p", "q"], True)

    def test_the_key_that_was_sent_is_looked_for(self, session, world):
        """A label changed after the lost reply does not hide the object, and is sent as a change."""
        dock = session.add(Dock(label="b", place="x"))
        lose(world, done=True)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        dock.label = "c"
        session.commit()
        assert (world.sent, labels(world)) == (["POST /docks", f"PUT /docks/{dock.id}"], ["c"])

    def test_another_key_is_not_sent_blindly(self, session, world):
        """With another label nothing would keep the API from making two, so the object stays in doubt."""
        dock = session.add(Dock(label="b", place="x"))
        lose(world, done=False)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        dock.label = "c"
        with pytest.raises(CommitError, match="sent with another label"):
            session.commit()
        dock.label = "b"
        session.commit()
        assert labels(world) == ["b"]

    def test_one_read_in_between_is_the_same(self, session, world):
        """An object met in a list before it was adopted gives way to the one that the user made."""
        dock = session.add(Dock(label="b", place="x"))
        lose(world, done=True)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        [row] = session.query(Dock).all()
        session.commit()
        assert session.identity_map.find(Dock, dock.id, ()) is dock
        assert row.__state__.status is Status.DETACHED

    def test_the_plan_says_so(self, session, world):
        """A plan shows what is in doubt, counts the lookup, and sends nothing."""
        session.add(Dock(label="b", place="x"))
        lose(world, done=True)
        with pytest.raises(CommitError):
            session.commit()
        world.fault = lambda _: None
        sent = len(world.log)
        plan = planner.plan(session.members)
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
            session.commit()
        error = caught.value
        assert isinstance(error, KeyboardInterrupt)
        assert len(error.applied) == len(world.sent) <= 2 * world.workers
        assert len(error.pending) == 20 - len(error.applied)
        assert not error.failed
        assert not error.in_doubt
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        world.fault = lambda _: None
        session.commit()
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
            session.commit()
        assert [entry.object for entry in caught.value.in_doubt] == [dock]
        hold.set()
        world.fault = lambda _: None
        world.client.pool.shutdown(wait=True)
        world.client._pool = None
        session.commit()
        assert (world.sent, labels(world), nothing_left(session)) == (["POST /docks"], ["b"], True)

    def test_nobody_waits_for_the_turn_of_a_request(self, world):
        """Requests that wait for the rate limit are given up unsent, and are pending."""
        world.client = Client(transport=world, workers=4)
        world.headers = lambda: {"x-ratelimit-limit": "20", "x-ratelimit-remaining": str(20 - len(world.sent))}
        session = Session(world)
        for at in range(30):
            session.add(Instance(label=f"n{at}", region="us-east", type="g6-nanode-1"))

        def press(entry, done, total):
            if done == 20:  # as many as may be created in 15 seconds
                raise KeyboardInterrupt

        with pytest.raises(CommitInterrupted) as caught:
            session.commit(progress=press)
        assert (len(caught.value.applied), len(caught.value.pending), len(world.sent)) == (20, 10, 20)

    def test_from_a_callback(self, session, world):
        """A KeyboardInterrupt raised by progress counts as Ctrl-C."""
        for identity in range(1, 41):
            dock_of(session, identity).label = f"n{identity}"

        def press(*_):
            raise KeyboardInterrupt

        with pytest.raises(CommitInterrupted) as caught:
            session.commit(progress=press)
        assert len(caught.value.applied) == len(world.sent) < 40


@settings(max_examples=150, deadline=None)
@given(
    fates=st.lists(st.sampled_from(["keep", "rename", "tag", "delete"]), max_size=5),
    new=st.integers(0, 3),
    faults=st.lists(st.sampled_from(["", *BEFORE, *AFTER]), max_size=12),
    policy=st.sampled_from(["stop", "continue", "undo"]),
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
    in_turn(world, faults)
    for _ in range(len(faults) + 2):
        with suppress(CommitError):
            session.commit(on_error=policy)
            break
    world.client.close()
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
        session.commit(on_error="continue")
    assert [entry.object for entry in caught.value.failed] == [bad]
    assert [entry.object for entry in caught.value.applied] == [good]


def test_a_hook_that_refuses_is_a_failure(world):
    """What a `before` hook raises keeps a creation from being sent: it failed, and nothing is in doubt."""

    def refuse(request: object) -> None:
        raise RuntimeError("not on a Friday")

    session = RealSession(client=Client(transport=world, clock=world.clock, before=[refuse]))
    session.add(Cargo(name="box", weight=1))
    with pytest.raises(CommitError) as caught:
        session.commit()
    [entry] = caught.value.failed
    assert (str(entry.error), world.log, session.members.in_doubt) == ("not on a Friday", [], {})
