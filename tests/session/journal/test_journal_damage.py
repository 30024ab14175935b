"""A journal survives a fork, says when its log is missing, takes any text, and says what is damaged."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from linode_orm import CommitError, CommitInterrupted, JournalError, Session, Volume, recover
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.simulator import Simulator
from tests.session.fake_api import Barrel, FakeApi, refusal
from tests.session.fake_api import Session as FakeSession
from tests.session.journal.crashing import SECRETS, kill, mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
# what a child may not do is tried in a process of one thread
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.seed(volumes=20)
        yield simulator


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "commits.journal"


def in_a_child(work: Callable[[], None], *, ends: Callable[[int], None] = os._exit) -> int:
    """Run something in a forked child; give its exit status, 1 where it raised."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  a child must not go on with the tests of its parent
            os._exit(1)
        ends(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def contents(path: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_ino) for each in sorted(path.parent.iterdir())}


# -- forks -----------------------------------------------------------------------------------------------------------


@forks
class TestForks:
    @pytest.mark.parametrize(
        "use",
        ["commit", "undo", "close", "find", "with", "collect"],
    )
    def test_whatever_a_child_does_with_it(self, sim, path, use):
        """It is refused with `JournalError`, and no file is touched, not when it closes the session either."""
        session = Session(client=sim.client(), journal=path)
        session.add(Volume(label="first", size=20, region="us-east"))
        name = session.commit().id
        before = contents(path)

        def work() -> None:
            if use == "commit":
                session.add(Volume(label="child", size=20, region="us-east"))
                with pytest.raises(JournalError, match="which this one was forked from"):
                    session.commit()
            elif use in {"undo", "find"}:
                with pytest.raises(JournalError, match="which this one was forked from"):
                    session.undo(name)
            elif use == "close":
                session.close()
            elif use == "with":
                with session:
                    pass
            else:
                import gc

                history = session._parts.history
                history.journal = None
                gc.collect()

        assert in_a_child(work) == 0
        assert contents(path) == before
        session.add(Volume(label="second", size=20, region="us-east"))
        assert session.commit().counts == {"applied": 1}
        session.close()
        assert [*contents(path)] == [path.name]
        assert not sim.requests.matching("POST", "/volumes")[2:]

    def test_a_child_that_ends_as_a_program_does(self, path, tmp_path):
        """The interpreter of a child destroys what it holds, and the journal of its parent stays whole."""
        program = f"""
import os, sys
from linode_orm import Session, Volume
from linode_orm.simulator import Simulator
sim = Simulator()
session = Session(client=sim.client(), journal={str(path)!r})
session.add(Volume(label="first", size=20, region="us-east"))
session.commit()
before = os.stat({str(path)!r} + "-wal")
child = os.fork()
if child == 0:
    sys.exit(0)
os.waitpid(child, 0)
after = os.stat({str(path)!r} + "-wal")
assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
os._exit(9)
"""
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", program]) == 9
        journal = SqliteJournal(path)
        assert journal._connection.execute("SELECT count(*) FROM commits").fetchone() == (1,)
        journal.close()

    def test_a_child_may_open_another_one(self, sim, path, tmp_path):
        """What it opens itself is its own."""
        session = Session(client=sim.client(), journal=path)
        session.add(Volume(label="first", size=20, region="us-east"))
        session.commit()

        def work() -> None:
            with pytest.raises(JournalError, match="in use"):
                Session(client=sim.client(), journal=path)
            journal = SqliteJournal(tmp_path / "its own")
            assert journal.unfinished() == []
            journal.close()

        assert in_a_child(work) == 0
        session.close()


# -- without the log -------------------------------------------------------------------------------------------------


def in_the_middle(sim: Simulator, path: Path, keep: Callable[[], None], *, at: int) -> None:
    """Commit, and keep the files as they are after so many outcomes."""
    with Session(client=sim.client(budget=None), journal=path) as session:
        for volume in session.query(Volume):
            volume.tags.add("done")
        session.commit(progress=lambda _, done, __: keep() if done == at else None)


@pytest.mark.parametrize("how", ["copied", "moved", "linked", "log deleted", "log emptied", "log overwritten"])
@pytest.mark.parametrize("at", [1, 10, 20])
def test_the_file_without_its_log(sim, path, tmp_path, how, at):
    """It is refused by name and left as it is; "nothing to commit" is never the answer."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    place, log = folder / "saved", folder / "saved-wal"

    def keep() -> None:
        if how == "linked":
            os.link(path, place)
            return
        shutil.copy(path, place)
        if how.startswith("log"):
            shutil.copy(f"{path}-wal", log)
            {"deleted": log.unlink, "emptied": lambda: log.write_bytes(b"")}.get(
                how.partition(" ")[2], lambda: log.write_bytes(bytes(len(log.read_bytes())))
            )()

    if how == "linked":
        with Session(client=sim.client(budget=None), journal=path) as session:
            for volume in session.query(Volume):
                volume.tags.add("done")

            def look(_entry, done, _total):
                if done == at:
                    keep()
                    refused(sim, place)

            session.commit(progress=look)
        assert not recover(path, client=sim.client())
        return
    in_the_middle(sim, path, keep, at=at)
    before = contents(place)
    refused(sim, place)
    assert contents(place) == before


def refused(sim: Simulator, place: Path) -> None:
    client = sim.client(budget=None)
    for use in (lambda: recover(place, client=client), lambda: Session(client=client, journal=place)):
        with pytest.raises(JournalError, match=r"moved or copied.*saved-wal is not beside it"):
            use()
    assert client.requests_sent == 0  # the session that goes on beside it has a client of its own


def test_the_file_is_enough_when_it_was_closed(sim, path, tmp_path):
    """A session that ends merges the log: a copy of one file holds what is open."""

    def press(_entry, done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with Session(client=sim.client(budget=None), journal=path) as session:
        for volume in session.query(Volume):
            volume.tags.add("done")
        with pytest.raises(CommitInterrupted):
            session.commit(progress=press)
    shutil.copy(path, tmp_path / "saved")
    assert recover(tmp_path / "saved", client=sim.client()).counts == {"applied": 20}


# -- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["half \ud83d", "\udc00 the other", "nul \0 inside", "\x1b[31m", "x" * 100_000, ""])
def test_any_text_of_the_api(path, reason):
    """What the API says is written down somehow, and the others are done."""
    api = FakeApi(workers=1)
    session = FakeSession(api, journal=path)
    session.add_all([Barrel(name=f"b{n}") for n in range(6)])
    api.fault = lambda request: (
        (_ for _ in ()).throw(refusal("BadRequest", 400, reason)) if (request.body or {}).get("name") == "b2" else None
    )
    with pytest.raises(CommitError) as caught:
        session.commit(on_error="continue")
    assert caught.value.report.counts == {"applied": 5, "failed": 1}
    session.close()
    journal = SqliteJournal(path)
    stored = journal.find(caught.value.report.id)
    assert stored is not None
    assert [each.status for each in stored.steps].count("failed") == 1
    journal.close()


def test_outcomes_that_could_not_be_written_are_written_later(path, monkeypatch):
    """A full disk loses none of them."""
    api = FakeApi(workers=1)
    session = FakeSession(api, journal=path)
    session.add_all([Barrel(name=f"b{n}") for n in range(3)])
    journal = session._parts.history.journal
    calls = [0]
    original = SqliteJournal.intend

    def full(self, *arguments):
        calls[0] += 1
        if calls[0] == 2:
            ((pages,),) = journal._connection.execute("PRAGMA page_count")
            journal._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        try:
            return original(self, *arguments)
        finally:
            journal._connection.execute("PRAGMA max_page_count = 100000").fetchall()

    monkeypatch.setattr(SqliteJournal, "intend", full)
    with suppress(CommitError):
        session.commit()
    names = journal.unfinished()
    session.close()
    reopened = SqliteJournal(path)
    for name in names:
        stored = reopened.find(name)
        assert stored is not None
        assert sum(each.status == "applied" for each in stored.steps) == len(api.sent)
    reopened.close()


# -- damage ----------------------------------------------------------------------------------------------------------

ODD = {
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep in an object": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "no JSON": "{",
    "null": "null",
    "a list": "[]",
    "a number": "7",
    "an object": "{}",
    "a long number": "9" * 5000,
    "bytes": b"\xff\xfe",
    "an integer": 7,
}


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_whatever_is_in_a_row(tmp_path, path, odd):
    """A value in any column of any table is read, or is a `JournalError`; nothing raw comes out, and nothing is doubled."""
    api = FakeApi(workers=1)
    session = FakeSession(api, journal=path)
    mixed(session)
    kill(session, path, at=5, after=True)
    shutil.copy(path, tmp_path / "kept")
    shutil.copy(f"{path}-wal", tmp_path / "kept-wal")
    kept = {name: dict(body) for name, body in api.objects.items()}
    for table, column in columns(path):
        for beside in ("", "-wal"):
            shutil.copy(tmp_path / f"kept{beside}", f"{path}{beside}")
        api.objects = {name: dict(body) for name, body in kept.items()}
        connection = sqlite3.connect(path)
        try:
            changed = connection.execute(f"UPDATE {table} SET {column} = ?", (ODD[odd],)).rowcount
            connection.commit()
        except sqlite3.Error:
            continue  # SQLite refuses it itself
        finally:
            connection.close()
        if not changed:
            continue
        before = path.read_bytes()
        try:
            recover(path, client=api.client, secrets=SECRETS)
        except JournalError as error:
            assert str(path) in str(error), (table, column)  # noqa: PT017  which error it is depends on the column
            assert path.read_bytes()[100:] == before[100:], (table, column)
        else:
            assert (table, column) in HARMLESS, (table, column)


HARMLESS = {
    *(("commits", each) for each in ("began", "on_error", "conflicts")),
    *(("steps", each) for each in ("note", "identity", "there", "intent", "status")),
    ("listings", "ids"),
    ("in_use", "needs_log"),
    *(("last_tries", each) for each in ("commit_id", "number", "moment")),
}
"""Columns of which some other value means something as well, or that no step needs."""


def columns(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")]
    finally:
        connection.close()


def test_a_class_that_this_version_does_not_know(path):
    """A step of a resource that was added later is said, not a KeyError."""
    api = FakeApi(workers=1)
    session = FakeSession(api, journal=path)
    mixed(session)
    kill(session, path, at=3, after=True)
    connection = sqlite3.connect(path)
    for commit_id, number, text in connection.execute("SELECT commit_id, number, step FROM steps").fetchall():
        step = json.loads(text)
        step["object"]["type"] = "Future"
        connection.execute(
            "UPDATE steps SET step = ? WHERE commit_id = ? AND number = ?", (json.dumps(step), commit_id, number)
        )
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match=r"is damaged.*Future"):
        recover(path, client=api.client)


# -- when it is closed -----------------------------------------------------------------------------------------------


def test_it_closes_when_what_was_in_doubt_is_settled(path):
    """A `save()` that finds what was in doubt ends the commit, as a whole commit does."""
    for settle in (lambda session, new: new.save(), lambda session, new: session.commit()):
        path.unlink(missing_ok=True)
        with Simulator() as sim:
            client = sim.client(timeout=2, deadline=2, max_request_lifetime=0.5)
            with Session(client=client, journal=path) as session:
                new = Volume(label="one", size=20, region="us-east")
                session.add(new)
                sim.faults.add("POST", "/volumes", nth=1, action="reset_after")
                sim.faults.add("GET", "/volumes", nth=None, action=500)
                with pytest.raises(CommitError):
                    session.commit()
                sim.faults.clear()
                settle(session, new)
                assert not session.new
                assert len(sim.requests.matching("POST", "/volumes")) == 1
            with Session(client=sim.client(), journal=path) as other:
                other.add(Volume(label="two", size=20, region="us-east"))
                assert other.commit().counts == {"applied": 1}
