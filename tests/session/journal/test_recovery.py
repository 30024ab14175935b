"""A recovery that meets trouble stays open: whatever ended it, the next one finishes, and nothing is made twice."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from linode_orm import (
    CommitInterrupted,
    JournalError,
    LinodeORMError,
    Session,
    TransportError,
    Volume,
    recover,
)
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.simulator import Simulator
from tests.session.fake_api import Dock, FakeApi, refusal
from tests.session.fake_api import Session as FakeSession
from tests.session.journal.crashing import SECRETS, WRITES, die, dock_of, kill, mixed, shape, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

POLICIES = ("stop", "continue", "undo")
ENDS = [(at, after) for at in range(1, WRITES + 1) for after in (False, True)]


@pytest.fixture
def api() -> FakeApi:
    return FakeApi(workers=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "commits.journal"


def left_open(api: FakeApi, path, *, at: int, after: bool, policy: str) -> dict[str, dict[str, object]]:
    """Let a commit die; give the account as it was before."""
    api.objects.clear()
    session = FakeSession(api, journal=path)
    mixed(session)
    before = {name: dict(body) for name, body in api.objects.items()}
    kill(session, path, at=at, after=after, on_error=policy)
    return before


def settled(api: FakeApi, path, before: dict[str, dict[str, object]], *, undo: bool) -> None:
    """Recover without any trouble: everything is done once, or undone, and nothing is left to do."""
    report = recover(path, client=api.client, secrets=SECRETS, undo=undo)
    if undo:
        lost = {entry.step.path for entry in report.not_undone}
        assert lost <= {"/docks/4"}
        assert api.objects == {name: body for name, body in before.items() if name not in lost}
    else:
        assert report.counts == {"applied": WRITES}
        assert shape(api) == wanted()
    assert not recover(path, client=api.client)


# -- troubles --------------------------------------------------------------------------------------------------------


def refused(name: str, status: int):
    def answer(_request):
        raise refusal(name, status)

    return answer


def away(_request):
    raise TransportError("no route", sent=False)


def silent(_request):
    def lost(_answer):
        raise TransportError("no answer", sent=True)

    return lost


TROUBLES: dict[str, Callable] = {
    "away": away,
    "no answer": silent,
    "500": refused("ServerError", 500),
    "401": refused("Unauthorized", 401),
    "403": refused("Forbidden", 403),
    "404": refused("NotFound", 404),
    "400": refused("BadRequest", 400),
}


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except (LinodeORMError, KeyboardInterrupt) as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize("undo", [False, True], ids=["complete", "undo"])
@pytest.mark.parametrize("met", [f"{each}, {by}" for each in TROUBLES for by in ("any request", "writes")])
def test_trouble_from_any_request_on(api, path, met, undo, full):
    """The first recovery says what it did, or why it did nothing; the second one does the rest.

    A 404 to a GET or a DELETE is believed: what is gone is gone.
    """
    name, _, by = met.partition(", ")
    writes_alone = by == "writes"
    places = list(itertools.product(POLICIES, (1, 4, 8), range(1, 7)))
    for policy, died_at, first in places if full else random.Random(name).sample(places, 5):
        before = left_open(api, path, at=died_at, after=True, policy=policy)
        count = [0]

        def fault(request, count=count, first=first):
            if request.method == "GET" and writes_alone:
                return None
            count[0] += 1
            is_believed = name == "404" and request.method in {"GET", "DELETE"}
            return TROUBLES[name](request) if count[0] >= first and not is_believed else None

        api.fault = fault
        outcome(lambda: recover(path, client=api.client, secrets=SECRETS, undo=undo))
        api.fault = lambda _: None
        settled_or_ended(api, path, before, undo=undo)


@pytest.mark.slow
@pytest.mark.parametrize("undo", [False, True], ids=["complete", "undo"])
def test_a_step_that_is_refused_alone(api, path, undo, full):
    """What one request met stays in the journal, and so does what waits for it."""
    for died_at, nth in itertools.product((1, 4, 8), range(1, WRITES if full else 4)):
        before = left_open(api, path, at=died_at, after=False, policy="stop")
        count = [0]

        def fault(request, count=count, nth=nth):
            count[0] += request.method != "GET"
            return refused("BadRequest", 400)(request) if count[0] == nth and request.method != "GET" else None

        api.fault = fault
        report = recover(path, client=api.client, secrets=SECRETS, undo=undo)
        api.fault = lambda _: None
        if report.failed or (undo and any(each.step.method != "DELETE" for each in report.not_undone)):
            assert is_unfinished(path)
        settled_or_ended(api, path, before, undo=undo)


def is_unfinished(path) -> bool:
    journal = SqliteJournal(path)
    try:
        return bool(journal.unfinished())
    finally:
        journal.close()


def settled_or_ended(api: FakeApi, path, before, *, undo: bool) -> None:
    if is_unfinished(path):
        settled(api, path, before, undo=undo)
    elif undo:
        assert {name for name in before if name not in api.objects} <= {"/docks/4"}
        assert api.objects == {name: body for name, body in before.items() if name in api.objects}
    else:
        assert shape(api) == wanted()


@pytest.mark.slow
@pytest.mark.parametrize("undo", [False, True], ids=["complete", "undo"])
def test_a_journal_that_cannot_be_written(api, path, monkeypatch, undo):
    """The recovery ends with an error; when there is room again, the next one does the rest."""
    for died_at, nth in itertools.product((1, 4, 8), range(1, 6)):
        before = left_open(api, path, at=died_at, after=True, policy="stop")
        count = [0]
        with monkeypatch.context() as patch:
            for method in ("intend", "end"):
                original = getattr(SqliteJournal, method)

                def full(self, *arguments, original=original, count=count, nth=nth):
                    count[0] += 1
                    if count[0] >= nth:
                        msg = "the disk is full"
                        raise JournalError(msg)
                    return original(self, *arguments)

                patch.setattr(SqliteJournal, method, full)
            result = outcome(lambda: recover(path, client=api.client, secrets=SECRETS, undo=undo))
            assert isinstance(result, LinodeORMError) == (count[0] >= nth)
        if isinstance(result, LinodeORMError):
            settled(api, path, before, undo=undo)


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("undo", [False, True], ids=["complete", "undo"])
def test_deaths_of_the_recovery_too(api, path, policy, undo, full):
    """A commit dies, its recovery dies, and the next one finishes: nothing lost, nothing doubled."""
    places = list(itertools.product(ENDS, ENDS))
    for (at, after), (again, after_again) in places if full else random.Random(policy).sample(places, 24):
        before = left_open(api, path, at=at, after=after, policy=policy)

        def dying() -> None:
            outcome(lambda: recover(path, client=api.client, secrets=SECRETS, undo=undo))

        if die(dying, api, path, at=again, after=after_again):
            settled(api, path, before, undo=undo)


def test_ctrl_c_says_what_is_left(api, path):
    """`CommitInterrupted` has the lists of a commit, and the journal stays open."""
    before = left_open(api, path, at=2, after=True, policy="stop")

    def press(request):
        if request.method != "GET":
            raise KeyboardInterrupt

    api.fault = press
    with pytest.raises(CommitInterrupted, match="recover\\(path\\) carries on") as caught:
        recover(path, client=api.client, secrets=SECRETS)
    assert caught.value.pending
    api.fault = lambda _: None
    settled(api, path, before, undo=False)


# -- accounts --------------------------------------------------------------------------------------------------------


def cut_off(sim: Simulator, path, **client: object) -> None:
    """Leave a commit of five volumes open after two."""

    def press(_entry, done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with Session(client=sim.client(workers=1, **client), journal=path) as session:
        for n in range(5):
            session.add(Volume(label=f"v{n}", size=20, region="us-east"))
        with pytest.raises(CommitInterrupted):
            session.commit(progress=press)


class TestAccounts:
    def test_the_token_of_another_account_is_refused(self, path):
        """Nothing is sent there, and the own account completes it."""
        with Simulator() as mine, Simulator() as theirs:
            theirs.change("/account", euuid="11111111-2222-3333-4444-555555555555")
            cut_off(mine, path)
            for undo in (False, True):
                with pytest.raises(JournalError, match="token is of account 11111111"):
                    recover(path, client=theirs.client(), undo=undo)
            assert not theirs.requests.writes
            assert recover(path, client=mine.client()).counts == {"applied": 5}

    def test_undoing_a_commit_of_another_account_is_refused(self, path):
        """`session.undo()` knows whose commit a journal holds."""
        with Simulator() as mine, Simulator() as theirs:
            theirs.change("/account", euuid="11111111-2222-3333-4444-555555555555")
            with Session(client=mine.client(), journal=path) as session:
                session.add(Volume(label="v", size=20, region="us-east"))
                name = session.commit().id
            with (
                Session(client=theirs.client(), journal=path) as session,
                pytest.raises(JournalError, match="token is"),
            ):
                session.undo(name)
            with Session(client=mine.client(), journal=path) as session:
                assert len(session.undo(name)) == 1

    @pytest.mark.parametrize("when", ["at the commit", "at the recovery"])
    def test_where_nothing_tells_its_user_has_to(self, path, when):
        """Where neither account nor profile can be read, that is said, and `account_unchecked` goes on."""
        with Simulator() as sim:
            fault = lambda: [sim.faults.add("GET", each, nth=None, action=403) for each in ("/account", "/profile")]  # noqa: E731
            if when == "at the commit":
                fault()
            cut_off(sim, path)
            sim.faults.clear()
            if when == "at the recovery":
                fault()
            with pytest.raises(JournalError, match=r"nothing tells whether.*account_unchecked=True"):
                recover(path, client=sim.client())
            assert recover(path, client=sim.client(), account_unchecked=True).counts == {"applied": 5}

    def test_the_user_stands_for_an_account_that_cannot_be_read(self, path):
        """A token without the scope for accounts is told by its user's name."""
        with Simulator() as sim:
            sim.faults.add("GET", "/account", nth=None, action=403)
            cut_off(sim, path)
            assert recover(path, client=sim.client()).counts == {"applied": 5}

    def test_it_is_read_once_a_client(self, path, tmp_path):
        """The first commit with a journal reads it; one without a journal never does."""
        with Simulator() as sim:
            client = sim.client()
            for place in (None, path, tmp_path / "other"):
                with Session(client=client, journal=place) as session:
                    session.add(Volume(label=f"v{str(place)[-5:]}".replace("/", "-"), size=20, region="us-east"))
                    session.commit()
            assert len(sim.requests.matching("GET", "/account")) == 1


@pytest.mark.parametrize("answer", ["of another object", "with its number given again", "as ever"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2])
def test_the_number_of_what_the_commit_deleted(api, path, at, after, answer):
    """Whether the deletion ran before the crash or after it, the new object gets its own number, or the freed one."""
    session = FakeSession(api, journal=path)
    session.delete(dock_of(session, 77, label="same"))
    session.add(Dock(label="same", place="y"))
    kill(session, path, at=at, after=after, verify=True)
    armed = [answer == "of another object"]
    if answer == "with its number given again":
        api._next = 76

    def fault(request):
        if request.method == "POST" and armed and armed.pop():
            return lambda _: {"id": 77, "label": "same", "place": "x"}
        return None

    api.fault = fault
    assert recover(path, client=api.client).counts == {"applied": 2}
    assert [body["place"] for body in api.objects.values()] == ["y"]
    assert not recover(path, client=api.client)
