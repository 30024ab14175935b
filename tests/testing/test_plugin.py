"""The plugin in a fresh project: its fixtures and marks, beside other plugins."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

LOOK = """
import json, sys
before = set(sys.modules)
import linode_orm.testing.plugin
print(json.dumps(sorted(name for name in set(sys.modules) - before)))
"""


def test_it_imports_nothing_heavy():
    """Loading the plugin imports neither sessions, models, the simulator nor another library."""
    command = [sys.executable, "-c", "import pytest\n" + LOOK]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rooms = {name.split(".")[1] for name in found if name.startswith("linode_orm.")}
    assert rooms == {"_lazy", "_test_run", "_unknown_names", "testing"}
    assert {name.split(".")[0] for name in found} <= {"linode_orm", *sys.stdlib_module_names}


def test_fixtures(project):
    """The fixtures are found, belong to one account, and are new for each test."""
    run = project(
        "--strict-markers",
        "-W",
        "error",
        test_fixtures="""
        import pytest
        from linode_orm import Client, Instance, Session
        from linode_orm.simulator import Simulator

        def test_types(linode_simulator, linode_client, linode_session):
            assert isinstance(linode_simulator, Simulator)
            assert isinstance(linode_client, Client)
            assert isinstance(linode_session, Session)

        def test_one_account(linode_session, linode_simulator, linode_client):
            linode_simulator.seed(instances=2)
            assert linode_session.client is linode_client
            assert linode_session.query(Instance).count() == 2

        def test_new_for_each_test(linode_session):
            assert linode_session.query(Instance).count() == 0

        def test_session_alone(linode_session):
            assert linode_session.query(Instance).all() == []

        @pytest.fixture
        def mine(linode_session):
            yield linode_session
            with pytest.raises(Exception, match="closed"):
                linode_session.client.close() or linode_session.query(Instance).all()

        def test_fixtures_over_them(mine):
            assert mine.query(Instance).all() == []
        """,
    )
    assert set(run.outcomes.values()) == {"PASSED"}
    assert len(run.outcomes) == 5


def test_whose_client(project):
    """A client is one of the real API in a marked test, unless the test asks for the simulated account itself."""
    run = project(
        test_client="""
        import pytest
        from linode_orm import ConfigError
        from linode_orm.wire.http import HttpTransport

        @pytest.mark.linode_real
        def test_real(request, monkeypatch):
            with pytest.raises(ConfigError, match="no token"):
                request.getfixturevalue("linode_client")

        @pytest.mark.linode_real
        def test_real_with_a_token(request, monkeypatch):
            monkeypatch.setenv("LINODE_TOKEN", "token")
            client = request.getfixturevalue("linode_session").client
            assert isinstance(client.transport, HttpTransport)

        @pytest.mark.linode_real
        def test_simulated(linode_client, linode_simulator):
            assert linode_client.transport is linode_simulator.transport
        """
    )
    assert run.outcomes == {"test_real": "PASSED", "test_real_with_a_token": "PASSED", "test_simulated": "PASSED"}


def test_listed(project):
    """`--fixtures`, `--markers` and `--help` explain the fixtures, the marks and the option."""
    shown = "".join(project(option).text for option in ("--fixtures", "--markers", "--help"))
    for name in ("linode_simulator", "linode_client", "linode_session", "linode_cassette"):
        assert name in shown
    assert "@pytest.mark.linode(fault=..., max_requests=...):" in shown
    assert "@pytest.mark.linode_real:" in shown
    assert "--linode-record={none,once,all}" in shown


def test_faults(project):
    """A fault of the mark occurs, in every spelling; those of class and module come before those of the test."""
    run = project(
        test_faults="""
        import pytest
        from linode_orm import ApiError, Instance, TransportError, Volume
        from linode_orm.simulator import status

        def sent(sim):
            return [(each.path, each.fault) for each in sim.requests]

        @pytest.mark.linode(fault=("GET", "/volumes", 2, 502))
        def test_four(linode_session, linode_simulator):
            linode_session.query(Volume).all()
            linode_session.query(Volume).all()
            assert sent(linode_simulator) == [("/volumes", None), ("/volumes", "status 502"), ("/volumes", None)]

        @pytest.mark.linode(fault=("GET", "/volumes", "reset_before"))
        def test_three(linode_session, linode_simulator):
            linode_session.query(Volume).all()
            assert sent(linode_simulator)[0] == ("/volumes", "reset_before")

        @pytest.mark.linode(fault=502)
        def test_action_alone(linode_session, linode_simulator):
            linode_session.query(Volume).all()
            assert sent(linode_simulator)[0] == ("/volumes", "status 502")

        @pytest.mark.linode(fault=status(403))
        def test_made_action(linode_session):
            with pytest.raises(ApiError, match="403"):
                linode_session.query(Volume).all()

        @pytest.mark.linode(fault={"path": "/volumes", "action": 502})
        def test_mapping(linode_session, linode_simulator):
            linode_session.query(Instance).all()
            linode_session.query(Volume).all()
            assert sent(linode_simulator)[1] == ("/volumes", "status 502")

        @pytest.mark.linode(fault=[("GET", "/volumes", 1, 502), ("GET", "/linode/instances", 1, 503)])
        class TestClass:
            @pytest.mark.linode(fault=("GET", "/domains", 1, 500))
            def test_several(self, linode_simulator, linode_client):
                for path in ("/volumes", "/linode/instances", "/domains"):
                    linode_client.request("GET", path)
                assert [fault for _, fault in sent(linode_simulator) if fault] == ["status 502", "status 503", "status 500"]
        """
    )
    assert set(run.outcomes.values()) == {"PASSED"}, run.text
    assert len(run.outcomes) == 6


def test_marks_that_are_not_kept(project):
    """A fault that never occurred, too many requests, and a mark on a test without the fixtures fail the test."""
    run = project(
        test_marks="""
        import pytest
        from linode_orm import Instance, Volume

        @pytest.mark.linode(fault=("PUT", "/volumes/*", 1, 502))
        def test_no_fault(linode_session):
            linode_session.query(Volume).all()

        @pytest.mark.linode(fault=("GET", "/volumes", 3, 502))
        def test_too_few_for_the_fault(linode_session):
            linode_session.query(Volume).all()

        @pytest.mark.linode(fault=502)
        def test_no_account():
            pass

        @pytest.mark.linode(max_requests=1)
        def test_too_many(linode_session):
            linode_session.query(Volume).all()
            linode_session.query(Instance).all()

        @pytest.mark.linode(max_requests=0)
        def test_other_clients_count(linode_simulator):
            linode_simulator.client().request("GET", "/domains")

        @pytest.mark.linode(max_requests=3)
        def test_nothing_counted():
            pass

        @pytest.mark.linode(max_requests=1)
        def test_its_own_error_first(linode_session):
            linode_session.query(Volume).all()
            linode_session.query(Instance).all()
            assert False, "mine"

        @pytest.mark.linode(max_requests=2)
        def test_kept(linode_session):
            linode_session.query(Volume).all()

        @pytest.mark.linode(max_requests=0)
        class TestClosest:
            @pytest.mark.linode(max_requests=1)
            def test_closest(self, linode_session):
                linode_session.query(Volume).all()
        """
    )
    passed = {name for name, outcome in run.outcomes.items() if outcome == "PASSED"}
    assert passed == {"test_kept", "test_closest"}
    assert len(run.outcomes) == 9
    for said in (
        "the fault of the mark never occurred: PUT /volumes/*, nth=1, 502; 0 requests fitted",
        "the fault of the mark never occurred: GET /volumes, nth=3, 502; 1 requests fitted",
        "a fault of the mark occurs in the simulated account; the test uses neither it nor a client of it",
        "requests: at most 1 expected, 2 sent:\n  1. GET /volumes\n  2. GET /linode/instances",
        "requests: at most 0 expected, 1 sent:\n  1. GET /domains",
        "max_requests=3 counts the requests of linode_simulator or linode_client; the test uses neither",
    ):
        assert said in run.text
    assert "AssertionError: mine" in run.text


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("faults=502", "takes fault= and max_requests=, not faults"),
        ("502", "takes fault= and max_requests=, not 502"),
        ("max_requests='3'", "max_requests is a whole number from 0 on, not '3'"),
        ("fault=('GET', 502)", "a fault is (method, path, nth, action), a list of them, or an action"),
        ("fault={'method': 'GET'}", "a fault is (method, path, nth, action)"),
    ],
)
def test_marks_that_make_no_sense(project, mark, said):
    """A mark that says what there is not fails its test before the test begins."""
    run = project(
        test_one=f"import pytest\n@pytest.mark.linode({mark})\ndef test_one(linode_session): assert False, 'ran'"
    )
    assert run.outcomes == {"test_one": "ERROR"}
    assert said in run.text
    assert "AssertionError: ran" not in run.text


def test_a_fault_that_there_is_not(project):
    """A misspelt fault is an error of the test that names it, and the faults that there are."""
    run = project(test_one="import pytest\n@pytest.mark.linode(fault='resett')\ndef test_one(linode_session): pass")
    assert run.outcomes == {"test_one": "ERROR"}
    assert "no fault is called 'resett'; there are html502" in run.text


def test_beside_pytest_asyncio(project):
    """The fixtures work in tests of pytest-asyncio, whose loop is no way around the network guard."""
    pytest.importorskip("pytest_asyncio", reason="an extra")
    run = project(
        "-p",
        "pytest_asyncio.plugin",
        test_async="""
        import asyncio
        import pytest, pytest_asyncio
        from linode_orm import Instance, Session

        @pytest_asyncio.fixture
        async def seeded(linode_simulator):
            linode_simulator.seed(instances=2)

        @pytest.mark.asyncio
        async def test_fixture(seeded, linode_session):
            assert len(linode_session.query(Instance).all()) == 2

        @pytest.mark.asyncio
        async def test_guarded():
            def read():
                with pytest.raises(Exception):
                    Session("token").query(Instance).all()
            await asyncio.to_thread(read)

        @pytest.mark.asyncio
        async def test_guarded_look_up():
            with pytest.raises(Exception):
                await asyncio.get_running_loop().getaddrinfo("api.linode.com", 443)

        @pytest.mark.asyncio
        @pytest.mark.linode(max_requests=1)
        async def test_mark(linode_session):
            linode_session.query(Instance).all()
            linode_session.query(Instance).all()
        """,
    )
    assert run.outcomes == {
        "test_fixture": "PASSED",
        "test_guarded": "FAILED",
        "test_guarded_look_up": "FAILED",
        "test_mark": "FAILED",
    }


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["plain", "xdist"])
def test_beside_pytest_recording(project, workers):
    """Under pytest-recording a client loses nothing with its 8 workers, and the run says that it sends one by one."""
    pytest.importorskip("pytest_recording", reason="an extra")
    files = {
        "conftest": """
        import pytest
        from linode_orm.simulator import Simulator, serve

        @pytest.fixture
        def account(monkeypatch):
            with Simulator() as sim, serve(sim) as server:
                sim.seed(instances=20)
                monkeypatch.setenv("LINODE_API_URL", server.url)
                yield sim

        @pytest.fixture(scope="module")
        def vcr_config():
            return {"ignore_localhost": False, "match_on": ["method", "path", "query"]}
        """,
        "test_vcr": """
        import pytest
        from linode_orm import Instance, Session

        def edit(session):
            instances = session.query(Instance).all()
            for each in instances:
                each.group = "fleet"
            session.commit()
            return len(instances)

        @pytest.mark.vcr
        def test_own_session(account, vcr):
            with Session("token") as session:
                assert edit(session) == 20
            assert len(vcr) == 21

        @pytest.mark.vcr
        def test_fixture(account, linode_session, vcr):
            assert linode_session.client.workers == 1
            assert edit(linode_session) == 20
            assert len(vcr) == 21

        def test_not_recorded(linode_session):
            assert linode_session.client.workers == 8
        """,
    }
    beside = ("-p", "pytest_recording.plugin", *workers)
    run = project(*beside, "--record-mode=once", **files)
    assert set(run.outcomes.values()) == {"PASSED"}, run.text
    assert "2 tests ran under vcrpy, which loses what several threads send: their clients had one worker" in run.text
    files["conftest"] = (
        files["conftest"].replace("sim.seed(instances=20)", "").replace("server.url", "'http://127.0.0.1:9'")
    )
    replayed = project(*beside, "--block-network", **files)
    assert set(replayed.outcomes.values()) == {"PASSED"}, replayed.text


def test_a_replay_of_pytest_recording_is_guarded(project):
    """A test of pytest-recording whose cassette lacks the request, and one in no recording mode, reach nothing."""
    pytest.importorskip("pytest_recording", reason="an extra")
    text = """
    import pytest
    from linode_orm import Instance, Session

    @pytest.mark.vcr
    def test_one():
        with pytest.raises(Exception):
            Session("token").query(Instance).all()
    {config}
    """
    config = """
    @pytest.fixture(scope="module")
    def vcr_config():
        return {"record_mode": "new_episodes"}
    """
    assert project("-p", "pytest_recording.plugin", test_one=text.replace("{config}", "")).outcomes == {
        "test_one": "PASSED"
    }
    run = project("-p", "pytest_recording.plugin", test_one=text.replace("{config}", config))
    assert run.outcomes == {"test_one": "FAILED"}
    assert "no test may reach the real API" in run.text
