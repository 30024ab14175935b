"""An API that enforces limits by fixed windows, and a simulated clock for several threads; neither shares code with the client."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from linode_orm.wire import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Stage:
    """A clock that moves when every thread on it sleeps, to the moment when the first of them wakes."""

    def __init__(self) -> None:
        self.time = 0.0
        self._changed = threading.Condition()
        self._awake = 0
        self._wakes: list[float] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        """Count this thread among those that must sleep before the time moves."""
        with self._changed:
            self._awake += 1
        try:
            yield
        finally:
            with self._changed:
                self._awake -= 1
                self._move()

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time)

    def sleep(self, seconds: float) -> None:
        with self._changed:
            wake = self.time + max(seconds, 0.0)
            self._wakes.append(wake)
            self._awake -= 1
            self._move()
            while self.time < wake:
                if not self._changed.wait(timeout=60):
                    raise AssertionError("the clock stands still")

    def _move(self) -> None:
        # who wakes counts as awake at once, so that the time waits for it
        if self._awake == 0 and self._wakes:
            self.time = min(self._wakes)
            woken = [each for each in self._wakes if each <= self.time]
            self._wakes = [each for each in self._wakes if each > self.time]
            self._awake += len(woken)
            self._changed.notify_all()


class Counter:
    """So many requests in each window of so many seconds; the windows begin at `phase`, whoever asks when."""

    def __init__(self, limit: int, per: float, phase: float) -> None:
        self.limit, self.per, self.phase = limit, per, phase
        self.window, self.count = -1, 0

    def left(self, time: float) -> int:
        window = int((time - self.phase) // self.per)
        if window != self.window:
            self.window, self.count = window, 0
        return self.limit - self.count

    def end(self, time: float) -> float:
        return ((time - self.phase) // self.per + 1) * self.per + self.phase

    def take(self, time: float) -> None:
        assert self.left(time) > 0
        self.count += 1


class Sliding:
    """So many requests in any so many seconds; there is more when the oldest of them is that old."""

    def __init__(self, limit: int, per: float) -> None:
        self.limit, self.per = limit, per
        self.times: deque[float] = deque()

    def left(self, time: float) -> int:
        while self.times and self.times[0] <= time - self.per:
            self.times.popleft()
        return self.limit - len(self.times)

    def end(self, time: float) -> float:
        return self.times[0] + self.per if self.times else time

    def take(self, time: float) -> None:
        self.times.append(time)


class Bucket:
    """A bucket of so many requests, which fills up steadily, from nothing in so many seconds."""

    def __init__(self, limit: int, per: float) -> None:
        self.limit, self.per = limit, per
        self.room, self.at = float(limit), 0.0

    def left(self, time: float) -> int:
        self.room, self.at = min(self.limit, self.room + (time - self.at) * self.limit / self.per), time
        return int(self.room)

    def end(self, time: float) -> float:
        return time + (self.limit - self.room) * self.per / self.limit

    def take(self, time: float) -> None:
        self.left(time)
        self.room -= 1


class Limiter:
    """A transport that takes a PUT in `latency` seconds, if every counter has room, and reports one counter at a time."""

    def __init__(
        self,
        clock,
        *counters: Counter | Sliding | Bucket,
        latency: float = 0.05,
        ahead: float | None = None,
        report: str = "tightest",
        rounding: Callable[[float], int] = int,
    ) -> None:
        self.clock, self.counters, self.latency, self.ahead, self.report = clock, counters, latency, ahead, report
        self.rounding = rounding
        # how far the API's time has left the clock behind: one that does not count while its machine sleeps
        self.leap = 0.0
        self.taken: list[float] = []
        self.refused: list[float] = []
        self._lock = threading.Lock()

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self.clock.sleep(self.latency / 2)
        with self._lock:
            status, headers = self.decide(self.clock.monotonic() + self.leap)
        self.clock.sleep(self.latency / 2)
        return Response(status, headers, b'{"errors": []}' if status == 429 else b"{}", request)

    def decide(self, time: float) -> tuple[int, dict[str, str]]:
        lefts = [each.left(time) for each in self.counters]
        status = 200 if min(lefts) > 0 else 429
        if status == 200:
            for each in self.counters:
                each.take(time)
            self.taken.append(time)
        else:
            self.refused.append(time)
        return status, self.headers(time, status)

    def headers(self, time: float, status: int) -> dict[str, str]:
        if self.report == "nothing":
            return {}
        chosen = min(self.counters, key=lambda each: each.left(time))
        if self.report == "in turn" and status == 200:
            chosen = self.counters[len(self.taken) % len(self.counters)]
        theirs = START.timestamp() + (self.ahead or 0.0)
        fields = {
            "x-ratelimit-limit": str(chosen.limit),
            "x-ratelimit-remaining": str(chosen.left(time)),
            "x-ratelimit-reset": str(self.rounding(chosen.end(time) + theirs)),
            "retry-after": str(max(1, round(chosen.end(time) - time))),
        }
        if self.ahead is not None:
            moment = datetime.fromtimestamp(int(time + theirs), UTC)
            fields["date"] = format_datetime(moment, usegmt=True)
        return fields

    def close(self) -> None:
        pass


def allowed(seconds: float, workers: int, latency: float, *counters: Counter) -> int:
    """Give how many requests nobody could beat who knew the counters: each is sent as soon as there is room."""
    time, count = latency / 2, 0
    while time <= seconds - latency / 2:
        if min(each.left(time) for each in counters) <= 0:
            # a hair later, so that rounding does not put it before the end
            time = min(each.end(time) for each in counters if each.left(time) <= 0) + 1e-9
            continue
        for each in counters:
            each.count += 1
        count += 1
        time += latency / workers
    return count


def best(count: int, workers: int, latency: float, *counters: Sliding | Bucket) -> float:
    """Give the seconds in which one who knew the counters would have sent so many, looked at every five milliseconds."""
    time, sent = latency / 2, 0
    while sent < count:
        if min(each.left(time) for each in counters) <= 0:
            time += 0.005
            continue
        for each in counters:
            each.take(time)
        sent += 1
        time += latency / workers
    return time + latency / 2


def least(count: int, workers: int, latency: float, *budgets: tuple[int, float, float]) -> float:
    """Give the seconds in which one who knew the counters would have sent so many."""
    low, high = 0.0, 1000.0
    while high - low > 0.01:
        middle = (low + high) / 2
        enough = allowed(middle, workers, latency, *(Counter(*each) for each in budgets)) >= count
        low, high = (low, middle) if enough else (middle, high)
    return high


def work(stage: Stage, client, requests: list[Request], workers: int = 8) -> list[object]:
    """Send requests by threads on the stage; give what each ended with."""
    ended: list[object] = []
    waiting = iter(requests)
    lock = threading.Lock()

    def run() -> None:
        with stage.on():
            ready.wait()
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                try:
                    ended.append(client.send(request).status)
                except Exception as error:  # noqa: BLE001  the test looks at it
                    ended.append(error)

    ready = threading.Barrier(workers)
    threads = [threading.Thread(target=run) for _ in range(workers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return ended
