"""The fake API of `tests.session.fake_api` with faults: queued ones, late effects, processes that end."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections import Counter
from concurrent.futures import Executor, Future
from datetime import timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import evolve

from linode_orm.errors import LinodeORMError, TransportError
from linode_orm.wire import Client
from linode_orm.wire.messages import Response
from tests.session.fake_api import FakeApi, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from linode_orm.wire.messages import Request

_ERRORS = b'{"errors": [{"reason": "%s"}]}'


class AnsweredError(Exception):
    """An answer of another status, as it stands on the wire."""

    def __init__(self, status: int, content: bytes = b"", **headers: str) -> None:
        super().__init__(status)
        self.status, self.content = status, content
        self.headers = {"content-type": "application/json", **{key.replace("_", "-"): headers[key] for key in headers}}


class Jumps:
    """A clock whose moment is moved now and then; its seconds are not."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.off = timedelta()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def now(self) -> datetime:
        return self._clock.now() + self.off


def lost(sent: bool | None = None) -> Exception:
    return TransportError("the connection was reset", sent=sent)


BEFORE = {
    "not sent": lambda: lost(sent=False),
    "reset before": lost,
    "502 before": lambda: AnsweredError(502, b"<html>Bad Gateway</html>", content_type="text/html"),
    "rate limited": lambda: AnsweredError(429, _ERRORS % b"Too many requests", retry_after="1"),
    **{
        f"429 {each}": lambda each=each: AnsweredError(429, retry_after=each)
        for each in ("soon", "-1", "0.001", "nan", "9e9")
    },
    "429 then": lambda: AnsweredError(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
    "busy": lambda: AnsweredError(400, _ERRORS % b"Linode busy."),
    "refused": lambda: AnsweredError(400, _ERRORS % b"no"),
    "request timeout": lambda: AnsweredError(408, _ERRORS % b"timed out"),
}
AFTER = {
    "reset after": lambda: lost(sent=True),
    "reply lost": lost,
    "502 after": lambda: AnsweredError(502, b"<html>Bad Gateway</html>", content_type="text/html"),
    "504 after": lambda: AnsweredError(504, b"", content_type="text/html"),
    "moved": lambda: AnsweredError(302, b"", location="https://login.example"),
}
CONTENT = {
    "truncated": b'{"id": 1',
    "null": b"null",
    "list": b"[]",
    "text": b'"ok"',
    "nothing": b"",
    "half": b"{}",
    "page": b"<html>Please sign in</html>",
}
"""What an answer of 200 may hold in place of the object."""
LATE = {"late": 1.0, "later": 9.0}
"""Requests that break, and take effect that many seconds afterwards: less than a request can run."""
FAULTS = [*BEFORE, *AFTER, *CONTENT, *LATE, "another", "jump"]
PASSING = [each for each in FAULTS if each not in {"refused", "429 9e9", "moved", "jump"}]
READS = ["", "reset before", "502 before", "rate limited", "refused", "429 soon", "429 9e9", *CONTENT, "jump"]
HIDING = {"refused", "429 9e9", "half", "null", "list", "text", "truncated", "nothing", "page"}
"""What keeps reads from telling anything, however often they are tried."""


def error_of(name: str) -> Exception:
    return {**BEFORE, **AFTER}[name]()


class LateNews(Future[Any]):
    """The future of work that is done, and says so only when its run waits for an answer."""

    waiting: ClassVar[list[Callable[[], object]]] = []

    def add_done_callback(self, fn: Callable[[Future[Any]], object]) -> None:
        self.waiting.append(lambda: fn(self))


class Waking(SimpleQueue[None]):
    """The queue that a run waits at: what was done meanwhile is told then."""

    def get(self, *given: Any, **named: Any) -> None:
        while LateNews.waiting:
            LateNews.waiting.pop(0)()
        super().get(*given, **named)


class InTurn(Executor):
    """Runs what it is given at once, so that the same seed does the same: a batch is sent before an answer lands."""

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        future = LateNews()
        try:
            future.set_result(work(*given, **named))
        except BaseException as error:  # noqa: BLE001  as a pool does
            future.set_exception(error)
        return future

    submit_read = submit


class FaultyApi(FakeApi):
    """A fake API that applies the next queued fault to each request, or ends the process."""

    def __init__(self) -> None:
        super().__init__(workers=2)
        self.client.clock = self.jumps = Jumps(self.clock)
        self.client._pool = InTurn()
        self.has_hidden = False
        self.moment: float | None = None
        """When what takes effect late does so."""
        self.writes: list[str] = []
        self.reads: list[str] = []
        self.hits: Counter[str] = Counter()
        self.late: list[tuple[float, Request]] = []
        self.fault = self.meet
        self.kill: tuple[int, bool, Path] | None = None
        self.dead = False
        self.guard = threading.Lock()

    def clear_faults(self) -> None:
        """No more faults."""
        self.writes, self.reads = [], []
        self.kill, self.dead = None, False

    def again(self) -> Client:
        """Give the client of another process."""
        self.client.close()
        self.client = Client(transport=self, workers=2, clock=self.jumps, timeout=10, deadline=20)
        self.client._pool = InTurn()
        return self.client

    def settle(self) -> None:
        """Let everything take effect that was sent."""
        self.clock.sleep(60)
        self._arrive()

    def _arrive(self) -> None:
        now = self.clock.monotonic()
        with self._lock:
            due, self.late = (
                [each for each in self.late if each[0] <= now],
                [each for each in self.late if each[0] > now],
            )
            for self.moment, request in sorted(due, key=lambda each: each[0]):
                with contextlib.suppress(LinodeORMError):
                    getattr(self, request.method.lower())(request)
            self.moment = None

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self._arrive()
        try:
            return super().send(request, token=token, timeout=timeout)
        except AnsweredError as answer:
            date = {"date": self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}
            return Response(answer.status, {**date, **answer.headers}, answer.content, request)

    def meet(self, request: Request) -> Any:
        """Do to a request what is its turn."""
        with self.guard:
            if self.dead:
                raise TransportError("dead", sent=False)
            if request.method == "GET":
                name = self.reads.pop(0) if self.reads else ""
            else:
                if self.kill is not None and self._dies():
                    return self._gone
                name = self.writes.pop(0) if self.writes else ""
            if not name:
                return None
            self.hits[name] += 1
            self.has_hidden |= request.method == "GET" and name in HIDING
            if name == "jump":
                self.jumps.off = timedelta(hours=[-3, 2, 0, 1][self.hits[name] % 4])
                return None
            if name in LATE:
                self.late.append((self.clock.monotonic() + LATE[name], request))
                raise lost()
        if name in BEFORE:
            raise error_of(name)
        return lambda answer: self._broken(name, answer, request.path)

    def _dies(self) -> bool:
        at, after, path = self.kill  # type: ignore[misc]
        if at:
            self.kill = at - 1, after, path
            return False
        self.dead, self.kill = True, None
        self.hits["killed"] += 1
        copies(path, path.with_name("copy"))
        if not after:
            raise TransportError("dead", sent=False)
        return True

    @staticmethod
    def _gone(_: object) -> object:
        raise TransportError("dead", sent=False)

    def _broken(self, name: str, answer: object, path: str) -> object:
        if name == "another":
            return self._other_object(answer, path)
        if name in CONTENT:
            return CONTENT[name]
        raise error_of(name)

    def _other_object(self, answer: object, path: str) -> object:
        """Give another object of the same collection, where there is one."""
        collection = path if f"{path}/".count("/") % 2 == 0 else path.rpartition("/")[0]
        key = "nick" if collection == "/sailors" else "id"
        others = [each for each in self._below(collection) if isinstance(answer, dict) and each[key] != answer.get(key)]
        return others[-1] if others else {}

    def post(self, request: Request) -> Any:
        """Refuse a second one with a key that its user chose."""
        body: Any = request.body
        key = body.get("nick", body.get("id"))
        if key is not None and f"{request.path}/{key}" in self.objects:
            raise refusal("BadRequest", 400, "it exists")
        parent = request.path.rpartition("/")[0]
        if parent and parent not in self.objects:
            raise refusal("NotFound", 404)
        nested = {each: body.get(each, ()) for each in ("subnets", "nodes")}
        made = super().post(evolve(request, body={each: body[each] for each in body if each not in nested}))
        if self.moment is not None and "created" in made:
            done = self.clock.now() - timedelta(seconds=self.clock.monotonic() - self.moment)
            self.objects[f"{request.path}/{made['id']}"]["created"] = done.strftime("%Y-%m-%dT%H:%M:%S")
        there = {
            kind: [self._make_nested(f"{request.path}/{made['id']}/{kind}", row) for row in nested[kind]]
            for kind in nested
        }
        return {**made, "subnets": there["subnets"]} if request.path == "/vpcs" else made

    def _make_nested(self, path: str, row: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        self.objects[f"{path}/{self._next}"] = made = {"id": self._next, **row}
        return dict(made)

    def rows(self) -> Counter[tuple[Any, ...]]:
        """Return the account's objects without their ids."""
        return Counter(self.row(path) for path in self.objects)

    def row(self, path: str) -> tuple[Any, ...]:
        body, kind = self.objects[path], path.split("/")[-2 if path.count("/") > 1 else -1]
        if kind == "docks":
            rules = tuple(each["action"] for each in body.get("rules", {}).get("inbound", ()))
            limits = body["limits"]["cpu"], body["limits"]["io"]
            return kind, body["label"], body["place"], frozenset(body["tags"]), limits, rules
        if kind in {"cranes", "subnets"}:
            return kind, self.objects[path.rpartition(f"/{kind}")[0]]["label"], body["label"]
        if kind == "nodes":
            return kind, self.objects[path.rpartition("/nodes")[0]]["port"], body["label"]
        if kind in {"passes", "configs", "vpcs", "nodebalancers"}:
            return kind, body[{"passes": "id", "configs": "port"}.get(kind, "label")]
        if kind == "cargo":
            dock = self.objects.get(f"/docks/{body.get('dock_id')}", {})
            return kind, body["name"], body["weight"], dock.get("label")
        return (
            kind,
            *(body[key] for key in ("name", "nick", "rank", "open") if key in body),
            None,
        )


def copies(path: Path, copy: Path) -> None:
    """Copy a journal as it is on the disk."""
    for name in ("", "-wal", "-journal"):
        source, target = path.with_name(path.name + name), copy.with_name(copy.name + name)
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copy(source, target)
