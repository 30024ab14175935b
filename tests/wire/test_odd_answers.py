"""Answers that never end, and proxies: servers of raw bytes, and a proxy of our own between the client and the API."""

from __future__ import annotations

import gzip
import socketserver
import threading
import tracemalloc
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from linode_orm.errors import ApiError, ResponseError, TransportError
from linode_orm.wire import Client, Request
from linode_orm.wire.http import HttpTransport
from tests.wire.server import serving
from tests.wire.test_client import Time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GET = Request("GET", "/volumes/1")
ELSEWHERE = "http://api.example.invalid"
"""An API that is not this machine; a client takes no such address by itself."""


@contextmanager
def raw(answer: Callable[[bytes], Iterable[bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that sends these bytes after the head of each request; give its address and the heads."""
    heads: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                if not (more := self.request.recv(65536)):
                    return
                head += more
            heads.append(head)
            with suppress(OSError):
                for each in answer(head):
                    self.request.sendall(each)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", heads
        finally:
            server.shutdown()
            thread.join()


def for_ever(piece: bytes, before: bytes = b"", pause: float = 0.0) -> Callable[[bytes], Iterable[bytes]]:
    """Give an answer that goes on until somebody hangs up."""

    def answer(_: bytes) -> Iterator[bytes]:
        yield before
        while True:
            yield piece
            sleep(pause)

    return answer


class TestAnswersWithoutEnd:
    """Memory and time stay bounded, and the error says what is wrong."""

    @pytest.mark.parametrize(
        ("piece", "before"),
        [
            (b"X-Filler: something\r\n", HEAD),
            (b"something" * 1000, HEAD + b"X-Filler: "),
            (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
            (b"something" * 1000, b"HTTP/1.1 "),
            (b"1;something" * 1000, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        ],
        ids=["headers", "one header", "continue", "status", "length of a chunk"],
    )
    def test_heads(self, piece: bytes, before: bytes) -> None:
        """An answer whose head never ends is given up, within the time of one request at the latest."""
        with raw(for_ever(piece, before)) as (place, _), Client("t", base_url=f"http://{place}", timeout=0.5) as client:
            tracemalloc.start()
            began = monotonic()
            try:
                with pytest.raises(TransportError, match="POST /volumes: "):
                    client.send(Request("POST", "/volumes", body={}))
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert monotonic() - began < 5
            assert peak < 16 << 20

    @pytest.mark.parametrize(
        ("piece", "before"),
        [
            (b" " * 65536, HEAD + b"\r\n"),
            (b" " * 65536, HEAD + b"Content-Length: 99999999999\r\n\r\n"),
            (b"10000\r\n" + b" " * 65536 + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
            (gzip.compress(bytes(8 << 20)), HEAD + b"Content-Encoding: gzip\r\n\r\n"),
            (b"<p>Bad gateway</p>" * 1000, b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        ],
        ids=["without a length", "of a long length", "in chunks", "gzip", "of an error"],
    )
    def test_bodies(self, piece: bytes, before: bytes) -> None:
        """A body that is longer than any answer of the API is an error, and is not kept; nothing is sent again."""
        with (
            mock.patch("linode_orm.wire.http._LARGEST", 4 << 20),
            raw(for_ever(piece, before)) as (place, heads),
            Client("t", base_url=f"http://{place}") as client,
        ):
            tracemalloc.start()
            try:
                with pytest.raises(ResponseError, match=r"GET /volumes/1: the answer \(\d+\) is longer than 4 MiB"):
                    client.send(GET)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert len(heads) == 1
            assert peak < 32 << 20

    def test_files_may_be_long(self) -> None:
        """What is asked for as a file has no such bound."""
        content = b"x" * (1 << 20)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
        with (
            mock.patch("linode_orm.wire.http._LARGEST", 1 << 16),
            raw(lambda _: [head, content]) as (place, _),
            Client("t", base_url=f"http://{place}") as client,
        ):
            assert client.send(Request("GET", "/file", url=f"http://{place}/file", accept="*/*")).content == content

    def test_drips_keep_to_the_deadline(self) -> None:
        """All tries together take no longer than the deadline, though bytes come all the time."""
        with (
            raw(for_ever(b" ", HEAD + b"\r\n", 0.02)) as (place, heads),
            Client("t", base_url=f"http://{place}", timeout=0.5, deadline=1.2) as client,
        ):
            began = monotonic()
            with pytest.raises(TransportError):
                client.send(GET)
            assert monotonic() - began < 1.2 + 1
            assert len(heads) >= 2


class TestProxies:
    """What HTTP_PROXY, HTTPS_PROXY and NO_PROXY name is used, as it was when the client was made."""

    @pytest.fixture(autouse=True)
    def _clean(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
    def test_http(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Requests go to the proxy with the whole address, its user and password in a header, and paths stay quoted."""
        with raw(lambda _: [HEAD + b"Content-Length: 2\r\n\r\n{}"]) as (place, heads):
            monkeypatch.setenv(name, f"http://someone:hunter2@{place}")
            with Client("t", transport=HttpTransport(ELSEWHERE)) as client:
                monkeypatch.delenv(name)
                client.send(Request("GET", "/images/%2E%2E%2Fx", query={"page": 2}))
        first, *lines = heads[0].decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        assert first == f"GET {ELSEWHERE}/v4/images/%2E%2E%2Fx?page=2 HTTP/1.1"
        assert headers["proxy-authorization"].startswith("basic ")
        assert headers["authorization"] == "bearer t"

    @pytest.mark.linode_real  # the proxy on this machine looks nothing up
    def test_https(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The proxy is asked for a tunnel, and sees neither path nor token; its refusal is an error: nothing was sent."""
        with raw(lambda _: [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"]) as (place, heads):
            monkeypatch.setenv("HTTPS_PROXY", f"http://someone:hunter2@{place}")
            with Client("secret-token", base_url="https://api.example.invalid", clock=Time()) as client:
                with pytest.raises(TransportError) as caught:
                    client.send(Request("POST", "/volumes", body={}))
                assert client.requests_sent == 5
        assert caught.value.sent is False
        assert "hunter2" not in str(caught.value)
        assert all(each.startswith(b"CONNECT api.example.invalid:443 HTTP/1.") for each in heads)
        assert b"volumes" not in b"".join(heads)
        assert b"secret-token" not in b"".join(heads)

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    def test_this_machine(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Plain http to this machine goes through no proxy, for it carries the token in the clear."""
        with raw(lambda _: [HEAD + b"Content-Length: 2\r\n\r\n{}"]) as (place, heads), serving() as api:
            monkeypatch.setenv(name, f"http://{place}")
            for url in (api.url, api.url.replace("127.0.0.1", "localhost")):
                with Client("t", base_url=url) as client:
                    client.send(GET)
                    client.send(Request("GET", "/file", url=f"{url}/file", accept="*/*"))
            assert len(api.arrived) == 4
        assert not heads

    def test_no_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A host that NO_PROXY names is asked without one."""
        with serving() as api:
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            with Client("t", base_url=api.url) as client:
                client.send(GET)
            assert len(api.arrived) == 1

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A proxy that does not answer is named as what failed: nothing was sent, and no password is shown."""
        monkeypatch.setenv("HTTP_PROXY", "http://someone:hunter2@127.0.0.1:1")
        with (
            Client("t", transport=HttpTransport(ELSEWHERE), clock=Time()) as client,
            pytest.raises(TransportError) as caught,
        ):
            client.send(GET)
        assert caught.value.sent is False
        assert "the proxy could not be reached" in str(caught.value)
        assert "hunter2" not in repr(caught.value) + repr(caught.value.__context__)

    @pytest.mark.parametrize("status", [407, 502])
    def test_its_own_answers(self, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
        """What a proxy answers in place of the API is an error of that status."""
        page = (
            b"HTTP/1.1 %d Proxy\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nsorr"
            % status
        )
        with raw(lambda _: [page]) as (place, heads):
            monkeypatch.setenv("HTTP_PROXY", f"http://{place}")
            with (
                Client("t", transport=HttpTransport(ELSEWHERE), clock=Time()) as client,
                pytest.raises(ApiError, match="text/html") as caught,
            ):
                client.send(GET)
        assert caught.value.status == status
        assert len(heads) == (1 if status == 407 else 5)
