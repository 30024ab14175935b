"""`linode-orm fleet`: a command over every account of a file, as a subprocess, on an estate of four accounts."""

from __future__ import annotations

import csv
import io
import json
import signal
import time

import pytest

from linode_orm.cli.commands.fleet import COMMANDS
from linode_orm.simulator import Estate
from linode_orm.simulator.faults import slow_drip
from tests.cli.fresh import COMMAND, python, started

pytestmark = pytest.mark.slow

NAMES = ("dev", "prod", "qa", "stage")
TAGGED = ("prod", "qa")


@pytest.fixture
def estate(monkeypatch, tmp_path):
    """Serve four accounts of two Linodes, volumes and domains, which a file describes."""
    with Estate(job_seconds=0.01) as made:
        for name in NAMES:
            made.account(f"token-of-{name}", company=name).seed(instances=2, volumes=2, domains=2)
            monkeypatch.setenv(f"TOKEN_{name}", f"token-of-{name}")
        tables = [f"{name} = {{token = 'env:TOKEN_{name}', tags = {['eu'] * (name in TAGGED)}}}" for name in NAMES]
        (tmp_path / "accounts.toml").write_text("\n".join(["[accounts]", *tables]))
        with made.serve() as server:
            monkeypatch.setenv("LINODE_API_URL", server.url)
            monkeypatch.delenv("LINODE_TOKEN", raising=False)
            yield made


@pytest.fixture
def fleet(estate, tmp_path):
    """Run `linode-orm fleet` with arguments."""
    return lambda *arguments: python(tmp_path, COMMAND, "fleet", *arguments)


def writes(estate):
    """Count the requests that changed something, by account."""
    counts = {name: len(list(estate[f"token-of-{name}"].requests.writes)) for name in NAMES}
    return {name: count for name, count in counts.items() if count}


def tags(estate, name):
    """Give the tags of the Linodes of an account, in one set."""
    rows = estate.client(f"token-of-{name}").request("GET", "/linode/instances")["data"]
    return {tag for row in rows for tag in row["tags"]}


def headed(text):
    """Give the accounts under whose names something is printed."""
    return sorted(line.removeprefix("== ") for line in text.splitlines() if line.startswith("== "))


# -- looking ---------------------------------------------------------------------------------------------------------


def test_tables_stand_under_names(fleet):
    """A table for people has the account's name above it."""
    ended = fleet("query", "Instance")
    assert ended.returncode == 0, ended.stderr
    assert headed(ended.stdout) == [*NAMES]
    assert ended.stdout.count("\nid ") == len(NAMES)


def test_programs_get_one_document(fleet):
    """JSON lines, JSON and CSV are one document, with the account first in each row."""
    words = ("query", "Volume", "--columns", "id,label")
    lines = [json.loads(line) for line in fleet(*words, "--format", "jsonl").stdout.splitlines()]
    array = json.loads(fleet(*words, "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(fleet(*words, "--format", "csv").stdout)))
    for found in (lines, array, rows):
        assert sorted(each["account"] for each in found) == sorted([*NAMES, *NAMES])
        assert all([*each] == ["account", "id", "label"] for each in found)
    empty = fleet("query", "Volume", "--where", "id == 1", "--format", "json")
    assert (empty.stdout, empty.returncode) == ("[]\n", 0)


@pytest.mark.parametrize("where", ["before", "behind"])
def test_accounts_are_chosen(fleet, where):
    """`--only`, `--tag` and `--shard` choose accounts, before the command and behind it; shards share nothing."""

    def chosen(*options):
        words = ("query", "Instance", "--limit", "1")
        ended = fleet(*options, *words) if where == "before" else fleet(*words, *options)
        assert ended.returncode == 0, ended.stderr
        return headed(ended.stdout)

    assert chosen("--only", "qa", "--only", "dev") == ["dev", "qa"]
    assert chosen("--tag", "eu") == ["prod", "qa"]
    parts = [chosen(f"--shard={number}/3") for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == [*NAMES]


def test_snapshots_and_differences(fleet, estate, tmp_path):
    """`{account}` stands for the name of each account, in names of files too; a difference is status 3."""
    assert fleet("snapshot", "{account}.sqlite", "Volume").returncode == 0
    assert sorted(each.stem for each in tmp_path.glob("*.sqlite")) == [*NAMES]
    assert fleet("diff", "{account}.sqlite").returncode == 0
    client = estate.client("token-of-qa")
    client.request("PUT", f"/volumes/{client.request('GET', '/volumes')['data'][0]['id']}", body={"label": "other"})
    ended = fleet("diff", "{account}.sqlite", "--format", "jsonl")
    assert ended.returncode == 3
    assert [json.loads(line)["account"] for line in ended.stdout.splitlines()] == ["qa"]
    assert fleet("snapshot", "one.sqlite").returncode == 2


@pytest.mark.parametrize("words", [("doctor",), ("events",), ("show", "Account")], ids=" ".join)
def test_what_else_looks(fleet, words):
    """Each command that looks runs in every account."""
    ended = fleet(*words)
    assert (ended.returncode, headed(ended.stdout)) == (0, [*NAMES]), ended.stderr


def test_no_token_is_shown(fleet, monkeypatch):
    """Neither output nor errors have a token, whether it is good or not."""
    monkeypatch.setenv("TOKEN_qa", "wrong-token")
    ended = fleet("-v", "doctor")
    shown = ended.stdout + ended.stderr
    assert not any(token in shown for token in ("wrong-token", *(f"token-of-{name}" for name in NAMES)))


def test_one_account_fails(fleet, monkeypatch):
    """An account that cannot be reached is one line with its name; the others are printed, and the status is 3."""
    monkeypatch.delenv("TOKEN_qa")
    ended = fleet("query", "Instance")
    assert ended.returncode == 3
    assert headed(ended.stdout) == ["dev", "prod", "stage"]
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == ["qa"]
    for name in NAMES:
        monkeypatch.delenv(f"TOKEN_{name}", raising=False)
    assert fleet("query", "Instance").returncode == 1


def test_failures_are_limited(fleet, monkeypatch):
    """After more than `--max-failed` failures no further account is begun, and those left are named."""
    for name in NAMES:
        monkeypatch.delenv(f"TOKEN_{name}")
    ended = fleet("--max-failed", "0", "query", "Instance")
    assert ended.returncode == 1
    assert "not started: prod, qa, stage" in ended.stderr


# -- changing --------------------------------------------------------------------------------------------------------


def test_changes_are_planned_shown_and_sent(fleet, estate):
    """`-n` shows the plan of each account and sends nothing, `--yes` sends them."""
    words = ("set", "Instance", "tags+=edge", "--all")
    shown = fleet(*words, "-n")
    assert (shown.returncode, headed(shown.stdout), writes(estate)) == (0, [*NAMES], {})
    assert fleet(*words).returncode == 2
    assert writes(estate) == {}
    sent = fleet("--tag", "eu", *words, "--yes")
    assert sent.returncode == 0, sent.stderr
    assert writes(estate) == {"prod": 2, "qa": 2}
    assert "2 applied" in sent.stdout
    again = fleet("--tag", "eu", *words, "--yes")
    assert (again.returncode, writes(estate)) == (0, {"prod": 2, "qa": 2})


def test_deletions_and_actions(fleet, estate):
    """`delete` and `act` are planned, and sent, in the same way."""
    assert fleet("--only", "dev", "delete", "Domain", "--all", "--yes").returncode == 0
    assert writes(estate) == {"dev": 2}
    ended = fleet("--only", "qa", "act", "Instance", "reboot", "--all", "--max-failed", "1", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert writes(estate) == {"dev": 2, "qa": 2}


def test_a_person_is_asked_once(fleet, estate, tmp_path):
    """On a terminal the plans of all accounts are shown before one question."""
    terminal = pytest.importorskip("tests.cli.pseudo_terminal", reason="a pseudo terminal is one of POSIX")
    words = ("fleet", "set", "Instance", "tags+=edge", "--all")
    ended = terminal.in_terminal(tmp_path, *words, answers=[("[y/N]", "n")])
    assert (ended.status, writes(estate)) == (1, {})
    assert "Send 8 requests to 4 accounts?" in ended.text
    ended = terminal.in_terminal(tmp_path, *words, answers=[("[y/N]", "y")])
    assert (ended.status, sum(writes(estate).values())) == (0, 8)


def test_saved_plans(fleet, estate, tmp_path):
    """`--save FOLDER` writes a plan an account, which `fleet plan` shows and `fleet apply` sends once."""
    where = ("--where", 'label == "nothing"')
    assert fleet("set", "Instance", "tags+=edge", *where, "--save", "none").returncode == 0
    assert fleet("plan", "none").returncode == 1
    assert fleet("--tag", "eu", "set", "Instance", "tags+=edge", "--all", "--save", "plans").returncode == 0
    assert sorted(each.name for each in (tmp_path / "plans").iterdir()) == ["prod.plan", "qa.plan"]
    assert headed(fleet("plan", "plans").stdout) == ["prod", "qa"]
    assert writes(estate) == {}
    assert fleet("apply", "plans").returncode == 2
    assert fleet("apply", "plans", "--yes", "--journals", "journals").returncode == 0
    assert writes(estate) == {"prod": 2, "qa": 2}
    assert fleet("apply", "plans", "--yes").stdout.count("was applied before") == 2
    assert writes(estate) == {"prod": 2, "qa": 2}
    assert sorted(each.name for each in (tmp_path / "journals").glob("*.journal")) == ["prod.journal", "qa.journal"]
    assert fleet("set", "Instance", "tags+=edge", "--all", "--save", "plans").returncode == 2


def test_half_of_the_accounts_refuse(fleet, estate):
    """Where some accounts are changed and others refuse, each is told by its name, and the status is 3."""
    for name in TAGGED:
        estate[f"token-of-{name}"].faults.add("PUT", "*", None, 403)
    ended = fleet("set", "Instance", "tags+=edge", "--all", "--yes")
    assert ended.returncode == 3
    assert {line.partition(":")[0] for line in ended.stderr.splitlines()} == {*TAGGED}
    assert "edge" in tags(estate, "dev")
    for name in NAMES:
        estate[f"token-of-{name}"].faults.add("PUT", "*", None, 403)
    assert fleet("set", "Instance", "tags+=more", "--all", "--yes").returncode == 1


def test_too_many_deletions(fleet, estate):
    """`--max-deletes` is a limit of each account, checked before anything is sent to it."""
    assert fleet("delete", "Volume", "--all", "--max-deletes", "1", "--yes").returncode == 1
    assert writes(estate) == {}


def test_ctrl_c_while_plans_are_sent(fleet, estate, tmp_path):
    """Ctrl-C begins no further account; those begun come to their end, are named, and the status is 3."""
    slow = [estate[f"token-of-{name}"].faults.add("PUT", "*", None, slow_drip(1.0)) for name in NAMES]
    words = ("fleet", "--workers", "1", "set", "Instance", "tags+=edge", "--all", "--yes")
    with started(tmp_path, COMMAND, *words) as process:
        until = time.monotonic() + 40
        while not any(each.hits for each in slow) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert "no further account was begun" in errors
    assert "Traceback" not in errors
    begun = writes(estate)
    assert 0 < len(begun) < len(NAMES)
    assert all("edge" in tags(estate, name) for name in begun)


# -- not understood --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["qurey", "Instance"], "did you mean 'query'"),
        (["shell"], "a fleet runs no command 'shell'"),
        (["fleet", "query", "Instance"], "a fleet runs no command 'fleet'"),
        (["--only", "prd", "query", "Instance"], "did you mean 'prod'"),
        (["--tag", "us", "query", "Instance"], "no account with the tag 'us'"),
        (["--shard", "5/4", "query", "Instance"], "--shard takes"),
        (["--shard", "x", "query", "Instance"], "--shard takes"),
        (["query", "Instance", "--where", 'regoin == "us-east"'], "did you mean 'region'"),
        (["query", "Instance", "--profile", "x"], "the accounts file has tokens"),
        (["set", "Instance", "tags+=x", "--all", "--journal", "j", "--yes"], "--journals FOLDER"),
        (["act", "Instance", "rebuild", "--secret", "root_pass", "--all", "--yes"], "a fleet is given no secrets"),
        (["set", "Instance", "tags+=x", "--yes"], "say which"),
        (["events", "--follow"], "--follow does not end"),
    ],
)
def test_nothing_is_sent_where_it_is_not_understood(fleet, estate, words, says):
    """What is not understood is refused once, with status 2 and before any account is reached."""
    ended = fleet(*words)
    assert (ended.returncode, says in ended.stderr, ended.stdout) == (2, True, ""), ended.stderr
    assert not any(len(each.requests) for each in estate)


@pytest.mark.parametrize("text", ["", "[accounts", "accounts = 1", "[accounts]\nprod = 'a-token-itself'"])
def test_a_file_that_is_none(fleet, estate, tmp_path, text):
    """A file that holds no accounts is one line and status 1, or 2 where it has none; a token in it is not shown."""
    (tmp_path / "accounts.toml").write_text(text)
    ended = fleet("query", "Instance")
    assert ended.returncode in {1, 2}
    assert "accounts.toml" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "a-token-itself" not in ended.stderr
    assert fleet("--accounts", "nowhere.toml", "doctor").returncode == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_help(fleet, name):
    """`fleet COMMAND --help` is the help of the command."""
    ended = fleet(name, "--help")
    assert ended.returncode == 0
    assert f"linode-orm fleet {name}" in ended.stdout
