"""The invented world of `tests.session.yard` in bad weather: faults in turn, late effects, processes that end."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections import Counter
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from linode_orm.errors import LinodeORMError, ResponseError, TransportError
from linode_orm.wire import Client
from tests.session.yard import World, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from linode_orm.wire.messages import Request, Response


def lost(sent: bool | None = None) -> Exception:
    return TransportError("the connection was reset", sent=sent)


BEFORE = {
    "not sent": lambda: lost(sent=False),
    "reset before": lost,
    "502 before": lambda: refusal("ServerError", 502),
    "rate limited": lambda: refusal("RateLimited", 429),
    "busy": lambda: refusal("Busy", 400, "Linode busy."),
    "refused": lambda: refusal("BadRequest", 400),
    "request timeout": lambda: refusal("BadRequest", 408),
}
AFTER = {
    "reset after": lambda: lost(sent=True),
    "reply lost": lost,
    "502 after": lambda: refusal("ServerError", 502),
    "truncated": lambda: ResponseError("no JSON"),
}
LATE = {"late": 1.0, "later": 9.0}
"""Requests that break, and take effect that many seconds afterwards: less than a request can run."""
FAULTS = [*BEFORE, *AFTER, *LATE, "half"]
PASSING = [each for each in FAULTS if each != "refused"]
READS = ["", "reset before", "502 before", "rate limited", "truncated"]


def error_of(name: str) -> Exception:
    return {**BEFORE, **AFTER}[name]()


class InTurn(Executor):
    """Runs what it is given at once, so that the same seed does the same: a batch is sent before an answer lands."""

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*given, **named))
        except BaseException as error:  # noqa: BLE001  as a pool does
            future.set_exception(error)
        return future


class Quay(World):
    """A world whose requests meet the next fault of a queue each, or the end of the process."""

    def __init__(self) -> None:
        super().__init__(workers=2)
        self.client._pool = InTurn()
        self.writes: list[str] = []
        self.reads: list[str] = []
        self.hits: Counter[str] = Counter()
        self.late: list[tuple[float, Request]] = []
        self.fault = self.meet
        self.kill: tuple[int, bool, Path] | None = None
        self.dead = False
        self.guard = threading.Lock()

    def calm(self) -> None:
        """No more faults."""
        self.writes, self.reads = [], []
        self.kill, self.dead = None, False

    def again(self) -> Client:
        """Give the client of another process."""
        self.client.close()
        self.client = Client(transport=self, workers=2, clock=self.clock, timeout=10, deadline=20)
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
            for _, request in sorted(due, key=lambda each: each[0]):
                with contextlib.suppress(LinodeORMError):
                    getattr(self, request.method.lower())(request)

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self._arrive()
        return super().send(request, token=token, timeout=timeout)

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
            if name in LATE:
                self.late.append((self.clock.monotonic() + LATE[name], request))
                raise lost()
        if name in BEFORE:
            raise error_of(name)
        return lambda answer: self._broken(name, answer)

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

    @staticmethod
    def _broken(name: str, answer: object) -> object:
        if name == "truncated":
            return b'{"id": 1'
        if name == "half":
            return {}
        raise error_of(name)

    def post(self, request: Request) -> Any:
        """Refuse a second one with a key that its user chose."""
        body: Any = request.body
        key = body.get("nick", body.get("id"))
        if key is not None and f"{request.path}/{key}" in self.objects:
            raise refusal("BadRequest", 400, "it exists")
        parent = request.path.rpartition("/")[0]
        if parent and parent not in self.objects:
            raise refusal("NotFound", 404)
        return super().post(request)

    def rows(self) -> Counter[tuple[Any, ...]]:
        """Give the world, ids aside."""
        return Counter(self.row(path) for path in self.objects)

    def row(self, path: str) -> tuple[Any, ...]:
        body, kind = self.objects[path], path.split("/")[-2 if path.count("/") > 1 else -1]
        if kind == "docks":
            rules = tuple(each["action"] for each in body.get("rules", {}).get("inbound", ()))
            limits = body["limits"]["cpu"], body["limits"]["io"]
            return kind, body["label"], body["place"], frozenset(body["tags"]), limits, rules
        if kind == "cranes":
            return kind, self.objects[path.rpartition("/cranes")[0]]["label"], body["label"]
        if kind == "cargo":
            dock = self.objects.get(f"/docks/{body.get('dock_id')}", {})
            return kind, body["name"], body["weight"], dock.get("label")
        return (
            kind,
            *(body[key] for key in ("name", "nick", "rank", "open") if key in body),
            body.get("id") if kind == "passes" else None,
        )


def copies(path: Path, copy: Path) -> None:
    """Copy a journal as it is on the disk."""
    for name in ("", "-wal", "-journal"):
        source, target = path.with_name(path.name + name), copy.with_name(copy.name + name)
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copy(source, target)
