"""The network guard, in a fresh project: which tests it fails, with which message, and what it leaves alone."""

from __future__ import annotations

import socket

import pytest

from linode_orm import InvalidRequestError
from linode_orm.testing.plugin.network_guard import API_HOST, NetworkGuard

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

REACHING = """
import asyncio, socket, threading, urllib.request
import pytest, requests
from linode_orm import Client, Instance, LinodeORMError, Session, Volume, sessionmaker

URL = "https://api.linode.com/v4/regions"


def test_session():
    Session("token").query(Instance).all()

def test_swallowed():
    try:
        Session("token").query(Instance).all()
    except LinodeORMError:
        pass

def test_everything_swallowed():
    try:
        Client("token").request("GET", "/volumes")
    except BaseException:
        pass

def test_another_error():
    try:
        Client("token").request("GET", "/volumes")
    except LinodeORMError:
        found = None
    assert found == []

def test_commit():
    session = Session("token")
    session.add(Volume(label="a", region="us-east", size=20))
    session.commit()

def test_thread():
    def work():
        try:
            Client("token").request("GET", "/volumes")
        except Exception:
            pass
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

def test_workers():
    with Client("token") as client:
        assert all(each.error for each in client.send_all(requests_of(5)))

def requests_of(number):
    from linode_orm.wire import Request
    return [Request("GET", "/volumes") for _ in range(number)]

def test_another_address():
    with pytest.raises(LinodeORMError):
        Client("token", base_url="https://api.example.com").request("GET", "/volumes")

def test_requests():
    with pytest.raises(Exception):
        requests.get(URL, timeout=5)

def test_requests_by_proxy():
    with pytest.raises(Exception):
        requests.get(URL, timeout=5, proxies={"https": PROXY})

def test_client_by_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    with pytest.raises(LinodeORMError):
        Client("token").request("GET", "/volumes")

def test_urllib():
    with pytest.raises(Exception):
        urllib.request.urlopen(URL, timeout=5)

def test_asyncio():
    async def connect():
        with pytest.raises(LinodeORMError):
            await asyncio.open_connection("api.linode.com", 443)
    asyncio.run(connect())

def test_look_up():
    with pytest.raises(LinodeORMError):
        socket.gethostbyname("monitor-api.linode.com")

@pytest.fixture
def regions():
    try:
        yield None
    finally:
        with pytest.raises(LinodeORMError):
            Client("token").request("GET", "/regions")

def test_teardown(regions):
    pass

@pytest.fixture
def early():
    with pytest.raises(LinodeORMError):
        Client("token").request("GET", "/regions")

def test_setup(early):
    pass

@pytest.mark.parametrize("name", ["api.linode.com"])
def test_parametrized(name):
    with pytest.raises(LinodeORMError):
        socket.getaddrinfo(name, 443)
"""

HARMLESS = """
import socket, sys
import pytest
from linode_orm import Client, ConfigError, Instance, Session
from linode_orm.simulator import Simulator, serve


def test_fixture(linode_session):
    assert linode_session.query(Instance).all() == []

def test_loopback():
    with Simulator() as sim, serve(sim) as server, Session("token", base_url=server.url) as session:
        assert session.query(Instance).all() == []

def test_names_of_others():
    assert socket.getaddrinfo("localhost", 80)

def test_a_client_that_sends_nothing():
    Client("token").close()

@pytest.mark.linode_real
def test_marked(monkeypatch):
    asked = []
    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda address, *_, **__: asked.append(address) or 1 / 0)
    with pytest.raises(Exception):
        Client("token", deadline=1).request("GET", "/volumes")
    assert asked[0] == ("api.linode.com", 443)
"""

UNITTEST = """
import unittest
from linode_orm import Client

class Case(unittest.TestCase):
    def test_in_unittest(self):
        try:
            Client("token").request("GET", "/volumes")
        except Exception:
            pass
"""


def with_proxy(text):
    """Put the address of a proxy in a test: a port of this machine at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return text.replace("PROXY", repr(f"http://127.0.0.1:{free.getsockname()[1]}"))


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["plain", "xdist"])
def test_it_fails_tests_that_would_reach_the_api(project, workers):
    """Every test that would reach the API fails, also where it swallowed the error, by threads, and under `-n 2`."""
    if workers:
        pytest.importorskip("xdist", reason="a development tool")
    run = project(*workers, test_reaching=with_proxy(REACHING), test_unittest=UNITTEST)
    late = {"test_teardown": "ERROR", "test_setup": "ERROR"}
    tests = [line.split("(")[0].removeprefix("def ") for line in REACHING.splitlines() if line.startswith("def test_")]
    expected = {name: late.get(name, "FAILED") for name in [*tests, "test_in_unittest"]}
    expected["test_parametrized[api.linode.com]"] = expected.pop("test_parametrized")
    assert run.outcomes == expected
    assert run.ret == pytest.ExitCode.TESTS_FAILED


def test_its_message_names_the_way(project):
    """The failure says what would have been sent, and which fixtures and mark there are."""
    run = project("-k", "swallowed or another_error or look_up", test_reaching=REACHING)
    assert "GET /linode/instances is not sent: no test may reach the real API (api.linode.com)" in run.text
    assert "no test may reach the real API (monitor-api.linode.com)" in run.text
    for way in ("linode_session", "linode_client", "linode_cassette", "@pytest.mark.linode_real"):
        assert way in run.text
    assert "the test itself ended with AssertionError" in run.text


def test_what_it_leaves_alone(project):
    """The simulator, this machine, other names, and tests that are marked are not refused."""
    run = project(test_harmless=HARMLESS)
    assert set(run.outcomes.values()) == {"PASSED"}
    assert len(run.outcomes) == HARMLESS.count("def test_")


def test_a_connection_that_is_open_already(project):
    """A connection that a marked test opened carries no request of a test that is not marked."""
    run = project(
        test_open="""
        import pytest
        from linode_orm import Client
        from linode_orm.simulator import Simulator, serve
        from linode_orm.wire import connections

        @pytest.fixture(scope="module")
        def client():
            with Simulator() as sim, serve(sim) as server, Client("token", base_url=server.url) as client:
                client.sim = sim
                yield client

        @pytest.fixture(autouse=True)
        def far_away(monkeypatch):
            monkeypatch.setattr(connections, "is_loopback", lambda host: False)

        @pytest.mark.linode_real
        def test_marked(client):
            client.request("GET", "/volumes")

        def test_not_marked(client):
            with pytest.raises(Exception):
                client.request("GET", "/volumes")
            assert len(client.sim.requests) == 1
        """
    )
    assert run.outcomes == {"test_marked": "PASSED", "test_not_marked": "FAILED"}
    assert "GET /volumes is not sent" in run.text
    assert "the test itself ended with" not in run.text


def test_collection_reaches_nothing(project):
    """A module that would reach the API while it is collected cannot be collected."""
    run = project(test_module="from linode_orm import *\nSession('token').query(Instance).all()")
    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert "GET /linode/instances is not sent: no test may reach the real API" in run.text


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["plain", "xdist"])
def test_after_the_last_test(project, workers):
    """A thread that outlives the last test, and would then reach the API, fails the run."""
    if workers:
        pytest.importorskip("xdist", reason="a development tool")
    run = project(
        *workers,
        conftest="""
        import pytest
        from linode_orm import Client

        @pytest.hookimpl(tryfirst=True)
        def pytest_sessionfinish():
            with pytest.raises(Exception):
                Client("token").request("GET", "/volumes")
        """,
        test_one="def test_one(): pass",
    )
    assert run.outcomes == {"test_one": "PASSED"}
    assert "after the last test" in run.text
    assert "GET /volumes is not sent" in run.text
    assert run.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("host", "is_the_api"),
    [
        ("api.linode.com", True),
        ("API.Linode.com.", True),
        ("api.dev.linode.com", True),
        ("monitor-api.linode.com", True),
        ("login.linode.com", True),
        ("www.linode.com", False),
        ("mirrors.linode.com", False),
        ("api.linode.com.example.org", False),
        ("notlinode.com", False),
        ("localhost", False),
    ],
)
def test_names_of_the_api(host, is_the_api):
    """The names of the API are told from those of other sites."""
    assert bool(API_HOST.fullmatch(host)) is is_the_api


@pytest.mark.linode_real  # else the guard of this run refuses it, where the package is installed
def test_it_restores_what_it_replaced():
    """After it, the functions of the standard library are those that were there before."""
    before = socket.getaddrinfo, socket.gethostbyname
    guard = NetworkGuard()
    guard.install()
    try:
        with pytest.raises(InvalidRequestError, match="no test may reach"):
            socket.getaddrinfo(host=b"api.linode.com", port=443)
        with guard.opened(), pytest.raises(OSError, match=r".") as raised:
            socket.getaddrinfo("api.linode.com", 443, socket.AF_INET6, socket.SOCK_STREAM, 999)
        assert not isinstance(raised.value, InvalidRequestError)
    finally:
        guard.uninstall()
    assert (socket.getaddrinfo, socket.gethostbyname) == before
    assert len(guard.take_refused()) == 1
    assert guard.take_refused() == []
