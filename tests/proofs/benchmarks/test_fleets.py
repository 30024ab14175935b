"""A fleet of a thousand accounts over HTTP with latency: time as a ratio to bare requests, and memory."""

from __future__ import annotations

import gc
import json
import statistics
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import requests

from linode_orm import Instance
from linode_orm.fleet import Fleet
from tests.proofs.benchmarks.fleet_server import served
from tests.proofs.benchmarks.harness import ratio
from tests.table import note

ACCOUNTS = 1_000
LINODES = 20
LATENCY = 0.2
WORKERS = 32
FIRST = 20
LOCAL = threading.local()


def count(session):
    """Read the Linodes of an account."""
    return len(session.query(Instance).all())


def bare(url):
    """Read the same addresses with requests and `json.loads`, on as many threads."""

    def get(token):
        if not hasattr(LOCAL, "session"):
            LOCAL.session = requests.Session()
        answer = LOCAL.session.get(
            f"{url}/v4/linode/instances", params={"page_size": 500}, headers={"Authorization": f"Bearer {token}"}
        )
        return len(json.loads(answer.content)["data"])

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(get, map("token-{}".format, range(ACCOUNTS)))) == ACCOUNTS * LINODES


def accounts_at(url, folder):
    """Give a fleet whose tokens stand in files, as many as accounts."""
    for at in range(ACCOUNTS):
        (folder / f"{at}").write_text(f"token-{at}", encoding="utf-8")
    return Fleet({f"account-{at}": {"token": f"file:{folder / str(at)}", "url": url} for at in range(ACCOUNTS)})


def test_time(tmp_path):
    """1,000 accounts of 20 Linodes at 200 ms on 32 threads, over bare requests of the same addresses."""
    with served(LINODES, LATENCY) as url:
        fleet = accounts_at(url, tmp_path)

        def ours():
            outcomes = list(fleet.map(count, workers=WORKERS))
            assert sum(each.value for each in outcomes) == ACCOUNTS * LINODES
            assert sum(each.requests for each in outcomes) == ACCOUNTS

        seen = ratio(ours, lambda: bare(url), pairs=3)
    note("1,000 accounts of 20 Linodes on 32 threads, over bare requests", f"{seen:.2f} x", "<= 1.2 x")


def test_memory(tmp_path):
    """What a run of 1,000 accounts holds in its last quarter over that in its first, and what it leaves."""
    with served(LINODES, LATENCY / 10) as url:
        fleet = accounts_at(url, tmp_path)
        list(fleet.only(*fleet.accounts[:FIRST]).map(count, workers=WORKERS))
        gc.collect()
        tracemalloc.start()
        held = []
        for number, _ in enumerate(fleet.map(count, workers=WORKERS)):
            if number >= FIRST and number % 10 == 0:
                gc.collect()  # sessions are cycles, which would be counted until they are collected
                held.append(tracemalloc.get_traced_memory()[0])
        gc.collect()
        left = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    quarter = len(held) // 4
    first, last = statistics.fmean(held[:quarter]), statistics.fmean(held[-quarter:])
    shown = f"{last / first:.2f} x ({last / 1e6:.1f} MB; {left / 1e6:.2f} MB stay)"
    note("  memory in the last quarter, over the first", shown, "flat")
    assert last < 1.5 * first
    assert left < 500_000
