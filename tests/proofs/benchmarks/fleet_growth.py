"""How a fleet grows: `python -m tests.proofs.benchmarks.fleet_growth` measures, models, and prints the page's tables.

Each point is a process of its own, whose accounts are served by another one. The model's numbers are measured beside
the points: the trip of one request, the processor's time and the memory of a run of another size. The exit status is 1
where the model is more than 15 % beside a point.
"""

from __future__ import annotations

import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.proofs.benchmarks.fleet_server import served

LINODES = 20
LATENCY = 0.2
WORKERS = 32
POINTS = ((10, 32), (100, 32), (1_000, 32), (500, 8))
FURTHER = ((10_000, 32), (100_000, 32), (100_000, 64), (100_000, 128))
SIZED = (320, 32)
"""The run from which the model has its numbers."""
RUNS = 3
ALLOWED = 0.15
CHECKED = ("seconds", "requests", "memory")


class Point(NamedTuple):
    """A run: its seconds, those of the processor, its requests, and the most memory in MB."""

    seconds: float
    cpu: float
    requests: int
    memory: float


class Model(NamedTuple):
    """What the growth of a fleet depends on."""

    trip: float
    """Seconds from a request to its answer."""
    work: float
    """Seconds of the processor for one account."""
    start: float
    """Seconds until the first request is sent."""
    memory: float
    """MB of a run of `SIZED`."""
    account: float
    """MB for the name and the reference of one more account."""
    thread: float
    """MB for one more thread at work."""

    def of(self, accounts, workers):
        """Give what a run takes.

        Threads wait for answers side by side, and take turns at the processor: a closed queueing network, whose
        response time is its mean value analysis. In the first round all come at once, and each waits for all.
        """
        side_by_side, queue, response = min(accounts, workers), 0.0, 0.0
        for number in range(1, side_by_side + 1):
            response = self.work * (1 + queue)
            queue = number / (self.trip + response) * response
        rounds = math.ceil(accounts / workers)
        seconds = self.start + rounds * self.trip + side_by_side * self.work + (rounds - 1) * response
        memory = self.memory + (accounts - SIZED[0]) * self.account + (min(accounts, workers) - SIZED[1]) * self.thread
        return Point(seconds, accounts * self.work, accounts, memory)


def run(url, accounts, workers):
    """Run a fleet in this process; nothing is sent without workers."""
    from linode_orm.fleet import Fleet
    from tests.proofs.benchmarks.test_fleets import count

    with tempfile.TemporaryDirectory() as folder:
        token = Path(folder) / "token"
        token.write_text("a-token", encoding="utf-8")
        fleet = Fleet({f"account-{at:06}": {"token": f"file:{token}", "url": url} for at in range(accounts)})
        next(fleet.only("account-000000").map(count))  # imports what sessions need
        busy, began, requests = time.process_time(), time.perf_counter(), 0
        if workers:
            requests = sum(each.requests for each in fleet.map(count, workers=workers))
        seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    return Point(seconds, cpu, requests, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024)


def measured(url, accounts, workers, runs=RUNS):
    """Measure a point in processes of its own; give the medians."""
    command = [sys.executable, "-m", __spec__.name, url, str(accounts), str(workers)]
    found = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(runs)]
    return Point(*map(statistics.median, zip(*found, strict=True)))


def trip(url):
    """Give the seconds of one request over an open connection."""
    import requests

    def seconds(session):
        began = time.perf_counter()
        session.get(f"{url}/v4/linode/instances")
        return time.perf_counter() - began

    with requests.Session() as session:
        return statistics.median([seconds(session) for _ in range(10)][1:])


def model(url):
    """Measure what the model needs."""
    wait, sized, one = trip(url), measured(url, *SIZED), measured(url, 1, 1)
    wide = measured(url, SIZED[0], 2 * SIZED[1])
    few, many = measured(url, 1, 0, 1), measured(url, 100_000, 0, 1)
    work = sized.cpu / SIZED[0]
    start = max(0.0, one.seconds - wait - work)
    account, thread = (many.memory - few.memory) / 100_000, (wide.memory - sized.memory) / SIZED[1]
    return Model(wait, work, start, sized.memory, account, thread)


def row(accounts, workers, seen, wanted):
    """Give a row of the page's table."""
    shown = f"{seen.seconds:.2f} | {wanted.seconds:.2f}" if seen else f"| {wanted.seconds:,.0f}"
    held = f"{seen.memory:.0f} | {wanted.memory:.0f}" if seen else f"| {wanted.memory:.0f}"
    return f"| {accounts:,} | {workers} | {wanted.requests:,} | {shown} | {wanted.cpu:.1f} | {held} |".replace(
        "| |", "|  |"
    )


def main():
    """Print the tables; give the points that the model misses."""
    missed = []
    with served(LINODES, LATENCY) as url:
        made = model(url)
        print({name: round(value, 6) for name, value in made._asdict().items()}, flush=True)
        for accounts, workers in POINTS:
            seen, wanted = measured(url, accounts, workers), made.of(accounts, workers)
            print(row(accounts, workers, seen, wanted), flush=True)
            beside = {name: abs(getattr(wanted, name) / getattr(seen, name) - 1) for name in CHECKED}
            missed += [(accounts, workers, name) for name, part in beside.items() if part > ALLOWED]
    for accounts, workers in FURTHER:
        print(row(accounts, workers, None, made.of(accounts, workers)))
    return missed


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1], *map(int, sys.argv[2:]))))
    else:
        sys.exit("\n".join(f"the model misses {each}" for each in main()))
