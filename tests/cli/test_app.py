"""The commands of `linode-orm`: what they say, how they end, and the account that they serve."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import click
import pytest
from click.testing import CliRunner

import linode_orm
from linode_orm import Client, CommitError, Instance, NotFound, Region, Session, Unauthorized, Volume
from linode_orm.cli.app import app
from linode_orm.testing import recorder
from tests.proofs.cassettes.playing import Canned

COMMAND = [sys.executable, "-c", "from linode_orm.cli import main; main()"]


def said(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, arguments)


@contextmanager
def serving(*arguments):
    """Run `linode-orm simulate` on a free port; give the process and its address."""
    command = [*COMMAND, "simulate", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            yield process, re.search(r"(http://\S+)/v4 ", line)[1]
        finally:
            if process.poll() is None:
                process.terminate()


def connected(url, token="any"):
    """Give a session of a served account."""
    return Session(client=Client(token, base_url=url, timeout=5.0, deadline=5.0))


def test_version():
    """`--version` gives the package's own."""
    assert said("--version").output == f"linode-orm, version {linode_orm.__version__}\n"


def test_help():
    """Each command says in one sentence what it does."""
    text = said("--help").output
    assert re.search(r"demo +Run the tour", text)
    assert re.search(r"simulate +Serve a simulated account", text)


def test_demo():
    """`demo` runs in this process as well."""
    ended = said("demo")
    assert ended.exit_code == 0
    assert "requests in all" in ended.output


def test_errors_in_one_line():
    """An error of the library is one line on stderr, and ends with 1."""

    @click.command()
    def failing():
        raise NotFound("GET /volumes/1: 404 Not found\n  look elsewhere", status=404)

    group = type(app)(commands={"failing": failing})
    ended = CliRunner().invoke(group, ["failing"])
    assert ended.exit_code == 1
    assert ended.stderr == "NotFound: GET /volumes/1: 404 Not found look elsewhere\n"
    assert not ended.stdout


def test_unknown_command():
    """A mistyped command ends with 2, like every click program."""
    assert said("dmeo").exit_code == 2


@pytest.mark.parametrize(
    "wrong", [["--port", "70000"], ["--fleet", "-1"], ["--job-seconds", "-1"], ["--latency", "x"]], ids=" ".join
)
def test_wrong_options(wrong):
    """Options out of range are refused before anything is served."""
    ended = said("simulate", *wrong)
    assert ended.exit_code == 2
    assert wrong[0] in ended.output


def test_port_in_use():
    """A port that is taken is said in one line, and ends with 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = said("simulate", "--port", str(taken.getsockname()[1]))
    assert ended.exit_code == 1
    assert re.fullmatch(r"Error: cannot listen on 127\.0\.0\.1:\d+: .+\n", ended.stderr)


def test_empty_account():
    """Without `--fleet` there are the public catalogues and nothing else."""
    with serving() as (_, url), connected(url) as session:
        assert session.query(Instance).count() == 0
        assert session.query(Volume).count() == 0
        assert session.query(Region).count() > 10


@pytest.mark.slow
def test_fleet():
    """`--fleet N` begins with N Linodes, which a session reads, changes and waits for."""
    with serving("--fleet", "12", "--job-seconds", "0.1") as (_, url), connected(url) as session:
        instances = session.query(Instance).all()
        assert len(instances) == 12
        instances[0].tags.add("edge")
        assert len(session.commit().applied) == 1
        instances[0].shutdown()
        instances[0].wait_until(Instance.status == "offline", timeout=10)
        with connected(url) as other:
            found = other.load(Instance, instances[0].id)
            assert (found.status, "edge" in found.tags) == ("offline", True)


def test_bad_token():
    """A token that begins with `bad` is refused, any other is good."""
    with serving() as (_, url), connected(url, "bad-one") as session, pytest.raises(Unauthorized):
        session.load(Instance, 1)


def test_refusals_have_the_apis_words():
    """A commit that the simulated API refuses says why."""
    with serving("--fleet", "1") as (_, url), connected(url) as session:
        session.add(Instance(region="us-east", type="no-such-plan"))
        with pytest.raises(CommitError) as caught:
            session.commit()
    (failed,) = caught.value.failed
    assert failed.error.status == 400
    assert failed.error.errors


@pytest.mark.slow
def test_latency():
    """`--latency` is how long each request takes."""
    with serving("--latency", "0.2") as (_, url), connected(url) as session:
        began = time.monotonic()
        session.query(Instance).count()
        assert time.monotonic() - began >= 0.2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_official_library_as_client():
    """linode_api4 lists, creates, changes, walks and deletes in the served account."""
    api4 = pytest.importorskip("linode_api4", reason="an extra of the benchmarks")
    with serving("--fleet", "3") as (_, url):
        client = api4.LinodeClient("any", base_url=f"{url}/v4")
        assert len(client.linode.instances()) == 3
        assert [each.label for each in client.linode.instances(api4.Instance.label == "db-1")] == ["db-1"]
        made = client.linode.instance_create("g6-nanode-1", "us-east", label="made")
        assert (made.label, made.region.id) == ("made", "us-east")
        made.label = "renamed"
        assert made.save()
        assert client.load(api4.Instance, made.id).label == "renamed"
        domain = client.domain_create("example.org", soa_email="me@example.org")
        record = domain.record_create("A", name="www", target="203.0.113.5")
        assert [each.id for each in client.load(api4.Domain, domain.id).records] == [record.id]
        volume = client.volume_create("data", region="us-east", size=20)
        assert volume.delete()
        with pytest.raises(api4.ApiError) as caught:
            client.load(api4.Volume, volume.id)
        assert (caught.value.status, caught.value.errors) == (404, ["Not found"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c():
    """Ctrl-C ends it with 0 and frees the port."""
    with serving() as (process, url):
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert output.endswith("Bye.\n")
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


def test_a_cassette_is_listed(tmp_path):
    """`cassette show` prints a line for each request, with its answer, and what was sent below it."""
    answers = Canned(lambda request: (404, {}) if request.path == "/gone" else {"id": 5})
    with recorder(tmp_path, record=True).use_cassette("x"), Client("any-token", transport=answers) as client:
        client.request("POST", "/volumes", body={"label": "a\x1b[31m", "password": "very secret"})
        client.request("GET", "/volumes", query={"page": 1}, x_filter={"label": "a"})
        with pytest.raises(NotFound):
            client.request("GET", "/gone")
    shown = said("cassette", "show", str(tmp_path / "x.yaml"))
    lines = shown.output.splitlines()
    assert shown.exit_code == 0
    assert lines[0].startswith("x.yaml: 3 requests, made ")
    assert "POST /v4/volumes  -> 200" in lines[1]
    assert "***1" in lines[2]
    assert "GET /v4/volumes?page=1  -> 200" in lines[3]
    assert 'filter {"label": "a"}' in lines[4]
    assert "GET /v4/gone  -> 404" in lines[5]
    assert "very secret" not in shown.output
    assert "\x1b" not in shown.output


def test_what_is_no_cassette_is_not_listed(tmp_path):
    """A file that is missing or no cassette is one line on standard error, and the command ends with 1."""
    (tmp_path / "x.yaml").write_text("a: 1", encoding="utf-8")
    for name, problem in (("none.yaml", "there is no cassette"), ("x.yaml", "is no cassette")):
        shown = said("cassette", "show", str(tmp_path / name))
        assert shown.exit_code == 1
        assert shown.stderr.count("\n") == 1
        assert problem in shown.stderr
