"""Sessions behind `await` over HTTP with latency, beside the same work in threads: time, and the loop's lateness."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
from anyio import to_thread

from linode_orm import Client, Instance, Session, selectin
from linode_orm.aio import AsyncSession
from tests.proofs.benchmarks.fleet_server import served
from tests.proofs.benchmarks.harness import seconds
from tests.table import note

SESSIONS = 50
LINODES = 4
LATENCY = 0.05
TICK = 0.01
PAIRS = 5


def work(session):
    """List Linodes with their disks, change each, and commit."""
    found = session.query(Instance).options(selectin(Instance.disks)).all()
    for each in found:
        each.label = f"{each.label}-{len(each.disks)}"
    assert len(session.commit().applied) == LINODES


def in_thread(client):
    """Do the work in a session of this thread."""
    with Session(client=client) as session:
        work(session)


async def awaited(client):
    """Do the work in an async session."""
    async with AsyncSession(client=client) as session:
        found = await session.all(session.query(Instance).options(selectin(Instance.disks)))
        for each in found:
            each.label = f"{each.label}-{len(each.disks)}"
        assert len((await session.commit()).applied) == LINODES


async def by_hand(client):
    """Do the work in a thread that the program hands it to."""
    await to_thread.run_sync(in_thread, client)


async def lateness(task, client):
    """Run the work of all sessions beside a clock that ticks; give by how much its ticks were late, on the mean."""
    late = []

    async def tick():
        while True:
            wanted = time.perf_counter() + TICK
            await anyio.sleep(TICK)
            late.append(time.perf_counter() - wanted)

    to_thread.current_default_thread_limiter().total_tokens = SESSIONS
    async with anyio.create_task_group() as ticking:
        ticking.start_soon(tick)
        async with anyio.create_task_group() as tasks:
            for _ in range(SESSIONS):
                tasks.start_soon(task, client)
        ticking.cancel_scope.cancel()
    return statistics.fmean(late)


def test_fifty_sessions():
    """50 sessions at 50 ms: a list, its children and a commit, over the same in 50 threads."""
    with served(LINODES, LATENCY) as url, Client("t", base_url=url, budget=None, workers=32) as client:

        def threads():
            with ThreadPoolExecutor(SESSIONS) as pool:
                list(pool.map(in_thread, [client] * SESSIONS))

        def loop():
            anyio.run(run_all)

        async def run_all():
            async with anyio.create_task_group() as tasks:
                for _ in range(SESSIONS):
                    tasks.start_soon(awaited, client)

        loop(), threads()
        over = [seconds(loop) / seconds(threads) for _ in range(PAIRS)]
        late = [(anyio.run(lateness, awaited, client), anyio.run(lateness, by_hand, client)) for _ in range(PAIRS)]
    ours, theirs = (statistics.median(each) for each in zip(*late, strict=True))
    note("50 async sessions, over 50 threads", f"{statistics.median(over):.2f} x", "<= 1.1 x")
    shown = f"{ours / theirs:.2f} x ({1000 * ours:.1f} ms, {1000 * theirs:.1f} ms)"
    note("  the loop's lateness, over threads by hand", shown, "<= 1.5 x")
