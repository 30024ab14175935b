"""Every exit status of every command: 0 done or shown, 1 an error, 2 not understood, 3 something is left."""

from __future__ import annotations

import signal
import socket

import pytest

from linode_orm import CommitInterrupted, Instance, Session, Volume, recover
from linode_orm.cli.app import app
from linode_orm.simulator import Simulator, serve
from tests.cli.fresh import COMMAND, python, started
from tests.places import ROOT

pytestmark = pytest.mark.slow

COMMANDS = {"cassette", "demo", "plan", "recover", "simulate"}


class Place:
    """An account that is served, the files that a command is given, and what a case changes about them."""

    def __init__(self, simulator, folder):
        self.simulator, self.folder, self.environment = simulator, folder, {}

    def journal(self, name="journal"):
        """Leave a commit unfinished; give its journal."""

        def press(*_):
            raise KeyboardInterrupt

        with Session(journal=self.folder / name) as session:
            session.client.workers = 1
            for each in session.query(Instance):
                each.tags.add(name)
            with pytest.raises(CommitInterrupted):
                session.commit(progress=press)
        return self.folder / name

    def plan(self):
        """Save a plan that changes one object and creates another; give its file."""
        with Session() as session:
            session.query(Instance).first().tags.add("edge")
            session.add(Volume(label="data", region="us-east", size=20))
            session.plan().save(self.folder / "plan.json")
        return self.folder / "plan.json"

    def fail(self, method, action):
        """Let the API answer each request of a method in some way."""
        self.simulator.faults.add(method, "*", None, action)


def settled(place):
    path = place.journal()
    recover(path)
    return ["recover", path]


def refused(place):
    path = place.journal()
    place.fail("PUT", 403)
    return ["recover", path]


def undone_where_it_is_refused(place):
    return [*refused(place), "--undo"]


def away(place):
    path = place.journal()
    place.fail("*", "reset_before")
    return ["recover", path]


def of_another_api(place):
    path = place.journal()
    place.environment["LINODE_API_URL"] = "http://127.0.0.1:9"
    return ["recover", path]


def foreign(place):
    path = place.folder / "notes"
    path.write_text("no journal")
    return ["recover", path]


def without_a_token(place):
    path = place.journal()
    place.environment |= {"LINODE_TOKEN": "", "HOME": str(place.folder)}
    return ["recover", path]


def one_that_is_missing_beside_one(place):
    return ["recover", place.folder / "nowhere", place.journal()]


def secrets_of_two(place):
    return ["recover", place.journal(), place.folder / "other", "--secret", "new:1.root_pass"]


def applied_twice(place):
    assert python(place.folder, COMMAND, "plan", place.plan(), "--apply").returncode == 0
    return ["plan", place.folder / "plan.json", "--apply"]


def changed_by_hand(place):
    path = place.plan()
    path.write_text(path.read_text().replace("data", "date"))
    return ["plan", path]


def refused_at_the_api(place):
    path = place.plan()
    place.fail("POST", 403)
    return ["plan", path, "--apply", "--journal", place.folder / "new"]


def in_doubt(place):
    path = place.plan()
    place.fail("PUT", "reset_after")
    return ["plan", path, "--apply"]


def in_doubt_in_a_journal(place):
    return [*in_doubt(place), "--journal", place.folder / "new"]


CASES = {
    "demo": (0, lambda _: ["demo"]),
    "demo and a word": (2, lambda _: ["demo", "twice"]),
    "recover": (0, lambda place: ["recover", place.journal()]),
    "recover --undo": (0, lambda place: ["recover", place.journal(), "--undo"]),
    "recover --forget": (0, lambda place: ["recover", place.journal(), "--forget"]),
    "recover what is settled": (0, settled),
    "recover two": (0, lambda place: ["recover", place.journal("one"), place.journal("two")]),
    "recover nothing there": (1, lambda place: ["recover", place.folder / "nowhere"]),
    "recover no journal": (1, foreign),
    "recover of another API": (1, of_another_api),
    "recover without a token": (1, without_a_token),
    "recover by no name": (2, lambda _: ["recover"]),
    "recover a folder": (2, lambda place: ["recover", place.folder]),
    "recover --sideways": (2, lambda place: ["recover", place.journal(), "--sideways"]),
    "recover two with a secret": (2, secrets_of_two),
    "recover where it is refused": (3, refused),
    "recover --undo where it is refused": (3, undone_where_it_is_refused),
    "recover where the API is away": (3, away),
    "recover one of two": (3, one_that_is_missing_beside_one),
    "plan": (0, lambda place: ["plan", place.plan()]),
    "plan --apply": (0, lambda place: ["plan", place.plan(), "--apply"]),
    "plan nothing there": (1, lambda place: ["plan", place.folder / "nowhere"]),
    "plan changed by hand": (1, changed_by_hand),
    "plan applied twice": (1, applied_twice),
    "plan where it is refused": (1, refused_at_the_api),
    "plan --max-deletes x": (2, lambda place: ["plan", place.plan(), "--max-deletes", "x"]),
    "plan a folder": (2, lambda place: ["plan", place.folder]),
    "plan in doubt": (3, in_doubt),
    "plan in doubt in a journal": (3, in_doubt_in_a_journal),
    "cassette show": (0, lambda _: ["cassette", "show", ROOT / "cassettes" / "edit_many.yaml"]),
    "cassette show nothing there": (1, lambda place: ["cassette", "show", place.folder / "nowhere.yaml"]),
    "cassette show no cassette": (1, lambda place: ["cassette", "show", foreign(place)[1]]),
    "cassette show by no name": (2, lambda _: ["cassette", "show"]),
    "cassette show a folder": (2, lambda place: ["cassette", "show", place.folder]),
    "simulate --port x": (2, lambda _: ["simulate", "--port", "x"]),
    "no such command": (2, lambda _: ["dmeo"]),
}


@pytest.fixture
def place(monkeypatch, tmp_path):
    """Serve an account of four Linodes."""
    with Simulator() as simulator:
        simulator.seed(instances=4)
        with serve(simulator, port=0) as server:
            monkeypatch.setenv("LINODE_API_URL", server.url)
            monkeypatch.setenv("LINODE_TOKEN", "any")
            yield Place(simulator, tmp_path)


@pytest.mark.parametrize("case", CASES)
def test_status(place, case):
    """A command ends with the status that the table gives, without a traceback, and with a line where it is not 0."""
    status, prepare = CASES[case]
    ended = python(place.folder, COMMAND, *prepare(place), **place.environment)
    assert ended.returncode == status, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert status == 0 or ended.stderr or ended.stdout


def test_every_command_is_in_the_table():
    """No command is left out."""
    assert set(app.commands) == COMMANDS == {each.split()[0] for each in CASES} - {"no"}


def test_simulate_that_is_ended(tmp_path):
    """Ctrl-C ends `simulate` with 0, and a port that is taken with 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started(tmp_path, COMMAND, "simulate", "--port", taken.getsockname()[1]) as second:
            assert (second.wait(timeout=30), "cannot listen" in second.stderr.read()) == (1, True)
    with started(tmp_path, COMMAND, "simulate", "--port", 0) as first:
        assert "Serving" in first.stdout.readline()
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=30) == 0
