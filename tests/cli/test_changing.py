"""`set`, `delete`, `apply` and `undo`: what they show and send, and what they refuse before anything is sent."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from linode_orm import Instance, Session, User
from linode_orm.cli.app import app


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


def written(simulator):
    """Give the requests that changed something."""
    return [each for each in simulator.requests if each.method != "GET"]


@pytest.fixture
def first(account):
    """Give the id of one Linode."""
    with Session() as session:
        return session.query(Instance).first().id


def test_dry_run_shows_the_plan(account, first):
    """`-n` prints the plan as a diff and sends no write."""
    ended = run("set", "Instance", "label=renamed", "--where", f"id == {first}", "-n")
    assert ended.exit_code == 0
    assert '-> "renamed"' in ended.stdout
    assert written(account) == []


def test_what_matches_is_changed(account, first):
    """`--yes` sends one request an object, with what was named and nothing else."""
    ended = run("set", "Instance", "label=renamed", "tags+=edge", "alerts.cpu=77", "--where", f"id == {first}", "--yes")
    assert ended.exit_code == 0, ended.output
    (sent,) = written(account)
    assert sent.body["label"] == "renamed"
    assert "edge" in sent.body["tags"]
    assert sent.body["alerts"]["cpu"] == 77
    assert "1 applied" in ended.stdout


def test_one_tag_of_each_object(account):
    """`+=` and `-=` are edits of the list of each object."""
    assert run("set", "Instance", "tags+=a", "--all", "--yes").exit_code == 0
    with Session() as session:
        assert {"a" in each.tags for each in session.query(Instance)} == {True}
        before = {each.id: {*each.tags} for each in session.query(Instance)}
    assert run("set", "Instance", "tags-=a", "--all", "--yes").exit_code == 0
    with Session() as session:
        assert {each.id: {*each.tags, "a"} for each in session.query(Instance)} == before


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("label", "123", "123"),
        ("label", "null", "null"),
        ("label", '"x"', '"x"'),
        ("label", "a=b", "a=b"),
        ("watchdog_enabled", "false", False),
        ("tags", '["x", "y"]', ["x", "y"]),
        ("alerts.cpu", "55", 55),
    ],
)
def test_values_are_json_unless_the_field_is_a_string(account, first, name, given, sent):
    """A string is taken as it is typed, and anything else as JSON."""
    ended = run("set", "Instance", f"{name}={given}", "--where", f"id == {first}", "-n")
    shown = json.dumps(sent)
    if name == "tags":
        assert all(f"+{each}" in ended.stdout for each in sent)
    else:
        assert f"-> {shown}" in ended.stdout, ended.output


REFUSED = {
    "lable=x": "did you mean 'label'?",
    "status=running": "read-only",
    "region=us-west": "migrate() changes it",
    "watchdog_enabled=maybe": "bool expected",
    "alerts.cpu=high": "alerts.cpu takes int",
    "alerts.cup=5": "did you mean 'cpu'?",
    "label+=x": "is no list",
    "volumes=5": "leads to other objects",
    "label": "is no NAME=VALUE",
    "=x": "is no NAME=VALUE",
    "specs.memory=5": "read-only",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=list(REFUSED))
def test_what_no_object_takes_is_refused(account, text, said):
    """A name, a value or a place that no object takes ends with 2, and nothing is sent, no read either."""
    ended = run("set", "Instance", text, "--all", "--yes")
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert not len(account.requests)


def test_secrets_do_not_stand_in_the_command(account):
    """A secret is no NAME=VALUE; a file has it, and nothing shows it."""
    ended = run("act", "Instance", "rebuild", "image=linode/debian12", "root_pass=hunter2hunter2", "--all", "--yes")
    assert ended.exit_code == 2
    assert "--secret root_pass" in ended.stderr
    assert "hunter2" not in ended.output


def test_delete(account):
    """`delete` sends a DELETE for each match, after the plan."""
    ended = run("delete", "Volume", "--where", "linode is None", "--yes")
    assert ended.exit_code == 0, ended.output
    assert {each.method for each in written(account)} <= {"DELETE"}
    ended = run("delete", "Instance", "--all", "--yes", "--max-deletes", "3")
    assert ended.exit_code == 1
    assert "12" in ended.stderr
    with Session() as session:
        assert session.query(Instance).count() == 12


def test_a_saved_plan_is_applied_once(account, first, tmp_path):
    """`--save` writes the plan and sends nothing; `apply` sends it, and refuses it the next time."""
    file = tmp_path / "plan.json"
    ended = run("set", "Instance", "label=renamed", "--where", f"id == {first}", "--save", file)
    assert (ended.exit_code, written(account)) == (0, [])
    assert '-> "renamed"' in run("plan", file).stdout
    assert run("apply", file, "--yes").exit_code == 0
    assert len(written(account)) == 1
    assert run("apply", file, "--yes").exit_code == 1
    assert len(written(account)) == 1


def test_a_commit_is_taken_back(account, first, tmp_path):
    """With a journal the command says how the commit is undone, and `undo` restores what was there."""
    journal = tmp_path / "journal"
    with Session() as session:
        label = session.load(Instance, first).label
    ended = run("set", "Instance", "label=renamed", "--where", f"id == {first}", "--yes", "--journal", journal)
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("linode-orm undo ")]
    commit = line.split()[2]
    assert run("undo", commit, "--journal", journal, "-n").exit_code == 0
    ended = run("undo", commit, "--journal", journal, "--yes")
    assert ended.exit_code == 0, ended.output
    with Session() as session:
        assert session.load(Instance, first).label == label


def test_what_was_done_and_what_was_not(account):
    """Where one of twelve is refused, the report names it and the status is 3."""
    account.faults.add("PUT", "*", 7, 400)
    ended = run("set", "Instance", "tags+=edge", "--all", "--yes", "--on-error", "continue")
    assert ended.exit_code == 3
    assert "11 applied, 1 failed" in ended.stdout
    assert ended.stderr.count("CommitError") == 1


def test_reading_commands_cannot_write(account):
    """The client of a command that only reads refuses to send anything else."""
    script = "session.query(__import__('linode_orm').Instance).first().reboot()"
    ended = CliRunner().invoke(app, ["shell", "--read-only"], input=script)
    assert ended.exit_code == 1
    assert "read-only" in ended.stderr
    assert written(account) == []


def test_users_are_named_by_their_name(account):
    """A class whose key is a name is changed like any other."""
    account.make.user(username="bob", restricted=True)
    ended = run("set", "User", "restricted=false", "--where", 'username == "bob"', "--yes")
    assert ended.exit_code == 0, ended.output
    with Session() as session:
        assert not session.load(User, "bob").restricted
