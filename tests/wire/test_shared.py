"""One budget for four clients through a real Redis server, as four processes have it, also when that server goes."""

from __future__ import annotations

import json
import logging
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from linode_orm.errors import ConfigError
from linode_orm.wire import Client, Request
from tests.wire.limiter import Counter, Limiter, Stage, least, work

pytest.importorskip("limits", reason="the extra redis is not installed")
BINARY = shutil.which("redis-server") or shutil.which("redis-server", path=str(Path(sys.executable).parent))
needs_redis = pytest.mark.skipif(BINARY is None, reason="no redis-server on this machine")
TOKEN = "a-token-of-64-characters"


class Redis:
    """A Redis server of our own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert BINARY is not None
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([BINARY, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the Redis server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis():
    """Run a Redis server."""
    server = Redis()
    server.start()
    yield server
    server.stop()


class By(Limiter):
    """The API, which knows whose request each is, and does something before one of them."""

    def __init__(self, clock, *counters: Counter, **options) -> None:
        super().__init__(clock, *counters, **options)
        self.senders: list[tuple[str, float]] = []
        self.at, self.then = 0, lambda: None

    def send(self, request: Request, *, token, timeout):
        answer = super().send(request, token=token, timeout=timeout)
        with self._lock:
            if answer.status == 200:
                self.senders.append((request.query["by"], self.clock.monotonic()))
            due, self.at = self.at and len(self.taken) >= self.at, 0 if len(self.taken) >= self.at else self.at
        if due:
            self.then()
        return answer


def four(api: By, stage: Stage, uri: str, count: int) -> list[Client]:
    """Let four clients send `count` requests together, two threads each; each keeps what it knows to itself."""
    clients = [Client(TOKEN, transport=api, clock=stage, budget=uri) for _ in range(4)]
    path = "/linode/instances/{}"
    threads = []
    for name, client in enumerate(clients):
        requests = [Request("PUT", path.format(n), query={"by": str(name)}, body={}) for n in range(count // 4)]
        threads.append(threading.Thread(target=work, args=(stage, client, requests, 2)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return clients


@needs_redis
def test_four_share_nearly_all_that_is_allowed(redis: Redis, full: bool) -> None:
    """3,000 updates of four clients take 2 % longer than the limits ask for, and hardly any request is refused."""
    outcomes = []
    for seed in range(10 if full else 1):
        chance = random.Random(seed)
        phases = [chance.uniform(0, 60), chance.uniform(0, 10)]
        stage = Stage()
        budgets = (1600, 60, phases[0]), (400, 10, phases[1])
        api = By(stage, *(Counter(*each) for each in budgets), ahead=0.0)
        four(api, stage, redis.uri.replace("/0", f"/{seed}"), 3000)
        assert len(api.taken) == 3000
        outcomes.append((least(3000, 8, api.latency, *budgets), stage.time, len(api.refused)))
    shortest, taken, refused = (sum(each) for each in zip(*outcomes, strict=True))
    share = refused / (3000 * len(outcomes))
    print(f"four: {shortest / taken:.2%} of the allowed rate, {share:.2%} refused, {len(outcomes)} runs of 3000")
    assert shortest / taken >= 0.98
    assert share < 0.01


@needs_redis
def test_without_redis_each_keeps_to_its_share(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """When Redis is stopped in the middle, each client warns once and sends its part of the budget at most."""
    stage = Stage()
    counter = Counter(400, 20, 3.0)
    api = By(stage, counter, ahead=0.0)
    stopped: list[float] = []

    def stop() -> None:
        redis.stop()
        stopped.append(stage.monotonic())

    api.at, api.then = 1000, stop
    with caplog.at_level(logging.WARNING, "linode_orm"):
        clients = four(api, stage, redis.uri, 3000)
    warnings = [each for each in caplog.records if "cannot be reached" in each.getMessage()]
    assert len(warnings) == 4
    assert all("1/4 of every budget" in each.getMessage() for each in warnings)
    windows: dict[tuple[str, int], int] = {}
    for sender, moment in api.senders:
        window = int((moment - counter.phase) // counter.per)
        if counter.phase + window * counter.per > stopped[0]:
            windows[sender, window] = windows.get((sender, window), 0) + 1
    assert max(windows.values()) <= 100 + 2
    assert len(api.refused) < 0.01 * 3000
    assert clients[0].budget.share == 0.25
    assert "25% of it here" in repr(clients[0].budget)


@needs_redis
def test_redis_comes_back(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """A Redis that was away is used again."""
    stage = Stage()
    api = By(stage, Counter(400, 20, 3.0))
    client = Client(TOKEN, transport=api, clock=stage, budget=redis.uri, processes=2)
    request = Request("PUT", "/volumes/1", query={"by": "me"}, body={})
    redis.stop()
    with stage.on():
        client.send(request)
        assert client.budget.share == 0.5
        redis.start()
        stage.sleep(11)
        with caplog.at_level(logging.INFO, "linode_orm"):
            client.send(request)
    assert "is back" in caplog.text
    assert client.budget.share == 1.0


def test_addresses() -> None:
    """An address that is none is refused by name, and a password in one is shown nowhere."""
    uri = "redis://:hunter2@127.0.0.1:1/0"
    client = Client(TOKEN, transport=By(Stage()), budget=uri)
    assert "127.0.0.1:1/0" in repr(client.budget)
    assert "hunter2" not in repr(client.budget) + json.dumps(client.budget.to_dict())
    with pytest.raises(ConfigError, match="is no address of a Redis") as caught:
        Client(TOKEN, transport=By(Stage()), budget="redis://:hunter2@127.0.0.1:port/x")
    assert "hunter2" not in str(caught.value)
