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

COMMANDS = set(app.list_commands(None))


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


def undone(place, *more):
    """Make a commit with a journal; give what takes it back."""
    with Session(journal=place.folder / "journal") as session:
        session.query(Instance).first().tags.add("edge")
        commit = session.commit().id
    return ["undo", commit, "--journal", place.folder / "journal", *more]


def undone_where_it_is_refused_alone(place):
    command = undone(place, "--yes")
    place.fail("PUT", 403)
    return command


def taken(place, *more):
    """Take a snapshot; give its file."""
    with Session() as session:
        session.snapshot(place.folder / "old.sqlite", [Instance])
    return [place.folder / "old.sqlite", *more]


def differing(place):
    files = taken(place)
    with Session() as session:
        session.query(Instance).first().label = "renamed"
        session.commit()
    return ["diff", *files]


def applied_where_some_is_refused(place):
    path = place.plan()
    place.fail("POST", 403)
    return ["apply", path, "--yes", "--on-error", "continue"]


def accounts(place, *missing):
    """Write a file of accounts: the one that is served, and those whose token is not there."""
    path = place.folder / "accounts.toml"
    path.write_text(
        "\n".join(["[accounts]", "a = 'env:LINODE_TOKEN'", *(f"{each} = 'env:{each}'" for each in missing)])
    )
    return path


def failing(place, action):
    place.fail("GET", action)
    return ["query", "Instance"]


def act_where_all_is_refused(place):
    place.fail("POST", 403)
    return ["act", "Instance", "reboot", "--all", "--yes"]


def act_where_one_is_refused(place):
    place.simulator.faults.add("POST", "*", 2, 403)
    return ["act", "Instance", "reboot", "--all", "--yes"]


def set_where_all_is_refused(place):
    place.fail("PUT", 403)
    return ["set", "Instance", "tags+=edge", "--all", "--yes"]


def set_where_one_is_refused(place):
    place.simulator.faults.add("PUT", "*", 2, 403)
    return ["set", "Instance", "tags+=edge", "--all", "--yes", "--on-error", "continue"]


CASES = {
    "query": (0, lambda _: ["query", "instances"]),
    "query --where": (0, lambda _: ["query", "Instance", "--where", "'x' in tags or region == 'us-east'"]),
    "query --explain": (0, lambda _: ["query", "Instance", "--explain"]),
    "query where it is refused": (1, lambda place: failing(place, 403)),
    "query where the API is away": (1, lambda place: failing(place, "reset_before")),
    "query of no class": (2, lambda _: ["query", "Instanc"]),
    "query of no attribute": (2, lambda _: ["query", "Instance", "--where", "lable == 'x'"]),
    "query by no expression": (2, lambda _: ["query", "Instance", "--where", "label = 'x'"]),
    "query by an empty expression": (2, lambda _: ["query", "Instance", "--where", ""]),
    "query by no column": (2, lambda _: ["query", "Instance", "--columns", "id,lable"]),
    "query by no order": (2, lambda _: ["query", "Instance", "--order-by", "lable"]),
    "query in no format": (2, lambda _: ["query", "Instance", "--format", "xml"]),
    "show": (0, lambda place: ["show", "Instance", place.simulator.seed(instances=1)["instances"][0]["id"]]),
    "show what is not there": (1, lambda _: ["show", "Instance", "99"]),
    "show by no id": (2, lambda _: ["show", "Instance"]),
    "fleet": (0, lambda place: ["fleet", "--accounts", accounts(place), "query", "Instance"]),
    "fleet of no file": (1, lambda place: ["fleet", "--accounts", place.folder / "nowhere", "doctor"]),
    "fleet of no command": (2, lambda place: ["fleet", "--accounts", accounts(place), "shell"]),
    "fleet where one account is refused": (3, lambda place: ["fleet", "--accounts", accounts(place, "X"), "doctor"]),
    "models": (0, lambda _: ["models"]),
    "models of one": (0, lambda _: ["models", "volumes"]),
    "models of none": (2, lambda _: ["models", "Volum"]),
    "events": (0, lambda _: ["events"]),
    "events of a class": (2, lambda _: ["events", "Instance"]),
    "doctor": (0, lambda _: ["doctor"]),
    "doctor with a bad token": (1, lambda _: ["doctor", "--profile", "nobody"]),
    "set": (0, lambda _: ["set", "Instance", "tags+=edge", "--all", "--yes"]),
    "set -n": (0, lambda _: ["set", "Instance", "tags+=edge", "--all", "-n"]),
    "set nothing": (0, lambda _: ["set", "Instance", "tags+=edge", "--where", "id == 1", "--yes"]),
    "set in a pipe": (2, lambda _: ["set", "Instance", "tags+=edge", "--all"]),
    "set of nobody": (2, lambda _: ["set", "Instance", "tags+=edge", "--yes"]),
    "set no attribute": (2, lambda _: ["set", "Instance", "lable=x", "--all", "--yes"]),
    "set what is read-only": (2, lambda _: ["set", "Instance", "status=x", "--all", "--yes"]),
    "set where all is refused": (1, set_where_all_is_refused),
    "set where one is refused": (3, set_where_one_is_refused),
    "delete": (0, lambda _: ["delete", "Instance", "--all", "--yes"]),
    "delete of too many": (1, lambda _: ["delete", "Instance", "--all", "--yes", "--max-deletes", "2"]),
    "delete of nobody": (2, lambda _: ["delete", "Instance", "--yes"]),
    "delete by an empty condition": (2, lambda _: ["delete", "Instance", "--where", " ", "--yes"]),
    "act": (0, lambda _: ["act", "Instance", "reboot", "--all", "--yes"]),
    "act where all is refused": (1, act_where_all_is_refused),
    "act where one is refused": (3, act_where_one_is_refused),
    "act no action": (2, lambda _: ["act", "Instance", "rebot", "--all", "--yes"]),
    "act without what it needs": (2, lambda _: ["act", "Instance", "resize", "--all", "--yes"]),
    "act on nobody": (2, lambda _: ["act", "Instance", "reboot", "--yes"]),
    "apply": (0, lambda place: ["apply", place.plan(), "--yes"]),
    "apply in a pipe": (2, lambda place: ["apply", place.plan()]),
    "apply nothing there": (1, lambda place: ["apply", place.folder / "nowhere", "--yes"]),
    "apply where some is refused": (3, applied_where_some_is_refused),
    "undo": (0, lambda place: undone(place, "--yes")),
    "undo -n": (0, lambda place: undone(place, "-n")),
    "undo without a journal": (2, lambda _: ["undo", "5", "--yes"]),
    "undo in no journal": (1, lambda place: ["undo", "5", "--journal", place.folder / "nowhere", "--yes"]),
    "undo where it is refused": (1, undone_where_it_is_refused_alone),
    "snapshot": (0, lambda place: ["snapshot", place.folder / "x.sqlite", "Instance", "volumes"]),
    "snapshot in no folder": (1, lambda place: ["snapshot", place.folder / "none" / "x.sqlite", "Instance"]),
    "snapshot of no class": (2, lambda place: ["snapshot", place.folder / "x.sqlite", "Instanc"]),
    "diff": (0, lambda place: ["diff", *taken(place)]),
    "diff of one with itself": (0, lambda place: ["diff", *taken(place), *taken(place)]),
    "diff where something differs": (3, differing),
    "diff of no snapshot": (1, lambda place: ["diff", foreign(place)[1]]),
    "shell": (0, lambda _: ["shell"]),
    "shell --sideways": (2, lambda _: ["shell", "--sideways"]),
    "completion": (0, lambda _: ["completion", "bash"]),
    "completion of no shell": (2, lambda _: ["completion", "tcsh"]),
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
    assert {each.split()[0] for each in CASES} - {"no"} == COMMANDS


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
