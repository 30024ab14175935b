"""Whatever a server answers ends in an answer or in an error of the library, soon, and controls no terminal."""

from __future__ import annotations

import importlib
import socketserver
import threading
from contextlib import contextmanager, suppress
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Client, LinodeORMError, models
from linode_orm.simulator.clock import VirtualClock
from linode_orm.wire import Request, json_content
from tests.proofs.hostile import raw
from tests.proofs.hostile.answers import HEADERS, encoded, mutated
from tests.proofs.hostile.operations import Hostile, account, attempt, declared, everyday, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::linode_orm.PartialResult"),
    pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue"),
]


@pytest.fixture(autouse=True, params=["json", "orjson"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers be parsed by json alone, or by orjson where json need not decide."""
    loads = importlib.import_module("orjson").loads if request.param == "orjson" else None
    monkeypatch.setattr(json_content, "quick_loads", lambda: loads)


SESSIONS = 40
SHARE = 0.4
"""The part of the answers that is spoilt: the others lead deeper into what is called."""
WHOLE = {"data": [{"id": 7, "label": "x", "type": "linode", "data": {"id": 7}}], "page": 1, "pages": 1, "results": 1}
GUESSES: list[Any] = [
    {},
    [],
    {"data": [], "page": 1, "pages": 1, "results": 0},
    WHOLE,
    {"id": 7, "url": "http://localhost:1/x"},
]


def odd_headers(random: Random) -> dict[str, str]:
    return dict(random.choice(HEADERS)) if random.random() < 0.3 else {}


@pytest.mark.filterwarnings("ignore::linode_orm.PartialResult")  # a refused list of children is left out, and said
def test_everyday_calls(tell) -> None:
    """Queries, commits, waits and actions over spoilt answers raise errors of the library alone, and end."""
    count = 0
    for seed in range(SESSIONS):
        random = Random(seed)

        def spoil(body: Any, random: Random = random) -> tuple[bytes, dict[str, str]] | None:
            nonlocal count
            if random.random() > SHARE:
                return None
            count += 1
            return (mutated(random, body) if random.random() < 0.85 else encoded(body)), odd_headers(random)

        with account() as sim, opened(Hostile(spoil, sim), sim.clock) as session:
            for run in everyday(session):
                attempt(run)
    assert count >= 1_000
    tell(f"hostile answers to everyday calls: {count:,}, 0 raw errors, 0 without end")


@pytest.mark.parametrize("seed", range(3))
def test_every_class(seed: int, tell) -> None:
    """Each object, list and action of each class over spoilt answers raises errors of the library alone, and ends."""
    random, count = Random(seed), 0
    for name in models.INDEX:
        model: Any = getattr(models, name)
        likely = {field.key: random.choice([1, "x", None, [], {}, True]) for field in model.__mapper__.fields.values()}

        def spoil(_: Any, likely: dict[str, Any] = likely) -> tuple[bytes, dict[str, str]]:
            nonlocal count
            count += 1
            return mutated(random, random.choice([*GUESSES, likely])), odd_headers(random)

        with opened(Hostile(spoil), VirtualClock()) as session:
            for run in declared(session, model):
                attempt(run)
    assert count >= 300
    tell(f"hostile answers to every class and action: {count:,}, 0 raw errors, 0 without end")


@contextmanager
def serving(answers: list[bytes]) -> Iterator[str]:
    """Give the address of a server that sends one of these to each connection, and hangs up."""
    left = iter(answers)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(65536)
                self.request.sendall(next(left, b""))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_bytes(tell) -> None:
    """Bytes that are no HTTP, or almost, end in an answer or an error of the library, within the time of a request."""
    random = Random(7)
    answers = [*raw.listed(), *(raw.broken(random) for _ in range(400))]
    slowest = 0.0
    with serving(answers) as url:
        for _ in answers:
            with Client("t", base_url=url, timeout=0.5, deadline=0.6, budget=None) as client:
                began = monotonic()
                with suppress(LinodeORMError):
                    client.send(Request("POST", "/volumes", body={})).json()
                slowest = max(slowest, monotonic() - began)
    assert slowest < 5
    tell(f"hostile bytes in place of an answer: {len(answers):,}, 0 raw errors, the slowest {slowest:.2f} s")
