"""The simulator behind a real socket, for any client of the Linode API."""

from __future__ import annotations

import json
import re
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final, Self

from linode_orm.simulator.http_request import BadRequest, TimedReader, read_request
from linode_orm.simulator.reply import Reply

if TYPE_CHECKING:
    from linode_orm.simulator.estate import Estate
    from linode_orm.simulator.http_request import HttpRequest
    from linode_orm.simulator.simulator import Simulator

SECONDS: Final = 60.0
"""How long a connection may wait for a request, with all its bytes."""
_NO_HEADER: Final = re.compile(r"[^\x20-\x7e]")
_JSON: Final = {"content-type": "application/json"}
_NOT_FOUND: Final = "Not found"
_OPEN: Final = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "*",
}
"""Lets a front end in a browser use the server from any origin."""
_PREFLIGHT: Final = {
    **_OPEN,
    "access-control-allow-methods": "GET, HEAD, OPTIONS, POST, PUT, DELETE",
    "access-control-allow-headers": "authorization, content-type, x-filter",
    "access-control-max-age": "600",
}


def _refusal(status: int, reason: str) -> Reply:
    return Reply(status, json.dumps({"errors": [{"reason": reason}]}).encode(), _JSON)


class _Handler(BaseHTTPRequestHandler):
    """Passes each request to the simulator and sends its reply; whatever is wrong with one is answered as JSON."""

    protocol_version = "HTTP/1.1"
    server_version = "linode_orm-simulator"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # ours

    def setup(self) -> None:
        """Read with a deadline."""
        super().setup()
        self._timed = TimedReader(self.connection)
        self.rfile = BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        """Serve one request, which may take its time and no more."""
        self._timed.allow(self.server.patience)
        super().handle_one_request()

    def _handle(self) -> None:
        try:
            request = read_request(self.path, self.headers, self.rfile)
            if self.command == "OPTIONS":
                reply = self._preflight()
            else:
                reply = _refusal(HTTPStatus.NOT_FOUND, _NOT_FOUND) if request is None else self._reply(request)
        except BadRequest as bad:
            self.close_connection = True  # where the next request begins is not known
            reply = _refusal(bad.status, bad.reason)
        self._answer(reply)

    def _reply(self, request: HttpRequest) -> Reply:
        try:
            return self.server.simulator.exchange(
                "GET" if self.command == "HEAD" else self.command,
                request.path,
                version="v4" if request.version == "/v4" else "v4beta",
                query=request.query,
                x_filter=request.x_filter,
                body=request.body,
                token=request.token,
            )
        except Exception as error:  # noqa: BLE001  a fault of the simulator is answered, and the server goes on
            return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"The simulator failed: {type(error).__name__}")

    def _preflight(self) -> Reply:
        """Let browsers ask what they may send: whatever headers they name."""
        wanted = self.headers.get("Access-Control-Request-Headers")
        named = {"access-control-allow-headers": wanted} if wanted else {}
        return Reply(HTTPStatus.NO_CONTENT, b"", {**_PREFLIGHT, **named})

    def parse_request(self) -> bool:
        """Read the head of a request; refuse that of HTTP/0.9, which has none."""
        is_read = super().parse_request()
        if is_read and self.request_version == "HTTP/0.9":
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        return is_read

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request as the API answers refusals: it is the client that is wrong."""
        del explain
        status, reason = code, message or HTTPStatus(code).phrase
        if code == HTTPStatus.NOT_IMPLEMENTED:
            status, reason = HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed"
        elif code > HTTPStatus.INTERNAL_SERVER_ERROR:
            status = HTTPStatus.BAD_REQUEST
        self.close_connection = True
        self.request_version = self.protocol_version  # a head is sent even where none was read
        self._answer(_refusal(status, reason))

    def _answer(self, reply: Reply) -> None:
        if reply.breaks is not None:
            if reply.breaks == "timeout":
                self.server.stopping.wait(self.server.hangs)
            self._hang_up()
            return
        self.send_response(reply.status)
        for name, value in {**_OPEN, **reply.headers}.items():
            self.send_header(name.title(), _NO_HEADER.sub("?", value))
        if reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(reply.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD" or reply.status == HTTPStatus.NO_CONTENT:
            return
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

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815  the base class's names

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

    def __init__(self, address: tuple[str, int], simulator: Simulator | Estate, hangs: float) -> None:
        self.simulator = simulator
        self.hangs = hangs
        self.patience = SECONDS
        self.stopping = threading.Event()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a connection that broke is no fault of the server's."""


class Serving:
    """A running HTTP front: `with serve(sim) as server: Client(base_url=server.url)`."""

    def __init__(self, simulator: Simulator | Estate, host: str, port: int, hangs: float) -> None:
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


def serve(simulator: Simulator | Estate, *, host: str = "127.0.0.1", port: int = 0, hangs: float = 60.0) -> Serving:
    """Serve a simulator or an estate over HTTP; port 0 takes a free one. From now on its time runs.

    Base paths are `/v4` and `/v4beta`. Any bearer token is accepted unless it begins with `bad`. `hangs` is how many
    seconds a request stays unanswered if a fault lets it time out.
    """
    simulator.clock.run()
    serving = Serving(simulator, host, port, hangs)
    simulator.found_at(serving.url)
    return serving
