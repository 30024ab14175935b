"""What `query`, `show`, `models` and `diff` print: tables for people, JSON, JSON lines and CSV for programs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from linode_orm import Instance, Session, Tag, Volume
from linode_orm.cli.app import app
from tests.cli.fresh import COMMAND, python, started

EVIL = "a\x1b]0;x\x07\x9b31m\u202eb"


def said(*arguments):
    """Run a command in this process; it has to end well."""
    ended = CliRunner().invoke(app, [str(each) for each in arguments])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def rows(*arguments):
    """Run a command that prints JSON lines."""
    return [json.loads(line) for line in said(*arguments, "--format", "jsonl").splitlines()]


def test_a_table_for_people(account):
    """A table has a line of names and a line for each match, with the columns that one looks for first."""
    head, *lines = said("query", "instances").splitlines()
    assert head.split()[:3] == ["id", "label", "status"]
    assert len(lines) == 12
    assert len(account.requests) == 1


def test_json_has_whole_objects(account):
    """JSON is one array of the objects with the keys of the API, nested values too."""
    found = json.loads(said("query", "Instance", "--format", "json"))
    assert len(found) == 12
    assert found[0]["specs"]["memory"] > 0
    assert found[0]["created"].endswith("Z")
    assert json.loads(said("query", "Instance", "--where", "id == 1", "--format", "json")) == []


def test_json_lines_are_objects(account):
    """Each line is one object."""
    assert [each["label"] for each in rows("query", "Instance", "--limit", 2)] == [
        each["label"] for each in rows("query", "Instance")
    ][:2]


def test_columns(account):
    """Columns are named by their paths, in nested values and over references."""
    found = rows("query", "Volume", "--columns", "id,label,linode.label,linode,linode.specs.memory")
    assert len(found) == 4
    assert [*found[0]] == ["id", "label", "linode.label", "linode", "linode.specs.memory"]
    assert len(account.requests) == 2


def test_csv(account):
    """CSV has a line of names, once, and every field of one value where no columns are named."""
    found = list(csv.DictReader(io.StringIO(said("query", "Instance", "--format", "csv"))))
    assert len(found) == 12
    assert {"id", "label", "region", "specs.memory"} <= found[0].keys()
    empty = said("query", "Instance", "--where", "id == 1", "--columns", "id,tags", "--format", "csv")
    assert empty == "id,tags\n"


def test_order_and_limit(account):
    """Rows come in the order that is asked for, from the largest where a minus stands before the name."""
    labels = [each["label"] for each in rows("query", "Instance", "--order-by=-label", "--limit", "5")]
    assert labels == sorted((each["label"] for each in rows("query", "Instance")), reverse=True)[:5]
    found = [(each["region"], -each["id"]) for each in rows("query", "Instance", "--order-by=region,-id")]
    assert found == sorted(found)


def test_a_condition_is_evaluated(account):
    """Only what meets the condition is printed."""
    wanted = {each["id"] for each in rows("query", "Volume") if each["linode_id"] is not None}
    assert {each["id"] for each in rows("query", "Volume", "--where", "linode.has(id > 0)")} == wanted


def test_explain_sends_nothing(account):
    """`--explain` says what would be sent."""
    assert "GET /linode/instances" in said("query", "Instance", "--where", "label == 'x'", "--explain")
    assert not len(account.requests)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_nothing_of_the_server_controls_a_terminal(account, form):
    """Control characters of labels are escaped in every format."""
    with Session() as session:
        instance = session.query(Instance).first()
    account.change(f"/linode/instances/{instance.id}", label=EVIL, tags=[EVIL], group=f'{EVIL}\r\nx,"y"')
    for arguments in (
        ["query", "Instance"],
        ["query", "Instance", "--columns", "label,tags,group"],
        ["show", "Instance", instance.id],
    ):
        text = said(*arguments, "--format", form)
        assert [each for each in text if not each.isprintable() and each not in "\n\t"] == []
        assert "31m" in text


def test_secrets_are_masked(account):
    """A secret of an answer is `***`."""
    account.make.token(label="x")
    for form in ("json", "csv", "table"):
        text = said("query", "Token", "--columns", "label,token", "--format", form)
        assert "***" in text


def test_one_object_whole(account):
    """`show` prints every field, nested ones below their name; JSON has the same."""
    with Session() as session:
        instance = session.query(Instance).first()
    text = said("show", "Instance", instance.id)
    assert "specs\n  " in text
    assert json.loads(said("show", "Instance", instance.id, "--format", "json"))["label"] == instance.label
    assert said("show", "Account").startswith("active_promotions")


def test_a_child_is_shown_below_its_parent(account):
    """A parent's id stands behind that of its child."""
    record = rows("query", "DomainRecord")[0]
    domain = rows("query", "Domain")[0]
    assert str(record["id"]) in said("show", "DomainRecord", record["id"], domain["id"])


def test_models(account):
    """`models` lists classes; with one its fields, who changes them, and its actions; it sends nothing."""
    assert len(rows("models")) > 100
    found = {each["name"]: each for each in rows("models", "Instance")}
    assert found["label"]["changed by"] == "set"
    assert found["status"]["changed by"] == "the server"
    assert found["label"]["filterable"]
    assert not found["status"]["filterable"]
    assert "resize(type, [allow_auto_disk_resize], [migration_type])" in said("models", "Instance")
    assert not len(account.requests)


def test_diff_in_lines(account, tmp_path):
    """`diff` prints what differs like a plan, or as JSON lines, and ends with 3."""
    file = str(tmp_path / "old.sqlite")
    said("snapshot", file, "Instance")
    with Session() as session:
        session.query(Instance).first().label = "renamed"
        session.commit()
    runner = CliRunner()
    text = runner.invoke(app, ["diff", file])
    assert (text.exit_code, '-> "renamed"' in text.stdout) == (3, True)
    lines = runner.invoke(app, ["diff", file, "--format", "jsonl"]).stdout.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["changed"]


@pytest.mark.slow
def test_the_first_line_comes_before_the_last_page(account, tmp_path):
    """JSON lines are printed page by page: the first arrives while a later page is kept back."""
    account.seed(instances=1_400)
    account.faults.add("GET", "/linode/instances", range(3, 1_000), 503)
    with started(tmp_path, COMMAND, "query", "Instance", "--format", "jsonl") as process:
        assert json.loads(process.stdout.readline())["label"]
        assert process.poll() is None


@pytest.mark.slow
def test_ascii_is_enough(account, tmp_path):
    """An output that knows ASCII alone takes every format."""
    with Session() as session:
        session.add(Volume(label="data", region="us-east", size=20))
        session.commit()
        session.add(Tag(label="prüfung"))
        session.commit()
    for form in ("table", "jsonl", "csv"):
        ended = python(tmp_path, COMMAND, "query", "Tag", "--format", form, PYTHONIOENCODING="ascii:backslashreplace")
        assert ended.returncode == 0, ended.stderr
        assert "pr" in ended.stdout


def test_a_list_that_is_refused(account):
    """Children of the other parents are printed, the refused list is named, and the status is 3."""
    account.seed(domains=1, records=1)
    account.faults.add("GET", "/domains/*/records", 1, 403)
    ended = CliRunner().invoke(app, ["query", "DomainRecord", "--format", "jsonl"])
    assert ended.exit_code == 3
    assert ended.stdout
    assert "403" in ended.stderr
