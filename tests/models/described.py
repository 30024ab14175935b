"""A server that knows the API's description as data and nothing of this package: it answers samples and keeps a log."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.places import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = SHARED / "spec"
SAMPLES = {
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "string": "seven",
    "array": ["seven"],
    "object": {},
    "any": "seven",
}
MOMENT = "2018-01-02T03:04:05"

# Where a recording contradicts the description, it wins.
ENVELOPES = {"GET /monitor/services/{serviceType}": "object"}  # TestMonitorServices_Get#1
OBJECTS = {"/monitor/streams/destinations": "details"}  # TestLogStream_Create_TwoDestinations#6
DOTTED = {"pg_partman_bgw", "pg_stat_monitor", "pg_stat_statements"}  # TestDatabasePostgres_EngineConfig_Get#0


class Arrived(NamedTuple):
    """One request as it came."""

    method: str
    version: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


def operations(name: str) -> list[dict[str, Any]]:
    """Give the operations of one file of the description."""
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def sample(fields: dict[str, Any]) -> dict[str, Any]:
    """Give a body with every field that a description has, flat paths made deep: `a[].b` is b in each of a."""
    below: dict[str, dict[str, Any]] = defaultdict(dict)
    own: dict[str, Any] = {}
    for path, facts in fields.items():
        head = re.match(r"[^.\[{]+", path)
        assert head
        rest = path[head.end() :]
        if not rest:
            own[path] = facts
        else:
            below[head.group()][re.sub(r"^(\[\]|\{\})?\.?", "", rest)] = facts
    body: dict[str, Any] = {}
    for name, facts in own.items():
        inner = sample({path: each for path, each in below[name].items() if path}) if below[name] else None
        if name in DOTTED and inner is not None:
            body |= {f"{name}.{key}": each for key, each in inner.items()}
        else:
            body[name] = value(facts, inner)
    return body


def value(facts: dict[str, Any], inner: dict[str, Any] | None) -> Any:
    """Give one value in a described type; `inner` is what stands inside, if that is described too."""
    kind = facts.get("type", "string")
    if kind == "array":
        if inner is not None:
            return [inner]
        return [SAMPLES.get(facts["items"], "seven")] if facts.get("items") else []
    if kind == "map":
        return {"key": inner if inner is not None else SAMPLES.get(facts.get("values", "string"), "seven")}
    if inner is not None:
        return inner
    return MOMENT if facts.get("format") == "date-time" else SAMPLES.get(kind, "seven")


def asked(operation: dict[str, Any]) -> dict[str, Any]:
    """Give the whole body that a request may have: what the server alone writes is left out, and what was dropped."""
    known = {
        path: {**facts, "type": "object"} if path == OBJECTS.get(operation["path"].partition("/{")[0]) else facts
        for path, facts in operation["request"].items()
        if not facts.get("read_only") and (facts.get("src") != "yaml" or operation.get("src") == "yaml")
    }
    return sample(known)


def answer(operation: dict[str, Any], rows: list[dict[str, Any]] | None = None) -> bytes:
    """Give the answer to a request; `rows` stand in a list instead of a sample."""
    row = sample(operation["response"])
    rows = [row] if rows is None else rows
    envelope = ENVELOPES.get(f"{operation['method']} {operation['path']}", operation["envelope"])
    if envelope == "binary":
        return b"\x89PNG"
    if envelope == "page":
        return json.dumps({"data": rows, "page": 1, "pages": 1, "results": len(rows)}).encode()
    if operation.get("envelope_key"):
        return json.dumps({operation["envelope_key"]: rows}).encode()
    return json.dumps({"data": {"data": rows}, "array": rows, "empty": {}}.get(envelope, row)).encode()


class Described:
    """All operations by method and path, and what arrived."""

    def __init__(self) -> None:
        self.log: list[Arrived] = []
        self.answers: dict[str, bytes] = {}
        self.otherwise: bytes | None = None
        self.lists_nothing = False
        self.routes: list[tuple[str, re.Pattern[str], dict[str, Any]]] = []
        known = [*operations("operations.json"), *operations("operations_extra.json")]
        for each in sorted(known, key=lambda one: [part.startswith("{") for part in one["path"].split("/")]):
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each["path"]))
            self.routes.append((each["method"], re.compile(pattern), each))

    def answer(self, method: str, path: str) -> tuple[int, bytes]:
        """Give what a test has asked for, else a sample; 404 where nothing is described."""
        if f"{method} {path}" in self.answers:
            return 200, self.answers[f"{method} {path}"]
        for known, pattern, operation in self.routes:
            if known == method and pattern.fullmatch(path):
                return 200, answer(operation, [] if method == "GET" and self.lists_nothing else None)
        if self.otherwise is not None:
            return 200, self.otherwise
        return 404, json.dumps({"errors": [{"reason": f"no {method} {path}"}]}).encode()


class Handler(BaseHTTPRequestHandler):
    """Writes each request down and answers it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_any(self) -> None:
        """Take one request."""
        described: Described = self.server.described  # type: ignore[attr-defined]
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        _, version, path = parts.path.split("/", 2)
        headers = {name.lower(): value for name, value in self.headers.items()}
        described.log.append(Arrived(self.command, version, f"/{path}", dict(parse_qsl(parts.query)), headers, content))
        status, body = described.answer(self.command, f"/{path}")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815  the names that the server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[tuple[str, Described]]:
    """Serve the description over loopback; give the address and what keeps the log."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    described = Described()
    server.described = described  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", described
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
