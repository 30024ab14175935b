"""A bare server of a large account with latency, in a process of its own, and a bare way to write all of it down."""

from __future__ import annotations

import json
import multiprocessing
import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests

from linode_orm import Disk, Domain, Instance, Volume
from linode_orm._secrets import masked
from linode_orm.session.query.columns import default_columns
from linode_orm.simulator import Simulator
from tests.proofs.benchmarks.harness import instances

CLASSES = [Instance, Disk, Volume, Domain]
DISKS = re.compile(r"/linode/instances/(\d+)/disks")
LOCAL = threading.local()


def account(linodes):
    """Give the encoded rows of each list by its path: as many Linodes, volumes and domains, and two disks a Linode."""
    with Simulator() as simulator:
        simulator.populate(12)
        with simulator.client() as client:
            volume, domain, linode = (
                client.request("GET", path)["data"][0] for path in ("/volumes", "/domains", "/linode/instances")
            )
            disk = client.request("GET", f"/linode/instances/{linode['id']}/disks")["data"][0]
    rows = instances(linodes)
    lists = {
        "/linode/instances": rows,
        "/volumes": [{**volume, "id": at, "label": f"volume-{at}"} for at in range(1, linodes + 1)],
        "/domains": [{**domain, "id": at, "domain": f"d{at}.example"} for at in range(1, linodes + 1)],
    }
    for each in rows:
        lists[f"/linode/instances/{each['id']}/disks"] = [{**disk, "id": each["id"] * 2 + at} for at in (0, 1)]
    return {path: [json.dumps(row).encode() for row in each] for path, each in lists.items()}


class Handler(BaseHTTPRequestHandler):
    """Answers pages."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        """Give a page of a list, after the latency; any other path is not found."""
        parts = urlsplit(self.path)
        asked = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
        rows = self.server.lists.get(parts.path.removeprefix("/v4"))
        page, size = asked.get("page", 1), asked.get("page_size", 100)
        time.sleep(self.server.latency)
        content = b'{"errors": [{"reason": "Not found"}]}'
        if rows is not None:
            held, pages = b", ".join(rows[(page - 1) * size : page * size]), max(1, -(-len(rows) // size))
            content = b'{"data": [%s], "page": %d, "pages": %d, "results": %d}' % (held, page, pages, len(rows))
        self.send_response(404 if rows is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(linodes, latency):
    """Serve an account from a process of its own; give its address."""
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
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.lists, server.latency = account(linodes), latency
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
    pipe.recv()


def bare_snapshot(url, path):
    """Read every list with plain requests on 8 threads, mask each row, and write the same columns and bodies."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN")
    columns = {model: [[field.key for field in each.path] for each in default_columns(model)] for model in CLASSES}
    for model in CLASSES:
        names = ", ".join(f'"{each.name}"' for each in default_columns(model))
        database.execute(f"CREATE TABLE {model.__name__} ({names}, _key, _parents, _body)")

    def get(where):
        model, base, number = where
        if not hasattr(LOCAL, "session"):
            LOCAL.session = requests.Session()
        answer = LOCAL.session.get(f"{url}/v4{base}", params={"page": number, "page_size": 500})
        return model, base, json.loads(answer.content)

    def write(model, base, body):
        parent = DISKS.fullmatch(base)
        above = parent[1] if parent else ""
        made = []
        for row in map(masked, body["data"]):
            key = f"{above}/{row['id']}" if above else str(row["id"])
            made.append(
                [*(cell(row, keys) for keys in columns[model]), key, above, json.dumps(row, ensure_ascii=False)]
            )
        if made:
            database.executemany(f"INSERT INTO {model.__name__} VALUES ({', '.join('?' * len(made[0]))})", made)

    with ThreadPoolExecutor(8) as pool:
        for model, base in [(Instance, "/linode/instances"), (Volume, "/volumes"), (Domain, "/domains")]:
            _, _, first = get((model, base, 1))
            write(model, base, first)
            for each in pool.map(get, [(model, base, number) for number in range(2, first["pages"] + 1)]):
                write(*each)
        ids = [key for (key,) in database.execute("SELECT _key FROM Instance")]
        for each in pool.map(get, [(Disk, f"/linode/instances/{key}/disks", 1) for key in ids]):
            write(*each)
    database.execute("COMMIT")
    database.close()


def cell(row, keys):
    """Give a value for a column, datetimes parsed and written as SQLite does."""
    value = row
    for key in keys:
        value = None if value is None else value.get(key)
    if isinstance(value, str) and len(value) == 19 and value[10] == "T":
        return datetime.fromisoformat(value).replace(tzinfo=UTC).replace(tzinfo=None).isoformat(sep=" ")
    return value
