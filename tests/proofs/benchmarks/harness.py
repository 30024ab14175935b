"""What the benchmarks share: pages of instances, a server with latency, paired timings."""

from __future__ import annotations

import gc
import json
import multiprocessing
import statistics
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from linode_orm.simulator import Simulator


def instances(count: int) -> list[dict]:
    """Give plausible instances as the API answers them: at most 500 different ones, with ids and labels of their own."""
    seeded = Simulator().seed(instances=min(count, 500))["instances"]
    first = seeded[0]["id"]
    return [{**seeded[at % 500], "id": first + at, "label": f"instance-{at:06d}"} for at in range(count)]


def page(bodies: list[dict]) -> bytes:
    """Give one page as the API sends it."""
    return json.dumps({"data": bodies, "page": 1, "pages": 1, "results": len(bodies)}).encode()


def ratio(ours, base, pairs: int = 31) -> float:
    """Give the median of our time over the other's, interleaved pair by pair."""
    ours(), base()
    return statistics.median(seconds(ours) / seconds(base) for _ in range(pairs))


def seconds(action) -> float:
    """Time one call, with a clean heap before."""
    gc.collect()
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


class Fleet:
    """A bare server of one list of instances, with latency, that counts what arrives."""

    def __init__(self, count: int, latency: float) -> None:
        self.bodies = instances(count)
        self.encoded = [json.dumps(each).encode() for each in self.bodies]
        self.by_id = {each["id"]: each for each in self.bodies}
        self.latency = latency
        self.arrived: list[tuple[str, str, int]] = []
        self.lock = threading.Lock()

    def page(self, number: int, size: int, x_filter: str | None = None) -> bytes:
        """Give one page of the instances that a filter names by their ids, or of all."""
        found = self.encoded if x_filter is None else self.named(json.loads(x_filter))
        rows = b", ".join(found[(number - 1) * size : number * size])
        pages = -(-len(found) // size)
        return b'{"data": [%s], "page": %d, "pages": %d, "results": %d}' % (rows, number, pages, len(found))

    def named(self, x_filter: dict) -> list[bytes]:
        """Give the instances whose ids a filter names, as the API does; of other filters this server knows none."""
        wanted = {each["id"] for each in x_filter.get("+or", [x_filter])}
        first = self.bodies[0]["id"]
        return [self.encoded[each - first] for each in sorted(wanted & self.by_id.keys())]


class Handler(BaseHTTPRequestHandler):
    """Answers pages and updates."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Give a page, or one instance."""
        fleet, parts = self.server.fleet, urlsplit(self.path)
        last = parts.path.rpartition("/")[2]
        if last.isdecimal():
            self.answer(json.dumps(fleet.by_id[int(last)]).encode(), 0)
            return
        asked = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
        self.answer(fleet.page(asked.get("page", 1), asked.get("page_size", 100), self.headers["X-Filter"]), 0)

    def do_PUT(self) -> None:
        """Take an update; answer the whole object."""
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        found = self.server.fleet.by_id[int(self.path.rpartition("/")[2])]
        self.answer(json.dumps({**found, **body}).encode(), length)

    def answer(self, content: bytes, length: int) -> None:
        """Answer after the latency, and count."""
        fleet = self.server.fleet
        with fleet.lock:
            fleet.arrived.append((self.command, self.path, length))
        time.sleep(fleet.latency)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fleet(count: int, latency: float):
    """Serve that many instances from a process of its own, so that the server's work is not on anybody's clock."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(count, latency, theirs), daemon=True)
    process.start()
    try:
        yield Remote(ours, instances(count))
    finally:
        ours.send("stop")
        process.join(10)


class Remote:
    """The served fleet as the benchmarks see it."""

    def __init__(self, pipe, bodies) -> None:
        self.pipe, self.bodies = pipe, bodies
        self.by_id = {each["id"]: each for each in bodies}
        self.url = pipe.recv()

    def arrived(self) -> tuple[int, int]:
        """Give how many requests arrived since the last call, and the bytes of their bodies."""
        self.pipe.send("arrived")
        return self.pipe.recv()


def _serve(count: int, latency: float, pipe) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.fleet = Fleet(count, latency)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
    while pipe.recv() != "stop":
        with server.fleet.lock:
            pipe.send((len(server.fleet.arrived), sum(length for _, _, length in server.fleet.arrived)))
            server.fleet.arrived.clear()
