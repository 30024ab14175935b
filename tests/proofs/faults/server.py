"""Serves a fake account over real sockets and breaks chosen requests, each in its own way."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.proofs.faults.fake_account import FakeAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_VERSION = re.compile(r"^/v4(beta)?(?=/)")


@dataclass(frozen=True)
class Kind:
    """One way to break a request; `done` says whether it has its effect, None where it is too late to see."""

    name: str
    done: bool | None
    sends: bool = True
    """Whether it makes sense where the request changes something."""

    def __str__(self) -> str:
        return f"{self.name}, {'late' if self.done is None else 'done' if self.done else 'not done'}"


KINDS = (
    Kind("429", done=False),
    Kind("500", done=False),
    Kind("500", done=True),
    Kind("502 HTML", done=False),
    Kind("502 HTML", done=True),
    Kind("503", done=False),
    Kind("503", done=True),
    Kind("reset", done=False),
    Kind("reset", done=True),
    Kind("timeout", done=False),
    Kind("timeout", done=True),
    Kind("effect delayed", done=None),
    Kind("truncated JSON", done=True),
    Kind("half JSON", done=True),
    Kind("empty body", done=True),
    Kind("empty body", done=False),
    Kind("slow drip", done=True),
    Kind("slow drip of the head", done=True),
    Kind("wrong content type, JSON", done=True),
    Kind("wrong content type, HTML", done=True),
    Kind("wrong content type, HTML", done=False),
)
"""The ways to break a request; what is answered 200 without being done is a portal between the two."""


REFUSAL = Kind("400", done=False)
"""No fault of the net: the API says no."""


@dataclass
class Fault:
    """Breaks the `nth` request whose method and path match, and `times - 1` after it."""

    kind: Kind
    method: str
    path: str
    nth: int = 1
    times: int = 1
    seen: int = 0
    hit: int = 0

    def meets(self, request: Arrived) -> bool:
        """Count a request that matches; say whether it is to be broken."""
        if request.method != self.method or not re.fullmatch(self.path, request.path):
            return False
        self.seen += 1
        broken = self.nth <= self.seen < self.nth + self.times
        self.hit += broken
        return broken


@dataclass
class Arrived:
    """A request as it came in; `number` counts from 1."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    x_filter: Any
    body: Any
    token: str
    at: float
    fault: Kind | None = None
    status: int = 0

    def __str__(self) -> str:
        filtered = f" {json.dumps(self.x_filter)}" if self.x_filter else ""
        return f"{self.method} {self.path}{filtered} -> {self.fault or self.status}"


@dataclass
class Server:
    """A fake account behind a socket, for the length of a `with` block.

    `late` is how many seconds the effect of a request takes that is delayed, `drip` those between the bytes of a slow
    answer, `retry_after` what a 429 asks for. `arriving` is called with each request before it has its effect,
    `answering` after that and before its answer.
    """

    account: FakeAccount = field(default_factory=FakeAccount)
    late: float = 0.5
    drip: float = 0.1
    retry_after: str = "0"
    port: int = 0
    faults: list[Fault] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    arriving: Callable[[Arrived], None] = lambda _: None
    answering: Callable[[Arrived], None] = lambda _: None

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def add(self, kind: Kind, method: str, path: str, nth: int = 1, times: int = 1) -> Fault:
        """Break a request to come."""
        fault = Fault(kind, method, path, nth, times)
        self.faults.append(fault)
        return fault

    def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        time.sleep(0)
        while any(each.status == 0 for each in list(self.arrived)):
            time.sleep(0.01)

    @property
    def writes(self) -> list[Arrived]:
        """What arrived and is no read."""
        return [each for each in self.arrived if each.method != "GET"]

    # -- connections -------------------------------------------------------------------------------------------------

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._ends.is_set():
            try:
                connection, _ = self._door.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):
                for request in self._requests(connection):
                    if not self._answer(connection, request):
                        return
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _requests(self, connection: socket.socket) -> Iterator[Arrived]:
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                more = connection.recv(1 << 16)
                if not more:
                    return
                held += more
            head, _, held = held.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", 0))
            while len(held) < length:
                more = connection.recv(1 << 16)
                if not more:
                    return
                held += more
            body, held = held[:length], held[length:]
            yield self._note(first, headers, body)

    def _note(self, first: str, headers: dict[str, str], body: bytes) -> Arrived:
        method, target, _ = first.split(" ")
        parts = urlsplit(target)
        x_filter = json.loads(headers["x-filter"]) if "x-filter" in headers else None
        token = headers.get("authorization", "").removeprefix("Bearer ")
        with self._lock:
            request = Arrived(
                len(self.arrived) + 1, method, unquote(_VERSION.sub("", parts.path)), dict(parse_qsl(parts.query)),
                x_filter, json.loads(body) if body else None, token, time.monotonic(),
            )  # fmt: skip
            self.arrived.append(request)
            broken = [fault for fault in self.faults if fault.meets(request)]
            request.fault = broken[0].kind if broken else None
        return request

    # -- answers -----------------------------------------------------------------------------------------------------

    def _answer(self, connection: socket.socket, request: Arrived) -> bool:
        """Answer one request; say whether the connection can be used again."""
        self.arriving(request)
        fault = request.fault
        if fault is not None and fault.done is None:
            self._ends.wait(self.late)
        status, body = 0, None
        if fault is None or fault.done is not False:
            status, body = self.account.handle(
                request.method, request.path, request.query, request.x_filter, request.body
            )
        request.status = status or -1
        self.answering(request)
        if fault is None:
            connection.sendall(self._whole(status, json.dumps(body).encode()))
            return True
        return getattr(self, f"_{re.sub(r'[^a-z0-9]+', '_', fault.name.lower())}")(connection, status or 200, body)

    def _whole(self, status: int, content: bytes, kind: str = "application/json", length: int | None = None) -> bytes:
        moment = time.time() + self.account.skew
        head = [
            f"HTTP/1.1 {status} Whatever", f"Date: {formatdate(moment, usegmt=True)}", f"Content-Type: {kind}",
            f"Content-Length: {len(content) if length is None else length}", "X-RateLimit-Limit: 1600",
            "X-RateLimit-Remaining: 1599", f"X-RateLimit-Reset: {int(moment) + 60}",
            f"Retry-After: {self.retry_after if status == _TOO_MANY else 60}", "X-OAuth-Scopes: *",
        ]  # fmt: skip
        return "\r\n".join([*head, "", ""]).encode() + content

    def _errors(self, connection: socket.socket, status: int, reason: str) -> bool:
        connection.sendall(self._whole(status, json.dumps({"errors": [{"reason": reason}]}).encode()))
        return True

    def _400(self, connection: socket.socket, *_: object) -> bool:
        return self._errors(connection, 400, "The moon is in the wrong quarter")

    def _429(self, connection: socket.socket, *_: object) -> bool:
        return self._errors(connection, _TOO_MANY, "Too many requests")

    def _500(self, connection: socket.socket, *_: object) -> bool:
        return self._errors(connection, 500, "Internal Server Error")

    def _502_html(self, connection: socket.socket, *_: object) -> bool:
        connection.sendall(self._whole(502, HTML, "text/html"))
        return True

    def _503(self, connection: socket.socket, *_: object) -> bool:
        return self._errors(connection, 503, "Service Unavailable")

    def _reset(self, connection: socket.socket, *_: object) -> bool:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _timeout(self, connection: socket.socket, *_: object) -> bool:
        connection.recv(1)  # until the client hangs up, or everything ends
        return False

    _effect_delayed = _timeout

    def _truncated_json(self, connection: socket.socket, status: int, body: object) -> bool:
        content = json.dumps(body).encode()
        connection.sendall(self._whole(status, content[: len(content) // 2], length=len(content)))
        return False

    def _half_json(self, connection: socket.socket, status: int, body: object) -> bool:
        content = json.dumps(body).encode()
        connection.sendall(self._whole(status, content[: len(content) // 2]))
        return True

    def _empty_body(self, connection: socket.socket, status: int, _: object) -> bool:
        connection.sendall(self._whole(status, b""))
        return True

    def _slow_drip(self, connection: socket.socket, status: int, body: object) -> bool:
        whole = self._whole(status, json.dumps(body).encode() + b" " * 100)
        return self._drop_by_drop(connection, whole, whole.index(b"\r\n\r\n") + 4)

    def _slow_drip_of_the_head(self, connection: socket.socket, status: int, body: object) -> bool:
        return self._drop_by_drop(connection, self._whole(status, json.dumps(body).encode()), 20)

    def _drop_by_drop(self, connection: socket.socket, whole: bytes, start: int) -> bool:
        connection.sendall(whole[:start])
        for byte in whole[start:]:
            if self._ends.wait(self.drip):
                return False
            connection.sendall(bytes([byte]))
        return True

    def _wrong_content_type_json(self, connection: socket.socket, status: int, body: object) -> bool:
        connection.sendall(self._whole(status, json.dumps(body).encode(), "text/html"))
        return True

    def _wrong_content_type_html(self, connection: socket.socket, status: int, _: object) -> bool:
        connection.sendall(self._whole(status, b"<html><body>Sign in to the network</body></html>", "text/html"))
        return True


_TOO_MANY = 429
