"""A bare server of small accounts, the same for every token, with latency, in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import threading
import time
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from tests.proofs.benchmarks import account


class Server(ThreadingHTTPServer):
    """Takes as many connections at once as come."""

    request_queue_size = 256
    daemon_threads = True


class Handler(account.Handler):
    """Answers pages, and updates of Linodes."""

    def do_PUT(self):  # noqa: N802  http.server's name
        """Take an update; answer the whole Linode."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.server.items[self.path.removeprefix("/v4")]
        time.sleep(self.server.latency)
        content = json.dumps({**found, **body}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def served(linodes, latency):
    """Serve accounts of so many Linodes with two disks each; give the address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(linodes, latency, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


def serve(linodes, latency, pipe):
    """Serve until told to stop."""
    server = Server(("127.0.0.1", 0), Handler)
    server.lists, server.latency = account.account(linodes), latency
    rows = map(json.loads, server.lists["/linode/instances"])
    server.items = {f"/linode/instances/{row['id']}": row for row in rows}
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
    pipe.recv()
