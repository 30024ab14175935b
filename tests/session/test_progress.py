"""Progress, on the simulator: what is shown while something takes time, where, and how."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import NamedTuple

import pytest

from linode_orm import Event, Instance, Session
from linode_orm._progress import shown
from linode_orm.simulator import Simulator


class Done(NamedTuple):
    """A change as commits and waits tell of it."""

    operation: str
    status: str = "applied"
    note: str = ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def tell_two(title="commit"):
    """Tell of two changes, with `progress=True`."""
    with shown(True, title) as tell:
        tell(Done("PUT /linode/instances/5"), 1, 2)
        tell(Done("POST /volumes", "failed", "label [must] be unique"), 2, 2)


def test_none_and_false_show_nothing(capsys):
    """Without progress nothing is called and nothing written."""
    for progress in (None, False):
        with shown(progress, "commit") as tell:
            assert tell is None
    assert capsys.readouterr() == ("", "")


def test_a_function_is_called_itself(capsys):
    """A function is used as it is."""
    seen = []
    with shown(lambda *change: seen.append(change), "commit") as tell:
        tell(Done("PUT /volumes/1"), 1, 1)
    assert seen == [(Done("PUT /volumes/1"), 1, 1)]
    assert capsys.readouterr() == ("", "")


def test_something_else_is_refused():
    """What can be neither called nor shown is refused."""
    with pytest.raises(TypeError, match="progress is True, False or a function"), shown("yes", "commit"):
        pass


def test_lines_where_no_terminal_is(capsys):
    """On a stream that is no terminal each change is a line on standard error."""
    tell_two()
    assert capsys.readouterr() == (
        "",
        "commit 1/2: PUT /linode/instances/5 applied\ncommit 2/2: POST /volumes failed (label [must] be unique)\n",
    )


def test_a_bar_on_a_terminal(monkeypatch):
    """On a terminal rich draws a bar, and what is told is no markup."""
    pytest.importorskip("rich", reason="of the extra cli")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    tell_two()
    assert "2/2" in stream.getvalue()
    assert "POST /volumes failed (label [must] be unique)" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_lines_without_rich(monkeypatch):
    """On a terminal without rich each change is a line."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    tell_two("wait")
    assert stream.getvalue().startswith("wait 1/2: PUT /linode/instances/5 applied\n")


def test_rich_is_for_who_asks():
    """Waiting without progress, and progress without a terminal, load nothing of rich."""
    look = """
import sys
from linode_orm import Instance, Session
from linode_orm.simulator import Simulator
with Simulator() as sim, Session(client=sim.client()) as session:
    sim.seed(instances=2)
    session.wait(session.query(Instance), Instance.id > 0, progress=True)
print([name for name in sys.modules if name.split(".")[0] == "rich"])
"""
    ended = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == "[]"
    assert ended.stderr.count("reached") == 2


# -- of a commit -------------------------------------------------------------------------------------------------------


def test_a_commit_tells_of_each_step(sim, session, capsys):
    """What a commit tells of its steps can be shown as it is."""
    sim.seed(instances=2)
    first, second = session.query(Instance).order_by(Instance.id)
    first.label, second.label = "new-1", "new-2"
    session.commit(progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["commit 1/2", "commit 2/2"]
    assert sorted(line.partition(": ")[2] for line in lines) == [
        f"PUT /linode/instances/{each.id} applied" for each in (first, second)
    ]


# -- of a wait ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sim():
    """Give an account whose jobs take a while."""
    with Simulator(job_seconds=40) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    """Open a session."""
    with Session(client=sim.client()) as opened:
        yield opened


def test_a_wait_tells_of_changes_only(sim, session):
    """Each object is told of when what is seen of it changes, and when it is there; never twice the same."""
    sim.seed(instances=[{"label": f"m{at}", "status": "offline"} for at in range(3)])
    found = session.query(Instance).order_by(Instance.label).all()
    for each in found[:2]:
        each.boot()
    sim.state.jobs.later(2, lambda: sim.change(f"/linode/instances/{found[2].id}", status="running"))
    changes = []
    session.wait([*found, found[0]], Instance.status == "running", progress=lambda *change: changes.append(change))
    of_first = [(entry.status, entry.note) for entry, _, _ in changes if entry.object is found[0]]
    assert of_first == [
        ("waiting", "Instance.status = 'booting'"),
        ("waiting", "Instance.status = 'booting', 10 %"),
        ("reached", "Instance.status = 'running'"),
    ]
    assert [done for _, done, _ in changes] == sorted(done for _, done, _ in changes)
    assert {total for _, _, total in changes} == {3}
    assert (changes[-1][0].operation, changes[-1][1]) == (f"Instance {found[1].id}", 3)
    assert 0 < changes[-1][0].seconds <= sim.clock.monotonic()


def test_percent_never_goes_back(sim, session):
    """The percentage of a job is the greatest one seen: the API's own goes back (recorded 83, 90, 0, 100)."""
    sim.seed(instances=[{"label": "m", "status": "offline"}])
    (machine,) = session.query(Instance).all()
    row = sim._call(f"/linode/instances/{machine.id}").item
    event = sim.state.events.add("linode_boot", row, lasts=100_000)
    for seconds, percent in ((1, 83), (10, 90), (30, 0), (60, 100)):
        sim.state.jobs.later(seconds, lambda percent=percent: event.change(status="started", percent_complete=percent))
    sim.state.jobs.later(90, lambda: row.change(status="running"))
    seen = []
    machine_is_on = Instance.status == "running"
    session.wait(machine, machine_is_on, progress=lambda entry, *_: seen.append(entry.percent or 0))
    assert seen == sorted(seen)
    assert {83, 90, 100} & set(seen)


def test_what_a_function_raises_ends_the_wait(sim, session):
    """An error of the function is the caller's own."""
    sim.seed(instances=2)

    def full(*_):
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        session.wait(session.query(Instance), Instance.status == "offline", progress=full)


def test_events_themselves(sim, session):
    """An event can be waited for like anything else."""
    sim.seed(instances=[{"label": "m", "status": "offline"}])
    session.query(Instance).one().boot()
    (event,) = session.query(Event).filter(Event.action == "linode_boot").all()
    event.wait_until(Event.status == "finished", timeout=60)
    assert event.percent_complete == 100
