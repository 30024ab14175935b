"""The simulator behind a real socket, for any client of the Linode API."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from linode_orm.simulator.files import described, is_file
from linode_orm.simulator.reply import Reply

if TYPE_CHECKING:
    from linode_orm.simulator.simulator import Simulator

VERSIONS: Final = ("/v4beta", "/v4", "/v2beta")
# Where files go to and come from: signed addresses, which the real API has on other hosts.
FILES: Final = ("/uploads/", "/objects/")
_BAD: Final = json.dumps({"errors": [{"reason": "Invalid JSON"}]}).encode()
_NOT_FOUND: Final = json.dumps({"errors": [{"reason": "Not found"}]}).encode()


class _Handler(BaseHTTPRequestHandler):
    """Passes each request to the simulator and sends its reply."""

    protocol_version = "HTTP/1.1"
    server_version = "linode_orm-simulator"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # ours

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        version = next((each for each in VERSIONS if parts.path.startswith(f"{each}/")), None)
        if parts.path.startswith(FILES):
            version = ""
        if version is None:
            self._answer(Reply(404, _NOT_FOUND, {"content-type": "application/json"}))
            return
        kind = self.headers.get("Content-Type") or ""
        try:
            holds_file = is_file(kind) or (bool(raw) and not version)  # whatever is put where files lie
            body = described(kind, raw) if holds_file else json.loads(raw) if raw.strip() else None
        except ValueError:
            self._answer(Reply(400, _BAD, {"content-type": "application/json"}))
            return
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        reply = self.server.simulator.exchange(
            self.command,
            parts.path.removeprefix(version),
            version="v4" if version == "/v4" else "v4beta",
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            x_filter=self.headers.get("X-Filter"),
            body=body,
            token=token.strip() if scheme.lower() == "bearer" and token.strip() else None if version else "signed",
        )
        self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        if reply.breaks is not None:
            if reply.breaks == "timeout":
                self.server.stopping.wait(self.server.hangs)
            self._hang_up()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name.title(), value)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        if reply.drip and reply.content:
            self._drip(reply)
        else:
            self.wfile.write(reply.content)

    def _drip(self, reply: Reply) -> None:
        pause = reply.drip / len(reply.content)
        for byte in reply.content:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            if self.server.stopping.wait(pause):
                return

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815  the base class's names

    def handle(self) -> None:
        """Serve a connection; it is no error if the client closes it."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the base class's names
        """Log nothing: the simulator has its own log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator, hangs: float) -> None:
        self.simulator = simulator
        self.hangs = hangs
        self.stopping = threading.Event()
        super().__init__(address, _Handler)


class Serving:
    """A running HTTP front: `with serve(sim) as server: Client(base_url=server.url)`."""

    def __init__(self, simulator: Simulator, host: str, port: int, hangs: float) -> None:
        self._server = _Server((host, port), simulator, hangs)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="linode_orm simulator", daemon=True
        )

    @property
    def url(self) -> str:
        """The base URL, without a version."""
        host, port = self._server.server_address[:2]
        shown = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"

    def start(self) -> Self:
        """Begin to answer, on a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more, and free the port."""
        self._server.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def wait(self) -> None:
        """Wait until it is stopped."""
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0, hangs: float = 60.0) -> Serving:
    """Serve a simulator over HTTP; port 0 takes a free one. From now on its time runs.

    Base paths are `/v4` and `/v4beta`. Any bearer token is accepted unless it begins with `bad`. `hangs` is how many
    seconds a request stays unanswered if a fault lets it time out.
    """
    simulator.clock.run()
    serving = Serving(simulator, host, port, hangs)
    simulator.world.base = serving.url
    return serving
