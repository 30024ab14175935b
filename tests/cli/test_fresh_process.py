"""The commands, and what scripts call to read plans and journals, work in a process that has imported no model."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from linode_orm import CommitInterrupted, Instance, Session, Volume
from linode_orm.models import INDEX
from linode_orm.simulator import Simulator, serve
from tests.cli.fresh import COMMAND, python

pytestmark = pytest.mark.slow

WALK = """
import os, sys
from linode_orm.mapping.registry import lookup
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        status = 1
        try:
            status = int(lookup(name).__name__ != name)
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(*failed)
"""
LOAD = "import sys; from linode_orm import Plan; print(Plan.load(sys.argv[1]))"
RECOVER = "import sys; from linode_orm import recover; print(recover(sys.argv[1]))"
UNDO = """
import sys
from linode_orm import Session
with Session(journal=sys.argv[1]) as session:
    print(session.undo(sys.argv[2]).apply(session.client))
"""


@pytest.fixture
def served(monkeypatch):
    """Serve an account that this process and its children find as scripts do."""
    with Simulator() as simulator:
        simulator.seed(instances=4)
        with serve(simulator, port=0) as server:
            monkeypatch.setenv("LINODE_API_URL", server.url)
            monkeypatch.setenv("LINODE_TOKEN", "any")
            yield simulator


@pytest.fixture
def journal(served, tmp_path_factory):
    """Leave a commit unfinished after its first answer; give its journal."""
    path = tmp_path_factory.mktemp("kept") / "journal"

    def press(*_):
        raise KeyboardInterrupt

    with Session(journal=path) as session:
        session.client.workers = 1
        tag(session)
        with pytest.raises(CommitInterrupted):
            session.commit(progress=press)
    assert 0 < tagged(served) < 4
    return path


@pytest.fixture
def file(served, tmp_path_factory):
    """Save a plan; give its file."""
    path = tmp_path_factory.mktemp("kept") / "plan.json"
    with Session() as session:
        tag(session)
        session.plan().save(path)
    return path


def tag(session):
    """Change every Linode."""
    for instance in session.query(Instance):
        instance.tags.add("edge")


def tagged(simulator) -> int:
    """Count the Linodes that carry the tag."""
    with Session(client=simulator.client()) as session:
        return session.query(Instance).filter(Instance.tags.contains("edge")).count()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process for each name is a fork")
def test_every_model_is_found_by_its_name(tmp_path):
    """Each name finds its class where it is the first that is looked up, with nothing else imported."""
    ended = python(tmp_path, WALK, *INDEX)
    assert (ended.returncode, ended.stdout.strip()) == (0, ""), ended.stderr


def test_every_name_is_listed(tmp_path):
    """The registry lists all models before one was named."""
    ended = python(tmp_path, "from linode_orm.mapping.registry import names; print(*names())")
    assert ended.stdout.split() == sorted(INDEX), ended.stderr


def test_what_is_no_resource_is_refused(tmp_path):
    """A name that nobody publishes is a `LookupError` that says how one's own classes become known."""
    ended = python(tmp_path, "from linode_orm.mapping.registry import lookup; lookup('Rack')")
    assert "LookupError: no resource is called 'Rack'; a class of your own is known once" in ended.stderr


@pytest.mark.parametrize("code", [LOAD, COMMAND], ids=["script", "command"])
def test_a_plan_file_is_shown(file, tmp_path, code):
    """`Plan.load` and `linode-orm plan` read a file that names resources."""
    ended = python(tmp_path, code, *(["plan"] if code == COMMAND else []), file)
    assert ended.returncode == 0, ended.stderr
    assert "change 4 Instances, the same in each\n   tags: +edge\n" in ended.stdout
    assert ended.stdout.count("(PUT /linode/instances/") == 4


def test_a_plan_file_is_sent(served, file, tmp_path):
    """`linode-orm plan --apply` sends it."""
    ended = python(tmp_path, COMMAND, "plan", file, "--apply")
    assert (ended.returncode, tagged(served)) == (0, 4), ended.stderr
    assert "4 applied" in ended.stdout


@pytest.mark.parametrize("code", [RECOVER, COMMAND], ids=["script", "command"])
def test_a_journal_is_completed(served, journal, tmp_path, code):
    """`recover()` and `linode-orm recover` send the rest."""
    ended = python(tmp_path, code, *(["recover"] if code == COMMAND else []), journal)
    assert (ended.returncode, tagged(served)) == (0, 4), ended.stderr
    assert "4 applied" in ended.stdout


def test_a_journal_is_taken_back(served, journal, tmp_path):
    """`linode-orm recover --undo` puts back what was done."""
    ended = python(tmp_path, COMMAND, "recover", journal, "--undo")
    assert (ended.stderr, tagged(served)) == ("", 0)
    assert "undone" in ended.stdout


def test_a_journal_is_dropped(served, journal, tmp_path):
    """`linode-orm recover --forget` sends nothing, and nothing is left to recover."""
    before = tagged(served)
    ended = python(tmp_path, COMMAND, "recover", journal, "--forget")
    assert (ended.returncode, tagged(served)) == (0, before), ended.stderr
    assert "nothing to commit" in python(tmp_path, COMMAND, "recover", journal).stdout


def test_a_commit_of_the_journal_is_undone(served, tmp_path, tmp_path_factory):
    """`session.undo(id)` finds a commit of another process in the journal."""
    path = tmp_path_factory.mktemp("kept") / "journal"
    with Session(journal=path) as session:
        tag(session)
        made = session.commit()
    ended = python(tmp_path, UNDO, path, made.id)
    assert (ended.returncode, tagged(served)) == (0, 0), ended.stderr


def test_a_journal_of_classes_that_are_not_known(journal, tmp_path):
    """A journal that names a class which this process does not know is refused in one line."""
    with closing(sqlite3.connect(journal)) as opened, opened:
        opened.execute("""UPDATE steps SET step = replace(step, '"type": "Instance"', '"type": "Rack"')""")
    opened.close()
    ended = python(tmp_path, COMMAND, "recover", journal)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr
    assert ended.stderr.startswith("JournalError: ")
    assert "no resource is called 'Rack'" in ended.stderr


def test_a_plan_that_fails_shows_its_report(served, tmp_path, tmp_path_factory):
    """`plan --apply` says what was applied, what failed and why, what was not sent, and to make a new plan."""
    file = tmp_path_factory.mktemp("kept") / "plan.json"
    with Session() as session:
        first, second = session.query(Instance).order_by(Instance.id).limit(2)
        first.label, taken = "fine", second.label
        server = Instance(label=taken, region="us-east", type="g6-nanode-1")
        session.add_all([server, Volume(label="data", region="us-east", size=20, linode=server)])
        session.plan().save(file)
    ended = python(tmp_path, COMMAND, "plan", file, "--apply", "--on-error", "continue")
    rows = {line.split()[1]: line for line in ended.stdout.splitlines() if line.startswith(("PUT", "POST"))}
    assert (ended.returncode, len(rows)) == (1, 3), ended.stderr
    assert " applied " in rows[f"/linode/instances/{first.id}"]
    assert " failed " in rows["/linode/instances"]
    assert " pending " in rows["/volumes"]
    assert len(ended.stderr.splitlines()) == 1
    assert "unique" in ended.stderr
    assert "a new plan is needed" in ended.stderr
    assert "session" not in ended.stderr


def test_a_plan_that_no_longer_fits_asks_for_a_new_one(served, file, tmp_path):
    """`plan --apply` on what was changed since sends nothing, and speaks of no session."""
    with Session() as session:
        gone = session.query(Instance).order_by(Instance.id).first()
        gone.delete()
    ended = python(tmp_path, COMMAND, "plan", file, "--apply")
    assert (ended.returncode, tagged(served), ended.stdout) == (1, 0, "")
    assert "nothing was written; a new plan is needed" in ended.stderr
    assert "session" not in ended.stderr
