"""`act` and `events --follow`: actions on many, and the account's events as they come."""

from __future__ import annotations

import json
import signal

import pytest
from click.testing import CliRunner

from linode_orm import Instance, Session
from linode_orm.cli.app import app
from tests.cli.fresh import COMMAND, python, started

pytestmark = pytest.mark.slow


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


def posted(simulator):
    """Give the paths of the requests that started something."""
    return [each.path for each in simulator.requests if each.method == "POST"]


def test_dry_run_shows_what_would_be_started(account):
    """`-n` prints a request for each match and starts nothing."""
    ended = run("act", "Instance", "reboot", "--all", "-n")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.startswith("1-12. reboot 12 Instances\n")
    assert "12 writes" in ended.stdout
    assert posted(account) == []


def test_many_are_acted_on(account):
    """Each match is acted on once, and the report says so."""
    ended = run("act", "Instance", "reboot", "--all", "--at-once", "5", "--yes")
    assert ended.exit_code == 0, ended.output
    assert len(set(posted(account))) == len(posted(account)) == 12
    assert "12 applied" in ended.stdout


def test_arguments_are_those_of_the_method(account):
    """A slug is taken as it is typed, and anything else as JSON."""
    with Session() as session:
        first = session.query(Instance).first().id
    ended = run("act", "Instance", "resize", "type=g6-standard-8", "allow_auto_disk_resize=false", "--where", f"id == {first}", "--yes")  # fmt: skip
    assert ended.exit_code == 0, ended.output
    (sent,) = [each for each in account.requests if each.method == "POST"]
    assert sent.body == {"type": "g6-standard-8", "allow_auto_disk_resize": False}


@pytest.mark.parametrize("policy", ["stop", "continue"])
def test_the_seventh_fails(account, policy):
    """Where the seventh is refused the report names it; `stop` starts no more, `continue` goes through all."""
    account.faults.add("POST", "/linode/instances/*/reboot", 7, 400)
    ended = run("act", "Instance", "reboot", "--all", "--at-once", "1", "--on-error", policy, "--yes")
    assert ended.exit_code == 3
    counts = "6 applied, 1 failed, 5 pending" if policy == "stop" else "11 applied, 1 failed"
    assert counts in ended.stdout
    assert ended.stderr.count("ActionError") == 1


def test_all_fail(account):
    """Where every one is refused nothing was done: status 1."""
    account.faults.add("POST", "*", None, 403)
    ended = run("act", "Instance", "reboot", "--all", "--yes")
    assert ended.exit_code == 1
    assert "0 applied" not in ended.stdout


def test_a_saved_plan_of_actions(account, tmp_path):
    """`--save` writes the plan of an action, which `apply` runs."""
    file = tmp_path / "plan.json"
    assert run("act", "Instance", "reboot", "--all", "--save", file).exit_code == 0
    assert posted(account) == []
    assert run("apply", file, "--yes").exit_code == 0
    assert len(posted(account)) == 12


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_events_are_followed(account, tmp_path, form):
    """Each event is printed as it comes, and Ctrl-C ends following with 0."""
    account.job_seconds = 0.1
    with started(tmp_path, COMMAND, "events", "--follow", "--format", form, "-v") as process:
        while "/account/events -> 200" not in process.stderr.readline():
            pass
        with Session() as session:
            instance = session.query(Instance).first()
            instance.shutdown()
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    if form == "jsonl":
        assert json.loads(line)["entity"]["id"] == instance.id
    else:
        assert "linode_shutdown" in line
        assert str(instance.id) in line


def test_a_journal_of_actions(account, tmp_path):
    """With a journal that nothing is left in, `recover` has nothing to do."""
    assert run("act", "Instance", "reboot", "--all", "--yes", "--journal", tmp_path / "journal").exit_code == 0
    ended = python(tmp_path, COMMAND, "recover", "journal")
    assert ended.returncode == 0, ended.stderr


def test_a_stop_leaves_nothing_to_carry_on(account, tmp_path):
    """A run that stopped at a failure is settled in its journal: `recover --resume` starts nothing twice."""
    journal = tmp_path / "journal"
    account.faults.add("POST", "/linode/instances/*/reboot", 4, 400)
    assert run("act", "Instance", "reboot", "--all", "--at-once", "1", "--yes", "--journal", journal).exit_code == 3
    ended = run("recover", journal, "--resume")
    assert ended.exit_code == 0, ended.output
    assert len(posted(account)) == len(set(posted(account))) == 4
