"""Commands in a pseudo terminal and in pipes: questions, secrets unseen, Ctrl-C, a full disk, a reader that leaves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linode_orm import CommitInterrupted, Instance, Session
from linode_orm.cli.app import app
from linode_orm.simulator.faults import slow_drip
from tests.cli.fresh import COMMAND, environment_of, interpreter, python, started

if sys.platform == "win32":
    pytest.skip("pseudo terminals and signals are POSIX's", allow_module_level=True)
from tests.cli.pseudo_terminal import in_terminal, run_in_terminal

pytestmark = pytest.mark.slow

EVIL = "a\x1b]0;x\x07\x9b31mb"
READS = {
    "query": ["query", "Instance"],
    "query jsonl": ["query", "Instance", "--format", "jsonl"],
    "query json": ["query", "Instance", "--format", "json"],
    "query csv": ["query", "Instance", "--format", "csv"],
    "show": ["show", "Account"],
    "models": ["models"],
    "models of one": ["models", "Instance"],
    "events": ["events"],
    "doctor": ["doctor"],
    "snapshot": ["snapshot", "x.sqlite", "Instance"],
    "completion": ["completion", "bash"],
    "help": ["--help"],
    "help of a command": ["query", "--help"],
    "version": ["--version"],
}
WRITES = {
    "set": ["set", "Instance", "tags+=edge", "--all", "--yes"],
    "delete": ["delete", "Instance", "--all", "--yes"],
}


def changed(account):
    """Count the requests that changed something."""
    return sum(each.method != "GET" for each in account.requests)


def test_a_table_is_drawn(account, tmp_path):
    """On a terminal a table has lines around it, and no cell controls it."""
    with Session() as session:
        account.change(f"/linode/instances/{session.query(Instance).first().id}", label=EVIL)
    ended = in_terminal(tmp_path, "query", "Instance", "--columns", "id,label")
    assert ended.status == 0
    assert "┃" in ended.text
    assert "\x1b]0;" not in ended.text
    assert "\x9b" not in ended.text


@pytest.mark.parametrize(("answer", "status", "sent"), [("y", 0, 12), ("n", 1, 0), ("", 1, 0)])
def test_a_person_is_asked(account, tmp_path, answer, status, sent):
    """On a terminal the plan is shown and nothing is sent before a yes."""
    ended = in_terminal(tmp_path, "set", "Instance", "tags+=edge", "--all", answers=[("[y/N]", answer)])
    assert ended.status == status, ended.text
    assert "tags: +edge" in ended.text
    assert changed(account) == sent


def test_secrets_are_typed_unseen(account, tmp_path):
    """A secret is asked for, and is not shown while it is typed."""
    with Session() as session:
        session.add(
            Instance(
                label="made", region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass="old-Secret-1"
            )
        )
        session.plan().save(tmp_path / "plan.json")
    answers = [("[y/N]", "y"), ("root_pass", "hunter2-Hunter2")]
    ended = in_terminal(tmp_path, "apply", "plan.json", "--secret", "new:1.root_pass", answers=answers)
    assert ended.status == 0, ended.text
    assert "hunter2" not in ended.text


@pytest.mark.parametrize("when", ["before the answer", "at the question"])
def test_ctrl_c_at_a_question(account, tmp_path, when):
    """Ctrl-C at the question sends nothing, without a traceback."""
    ended = in_terminal(
        tmp_path, "delete", "Instance", "--all", interrupt_at="[y/N]" if when == "at the question" else "DELETE"
    )
    assert ended.status == 1, ended.text
    assert "Traceback" not in ended.text
    assert changed(account) == 0


def test_progress_is_shown_on_a_terminal(account, tmp_path):
    """While a commit runs a bar is drawn on standard error."""
    ended = in_terminal(tmp_path, "set", "Instance", "tags+=edge", "--all", "--yes")
    assert ended.status == 0
    assert "12/12" in ended.text


def test_progress_stands_on_standard_error(account, tmp_path):
    """In a pipe `-v` writes progress and requests on standard error, and standard output has the plan and the report."""
    ended = python(tmp_path, COMMAND, *WRITES["set"], "-v")
    assert "commit 12/12" in ended.stderr
    assert "GET /linode/instances -> 200" in ended.stderr
    assert "commit 12/12" not in ended.stdout


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_progress_of_a_query(account, tmp_path, form):
    """With `-v`, and on a terminal where the output goes elsewhere, the rows are counted on standard error, page by page."""
    account.seed(instances=1_000)
    ended = python(tmp_path, COMMAND, "query", "Instance", "--format", form, "-v")
    counts = [line for line in ended.stderr.splitlines() if line.endswith(" rows")]
    assert (counts[-1], len(counts) > 1) == ("1,012 rows", True)
    assert " rows" not in ended.stdout
    assert " rows" not in python(tmp_path, COMMAND, "query", "Instance", "--format", form).stderr
    shell = f"{interpreter()} -c '{COMMAND}' query Instance --format {form} > out"
    drawn = run_in_terminal(tmp_path, ["sh", "-c", shell])
    assert drawn.status == 0
    assert "\r1,012 rows" in drawn.text


def touch():
    """Let something happen on the account, so that it has an event."""
    with Session() as session:
        session.query(Instance).first().label = "touched"
        session.commit()


@pytest.mark.parametrize("command", READS.values(), ids=READS)
def test_a_full_disk(account, tmp_path, command):
    """Output that cannot be written is one line on standard error, and status 1."""
    touch()
    with Path("/dev/full").open("w") as full, started(tmp_path, COMMAND, *command, stdout=full) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "No space left" in errors
    assert "Traceback" not in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("command", WRITES.values(), ids=WRITES)
def test_a_full_disk_before_anything_is_sent(account, tmp_path, command):
    """A plan that cannot be shown is not sent."""
    with Path("/dev/full").open("w") as full, started(tmp_path, COMMAND, *command, stdout=full) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "nothing was sent" in errors
    assert changed(account) == 0


@pytest.mark.parametrize("command", READS.values(), ids=READS)
def test_a_reader_that_leaves(account, tmp_path, command):
    """A reader that closes the pipe, as `head` does, ends the command without a word."""
    account.seed(instances=600)
    ours, theirs = os.pipe()
    os.close(ours)
    with started(tmp_path, COMMAND, *command, stdout=theirs) as process:
        os.close(theirs)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "Broken pipe" not in errors


def test_head(account, tmp_path):
    """`| head -1` gives one line and no error."""
    account.seed(instances=1_200)
    with started(tmp_path, COMMAND, "query", "Instance", "--format", "jsonl") as process:
        head = subprocess.run(["head", "-1"], stdin=process.stdout, capture_output=True, text=True, check=True)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert head.stdout.count("\n") == 1
    assert not errors


def test_a_reader_that_leaves_before_anything_is_sent(account, tmp_path):
    """A plan that nobody reads is not sent."""
    ours, theirs = os.pipe()
    os.close(ours)
    with started(tmp_path, COMMAND, *WRITES["delete"], stdout=theirs) as process:
        os.close(theirs)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, changed(account)) == (1, 0)
    assert "nothing was sent" in errors


WAITING = {
    "query": ["query", "Instance"],
    "show": ["show", "Account"],
    "doctor": ["doctor"],
    "snapshot": ["snapshot", "x.sqlite", "Instance"],
    "set": ["set", "Instance", "tags+=edge", "--all", "--yes"],
    "delete": ["delete", "Instance", "--all", "--yes"],
    "events": ["events"],
    "act": ["act", "Instance", "reboot", "--all", "--yes"],
}


@pytest.mark.parametrize("command", WAITING.values(), ids=WAITING)
def test_ctrl_c_while_a_read_is_answered(account, tmp_path, command):
    """Ctrl-C in the middle of a read ends every command with 1, in one line, and nothing was changed."""
    slow = account.faults.add("GET", "*", None, slow_drip(1.0))
    with started(tmp_path, COMMAND, *command, "-v") as process:
        until = time.monotonic() + 30
        while not slow.hits and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert "Traceback" not in errors
    assert changed(account) == 0


def saved(folder):
    """Save a plan that changes twelve objects."""
    with Session() as session:
        for each in session.query(Instance):
            each.tags.add("edge")
        session.plan().save(folder / "plan.json")
    return ["plan.json"]


def committed(folder):
    """Commit with a journal; give the commit and the journal."""
    with Session(journal=folder / "journal") as session:
        for each in session.query(Instance):
            each.tags.add("edge")
        return [session.commit().id, "--journal", "journal"]


def left(folder):
    """Leave a commit unfinished after its first answer; give its journal."""

    def press(*_):
        raise KeyboardInterrupt

    with Session(journal=folder / "journal") as session:
        session.client.workers = 1
        for each in session.query(Instance):
            each.tags.add("edge")
        with pytest.raises(CommitInterrupted):
            session.commit(progress=press)
    return ["journal"]


def snapped(folder):
    """Write a snapshot."""
    with Session() as session:
        session.snapshot(folder / "old.sqlite", [Instance])
    return ["old.sqlite"]


SENDING = {
    "set": lambda _: ["set", "Instance", "tags+=edge", "--all", "--yes"],
    "set with a journal": lambda _: ["set", "Instance", "tags+=edge", "--all", "--yes", "--journal", "new"],
    "plan --apply": lambda folder: ["plan", *saved(folder), "--apply"],
    "apply": lambda folder: ["apply", *saved(folder), "--yes"],
    "undo": lambda folder: ["undo", *committed(folder), "--yes"],
    "recover": lambda folder: ["recover", *left(folder)],
}


@pytest.mark.parametrize("prepare", SENDING.values(), ids=SENDING)
def test_ctrl_c_in_a_commit(account, tmp_path, prepare):
    """Ctrl-C in the middle of a commit waits for the writes in flight, starts no more, says so, and ends with 3."""
    command = prepare(tmp_path)
    before = changed(account)
    slow = account.faults.add("PUT", "*", None, slow_drip(1.0))
    with started(tmp_path, COMMAND, *command) as process:
        wait_for(slow)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, output + errors
    assert "Traceback" not in errors
    assert 0 < changed(account) - before < 11
    assert "applied" in output


def test_ctrl_c_in_actions(account, tmp_path):
    """Ctrl-C while actions are started starts no more of them, and ends with 3."""
    slow = account.faults.add("POST", "*", None, slow_drip(1.0))
    with started(tmp_path, COMMAND, "act", "Instance", "reboot", "--all", "--at-once", "2", "--yes") as process:
        wait_for(slow)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, output + errors
    assert "Traceback" not in errors
    assert 0 < changed(account) <= 2


def test_ctrl_c_while_a_snapshot_is_compared(account, tmp_path):
    """Ctrl-C in `diff` ends it with 1 while the account is read."""
    command = ["diff", *snapped(tmp_path)]
    slow = account.faults.add("GET", "*", None, slow_drip(1.0))
    with started(tmp_path, COMMAND, *command) as process:
        wait_for(slow)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, "Interrupted: nothing more is sent.\n")


def test_ctrl_c_at_a_prompt(account, tmp_path):
    """Ctrl-C at the prompt of `shell` takes the line back, as Python's own does, and the prompt goes on."""
    answers = [("KeyboardInterrupt", "exit()")]
    ended = in_terminal(tmp_path, "shell", answers=answers, interrupt_at=">>> ")
    assert ended.status == 0, ended.text
    assert "Traceback" not in ended.text


def test_ctrl_c_in_a_script_of_the_shell(account, tmp_path):
    """Ctrl-C in a script that `shell` runs ends it with 1."""
    with started(tmp_path, COMMAND, "shell", stdin=subprocess.PIPE) as process:
        process.stdin.write("import time; print('runs', flush=True); time.sleep(60)")
        process.stdin.close()
        assert process.stdout.readline() == "runs\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 1


def wait_for(fault):
    """Wait until a fault was met."""
    until = time.monotonic() + 30
    while not fault.hits and time.monotonic() < until:
        time.sleep(0.05)
    assert fault.hits


def test_every_command_is_tried():
    """Each command that reaches an account is interrupted here, or in the tests of the command."""
    tried = {each[0] for each in WAITING.values()} | {name.split()[0] for name in SENDING} | {"diff", "shell"}
    elsewhere = {"models", "completion", "demo", "cassette"}  # they reach no account
    elsewhere |= {"simulate", "fleet"}  # in tests/cli/test_statuses.py and test_fleet.py
    assert tried | elsewhere == set(app.list_commands(None))


def test_a_prompt(account, tmp_path):
    """`shell` has a session and every model; the tab key completes without a request."""
    answers = [(">>> ", "print(session.query(Instance).count())"), (">>> ", "1/0"), (">>> ", "exit()")]
    ended = in_terminal(tmp_path, "shell", answers=answers)
    assert ended.status == 0, ended.text
    assert "\r\n12\r\n" in ended.text
    assert "ZeroDivisionError" in ended.text


def test_the_tab_key_completes(account, tmp_path):
    """The tab key completes names and attributes at the prompt, and sends nothing."""
    pytest.importorskip("readline", reason="some systems have none")
    before = len(account.requests)
    answers = [(">>> ", "print(session.is_modif\t.__name__)"), (">>> ", "LinodeORME\t.__name__"), (">>> ", "exit()")]
    ended = in_terminal(tmp_path, "shell", answers=answers)
    assert ended.status == 0, ended.text
    assert "\r\nis_modified\r\n" in ended.text
    assert "'LinodeORMError'" in ended.text
    assert len(account.requests) == before


def test_a_script_in_a_pipe(account, tmp_path):
    """`shell` runs what a pipe holds, and ends with 1 where it fails."""
    for script, status in (("print(session.query(Instance).count())", 0), ("1/0", 1)):
        with started(tmp_path, COMMAND, "shell", stdin=subprocess.PIPE) as process:
            output, errors = process.communicate(script, timeout=60)
        assert process.returncode == status, errors
        assert output == ("12\n" if not status else "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(account, tmp_path, shell):
    """The script of each shell asks the program, which completes commands, options and classes; it sends nothing."""
    assert "_LINODE_ORM_COMPLETE" in python(tmp_path, COMMAND, "completion", shell).stdout
    for words, count, found in (
        ("linode-orm que", 1, "query"),
        ("linode-orm query Inst", 2, "Instance"),
        ("linode-orm query Instance --or", 3, "--order-by"),
    ):
        given = {"_LINODE_ORM_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        if shell == "fish":
            given["COMP_CWORD"] = words.split()[-1]
        assert found in python(tmp_path, COMMAND, **given).stdout
    assert not len(account.requests)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_takes_the_script(tmp_path, shell):
    """Each shell that the machine has reads its script without an error."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    (tmp_path / "script").write_text(python(tmp_path, COMMAND, "completion", shell).stdout)
    ended = subprocess.run([shell, "-n", "script"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish_completes(account, tmp_path):
    """With the script fish completes commands, options and classes."""
    (tmp_path / "linode-orm").write_text(f'#!/bin/sh\nexec {interpreter()} -c "{COMMAND}" "$@"\n')
    (tmp_path / "linode-orm").chmod(0o755)
    (tmp_path / "script").write_text(python(tmp_path, COMMAND, "completion", "fish").stdout)
    given = environment_of({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)})
    for words, found in (("que", "query"), ("query Volu", "Volume"), ("query Volume --lim", "--limit")):
        command = ["fish", "-c", f'source script; complete -C "linode-orm {words}"']
        ended = subprocess.run(command, cwd=tmp_path, env=given, text=True, capture_output=True, check=False)
        assert found in ended.stdout.split(), ended.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes(account, tmp_path):
    """With the script bash completes commands, options and classes, of `fleet` too."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "linode-orm"
    program.write_text(f'#!/bin/sh\nexec {interpreter()} -c "{COMMAND}" "$@"\n')
    program.chmod(0o755)
    (tmp_path / "script").write_text(python(tmp_path, COMMAND, "completion", "bash").stdout)
    for words, found in (
        ("que", "query"),
        ("query Volu", "Volume"),
        ("query Volume --lim", "--limit"),
        ("fleet sho", "show"),
    ):
        *_, last = ["linode-orm", *words.split()]
        count = len(words.split())
        line = (
            f". ./script; COMP_WORDS=(linode-orm {words}); COMP_CWORD={count}; "
            f"_linode_orm_completion linode-orm {last}; echo ${{COMPREPLY[@]}}"
        )
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        given = environment_of({"PATH": path})
        ended = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=given, text=True, capture_output=True, check=False
        )
        assert found in ended.stdout.split(), ended.stderr


def test_the_module_is_the_program(tmp_path):
    """`python -m linode_orm` is `linode-orm`."""
    ended = python(
        tmp_path,
        "import runpy, sys; sys.argv[0] = 'x'; runpy.run_module('linode_orm', run_name='__main__')",
        "--version",
    )
    assert ended.stdout.startswith("linode-orm, version ")
