"""Actions that a crash ended: a journal says what was started, nothing is acted on twice, and nothing is forgotten."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
from math import ceil

import pytest

from linode_orm import ActionError, ActionReport, Instance, InvalidRequestError, Session, recover
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.session.acting.fleet import acted, fleet, most_at_once

COUNT = 8
WRITES = ("intend", "settle", "end")


class Dead(BaseException):
    """The process is dead: nothing is sent or written any more."""


class Process:
    """A process that dies at its n-th request, before or after that had its effect."""

    def __init__(self, sim: Simulator, number: int, *, after: bool) -> None:
        self.sim, self.number, self.after = sim, number, after
        self.is_dead, self.sent = False, 0

    def dying(self, exchange):
        def send(*values, **options):
            if self.is_dead:
                raise Dead
            self.sent += 1
            if self.sent != self.number:
                return exchange(*values, **options)
            if self.after:
                exchange(*values, **options)
            self.is_dead = True
            raise Dead

        return send

    def unless_dead(self, function):
        def write(*values, **options):
            if self.is_dead:
                raise Dead
            return function(*values, **options)

        return write

    def run(self, monkeypatch, path) -> None:
        journal, client = None, self.sim.client(workers=2)
        with monkeypatch.context() as patch:
            patch.setattr(self.sim, "exchange", self.dying(self.sim.exchange))
            for name in WRITES:
                patch.setattr(SqliteJournal, name, self.unless_dead(getattr(SqliteJournal, name)))
            try:
                session = Session(client=client, journal=path)
                journal = session._parts.history.journal
                session.act(session.query(Instance).all(), Instance.reboot, at_once=3)
            except BaseException:  # noqa: BLE001  a dead process says nothing
                pass
            client.close()  # what was in flight has ended
        if journal is not None:
            journal._file.connection.close()


def crash(monkeypatch, path, number, *, after, lag=0.0) -> bool:
    """Let a process die there, and another one carry on; say whether it died."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client()) as seeding:
        fleet(sim, seeding, COUNT)
        sim.job_rules.event_lag = sim.job_rules.state_lag = lag
        process = Process(sim, number, after=after)
        process.run(monkeypatch, path)
        if not process.is_dead:
            return False
        begun = acted(sim)
        report = recover(path, client=sim.client())
        assert acted(sim) == begun, "recover() started something that nobody asked for"
        if report:
            assert isinstance(report, ActionReport)
            for entry in report:
                was_done = bool(begun[entry.step.path.removesuffix("/reboot")])
                assert entry.status == ("applied" if was_done else "pending"), entry
            recover(path, client=sim.client(), resume=True)
            assert len(acted(sim)) == COUNT, "something was forgotten"
            assert set(acted(sim).values()) == {1}, "something was acted on twice"
            assert most_at_once(sim) <= 3
        else:
            assert not begun
        assert len(recover(path, client=sim.client(), resume=True)) == 0
        return True


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [2, 3, 4, 6, 11])
def test_a_process_dies(monkeypatch, tmp_path, number, after):
    """What was started is found by its events; the rest is started only when that is asked for."""
    assert crash(monkeypatch, tmp_path / "journal", number, after=after)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lag", [0.0, 10.0])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_dies_anywhere(monkeypatch, tmp_path, after, lag):
    """The same at every request of the run."""
    for number in itertools.count(1):
        path = tmp_path / f"{number}"
        if number > 1 and not crash(monkeypatch, path, number, after=after, lag=lag):
            assert number > 20
            return


def killed(folder, number, *, after) -> bool:
    """Let a process act over a socket; kill it at a request, before or after that has its effect; resume in another.

    Says whether there was such a request.
    """
    with Simulator(job_seconds=0.3) as sim, Session(client=sim.client()) as seeding:
        fleet(sim, seeding, COUNT)
        sim.clock.run()
        exchange, lock, requests, running = sim.exchange, threading.Lock(), itertools.count(1), []

        def dying(*values, **options):
            with lock:
                if next(requests) != number:
                    return exchange(*values, **options)
                reply = exchange(*values, **options) if after else exchange("GET", "/regions")
                running[0].kill()
                running[0].wait()
                return reply

        with serve(sim) as served:
            command = [sys.executable, "-m", "tests.session.acting.crashing", served.url, str(folder / "journal")]
            with lock:
                sim.exchange = dying
                running.append(subprocess.Popen([*command, "act"], cwd=ROOT))
            is_killed = running[0].wait(60) == -signal.SIGKILL
            sim.exchange = exchange
            begun = acted(sim)
            assert set(begun.values()) <= {1}
            if is_killed:
                assert subprocess.run([*command, "resume"], cwd=ROOT, check=False, timeout=60).returncode == 0
        if is_killed and begun:
            assert len(acted(sim)) == COUNT, "something was forgotten"
        assert set(acted(sim).values()) <= {1}, "something was acted on twice"
        return is_killed


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_killed_process(tmp_path, after, full):
    """After `kill -9` at any request of its window, another process finishes what the first one has not begun."""
    for number in itertools.count(1, 1 if full else 4):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        if not killed(folder, number, after=after):
            assert number > COUNT
            return


def test_what_another_process_began_tells_no_durations(monkeypatch, tmp_path):
    """Carried on, a window takes about as long as its jobs do, however long ago the first of them was begun."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client()) as seeding:
        fleet(sim, seeding, COUNT)
        Process(sim, 8, after=True).run(monkeypatch, tmp_path / "journal")
        sim.clock.advance(50_000)
        before, left = sim.clock.monotonic(), COUNT - len(acted(sim))
        assert recover(tmp_path / "journal", client=sim.client(), resume=True)
        assert sim.clock.monotonic() - before <= 1.25 * 20 * ceil(left / 3)


def test_an_unfinished_window_is_carried_on_first(monkeypatch, tmp_path):
    """A journal with actions of a dead process takes no other commit, and `recover(forget=True)` drops them."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client()) as seeding:
        fleet(sim, seeding, COUNT)
        path = tmp_path / "journal"
        Process(sim, 4, after=True).run(monkeypatch, path)
        with Session(client=sim.client(), journal=path) as session:
            instances = session.query(Instance).all()
            with pytest.raises(InvalidRequestError, match="was not finished"):
                session.act(instances, Instance.reboot)
        with pytest.raises(InvalidRequestError, match="resume"):
            recover(path, client=sim.client(), resume=True, undo=True)
        assert recover(path, client=sim.client(), forget=True).pending
        with Session(client=sim.client(), journal=path) as session:
            sim.clock.advance(60)
            assert session.act(session.query(Instance).all(), Instance.reboot).counts == {"applied": COUNT}


def test_a_condition_is_not_carried_on(monkeypatch, tmp_path):
    """A window with `until=` is looked at by `recover`, and not carried on: its condition is in no journal."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client()) as seeding:
        fleet(sim, seeding, 3)
        path = tmp_path / "journal"
        with Session(client=sim.client(), journal=path) as session:

            def press(entry, done, total):
                del entry, done, total
                raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                session.act(
                    session.query(Instance).all(),
                    Instance.reboot,
                    at_once=1,
                    until=Instance.status == "running",
                    progress=press,
                )
        assert recover(path, client=sim.client()).counts == {"applied": 1, "pending": 2}
        with pytest.raises(InvalidRequestError, match="until"):
            recover(path, client=sim.client(), resume=True)


def test_what_its_user_knows_of_is_not_carried_on(tmp_path):
    """After an `ActionError` the journal is free: its user knows what is pending."""
    with Simulator(job_seconds=20) as sim, Session(client=sim.client(), journal=tmp_path / "journal") as session:
        instances = fleet(sim, session, 3)
        sim.job_rules.fail("linode_reboot", 1)
        with pytest.raises(ActionError) as caught:
            session.act(instances, Instance.reboot, at_once=1)
        rest = [each.object for each in caught.value.pending]
        assert session.act(rest, Instance.reboot).counts == {"applied": 2}
