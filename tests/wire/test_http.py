"""The transport over real HTTP: what goes over the wire, and what its failures become."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from linode_orm.errors import ConfigError, ResponseError, TransportError
from linode_orm.wire import Client, Request
from linode_orm.wire.connections import IDLE_SECONDS
from linode_orm.wire.http import HttpTransport
from linode_orm.wire.outcome import Outcome, outcome_of
from tests.ids import short
from tests.wire.server import Answer, Script, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[Script]:
    """Run a scripted server."""
    with serving() as script:
        yield script


@pytest.fixture
def client(server: Script) -> Iterator[Client]:
    """Connect to it."""
    with Client("secret-token", base_url=server.url, timeout=5) as client:
        yield client


def test_what_is_sent(server: Script, client: Client) -> None:
    """Version, path, query, filter, token and body arrive as they were meant, in JSON."""
    client.send(Request("GET", "/volumes", query={"page": 2, "page_size": 100}, x_filter={"label": "a"}))
    client.send(Request("PUT", "/volumes/1", version="v4beta", body={"label": "ü", "tags": []}))
    read, written = server.arrived
    assert (read.method, read.path) == ("GET", "/v4/volumes?page=2&page_size=100")
    assert json.loads(read.headers["x-filter"]) == {"label": "a"}
    assert read.headers["authorization"] == "Bearer secret-token"
    assert read.body == b""
    assert "content-type" not in read.headers
    assert (written.method, written.path) == ("PUT", "/v4beta/volumes/1")
    assert json.loads(written.body) == {"label": "ü", "tags": []}
    assert written.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/images/linode%2Fdebian12", "/images/%2E%2E%2Fx", "/networking/ips/2001:db8::%2F64"])
def test_quoted_paths_stay_quoted(server: Script, client: Client, path: str) -> None:
    """What was quoted as data is not turned into steps of the path on its way."""
    client.send(Request("GET", path))
    assert server.arrived[0].path == f"/v4{path}"


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\x00\xff" * 50, "folder"], ids=short)
def test_a_bundle_of_certificates_that_is_none(tmp_path: Path, content: bytes | str | None) -> None:
    """It is a `ConfigError` that names the file, before anything is sent; a folder is one."""
    bundle = tmp_path / "bundle.pem"
    if isinstance(content, bytes):
        bundle.write_bytes(content)
    elif content:
        bundle.mkdir()
    with mock.patch.dict(os.environ, {"REQUESTS_CA_BUNDLE": str(bundle)}):
        client = Client("secret-token", base_url="https://127.0.0.1:1", timeout=1, deadline=1)
    with client, pytest.raises(TransportError if content == "folder" else ConfigError) as caught:
        client.send(Request("POST", "/volumes", body={}))
    assert outcome_of(caught.value) is Outcome.NOT_SENT
    assert content == "folder" or str(bundle) in str(caught.value)


def test_netrc_is_not_read(server: Script, client: Client, tmp_path: Path) -> None:
    """A `.netrc` entry for the host does not take the token's place."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password theirs\n")
    with mock.patch.dict(os.environ, {"NETRC": str(netrc)}):
        client.send(Request("GET", "/account"))
    assert server.arrived[0].headers["authorization"] == "Bearer secret-token"


def test_redirects_are_not_followed(server: Script, client: Client) -> None:
    """A redirect is an error that says so, and the token goes nowhere else."""
    with serving() as elsewhere:
        server.say(Answer(302, headers={"Location": f"{elsewhere.url}/v4/account"}))
        with pytest.raises(ResponseError, match="redirects are not followed"):
            client.send(Request("GET", "/account"))
        assert not elsewhere.arrived
    assert len(server.arrived) == 1


def test_cookies_are_not_kept(server: Script, client: Client) -> None:
    """A cookie that the server sets is not sent back."""
    server.say(Answer(headers={"Set-Cookie": "a=b"}))
    client.send(Request("GET", "/account"))
    client.send(Request("GET", "/account"))
    assert "cookie" not in server.arrived[1].headers


def test_connections_are_used_again(server: Script, client: Client) -> None:
    """Requests in turn share one connection; one that was idle for long is opened anew."""
    client.send(Request("GET", "/account"))
    client.send(Request("GET", "/account"))
    with mock.patch("linode_orm.wire.connections.monotonic", return_value=10**9 + IDLE_SECONDS):
        client.send(Request("POST", "/volumes", body={}))
    first, second, third = (each.connection for each in server.arrived)
    assert first == second != third


RECORDED = """
import sys, vcr
from linode_orm import Client
from linode_orm.wire import Request

with vcr.use_cassette(sys.argv[2]), Client("t", base_url=sys.argv[1]) as recorded:
    recorded.send(Request("GET", "/recorded"))
with Client("t", base_url=sys.argv[1], timeout=0.3, deadline=0.5) as client:
    try:
        client.send(Request("GET", "/drips"))
    except Exception as error:
        print(type(error).__name__)
"""


def test_a_recorder_that_runs_before_the_first_client(server: Script, tmp_path: Path) -> None:
    """Under a recorder of cassettes requests are recorded; after it, connections are the transport's own again."""
    server.say(Answer(), Answer(body=b" " * 2000, drip=0.02))
    command = [sys.executable, "-c", RECORDED, server.url, str(tmp_path / "cassette.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert "/recorded" in (tmp_path / "cassette.yaml").read_text()
    assert ended.stdout == "TransportError\n"


def test_as_many_connections_as_workers(server: Script) -> None:
    """Requests run side by side, `workers` at a time."""
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3, timeout=5)

    def decide(_: object) -> Answer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        return Answer()

    server.decide = decide
    with Client("t", base_url=server.url, workers=3) as client:
        outcomes = list(client.send_all([Request("GET", f"/volumes/{n}") for n in range(6)]))
    assert sorted(each.index for each in outcomes) == list(range(6))
    assert all(each.error is None for each in outcomes)
    assert most == 3
    assert len({each.connection for each in server.arrived}) == 3


class TestFailures:
    """What broke, and whether the API can have seen the request."""

    def sent(self, url: str, request: Request, timeout: float = 5.0) -> bool | None:
        transport = HttpTransport(url)
        with pytest.raises(TransportError) as caught:
            transport.send(request, token="secret-token", timeout=timeout)
        transport.close()
        assert request.title in str(caught.value)
        assert "secret" not in str(caught.value)
        return caught.value.sent

    def test_refused(self) -> None:
        """Nobody listens: not sent."""
        assert self.sent("http://127.0.0.1:1", Request("POST", "/volumes", body={})) is False

    @pytest.mark.linode_real  # no name that could be looked up
    def test_unknown_host(self) -> None:
        """The host has no address: not sent."""
        assert self.sent("http://nowhere.localhost.invalid", Request("POST", "/volumes", body={})) is False

    def test_hung_up(self, server: Script) -> None:
        """The connection ends without an answer: nobody can tell."""
        server.say(Answer(cut="before"))
        assert self.sent(server.url, Request("POST", "/volumes", body={})) is None

    def test_no_answer(self, server: Script) -> None:
        """No answer in time: nobody can tell."""
        server.say(Answer(pause=0.5))
        assert self.sent(server.url, Request("POST", "/volumes", body={}), timeout=0.1) is None

    def test_half_an_answer(self, server: Script) -> None:
        """The answer breaks off: it was sent."""
        server.say(Answer(body=b'{"id": 1, "label": "abcdefgh"}', cut="within"))
        assert self.sent(server.url, Request("POST", "/volumes", body={})) is True

    def test_an_answer_that_drips(self, server: Script) -> None:
        """An answer that never ends is given up in time, though each byte comes soon."""
        server.say(Answer(body=b" " * 2000, drip=0.02))
        began = monotonic()
        assert self.sent(server.url, Request("GET", "/volumes"), timeout=0.3) is True
        assert monotonic() - began < 10, "all of it was waited for"

    def test_a_head_that_drips(self) -> None:
        """The time of one request holds for the head of its answer too."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=drip_a_head, args=(door,)).start()
            began = monotonic()
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            assert self.sent(url, Request("GET", "/volumes"), timeout=0.3) is None
            assert monotonic() - began < 10, "all of it was waited for"


def drip_a_head(door: socket.socket) -> None:
    """Answer one connection byte by byte."""
    connection, _ = door.accept()
    with connection, suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Filler: something\r\n" * 100:
            connection.sendall(bytes([byte]))
            sleep(0.02)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_connections_of_its_own(server: Script, client: Client) -> None:
    """After a fork both processes go on, and no connection is shared."""
    client.send(Request("GET", "/parent"))
    child = os.fork()
    if not child:  # pragma: no cover  another process
        try:
            list(client.send_all([Request("GET", "/child"), Request("GET", "/child")]))
            os._exit(0)
        except BaseException:  # noqa: BLE001  the parent sees the status
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    client.send(Request("GET", "/parent"))
    by_path: dict[str, set[int]] = {}
    for each in server.arrived:
        by_path.setdefault(each.path, set()).add(each.connection)
    assert len(server.arrived) == 4
    assert not by_path["/v4/parent"] & by_path["/v4/child"]
