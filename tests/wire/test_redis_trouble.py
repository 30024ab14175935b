"""A Redis that hangs, is slow, holds garbage under our keys, or does not let us in."""

from __future__ import annotations

import itertools
import logging
import random
import signal
import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from linode_orm import Session, Volume
from linode_orm.simulator import Simulator
from linode_orm.wire import Client, Request, Response
from linode_orm.wire.clock import SystemClock
from tests.wire.limiter import Counter, Limiter, Stage, least, work
from tests.wire.redis_server import needs_redis, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, needs_redis]


class Ahead(SystemClock):
    """The machine's time, set ahead by a test that does not want to wait."""

    ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


class Fine:
    """A transport whose every answer is fine."""

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        return Response(200, {}, b"{}", request)

    def close(self) -> None:
        pass


@contextmanager
def slow(port: int, seconds: list[float]) -> Iterator[int]:
    """Stand between a client and its Redis, and let each answer wait."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as there:
                while asked := self.request.recv(65536):
                    there.sendall(asked)
                    answer = there.recv(65536)
                    time.sleep(seconds[0])
                    self.request.sendall(answer)

        def finish(self) -> None:
            self.request.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is no news
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def seconds_for(client: Client, count: int) -> float:
    began = time.monotonic()
    for number in range(count):
        client.send(Request("PUT", f"/volumes/{number}", body={}))
    return time.monotonic() - began


def test_it_hangs(caplog: pytest.LogCaptureFixture) -> None:
    """A Redis that takes connections and answers nothing costs a second every ten, and is used when it goes on."""
    clock = Ahead()
    with running() as redis, Client("t", transport=Fine(), clock=clock, budget=redis.uri, processes=3) as client:
        assert seconds_for(client, 20) < 2
        assert client.budget.share == 1
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        try:
            with caplog.at_level(logging.INFO, "linode_orm.rates"):
                assert 0.4 < seconds_for(client, 50) < 3
                assert client.budget.share == pytest.approx(1 / 3)
                clock.ahead += 11
                assert 0.4 < seconds_for(client, 50) < 3
        finally:
            redis.process.send_signal(signal.SIGCONT)
        assert [each.levelname for each in caplog.records] == ["WARNING"]
        clock.ahead += 11
        with caplog.at_level(logging.INFO, "linode_orm.rates"):
            seconds_for(client, 20)
        assert caplog.records[-1].getMessage() == f"the shared budget at {redis.uri} is back"
        assert client.budget.share == 1


def test_it_is_slow(caplog: pytest.LogCaptureFixture) -> None:
    """A Redis that takes longer than half a second over a request is not asked at the next."""
    pauses = [0.2]
    with running() as redis, slow(redis.port, pauses) as port:
        uri = f"redis://127.0.0.1:{port}/0"
        with Client("t", transport=Fine(), budget=uri, processes=2) as client:
            assert seconds_for(client, 50) < 4
            assert client.budget.share == 0.5
    (warning,) = caplog.records
    assert "cannot be used (slow): this process keeps to 1/2 of every budget" in warning.getMessage()


GARBAGE = {
    "bytes": b"\xff\xfe garbage",
    "text": b"garbage",
    "a large number": b"9" * 18,
    "a negative number": b"-999999",
    "more than a number": b"9" * 40,
}


def spoil(pipeline, key: bytes, kind: str) -> None:
    """Put something else under a key, at once."""
    if kind == "a list":
        pipeline.rpush(key, b"garbage")
    elif kind == "a hash":
        pipeline.hset(key, mapping={"early": b"1e9", "late": b"garbage"})
    else:
        pipeline.set(key, GARBAGE[kind])
    pipeline.execute()


@pytest.mark.parametrize("report", ["tightest", "nothing"])
@pytest.mark.parametrize("kind", [*GARBAGE, "a list", "a hash"])
def test_it_holds_garbage(kind: str, report: str, full: bool, tell) -> None:
    """Whatever is under our keys, every request is sent, within its limits, and at most a few windows are lost."""
    import redis as library

    # where no header tells, Redis counts in its own time, which stands still on this stage
    count = 2000 if report == "tightest" else 1500
    refused, late, spoilt = 0, [], set()
    with running() as redis:
        connection = library.Redis(port=redis.port)

        class Spoilt(Limiter):
            sends = itertools.count()

            def send(self, request, *, token, timeout):
                if not next(self.sends) % 150:
                    for key in connection.keys("*linode_orm:*"):
                        spoilt.add(key)
                        spoil(connection.pipeline().delete(key), key, kind)
                return super().send(request, token=token, timeout=timeout)

        for seed in range(5 if full else 1):
            connection.flushall()
            stage = Stage()
            budget = (1600, 60, random.Random(seed).uniform(0, 60))
            api = Spoilt(stage, Counter(*budget), ahead=0.0, report=report)
            client = Client("t", transport=api, clock=stage, budget=redis.uri)
            requests = [Request("PUT", f"/volumes/{number}", body={}) for number in range(count)]
            assert work(stage, client, requests) == [200] * count
            refused += len(api.refused)
            late.append(stage.time - least(count, 8, api.latency, *[budget]))
    tell(
        f"garbage in Redis, {kind}, headers: {report}: {max(late):.0f} s late at most, {refused} 429s of {count * len(late)}"
    )
    assert spoilt
    assert max(late) < 200
    assert refused < 0.01 * count * len(late)


def test_a_name_of_a_window_is_no_text() -> None:
    """A name that no other process can have given keeps no request from being sent."""
    import redis as library

    with running() as redis:
        connection, stage = library.Redis(port=redis.port), Stage()
        api = Limiter(stage, Counter(1600, 60, 30.0), ahead=0.0)
        requests = [Request("PUT", f"/volumes/{number}", body={}) for number in range(20)]
        first, second = (Client("t", transport=api, clock=stage, budget=redis.uri) for _ in range(2))
        assert work(stage, first, requests) == [200] * 20
        names = connection.keys("*:@*")
        for key in names:
            connection.set(key, GARBAGE["bytes"])
        assert names
        assert work(stage, second, requests) == [200] * 20
        assert second.budget.share < 1


@pytest.mark.parametrize(
    "uri", ["redis://:hunter2@127.0.0.1:{}/0", "redis://127.0.0.1:{}/0", "redis://a:hunter2@127.0.0.1:{}/0"]
)
def test_it_does_not_let_us_in(uri: str, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password, or none, is a warning without it; each process keeps to its part."""
    with running("--requirepass", "sesame") as redis, caplog.at_level(logging.DEBUG):
        with Client("t", transport=Fine(), budget=uri.format(redis.port), processes=2) as client:
            seconds_for(client, 20)
            assert client.budget.share == 0.5
            shown = repr(client.budget) + caplog.text + "".join(str(each.__dict__) for each in caplog.records)
        with Client("t", transport=Fine(), budget=f"redis://:sesame@127.0.0.1:{redis.port}/0") as client:
            seconds_for(client, 20)
            assert client.budget.share == 1
    assert "cannot be used" in caplog.text
    assert "hunter2" not in shown
    assert "sesame" not in caplog.text


def test_it_goes_in_the_middle_of_a_commit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A commit whose Redis stops and comes back does everything once, and says so in two lines of the log."""
    sent = itertools.count(1)
    with running() as redis, Simulator() as simulator:
        simulator.seed(volumes=120)

        def after(request: Request, _: object) -> None:
            number = next(sent) if request.method == "PUT" else 0
            if number == 40:
                redis.stop()
            elif number == 80:
                redis.start()

        client = simulator.client(budget=redis.uri, after=[after], processes=2)
        with (
            caplog.at_level(logging.INFO, "linode_orm.rates"),
            Session(client=client, journal=tmp_path / "j") as session,
        ):
            for volume in session.query(Volume):
                volume.tags.add("edge")
            report = session.commit()
            assert client.budget.share == 0.5
            client.clock.sleep(11)
            assert session.query(Volume).filter(Volume.tags.contains("edge")).count() == 120
            assert client.budget.share == 1
        assert report.counts == {"applied": 120}
        assert len(simulator.requests.writes) == 120
    assert [each.levelname for each in caplog.records] == ["WARNING", "INFO"]
