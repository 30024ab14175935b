"""The journal: what was sent is known after a crash, and completed or taken back (behaviour of the session)."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest

from linode_orm import recover
from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError, JournalError, TransportError
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from tests.session.fake_api import Cargo, FakeApi, Session, refusal
from tests.session.journal.crashing import SECRETS, WRITES, dock_of, kill, mixed, shape, snapshot, wanted


@pytest.fixture
def api() -> FakeApi:
    return FakeApi(workers=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "commits.journal"


@pytest.fixture
def session(api, path) -> Session:
    return Session(api, journal=path)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_a_process_that_ends_at_any_request(api, session, path, at, after):
    """What was done is not done again, what was not is, and the account is as planned."""
    mixed(session)
    kill(session, path, at=at, after=after)
    report = recover(path, client=api.client, secrets=SECRETS)
    assert report.counts == {"applied": WRITES}
    assert shape(api) == wanted()
    assert not recover(path, client=api.client)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_or_is_taken_back(api, session, path, at, after):
    """With `undo` the account is as before, apart from what is reported."""
    mixed(session)
    before = {name: dict(body) for name, body in api.objects.items()}
    kill(session, path, at=at, after=after)
    report = recover(path, client=api.client, undo=True)
    lost = {entry.step.path for entry in report.not_undone}
    assert lost <= {"/docks/4"}
    assert api.objects == {name: body for name, body in before.items() if name not in lost}
    assert not recover(path, client=api.client)


def test_a_secret_is_asked_for_again(api, session, path):
    """The journal holds none; the step that needs one waits, with what hangs on it, and the file stays open."""
    mixed(session)
    kill(session, path, at=1, after=False)
    assert b"hunter2" not in path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    report = recover(path, client=api.client)
    [waiting] = [entry for entry in report.pending if entry.note]
    assert (waiting.step.path, "secret new:1.root_pass" in waiting.note) == ("/docks", True)
    assert {entry.step.path for entry in report.pending} == {
        "/docks",
        "/docks/{new:1}/cranes",
        "/docks/{new:1}/cranes/{new:2}/hooks",
    }
    report = recover(path, client=api.client, secrets=SECRETS)
    assert report.counts == {"applied": WRITES}
    assert shape(api) == wanted()


@pytest.mark.parametrize("after", [False, True])
def test_what_was_there_before_is_written_down(api, session, path, after):
    """An object without a key, of a kind that does not say when it was made, is told by what was there before it."""
    api.seed("/cargo/9", {"id": 9, "name": "n", "weight": 1})
    session.add(Cargo(name="n", weight=1))
    kill(session, path, at=1, after=after)
    report = recover(path, client=api.client)
    assert report.counts == {"applied": 1}
    assert len([name for name in api.objects if name.startswith("/cargo/")]) == 2


def test_what_nothing_tells_apart_stays_in_doubt(api, session, path, monkeypatch):
    """Where its collection could not be read before, it is not sent again; it can be forgotten."""
    session.add(Cargo(name="n", weight=1))

    def down(*_):
        raise TransportError("down", sent=False)

    monkeypatch.setattr("linode_orm.session.commit.collection_ids.ids_in", down)
    kill(session, path, at=1, after=True)
    sent = len(api.sent)
    for _ in range(2):
        report = recover(path, client=api.client)
        assert report.counts == {"in doubt": 1}
        assert "nothing tells whether it was made" in report[0].note
    assert len(api.sent) == sent


def test_ctrl_c_leaves_it_open(api, session, path):
    """What Ctrl-C left undone is completed by another process."""
    for identity in range(1, 9):
        dock_of(session, identity).label = f"n{identity}"

    def press(*_):
        raise KeyboardInterrupt

    with pytest.raises(CommitInterrupted) as caught:
        session.commit(progress=press)
    assert caught.value.pending
    session.close()
    report = recover(path, client=api.client)
    assert (len(report), report.counts) == (8, {"applied": 8})
    assert len(api.sent) == 8


def test_a_commit_that_failed_is_the_sessions_own(api, session, path):
    """Its user was told; the session carries on, and nothing is left to recover."""
    dock_of(session, 5).label = "b"
    dock_of(session, 6).label = "c"
    api.fault = lambda request: (
        (_ for _ in ()).throw(refusal("BadRequest", 400)) if request.path == "/docks/5" else None
    )
    with pytest.raises(CommitError):
        session.commit(on_error="continue")
    api.fault = lambda _: None
    report = session.commit()
    assert [entry.step.path for entry in report] == ["/docks/5"]
    session.close()
    assert not recover(path, client=api.client)


def test_another_process_must_recover_first(api, session, path):
    """A journal with an unfinished commit takes no new one, and says what to do."""
    mixed(session)
    kill(session, path, at=3, after=True)
    other = Session(api, journal=path)
    dock_of(other, 9).label = "z"
    sent = len(api.sent)
    with pytest.raises(InvalidRequestError, match=r"linode_orm\.recover\(path\)"):
        other.commit()
    assert len(api.sent) == sent
    other.close()
    recover(path, client=api.client, secrets=SECRETS)
    other = Session(api, journal=path)
    dock_of(other, 9).label = "z"
    other.commit()


def test_it_can_be_forgotten(api, session, path):
    """Who has settled things by hand closes the commit, and nothing is sent."""
    mixed(session)
    kill(session, path, at=3, after=True)
    sent = len(api.log)
    report = recover(path, client=api.client, forget=True)
    assert len(report) == WRITES
    assert len(api.log) == sent
    assert not recover(path, client=api.client)


def test_what_was_given_up_unsent_is_not_in_doubt(api, session, path):
    """Requests that waited for a worker when Ctrl-C came were never sent, and the file says so."""
    for at in range(6):
        session.add(Cargo(name=f"n{at}", weight=1))

    def press(*_):
        raise KeyboardInterrupt

    with pytest.raises(CommitInterrupted) as caught:
        session.commit(progress=press)
    done = len(caught.value.applied)
    session.close()
    report = recover(path, client=api.client)
    assert report.counts == {"applied": 6}
    assert len(api.objects) == 6 > done


def test_the_rest_of_a_commit_goes_before_single_saves(api, session, path):
    """After Ctrl-C the file holds what is left; one object alone would make it forget the others."""
    docks = [dock_of(session, identity) for identity in range(1, 6)]
    for dock in docks:
        dock.label = f"n{dock.id}"

    def press(*_):
        raise KeyboardInterrupt

    with pytest.raises(CommitInterrupted):
        session.commit(progress=press)
    left = session.dirty[-1]
    with pytest.raises(InvalidRequestError, match=r"session\.commit\(\) carries it on"):
        left.save()
    session.rollback()
    left.label = "other"
    left.save()
    session.close()
    assert not recover(path, client=api.client)


def test_a_creation_in_doubt_is_known_to_the_next_commit(api, session, path, monkeypatch):
    """What an earlier commit lost is in the file of the next one, since the moment when it was first sent."""
    session.add(Cargo(name="n", weight=1))

    def down(*_):
        raise TransportError("down", sent=False)

    monkeypatch.setattr("linode_orm.session.commit.collection_ids.ids_in", down)  # nothing tells it from others then
    api.fault = lambda request: (_ for _ in ()).throw(TransportError("lost")) if request.method == "POST" else None
    with pytest.raises(CommitError):
        session.commit()
    api.fault = lambda _: None
    dock_of(session).label = "b"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [entry.step.path for entry in caught.value.applied] == ["/docks/5"]
    session.close()
    report = recover(path, client=api.client)
    assert report.counts == {"in doubt": 1, "applied": 1}


def test_an_applied_plan_lets_its_journal_go(api, path, tmp_path):
    """Whatever becomes of the plan, the file is free afterwards."""
    api.seed("/account", {"euuid": "A1"})
    session = Session(api)
    dock_of(session).label = "b"
    session.plan().save(tmp_path / "plan.json")
    api.objects["/docks/5"]["label"] = "theirs"
    from linode_orm import ConflictError, Plan

    with pytest.raises(ConflictError):
        Plan.load(tmp_path / "plan.json").apply(api.client, journal=path)
    api.objects["/docks/5"]["label"] = "dock5"
    Plan.load(tmp_path / "plan.json").apply(api.client, journal=path)
    assert not recover(path, client=api.client)


def test_a_commit_of_another_day_can_be_undone(api, session, path):
    """`session.undo` knows the commits of the journal, also those of other processes."""
    dock_of(session).label = "b"
    name = session.commit().id
    session.close()
    other = Session(api, journal=path)
    other.undo(name).apply(api.client, journal=None)
    assert api.objects["/docks/5"]["label"] == "dock5"


def test_every_intent_is_on_the_disk_before_its_request(api, path, monkeypatch):
    """At each write that arrives, the file already says that it may have been sent."""
    session = Session(api, journal=path)
    mixed(session)
    seen = []

    def fault(request):
        copy = path.with_name("seen")
        snapshot(path, copy)
        connection = sqlite3.connect(copy)
        rows = connection.execute("SELECT step FROM steps WHERE intent IS NOT NULL").fetchall()
        connection.close()
        paths = {
            (
                json.loads(row[0])["method"],
                json.loads(row[0])["path"].replace("{new:1}", "101").replace("{new:2}", "103"),
            )
            for row in rows
        }
        if request.method != "GET":
            seen.append((request.method, request.path) in paths)

    api.fault = fault
    session.commit()
    assert seen == [True] * WRITES


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "is empty"),
            (b"this is no database, but a text that is long enough to be looked at", "damaged or no journal"),
            (b"SQLite format 3\x00" + b"\xff" * 5000, "damaged or no journal|cannot be used"),
        ],
        ids=["empty", "foreign", "damaged"],
    )
    def test_a_file_that_is_none(self, api, path, content, says):
        """It is refused with its name when the session is made, and by `recover()`; nothing is sent."""
        path.write_bytes(content)
        for attempt in (lambda: Session(api, journal=path), lambda: recover(path, client=api.client)):
            with pytest.raises(JournalError, match=says) as caught:
                attempt()
            assert str(path) in str(caught.value)
        assert api.log == []

    def test_another_programs(self, api, path):
        """An SQLite file without our mark is left alone."""
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        connection.close()
        before = path.read_bytes()
        with pytest.raises(JournalError, match="of another program"):
            Session(api, journal=path)
        assert path.read_bytes() == before

    def test_a_newer_one(self, api, path, session):
        """A journal of another form is not guessed at."""
        session.close()
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 9")
        connection.close()
        with pytest.raises(JournalError, match="form 9"):
            Session(api, journal=path)

    @pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
    def test_a_truncated_one(self, api, path, session, part):
        """A file that lacks its end is damaged."""
        for identity in range(1, 40):
            dock_of(session, identity).label = f"n{identity}"
        session.commit()
        session.close()
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])
        path.with_name(path.name + "-wal").unlink(missing_ok=True)
        with pytest.raises(JournalError, match=r"damaged|malformed|disk image"):
            Session(api, journal=path)

    def test_one_that_is_not_there(self, api, path):
        """`recover()` makes none."""
        with pytest.raises(JournalError, match="no such journal"):
            recover(path, client=api.client)
        assert not path.exists()

    def test_a_folder(self, api, tmp_path):
        """It is no file."""
        with pytest.raises(JournalError, match="is a directory"):
            Session(api, journal=tmp_path)

    def test_one_in_use(self, session, path):
        """Another process is refused as long as a session has it."""
        script = (
            "from linode_orm import Client, Session, JournalError\n"
            "from linode_orm.simulator import Simulator\n"
            "import sys\n"
            "try:\n"
            f"    Session(client=Simulator().client(), journal={str(path)!r})\n"
            "except JournalError as error:\n"
            "    print(error)\n"
            "    sys.exit(3)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, "in use by another session or process" in done.stdout) == (3, True), done.stderr

    def test_another_api(self, api, session, path, monkeypatch):
        """A journal of the real API is not played against a simulator."""
        mixed(session)
        kill(session, path, at=3, after=True)
        api.client.base_url = "http://127.0.0.1:1"
        sent = len(api.log)
        with pytest.raises(JournalError, match="is the journal of"):
            recover(path, client=api.client)
        assert len(api.log) == sent


class TestAFullDisk:
    def test_nothing_is_sent_that_is_not_written_down(self, api, path, monkeypatch):
        """Where the intent cannot be written, its request is not sent; the error has the lists and says why."""
        session = Session(api, journal=path)
        for identity in range(1, 200):
            dock_of(session, identity).label = f"n{identity}"
        intend, calls = SqliteJournal.intend, [0]

        def full(self, name, steps, moment, there):
            calls[0] += 1
            if calls[0] > 1:
                raise JournalError("the journal cannot be written: the disk is full")
            intend(self, name, steps, moment, there)

        monkeypatch.setattr(SqliteJournal, "intend", full)
        with pytest.raises(CommitError, match="the disk is full") as caught:
            session.commit()
        assert isinstance(caught.value.__cause__, JournalError)
        assert len(caught.value.applied) == len(api.sent) < 199
        assert len(caught.value.pending) == 199 - len(api.sent)

    def test_a_plan_that_does_not_fit(self, api, path):
        """Where the commit cannot be written down, nothing of it is sent."""
        session = Session(api, journal=path)
        dock_of(session).label = "x" * 100_000
        journal = session._parts.history.journal
        ((pages,),) = journal._connection.execute("PRAGMA page_count")
        journal._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        with pytest.raises(JournalError, match="the disk is full"):
            session.commit()
        assert api.sent == []
        journal._connection.execute("PRAGMA max_page_count = 100000").fetchall()
        session.commit()
        assert api.sent == ["PUT /docks/5"]


@pytest.mark.slow
def test_it_does_not_grow_for_ever(api, session, path):
    """Only the last hundred finished commits stay."""
    dock = dock_of(session)
    for turn in range(130):
        dock.label = f"n{turn}"
        session.commit()
    connection = session._parts.history.journal._connection
    assert connection.execute("SELECT count(*) FROM commits").fetchone() == (101,)
    assert connection.execute("SELECT count(*) FROM steps").fetchone() == (101,)


def test_the_settings_that_durability_rests_on(session):
    """Every transaction is synced, and the file belongs to one process."""
    connection = session._parts.history.journal._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA locking_mode").fetchone() == ("exclusive",)
    assert session._parts.history.journal.path.stat().st_mode & 0o077 == 0


def test_without_a_journal_nothing_of_sqlite_is_imported():
    """Who keeps none pays nothing."""
    script = (
        "import sys\nfrom linode_orm import Session, Instance\nfrom linode_orm.simulator import Simulator\n"
        "with Simulator() as sim, Session(client=sim.client()) as s:\n    s.commit()\nprint('sqlite3' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
