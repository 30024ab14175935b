"""Snapshots over HTTP with latency, and queries over them, as ratios in one run."""

from __future__ import annotations

import json
import tracemalloc

from linode_orm import Client, Instance, Session, asdict
from tests.proofs.benchmarks.account import CLASSES, bare_snapshot, served
from tests.proofs.benchmarks.harness import ratio, seconds
from tests.table import note

LATENCY = 0.05
LINODES = 4_000


def taken(url, path):
    """Take a snapshot."""
    with Session(client=Client("t", base_url=url, budget=None)) as session:
        return session.snapshot(path, CLASSES)


def test_time(tmp_path):
    """A snapshot of 20,000 objects, fan-out included, over bare concurrent requests; then the first row offline."""
    with served(LINODES, LATENCY) as url:
        ours = seconds(lambda: taken(url, tmp_path / "ours.sqlite"))
        bare = seconds(lambda: bare_snapshot(url, tmp_path / "bare.sqlite"))
        snapshot = taken(url, tmp_path / "ours.sqlite")
    assert sum(snapshot.counts.values()) == 5 * LINODES
    note("a snapshot of 20,000 objects over bare requests", f"{ours / bare:.2f} x ({ours:.0f} s)", "<= 1.3 x")
    with Session(client=snapshot.client()) as session:
        rows = [asdict(each, raw=True) for each in session.query(Instance)]
        (tmp_path / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        del rows
        query = session.query(Instance).filter(Instance.region == "us-east", Instance.specs.memory > 1000)
        seen = ratio(query.first, lambda: json.loads((tmp_path / "rows.json").read_bytes()), pairs=9)
    note("  the first row of a query offline, over loading the rows from JSON", f"1/{1 / seen:.0f}", "<= 1/5")


def test_memory(tmp_path):
    """The peak at 20,000 objects over that at 5,000."""
    peaks = []
    for linodes in (LINODES // 4, LINODES):
        with served(linodes, 0) as url:
            taken(url, tmp_path / "warm.sqlite")
            tracemalloc.start()
            taken(url, tmp_path / "ours.sqlite")
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    shown = f"{peaks[1] / peaks[0]:.2f} x ({peaks[1] / 1e6:.1f} MB)"
    note("peak memory of a snapshot of 20,000 objects over 5,000", shown, "<= 1.2 x")
