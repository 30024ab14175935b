"""One budget for four processes through a real Redis server, also when that server goes."""

from __future__ import annotations

import json
import logging
import random
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm.errors import ConfigError
from linode_orm.wire import Client, Request
from tests.wire.limiter import Counter, Limiter, Stage, allowed, least
from tests.wire.processes import THREADS, Shown, run
from tests.wire.redis_server import Redis, needs_redis, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

TOKEN = "a-token-of-64-characters"


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


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Run a Redis server."""
    with running() as server:
        yield server


def four(api: By, stage: Shown, path: Path, uri: str) -> list[dict[str, Any]]:
    """Let four processes send 3,000 requests together, two threads each; give what they told at their end."""
    results = run(api, stage, path, uri, [750] * 4)
    assert [each["failed"] for each in results] == [[]] * 4
    assert len(api.taken) == 3000
    return results


def staged(path: Path) -> Shown:
    """Give a clock for four processes."""
    return Shown(path, 4 * THREADS)


@needs_redis
def test_four_processes_share_nearly_all_that_is_allowed(redis: Redis, full: bool, tell, tmp_path: Path) -> None:
    """Of what the limits allow in the time that they take, four processes send 98 %, and hardly any request is refused."""
    outcomes = []
    for seed in range(10 if full else 1):
        chance = random.Random(seed)
        budgets = (1600, 60, chance.uniform(0, 60)), (400, 10, chance.uniform(0, 10))
        path = tmp_path / f"{seed}.clock"
        stage = staged(path)
        api = By(stage, *(Counter(*each) for each in budgets), ahead=0.0)
        four(api, stage, path, redis.uri.replace("/0", f"/{seed}"))
        possible = allowed(stage.time, 8, api.latency, *(Counter(*each) for each in budgets))
        outcomes.append((possible, least(3000, 8, api.latency, *budgets), stage.time, len(api.refused)))
    possible, shortest, taken, refused = (sum(each) for each in zip(*outcomes, strict=True))
    sent = 3000 * len(outcomes)
    tell(
        f"four processes through Redis, 1600 in 60 s and 400 in 10 s: {sent / possible:.2%} of the allowed rate "
        f"({shortest / taken:.2%} by time), {refused / sent:.2%} 429s, {len(outcomes)} runs of 3000"
    )
    assert sent / possible >= 0.98
    assert refused / sent < 0.01


@needs_redis
def test_without_redis_each_keeps_to_its_share(redis: Redis, tell, tmp_path: Path) -> None:
    """When Redis is stopped in the middle, each process warns once and sends its part of the budget at most."""
    path = tmp_path / "clock"
    stage = staged(path)
    counter = Counter(400, 20, 3.0)
    api = By(stage, counter, ahead=0.0)
    stopped: list[float] = []

    def stop() -> None:
        redis.stop()
        stopped.append(stage.monotonic())

    api.at, api.then = 1000, stop
    results = four(api, stage, path, redis.uri)
    for each in results:
        (warning,) = each["warnings"]
        assert "1/4 of every budget" in warning
        assert each["share"] == 0.25
    windows: dict[tuple[str, int], int] = {}
    for sender, moment in api.senders:
        # two threads may have been let go before
        if moment > stopped[0] + api.latency:
            window = int((moment - counter.phase) // counter.per)
            windows[sender, window] = windows.get((sender, window), 0) + 1
    tell(f"Redis stopped: {max(windows.values())} of 400 in a window at most by each of four; {len(api.refused)} 429s")
    assert max(windows.values()) <= 100
    assert len(api.refused) < 0.01 * 3000


@needs_redis
def test_redis_is_lost_for_a_while(redis: Redis, tell, tmp_path: Path) -> None:
    """A Redis that stops in the middle, and comes back with nothing in it, costs hardly any refusal."""
    path = tmp_path / "clock"
    stage = staged(path)
    api = By(stage, Counter(400, 20, 3.0), ahead=0.0)

    def stop() -> None:
        redis.stop()
        api.at, api.then = 1700, redis.start

    api.at, api.then = 1000, stop
    results = four(api, stage, path, redis.uri)
    assert [len(each["warnings"]) for each in results] == [1] * 4
    assert [each["share"] for each in results] == [1] * 4
    tell(f"Redis stopped and empty when it comes back: {len(api.refused) / 3000:.2%} 429s")
    assert len(api.refused) < 0.01 * 3000


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


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("redis://:hunter2@127.0.0.1:1/0", "redis://127.0.0.1:1/0"),
        ("redis://me:hunt@er2@127.0.0.1:1/0", "redis://127.0.0.1:1/0"),
        ("redis://127.0.0.1:1/0?password=hunter2", "redis://127.0.0.1:1/0"),
        ("redis://127.0.0.1:1/0?password=hunt@er2", "redis://..."),
        ("redis+unix:///run/redis.sock?password=hunter2", "redis+unix:///run/redis.sock"),
    ],
)
def test_no_password_is_shown(uri: str, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    """A password in the address is in no repr, value or record, also when nobody is there."""
    stage = Stage()
    client = Client(TOKEN, transport=By(stage, Counter(5, 1, 0.0)), clock=stage, budget=uri)
    with caplog.at_level(logging.DEBUG), stage.on():
        client.send(Request("PUT", "/volumes/1", query={"by": "me"}, body={}))
    assert client.budget.shared == shown
    assert f"the shared budget at {shown} cannot be used" in caplog.text
    results = repr(client.budget) + json.dumps(client.budget.to_dict()) + caplog.text
    assert "hunt" not in results + "".join(str(each.__dict__) for each in caplog.records)


@pytest.mark.parametrize("uri", ["redis://:hunter2@127.0.0.1:port/x", "redis://:hun/ter2@127.0.0.1/0"])
def test_addresses_that_are_none(uri: str) -> None:
    """An address that is none is refused by name, and nothing of the error holds its password."""
    with pytest.raises(ConfigError, match=r"redis://127.0.0.1\S* is no address of a Redis") as caught:
        Client(TOKEN, transport=By(Stage()), budget=uri)
    assert "hun" not in str(caught.value)
    assert caught.value.__context__ is None
