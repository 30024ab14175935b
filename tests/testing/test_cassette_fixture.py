"""The fixture `linode_cassette` in a fresh project: recorded from a simulated account over HTTP, replayed offline."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

SERVED = """
import pytest
from linode_orm.simulator import Simulator, serve

@pytest.fixture(autouse=True)
def account(monkeypatch):
    with Simulator() as sim, serve(sim) as server:
        sim.seed(instances=12, volumes=2)
        monkeypatch.setenv("LINODE_API_URL", server.url)
        monkeypatch.setenv("LINODE_TOKEN", "a-secret-token")
        yield sim
"""

TESTS = """
import threading
import pytest
from linode_orm import Client, Instance, Session, Volume
from linode_orm.testing import assert_requests

def edit(session):
    for each in session.query(Instance):
        each.group = "fleet"
    session.commit()

def test_fixtures(linode_session, linode_cassette):
    assert linode_session.client.workers == 8
    with assert_requests(linode_session, 13):
        edit(linode_session)
    assert len(linode_cassette) == 13

@pytest.mark.usefixtures("linode_cassette")
def test_own_session():
    with Session() as session:
        edit(session)

@pytest.mark.usefixtures("linode_cassette")
@pytest.mark.linode(max_requests=13)
def test_most_requests():
    edit(Session())

class TestClass:
    @pytest.mark.parametrize("label", ["a/b", "a:b", "plain"])
    def test_named(self, linode_cassette, linode_session, label):
        assert linode_session.query(Volume).filter(Volume.label == label).all() == []
"""


def names(pytester):
    """Give the cassettes of a project."""
    return sorted(path.relative_to(pytester.path).as_posix() for path in pytester.path.rglob("*.yaml"))


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["plain", "xdist"])
def test_recorded_once_and_replayed(project, pytester, monkeypatch, workers):
    """`--linode-record=once` records each test on its own cassette, and without it each is replayed, with any token."""
    if workers:
        pytest.importorskip("xdist", reason="a development tool")
    run = project("--linode-record=once", *workers, conftest=SERVED, test_tapes=TESTS)
    assert set(run.outcomes.values()) == {"PASSED"}, run.text
    found = names(pytester)
    assert len(found) == 6
    assert {"cassettes/test_tapes/test_fixtures.yaml", "cassettes/test_tapes/test_own_session.yaml"} <= set(found)
    assert "a-secret-token" not in "".join((pytester.path / each).read_text(encoding="utf-8") for each in found)
    before = {each: (pytester.path / each).read_bytes() for each in found}
    monkeypatch.setenv("LINODE_TOKEN", "another-token")
    replayed = project(*workers, conftest="", test_tapes=TESTS)
    assert replayed.outcomes == run.outcomes, replayed.text
    again = project("--linode-record=once", *workers, conftest="", test_tapes=TESTS)
    assert again.outcomes == run.outcomes
    assert {each: (pytester.path / each).read_bytes() for each in names(pytester)} == before


def test_recorded_anew(project, pytester):
    """`--linode-record=all` records every cassette again."""
    files = {"conftest": SERVED, "test_tapes": TESTS.split("class TestClass", maxsplit=1)[0]}
    project("--linode-record=once", **files)
    path = pytester.path / "cassettes" / "test_tapes" / "test_fixtures.yaml"
    path.write_text("nothing of a cassette")
    assert project(**files).outcomes["test_fixtures"] == "ERROR"
    run = project("--linode-record=all", **files)
    assert set(run.outcomes.values()) == {"PASSED"}
    assert "interactions" in path.read_text()


def test_a_cassette_that_is_missing(project):
    """A replay without a cassette names its path and the command that records it, and reaches nothing."""
    run = project(conftest=SERVED, test_tapes=TESTS)
    assert set(run.outcomes.values()) == {"ERROR"}
    assert (
        "test_tapes/test_fixtures.yaml; pytest --linode-record=once 'test_tapes.py::test_fixtures' records it"
        in run.text
    )


def test_another_request_than_was_recorded(project):
    """A test that has changed since its recording fails with the difference, also where it swallowed the error."""
    text = """
    from linode_orm import Client, LinodeORMError, Session, Volume

    def test_raised(linode_session, linode_cassette):
        linode_session.query(Volume).filter(Volume.label == "LABEL").all()

    def test_swallowed(linode_client, linode_cassette):
        try:
            linode_client.request("GET", "/volumes", query={"page": 1}, x_filter={"label": "LABEL"})
        except LinodeORMError:
            pass
    """
    files = {"conftest": SERVED, "test_tapes": text}
    assert set(project("--linode-record=once", **files).outcomes.values()) == {"PASSED"}
    run = project(**{**files, "test_tapes": text.replace("LABEL", "other")})
    assert run.outcomes == {"test_raised": "FAILED", "test_swallowed": "ERROR"}
    assert "other" in run.text
    assert "LABEL" in run.text
    assert run.text.count("ERROR at teardown") == 1


def test_what_a_failed_test_recorded_is_not_kept(project, pytester):
    """A test that fails while it is recorded leaves no cassette, and one that was there stays as it was."""
    text = """
    from linode_orm import Volume

    def test_one(linode_session, linode_cassette):
        assert linode_session.query(Volume).count() == NUMBER
    """
    files = {"conftest": SERVED, "test_tapes": text}
    wrong = {**files, "test_tapes": text.replace("NUMBER", "5")}
    assert project("--linode-record=once", **wrong).outcomes == {"test_one": "FAILED"}
    assert names(pytester) == []
    assert project("--linode-record=once", **{**files, "test_tapes": text.replace("NUMBER", "2")}).outcomes == {
        "test_one": "PASSED"
    }
    before = (pytester.path / names(pytester)[0]).read_bytes()
    assert project("--linode-record=all", **wrong).outcomes == {"test_one": "FAILED"}
    assert (pytester.path / names(pytester)[0]).read_bytes() == before


def test_the_guard_is_open_for_a_recording_alone(project, pytester):
    """A recording may reach the real API, and neither a replay nor another test of the same run may."""
    text = """
    import pytest
    from linode_orm import Client, LinodeORMError

    @pytest.fixture(autouse=True)
    def nobody_answers(monkeypatch):
        def refuse(address, *arguments, **options):
            raise ConnectionRefusedError(address)
        monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
        monkeypatch.setenv("LINODE_TOKEN", "token")

    def test_recorded(linode_client, linode_cassette):
        with pytest.raises(LinodeORMError, match="refused|broke"):
            linode_client.request("GET", "/volumes")

    def test_other():
        with pytest.raises(LinodeORMError):
            Client("token").request("GET", "/volumes")
    """
    run = project("--linode-record=all", test_tapes=text)
    assert run.outcomes["test_other"] == "FAILED"
    assert run.outcomes["test_recorded"] == "PASSED", run.text


def test_most_requests_of_a_cassette(project):
    """`max_requests` counts what is played or recorded where the test makes its own client."""
    text = TESTS.split("class TestClass", maxsplit=1)[0].replace("max_requests=13", "max_requests=12")
    run = project("--linode-record=once", "-k", "most_requests", conftest=SERVED, test_tapes=text)
    assert run.outcomes == {"test_most_requests": "FAILED"}
    assert "requests: at most 12 expected, 13 on test_most_requests.yaml" in run.text


def test_options_of_the_recorder(project):
    """`linode_cassette_options` gives the recorder keys that are secrets, or that only look like some."""
    options = """
@pytest.fixture(scope="session")
def linode_cassette_options():
    return {"secret_keys": ["label"]}
"""
    text = """
    from linode_orm import Volume

    def test_one(linode_session, linode_cassette):
        assert linode_session.query(Volume).count() == 2
    """
    run = project("--linode-record=once", conftest=SERVED + options, test_tapes=text)
    assert run.outcomes == {"test_one": "PASSED"}, run.text
