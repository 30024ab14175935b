"""Commits under faults: nothing lost, nothing doubled, and a session that carries on (on the fake API)."""

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
from tests.session.fake_api import Barrel, Cargo, Crane, Dock, FakeApi, Hook, Pass, Session, refusal


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api)


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


def meet(api: FakeApi, method: str, path: str, name: str, times: int = 1) -> None:
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

    api.fault = fault


def lose(api: FakeApi, *, done: bool) -> None:
    """Break the network in the middle of a create: its answer is lost, done or not, and nothing can be looked for."""

    def gone(_):
        api.fault = gone
        raise lost()

    api.fault = lambda request: gone if done and request.method == "POST" else gone(request)


def in_turn(api: FakeApi, names: list[str]) -> None:
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

    api.fault = fault


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, body)


def nothing_left(session: Session) -> bool:
    members = session._parts.changes
    return not (members.new or members.touched or members.deleted or members.in_doubt)


def labels(api: FakeApi) -> list[str]:
    return sorted(body["label"] for path, body in api.objects.items() if path.count("/") == 2 and "label" in body)


ALWAYS = 99


@pytest.mark.parametrize("name", [*BEFORE, *AFTER])
class TestEveryFault:
    def test_update(self, session, api, name):
        """A PUT is sent until it is done; one that cannot be stays pending, and is sent by the next commit."""
        dock = dock_of(session)
        dock.label = "b"
        meet(api, "PUT", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(CommitError) as caught:
                session.commit()
            is_certain = name in CERTAIN
            assert (len(caught.value.failed), len(caught.value.in_doubt)) == ((1, 0) if is_certain else (0, 1))
            assert dock.label == "b"
        assert len(session.commit()) == 1
        assert (api.objects["/docks/5"]["label"], nothing_left(session)) == ("b", True)
        assert len(api.sent) == 2

    def test_an_update_that_never_ends(self, session, api, name):
        """A PUT that fails until the deadline is pending or in doubt, and nothing of it is lost."""
        dock = dock_of(session)
        dock.label = "b"
        meet(api, "PUT", "/docks/5", name, ALWAYS)
        with pytest.raises(CommitError) as caught:
            session.commit()
        is_certain = name in CERTAIN or name == "request timeout"
        assert (len(caught.value.failed), len(caught.value.in_doubt)) == ((1, 0) if is_certain else (0, 1))
        api.fault = lambda _: None
        session.commit()
        assert (api.objects["/docks/5"]["label"], nothing_left(session)) == ("b", True)

    def test_delete(self, session, api, name):
        """A DELETE is sent until it is done; done already is success."""
        dock = dock_of(session)
        session.delete(dock)
        meet(api, "DELETE", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(CommitError):
                session.commit()
            assert dock.__state__.status is Status.DELETED
        [entry] = session.commit()
        was_done = name in AFTER
        assert entry.note == ("it was gone already" if was_done else "")
        assert (api.objects, nothing_left(session)) == ({}, True)

    def test_create_with_a_unique_key(self, session, api, name):
        """A POST whose answer is lost is looked for: adopted where it is there, sent again where it is not."""
        dock = session.add(Dock(label="b", place="x"))
        cargo = session.add(Cargo(name="n", weight=1, dock=dock))
        meet(api, "POST", "/docks", name)
        if name == "refused":
            with pytest.raises(CommitError) as caught:
                session.commit()
            assert [entry.object for entry in caught.value.pending] == [cargo]
            assert dock.__state__.status is Status.PENDING
        session.commit()
        assert labels(api) == ["b"]
        assert api.sent.count("POST /docks") == (1 if name in AFTER else 2)
        assert f"/docks/{dock.id}" in api.objects
        assert [body["dock_id"] for path, body in api.objects.items() if path.startswith("/cargo")] == [dock.id]
        assert nothing_left(session)

    def test_create_with_a_date(self, session, api, name):
        """Without a unique key it is the one new object that is alike; sent again only when no request can still run."""
        api.objects["/barrels/7"] = {"id": 7, "name": "n", "tags": ["p"], "created": "2025-12-31T00:00:00"}
        barrel = session.add(Barrel(name="n", tags=["p"]))
        meet(api, "POST", "/barrels", name)
        if name == "refused":
            with pytest.raises(CommitError):
                session.commit()
        before = api.clock.monotonic()
        session.commit()
        assert sorted(api.objects) == [f"/barrels/{barrel.id}", "/barrels/7"]
        waited = api.clock.monotonic() - before
        settled = name in BEFORE and name not in CERTAIN
        assert (waited >= session.client.max_request_lifetime) is settled
        assert nothing_left(session)

    def test_create_without_a_key_or_a_date(self, session, api, name):
        """Only what was in its collection before tells it from others: that is read first, and one is made."""
        api.seed("/cargo/9", {"id": 9, "name": "n", "weight": 1})
        cargo = session.add(Cargo(name="n", weight=1))
        meet(api, "POST", "/cargo", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert {path for path in api.objects if path.startswith("/cargo/")} == {"/cargo/9", f"/cargo/{cargo.id}"}
        assert nothing_left(session)

    def test_indistinguishable_creates(self, session, api, name):
        """Where its collection could not be read, it is not sent again, and the message says what to do."""
        cargo = session.add(Cargo(name="n", weight=1))
        meet(api, "POST", "/cargo", name)
        lost = api.fault

        def fault(request):
            if request.method == "GET" and request.path == "/cargo":
                raise error_of("bad gateway before processing")
            return lost(request)

        api.fault = fault
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
            assert api.objects["/docks/5"]["label"] == "b"
            assert api.sent.count("POST /cargo") == 1
            session.expunge(cargo)
            assert nothing_left(session)

    def test_child(self, session, api, name):
        """A child is looked for below its parent."""
        crane = Crane(label="c")
        crane.dock = dock_of(session)
        session.add(crane)
        meet(api, "POST", "/docks/5/cranes", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert [path for path in api.objects if "cranes" in path] == [f"/docks/5/cranes/{crane.id}"]
        assert nothing_left(session)

    def test_a_lost_child_of_a_new_parent(self, session, api, name):
        """Below a parent that is as new, everything that is found was made by this commit."""
        dock = session.add(Dock(label="b", place="x"))
        crane = Crane(label="c")
        crane.dock = dock
        hook = Hook(load=3)
        hook.crane = crane
        session.add_all([crane, hook])
        meet(api, "POST", "/docks/101/cranes/102/hooks", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert len(api.objects) == 3
        assert nothing_left(session)

    def test_chosen_key(self, session, api, name):
        """Where the user chose the id, it is looked for by that."""
        ticket = session.add(Pass(id="x1"))
        meet(api, "POST", "/passes", name)
        with suppress(CommitError):
            session.commit()
        session.commit()
        assert ([*api.objects], ticket.id, nothing_left(session)) == (["/passes/x1"], "x1", True)
        assert api.sent.count("POST /passes") == (1 if name in AFTER else 2)

    def test_save_and_delete_now(self, session, api, name):
        """One object saved or deleted at once is sent until it is done, too."""
        dock = dock_of(session)
        dock.label = "b"
        meet(api, "PUT", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(Exception) as caught:
                dock.save()
            assert not isinstance(caught.value, CommitError)
            assert len(caught.value.report) == 1
        dock.save()
        assert api.objects["/docks/5"]["label"] == "b"
        meet(api, "DELETE", "/docks/5", name)
        if name in FINAL:
            with pytest.raises(Exception):  # noqa: B017  the error of the request itself
                dock.delete()
        if inspect(dock).state != "detached":
            dock.delete()
        assert not api.objects


class TestPolicy:
    def test_stop_starts_nothing_new(self, session, api):
        """After a failure nothing else is sent, not even what a worker has been given already."""
        api.client.workers = 1
        for identity in range(1, 9):
            dock_of(session, identity).label = f"n{identity}"
        meet(api, "PUT", "/docks/1", "refused")
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert len(caught.value.failed) == len(api.sent) == 1
        assert len(caught.value.pending) == 7
        before = len(api.sent)
        session.commit()
        assert len(api.sent) - before == 8 - len(caught.value.applied)
        assert labels(api) == [f"n{identity}" for identity in range(1, 9)]

    def test_continue_leaves_out_only_what_depends(self, session, api):
        """Everything that does not need what failed is done."""
        dock = session.add(Dock(label="b", place="x"))
        crane = Crane(label="c")
        crane.dock = dock
        session.add(crane)
        other = dock_of(session)
        other.label = "z"
        meet(api, "POST", "/docks", "refused")
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        error = caught.value
        assert [entry.object for entry in error.failed] == [dock]
        assert [entry.object for entry in error.pending] == [crane]
        assert [entry.object for entry in error.applied] == [other]
        assert len(session.commit()) == 2

    def test_the_second_commit_sends_only_the_rest(self, session, api):
        """What was applied is clean, however often the rest has to be sent."""
        for identity in range(1, 6):
            dock_of(session, identity).label = f"n{identity}"
        api.fault = lambda request: (_ for _ in ()).throw(lost()) if request.path == "/docks/3" else None
        for _ in range(3):
            with pytest.raises(CommitError):
                session.commit(on_error="continue")
        api.fault = lambda _: None
        assert [entry.operation for entry in session.commit()] == ["PUT /docks/3"]
        assert sorted(set(api.sent)) == [f"PUT /docks/{identity}" for identity in range(1, 6)]


class TestInDoubt:
    def test_somebody_elses_is_not_adopted(self, session, api):
        """An object with the same label that differs in what was sent is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        lose(api, done=False)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        api.seed("/docks/9", {"id": 9, "label": "b", "place": "elsewhere"})
        with pytest.raises(CommitError, match=r"its place differ.*somebody else's"):
            session.commit()
        assert len({*api.sent}) == len(api.sent) == 1

    def test_an_old_one_is_not_adopted(self, session, api):
        """An object that was there long before the request is not taken for ours."""
        session.add(Dock(label="b", place="x"))
        lose(api, done=False)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        api.seed("/docks/9", {"id": 9, "label": "b", "place": "x", "created": "2020-01-02T03:04:05"})
        with pytest.raises(CommitError, match="it is older"):
            session.commit()

    def test_a_late_create_is_adopted_after_the_refusal(self, session, api):
        """A POST that takes effect after it was looked for makes the repetition fail, and is adopted then."""
        dock = session.add(Dock(label="b", place="x"))
        lose(api, done=False)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        late = {"id": 9, "label": "b", "place": "x"}
        api.fault = lambda request: api.seed("/docks/9", late) if request.method == "POST" else None
        session.commit()
        assert (dock.id, labels(api), nothing_left(session)) == (9, ["b"], True)

    def test_edits_made_meanwhile_become_an_update(self, session, api):
        """What was changed after the lost reply is sent once the object is found."""
        dock = session.add(Dock(label="b", place="x", tags=["p"]))
        lose(api, done=True)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        dock.tags.add("q")
        report = session.commit()
        assert [(entry.step.method, entry.step.body) for entry in report] == [("PUT", {"tags": ["p", "q"]})]
        assert (list(dock.tags), nothing_left(session)) == (["p", "q"], True)

    def test_the_key_that_was_sent_is_looked_for(self, session, api):
        """A label changed after the lost reply does not hide the object, and is sent as a change."""
        dock = session.add(Dock(label="b", place="x"))
        lose(api, done=True)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        dock.label = "c"
        session.commit()
        assert (api.sent, labels(api)) == (["POST /docks", f"PUT /docks/{dock.id}"], ["c"])

    def test_another_key_is_not_sent_blindly(self, session, api):
        """With another label nothing would keep the API from making two, so the object stays in doubt."""
        dock = session.add(Dock(label="b", place="x"))
        lose(api, done=False)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        dock.label = "c"
        with pytest.raises(CommitError, match="sent with another label"):
            session.commit()
        dock.label = "b"
        session.commit()
        assert labels(api) == ["b"]

    def test_one_read_in_between_is_the_same(self, session, api):
        """An object met in a list before it was adopted gives way to the one that the user made."""
        dock = session.add(Dock(label="b", place="x"))
        lose(api, done=True)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        [row] = session.query(Dock).all()
        session.commit()
        assert session._parts.identity_map.find(Dock, dock.id, ()) is dock
        assert row.__state__.status is Status.DETACHED

    def test_the_plan_says_so(self, session, api):
        """A plan shows what is in doubt, counts the lookup, and sends nothing."""
        session.add(Dock(label="b", place="x"))
        lose(api, done=True)
        with pytest.raises(CommitError):
            session.commit()
        api.fault = lambda _: None
        sent = len(api.log)
        plan = planner.plan(session._parts.changes)
        assert (plan[0].in_doubt, plan.lookups, "in doubt" in str(plan)) == (True, 1, True)
        assert len(api.log) == sent


class TestNumbersOfWhatIsDeleted:
    """An answer about an object that the same commit deletes is another object's, unless its number was given again."""

    @pytest.mark.parametrize("workers", [1, 4])
    def test_another_objects_answer(self, workers):
        """The creation is looked for, and the object gets its own number."""
        api = FakeApi(workers=workers)
        session = Session(api)
        api.seed("/barrels/77", {"id": 77, "name": "cask"})
        old = session.loaded(Barrel, {"id": 77, "name": "cask"})
        session.delete(old)
        new = session.add(Barrel(name="cask"))
        armed = [True]

        def fault(request):
            if request.method == "POST" and armed:
                armed.pop()
                return lambda _: {"id": 77, "name": "cask"}
            return None

        api.fault = fault
        report = session.commit(verify=True)
        assert report.counts == {"applied": 2}
        assert not report.not_held
        assert new.id != 77
        assert [path for path in api.objects if path.startswith("/barrels/")] == [f"/barrels/{new.id}"]

    def test_a_number_that_is_given_again(self, session, api):
        """What was deleted first may give its number to what is created after it."""
        dock = dock_of(session, 77, label="same")
        session.delete(dock)
        new = session.add(Dock(label="same", place="y"))
        api._next = 76
        report = session.commit(verify=True)
        assert report.counts == {"applied": 2}
        assert (new.id, api.sent) == (77, ["DELETE /docks/77", "POST /docks"])
        assert api.objects["/docks/77"]["place"] == "y"

    def test_an_answer_about_what_was_deleted_before(self, session, api):
        """The number is not given again: the answer is about an object that is gone."""
        dock = dock_of(session, 77, label="same")
        session.delete(dock)
        new = session.add(Dock(label="same", place="y"))
        armed = [True]

        def fault(request):
            if request.method == "POST" and armed:
                armed.pop()
                return lambda _: {"id": 77, "label": "same", "place": "x"}
            return None

        api.fault = fault
        assert session.commit(verify=True).counts == {"applied": 2}
        assert new.id != 77
        assert f"/docks/{new.id}" in api.objects


class TestInterrupt:
    def test_waits_for_calls_in_flight(self, session, api):
        """Ctrl-C starts nothing new, takes the answers on their way in, and gives the same lists."""
        for identity in range(1, 21):
            dock_of(session, identity).label = f"n{identity}"

        def press(request):
            if request.path == "/docks/2":
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.02)

        api.fault = press
        with pytest.raises(CommitInterrupted) as caught:
            session.commit()
        error = caught.value
        assert isinstance(error, KeyboardInterrupt)
        assert len(error.applied) == len(api.sent) <= 2 * api.workers
        assert len(error.pending) == 20 - len(error.applied)
        assert not error.failed
        assert not error.in_doubt
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        api.fault = lambda _: None
        session.commit()
        assert sorted(set(api.sent)) == sorted(api.sent)
        assert labels(api) == sorted(f"n{identity}" for identity in range(1, 21))

    def test_a_second_one_waits_for_nothing(self, session, api):
        """Asked twice, calls in flight are left in doubt; the next commit finds what they did."""
        dock = session.add(Dock(label="b", place="x"))
        hold, main = threading.Event(), threading.main_thread().ident

        def press(_):
            for _ in range(2):
                signal.pthread_kill(main, signal.SIGINT)
                time.sleep(0.05)
            hold.wait(10)

        api.fault = press
        with pytest.raises(CommitInterrupted) as caught:
            session.commit()
        assert [entry.object for entry in caught.value.in_doubt] == [dock]
        hold.set()
        api.fault = lambda _: None
        api.client.pool.shutdown(wait=True)
        api.client._pool = None
        session.commit()
        assert (api.sent, labels(api), nothing_left(session)) == (["POST /docks"], ["b"], True)

    def test_nobody_waits_for_the_turn_of_a_request(self, api):
        """Requests that wait for the rate limit are given up unsent, and are pending."""
        api.client = Client(transport=api, workers=4)
        api.headers = lambda: {"x-ratelimit-limit": "20", "x-ratelimit-remaining": str(20 - len(api.sent))}
        session = Session(api)
        for at in range(30):
            session.add(Instance(label=f"n{at}", region="us-east", type="g6-nanode-1"))

        def press(entry, done, total):
            if done == 20:  # as many as may be created in 15 seconds
                raise KeyboardInterrupt

        with pytest.raises(CommitInterrupted) as caught:
            session.commit(progress=press)
        assert (len(caught.value.applied), len(caught.value.pending), len(api.sent)) == (20, 10, 20)

    def test_from_a_callback(self, session, api):
        """A KeyboardInterrupt raised by progress counts as Ctrl-C."""
        for identity in range(1, 41):
            dock_of(session, identity).label = f"n{identity}"

        def press(*_):
            raise KeyboardInterrupt

        with pytest.raises(CommitInterrupted) as caught:
            session.commit(progress=press)
        assert len(caught.value.applied) == len(api.sent) < 40


@settings(max_examples=150, deadline=None)
@given(
    fates=st.lists(st.sampled_from(["keep", "rename", "tag", "delete"]), max_size=5),
    new=st.integers(0, 3),
    faults=st.lists(st.sampled_from(["", *BEFORE, *AFTER]), max_size=12),
    policy=st.sampled_from(["stop", "continue", "undo"]),
)
def test_commits_under_random_faults_end_in_the_planned_state(fates, new, faults, policy):
    """However many requests fail in whatever way, repeated commits reach exactly what was asked for."""
    api = FakeApi(workers=2)
    session = Session(api)
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
    in_turn(api, faults)
    for _ in range(len(faults) + 2):
        with suppress(CommitError):
            session.commit(on_error=policy)
            break
    api.client.close()
    assert nothing_left(session)
    docks = {body["label"]: body["tags"] for path, body in api.objects.items() if path.count("/") == 2}
    assert docks == expected
    assert len([path for path in api.objects if "/cranes/" in path]) == new
    assert len([path for path in api.objects if path.count("/") == 2]) == len(expected)


def test_a_value_that_cannot_be_sent_loses_nothing(session, api):
    """A failure on this side of the wire is a failure of that step alone."""
    good, bad = dock_of(session, 5), dock_of(session, 6)
    good.label = "b"
    bad.label = "q"
    api.fault = lambda request: (_ for _ in ()).throw(InvalidRequestError("no")) if request.path == "/docks/6" else None
    with pytest.raises(CommitError) as caught:
        session.commit(on_error="continue")
    assert [entry.object for entry in caught.value.failed] == [bad]
    assert [entry.object for entry in caught.value.applied] == [good]


def test_a_hook_that_refuses_is_a_failure(api):
    """What a `before` hook raises keeps a creation from being sent: it failed, and nothing is in doubt."""

    def refuse(request: object) -> None:
        raise RuntimeError("not on a Friday")

    session = RealSession(client=Client(transport=api, clock=api.clock, before=[refuse]))
    session.add(Cargo(name="box", weight=1))
    with pytest.raises(CommitError) as caught:
        session.commit()
    [entry] = caught.value.failed
    assert (str(entry.error), api.log, session._parts.changes.in_doubt) == ("not on a Friday", [], {})
