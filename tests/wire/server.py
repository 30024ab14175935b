"""A scripted HTTP server for tests of the wire: it answers what a test tells it, and writes down what arrives."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Arrived:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Answer:
    """What to send back; `pause` seconds before the head, `drip` seconds between the bytes of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    drip: float = 0.0
    cut: str = ""
    """`before` closes the connection without an answer, `within` after half of the body."""


class Script:
    """The answers in turn; the last one stays."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.answers: list[Answer] = [Answer()]
        self.decide: Callable[[Arrived], Answer] | None = None
        self.url = ""
        self._lock = threading.Lock()

    def say(self, *answers: Answer) -> None:
        """Answer these in turn."""
        self.answers = list(answers)

    def answer(self, arrived: Arrived) -> Answer:
        """Give the next answer."""
        with self._lock:
            self.arrived.append(arrived)
            if self.decide is None:
                return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self.decide(arrived)


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to the script of its server."""

    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        arrived = Arrived(self.command, self.path, headers, body, self.client_address[1])
        self._send(self.server.script.answer(arrived))  # type: ignore[attr-defined]  # set beside

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.pause)
        if answer.cut == "before":
            self._hang_up()
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.cut == "within":
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self._hang_up()
        elif answer.drip:
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(answer.drip)
        else:
            self.wfile.write(answer.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815  the base class's names

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()


@contextmanager
def serving() -> Iterator[Script]:
    """Run the server for the length of a block."""
    script = Script()

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.script = script  # type: ignore[attr-defined]  # for the handlers
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
