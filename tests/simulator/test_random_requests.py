"""Whatever a client sends, the simulator's server answers it: no traceback, no failure of its own, nothing without end."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from time import monotonic
from urllib.parse import urlsplit

import pytest
import requests

from linode_orm.simulator import http, http_request, serve
from linode_orm.simulator.strict_json import parse_json
from tests.simulator.random_requests import account, estate, raw, request, routes

COUNT = 8_000
ACCOUNTS = 20
AUTHORIZED = {"Authorization": "Bearer t"}


def answered(url: str, sent: bytes, *, ends: bool = True) -> bytes:
    """Send bytes; return what comes back until the server hangs up."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        with suppress(OSError):  # it may have answered, and hung up, before everything was sent
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        found = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(65536):
                found += more
        return found


def run(seed: int) -> tuple[int, dict[int, int]]:
    """Send random requests to an account of their own, or to an estate; return how many, and their answers by status."""
    random, known, statuses = Random(seed), routes(), {}
    front, sim = estate() if seed % 2 else (single := account(), single)
    with front, serve(front) as server:
        for _ in range(COUNT // ACCOUNTS):
            sent = raw(random, request(random, random.choice(known), sim))
            answer = answered(server.url, sent)
            assert answer.startswith(b"HTTP/1.1 "), (sent[:300], answer[:100])
            status = int(answer[9:12])
            head, _, body = answer.partition(b"\r\n\r\n")
            assert status < 500, (sent[:500], body[:200])
            if status >= 400 and b"HEAD " not in sent[:5]:
                assert json.loads(body)["errors"][0]["reason"], (sent[:300], head, body[:200])
            statuses[status] = statuses.get(status, 0) + 1
    return COUNT // ACCOUNTS, statuses


@pytest.mark.slow
def test_random_requests(capfd, tell) -> None:
    """8,000 random requests, most of them wrong, get an answer that is no failure; nothing is printed."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(run, range(ACCOUNTS)))
    statuses: dict[int, int] = {}
    for _, each in found:
        statuses = {status: statuses.get(status, 0) + each.get(status, 0) for status in statuses.keys() | each.keys()}
    assert sum(count for count, _ in found) == COUNT
    assert statuses[200] > COUNT / 20
    assert statuses[400] > COUNT / 20
    assert capfd.readouterr() == ("", "")
    tell(f"random requests to the simulator's server: {COUNT:,}, answered {sorted(statuses.items())}")


class TestBounds:
    """Size and time of a request are bounded."""

    @pytest.fixture
    def url(self):
        with account() as sim, serve(sim) as server:
            yield server.url

    @pytest.mark.parametrize(
        ("length", "status"),
        [("ten", 400), ("-1", 400), ("1_0", 400), ("", 400), ("99999999999", 413), ("8388609", 413)],
    )
    def test_lengths(self, url: str, length: str, status: int) -> None:
        """A length that is none is refused, and so is one that is too long, before it is read."""
        head = f"POST /v4/volumes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: {length}\r\n\r\n"
        assert answered(url, head.encode() + b"{}", ends=False).startswith(b"HTTP/1.1 %d " % status)

    def test_many_chunks(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Chunks together are no longer than a body may be."""
        monkeypatch.setattr(http_request, "LARGEST_BODY", 1000)
        head = b"POST /v4/volumes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert answered(url, head + b"64\r\n" + b" " * 100 + b"\r\n" + b"400\r\n", ends=False).startswith(
            b"HTTP/1.1 413 "
        )

    def test_slow_clients(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A client that does not end its request in time is hung up on, whatever it sends meanwhile."""
        monkeypatch.setattr(http, "SECONDS", 0.3)
        with account() as sim, serve(sim) as server:
            place, began = urlsplit(server.url), monotonic()
            with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
                connection.sendall(b"POST /v4/volumes HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
                assert connection.recv(100) == b""
            assert monotonic() - began < 5

    @pytest.mark.parametrize(
        "text", ["NaN", "-Infinity", "1e999", "[" * 101 + "]" * 101, "[" * 99_999, '"\\ud800"', "", "{"]
    )
    def test_no_json(self, text: str) -> None:
        """Other numbers than those of JSON, deep nesting and half characters are refused."""
        with pytest.raises(ValueError):
            parse_json(text)


class TestBrowsers:
    """A front end in a browser may use the server."""

    def test_preflight(self) -> None:
        """OPTIONS says what may be sent from where, and every answer says that any page may read it."""
        with account() as sim, serve(sim) as server:
            asked = requests.options(f"{server.url}/v4/account", headers={"Origin": "http://localhost:3000"}, timeout=5)
            assert asked.status_code == 204
            assert asked.headers["Access-Control-Allow-Origin"] == "*"
            assert "x-filter" in asked.headers["Access-Control-Allow-Headers"]
            got = requests.get(f"{server.url}/v4/regions", timeout=5)
            assert got.headers["Access-Control-Allow-Origin"] == "*"

    def test_preflight_of_odd_headers(self) -> None:
        """A browser may send the headers that it names, and a body of its question is read and forgotten."""
        with account() as sim, serve(sim) as server, requests.Session() as session:
            named = {"Access-Control-Request-Headers": "authorization, x-custom"}
            asked = session.options(f"{server.url}/v4/account", headers=named, data=b"{}", timeout=5)
            assert asked.headers["Access-Control-Allow-Headers"] == "authorization, x-custom"
            assert session.get(f"{server.url}/v4/regions", timeout=5).status_code == 200

    def test_a_form_that_is_none(self) -> None:
        """A body that is called a form and is no JSON counts as none; what is JSON is read, whatever it is called."""
        kind = {**AUTHORIZED, "Content-Type": "application/x-www-form-urlencoded"}
        with account() as sim, serve(sim) as server:
            place = f"{server.url}/v4/linode/instances/{next(sim.state.rows('Instance')).id}"
            assert (
                requests.put(place, data=b'{"label": "renamed"}', headers=kind, timeout=5).json()["label"] == "renamed"
            )
            assert requests.put(place, data=b"A1B2", headers=kind, timeout=5).status_code == 200
            assert requests.put(place, data=b"A1B2", headers=AUTHORIZED, timeout=5).status_code == 400

    def test_head(self) -> None:
        """HEAD answers as GET does, without the body; what follows on the connection is not disturbed."""
        with account() as sim, serve(sim) as server, requests.Session() as session:
            session.headers.update(AUTHORIZED)
            head = session.head(f"{server.url}/v4/regions", timeout=5)
            got = session.get(f"{server.url}/v4/regions", timeout=5)
        assert head.content == b""
        assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.content))
