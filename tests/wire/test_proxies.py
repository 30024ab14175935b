"""Proxies that cannot be used are told before anything is sent; SOCKS proxies are used with their extra."""

from __future__ import annotations

import socketserver
import sys
import threading
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from linode_orm.errors import ConfigError, TransportError
from linode_orm.wire import Client, Request
from linode_orm.wire.http import HttpTransport
from linode_orm.wire.outcome import Outcome, outcome_of
from tests.wire.server import serving
from tests.wire.test_client import Time

if TYPE_CHECKING:
    from collections.abc import Iterator

GET = Request("GET", "/volumes/1")
POST = Request("POST", "/volumes", body={"label": "new"})
ELSEWHERE = "http://api.example.invalid"
SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
MALFORMED = (
    "http://",
    "http://:3128",
    "http://proxy:port",
    "http://proxy:99999",
    "ftp://someone:hunter2@proxy",
    "socks6://proxy",
    "http://[::1",
    "http://-proxy-",
)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def socks_proxy(*, drips: bool = False, refuses: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Run a SOCKS 5 proxy that answers for every host; give its address, and the host and the head of each request."""
    seen: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            count = self.rfile.read(2)[1]
            self.rfile.read(count)
            self.wfile.write(b"\x05\x00")
            length = self.rfile.read(5)[4]
            seen.append(self.rfile.read(length))
            self.rfile.read(2)
            self.wfile.write(b"\x05" + (b"\x05" if refuses else b"\x00") + b"\x00\x01\x7f\x00\x00\x01\x00\x50")
            if refuses:
                return
            with suppress(OSError):
                while self.answered():
                    pass

        def answered(self) -> bool:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                if not (line := self.rfile.readline()):
                    return False
                head += line
            seen.append(head)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
            if not drips:
                self.wfile.write(b"{}".ljust(100))
            while drips:
                self.wfile.write(b" ")
                threading.Event().wait(0.02)
            return True

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
@pytest.mark.parametrize("proxy", MALFORMED)
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, name: str, proxy: str) -> None:
    """It is a `ConfigError` that shows no password: nothing was sent, nothing is in doubt, no try follows."""
    monkeypatch.setenv(name, proxy)
    with Client("t", transport=HttpTransport(ELSEWHERE)) as client, pytest.raises(ConfigError) as caught:
        client.send(POST)
    assert "POST /volumes is not sent: the proxy of the environment has no address" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert outcome_of(caught.value) is Outcome.NOT_SENT


@pytest.mark.parametrize("scheme", SOCKS)
def test_socks_without_its_extra(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """It is a `ConfigError` that names the extra; nothing is in doubt."""
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setattr("linode_orm.wire.proxies.find_spec", lambda _: None)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://someone:hunter2@proxy.example:1080")
    with Client("t", transport=HttpTransport(ELSEWHERE)) as client, pytest.raises(ConfigError) as caught:
        client.send(POST)
    assert "pip install 'linode_orm[socks]'" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert outcome_of(caught.value) is Outcome.NOT_SENT


@pytest.mark.parametrize("proxy", [*(f"{scheme}://127.0.0.1:1" for scheme in SOCKS), *MALFORMED])
def test_this_machine(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Requests to this machine go through no proxy, whatever the environment names."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with serving() as api, Client("t", base_url=api.url) as client:
        client.send(GET)
        assert len(api.arrived) == 1


@pytest.mark.linode_real  # no name is looked up here: the proxy is on this machine
class TestSocks:
    """With PySocks the proxy is used, and bounds hold as they do without it."""

    @pytest.fixture(autouse=True)
    def _there(self) -> None:
        pytest.importorskip("socks", reason="the extra `socks`")

    def test_it_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The proxy is asked for the API's host by name, and requests in turn share one connection."""
        with socks_proxy() as (place, seen):
            monkeypatch.setenv("ALL_PROXY", f"socks5h://{place}")
            with Client("t", transport=HttpTransport(ELSEWHERE)) as client:
                client.send(GET)
                client.send(GET)
        host, first, second = seen
        assert host == b"api.example.invalid"
        assert first == second
        assert first.startswith(b"GET /v4/volumes/1 HTTP/1.1\r\n")

    def test_answers_have_a_deadline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An answer that drips through the proxy ends in time."""
        with socks_proxy(drips=True) as (place, _):
            monkeypatch.setenv("ALL_PROXY", f"socks5h://{place}")
            with Client("t", transport=HttpTransport(ELSEWHERE), timeout=0.4, deadline=0.6) as client:
                began = monotonic()
                with pytest.raises(TransportError):
                    client.send(GET)
        assert monotonic() - began < 1.6

    @pytest.mark.parametrize("is_there", [True, False])
    def test_it_refuses(self, monkeypatch: pytest.MonkeyPatch, *, is_there: bool) -> None:
        """Where the proxy lets nobody through, or is away, nothing was sent, and no password is shown."""
        with socks_proxy(refuses=True) as (place, _):
            monkeypatch.setenv("ALL_PROXY", f"socks5h://someone:hunter2@{place if is_there else '127.0.0.1:1'}")
            with (
                Client("t", transport=HttpTransport(ELSEWHERE), clock=Time()) as client,
                pytest.raises(TransportError) as caught,
            ):
                client.send(POST)
        assert caught.value.sent is False
        assert "hunter2" not in repr(caught.value) + repr(caught.value.__context__)
