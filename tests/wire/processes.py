"""Several operating-system processes on one simulated clock: the clock is a service, and the API is asked over HTTP."""

from __future__ import annotations

import json
import logging
import mmap
import socket
import struct
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from linode_orm.wire import Client, Request
from tests.wire.limiter import START, Limiter, Stage, work

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
THREADS = 2


class Shown(Stage):
    """A clock whose time other processes see in a file; it waits until every thread of all of them is there."""

    def __init__(self, path: Path, threads: int) -> None:
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 8)
        super().__init__()
        self._awake = threads

    @property
    def time(self) -> float:
        return struct.unpack("d", self._page)[0]

    @time.setter
    def time(self, time: float) -> None:
        self._page[:] = struct.pack("d", time)

    def leave(self) -> None:
        """Count one thread less."""
        with self._changed:
            self._awake -= 1
            self._move()


class Seen:
    """The same clock, in another process: the time does not move while one of its threads is awake."""

    def __init__(self, path: Path, port: int, wrong: timedelta) -> None:
        self.wrong = wrong
        with path.open("rb") as file:
            self._page = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
        self._port = port
        self._local = threading.local()

    def monotonic(self) -> float:
        return struct.unpack("d", self._page)[0]

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic()) + self.wrong

    def sleep(self, seconds: float) -> None:
        self.ask(repr(seconds))

    @contextmanager
    def on(self) -> Iterator[None]:
        """Count this thread, which the clock expects already, until it ends."""
        try:
            yield
        finally:
            self.ask("leave")

    def ask(self, line: str) -> None:
        if not hasattr(self._local, "file"):
            self._local.file = socket.create_connection(("127.0.0.1", self._port)).makefile("rw")
        self._local.file.write(line + "\n")
        self._local.file.flush()
        self._local.file.readline()


class _Clock(StreamRequestHandler):
    """Sleeps for a thread of another process."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        stage = self.server.stage  # type: ignore[attr-defined]  # set beside
        # a process that was ended asks for nothing more
        with suppress(OSError):
            for line in self.rfile:
                if line.strip() == b"leave":
                    stage.leave()
                else:
                    stage.sleep(float(line))
                self.wfile.write(b"\n")


class _Api(BaseHTTPRequestHandler):
    """Hands a PUT to the limiter; the thread that sent it sleeps meanwhile."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        where = urlsplit(self.path)
        request = Request("PUT", where.path, query=dict(parse_qsl(where.query)))
        answer = self.server.api.send(request, token=None, timeout=30)  # type: ignore[attr-defined]  # set beside
        self.send_response_only(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(answer.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _serving(server: ThreadingTCPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(api: Limiter, stage: Shown, path: Path, uri: str, counts: list[int]) -> list[dict[str, object]]:
    """Let one process for each count send so many updates, all at once; give what each of them told at its end."""
    clock = ThreadingTCPServer(("127.0.0.1", 0), _Clock)
    clock.stage = stage  # type: ignore[attr-defined]  # for the handlers
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    http.api = api  # type: ignore[attr-defined]  # for the handlers
    with ExitStack() as stack:
        ports = [stack.enter_context(_serving(each)) for each in (clock, http)]
        options = [uri, str(path), *map(str, ports)]
        members = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.wire.processes", *options, str(name), str(count)],
                stdout=subprocess.PIPE,
                cwd=ROOT,
            )
            for name, count in enumerate(counts)
        ]
        try:
            return [json.loads(each.communicate(timeout=120)[0]) for each in members]
        finally:
            for each in members:
                each.kill()
                each.wait()


def main(uri: str, path: str, *rest: str) -> None:
    """Be one of the processes."""
    clock_port, port, name, count = rest
    warnings: list[str] = []

    class WarningsHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            warnings.append(record.getMessage())

    logging.getLogger("linode_orm").addHandler(WarningsHandler(logging.WARNING))
    # what o'clock it is, each of them believes something else
    stage = Seen(Path(path), int(clock_port), timedelta(seconds=1000 * int(name)))
    with Client("a-token-of-64-characters", base_url=f"http://127.0.0.1:{port}", clock=stage, budget=uri) as client:
        requests = [
            Request("PUT", f"/linode/instances/{number}", query={"by": name}, body={}) for number in range(int(count))
        ]
        ended = work(stage, client, requests, THREADS)
        budget = client.budget
    failed = sorted({repr(each) for each in ended if each != 200})
    print(json.dumps({"done": len(ended), "failed": failed, "warnings": warnings, "share": budget.share}))


if __name__ == "__main__":
    main(*sys.argv[1:])
