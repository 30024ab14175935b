"""An async session does what a session does, behind `await`, on asyncio and on trio; on the simulator."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import pickle
import subprocess
import sys
import threading
import time

import anyio
import pytest

from linode_orm import (
    CommitError,
    Disk,
    Domain,
    Instance,
    InvalidRequestError,
    MultipleResultsFound,
    NoResultFound,
    NotFound,
    Session,
    Volume,
    selectin,
)
from linode_orm.aio import AsyncQuery, AsyncSession
from linode_orm.simulator import Simulator
from tests.aio.moments import on_each
from tests.aio.slow import slow_client


@pytest.fixture
def sim():
    simulator = Simulator()
    simulator.seed(instances=6, disks=1, volumes=3)
    return simulator


@on_each
async def test_reads(sim):
    """Queries, objects by their ids, and counts are awaited."""
    async with AsyncSession(client=sim.client()) as session:
        found = await session.all(session.query(Instance).order_by(Instance.id))
        assert [each.id for each in found] == sorted(each.id for each in found)
        assert await session.first(session.query(Instance).order_by(Instance.id)) is found[0]
        assert await session.one(session.query(Instance).filter(Instance.id == found[2].id)) is found[2]
        assert await session.one_or_none(session.query(Instance).filter(Instance.id == 1)) is None
        assert await session.count(session.query(Instance)) == 6
        assert await session.get(Instance, found[1].id) is found[1]
        assert await session.get(Instance, 1) is None
        assert await session.load(Instance, found[1].id) is found[1]
        with pytest.raises(NotFound):
            await session.load(Instance, 1)
        with pytest.raises(NoResultFound):
            await session.one(session.query(Instance).filter(Instance.id == 1))
        with pytest.raises(MultipleResultsFound):
            await session.one(session.query(Instance))


@on_each
async def test_writes(sim):
    """Changes wait for `commit()`, which sends what that of a session sends."""
    async with AsyncSession(client=sim.client()) as session:
        instance, other = (await session.all(session.query(Instance)))[:2]
        before = len(sim.requests)
        instance.label = "renamed"
        session.add(volume := Volume(label="data", region="us-east", size=20))
        session.delete(other)
        assert (session.dirty, session.new, session.deleted) == ((instance,), (volume,), (other,))
        plan = await session.plan()
        assert len(plan) == 3
        assert len(sim.requests) == before
        report = await session.commit()
        assert len(report.applied) == 3
        assert volume.id is not None
        assert sorted(line.split()[0] for line in sim.requests.writes.lines) == ["DELETE", "POST", "PUT"]
        assert (session.dirty, session.new, session.deleted) == ((), (), ())


@on_each
async def test_rollback_and_blocks(sim):
    """`rollback()` forgets what is pending, and a block commits at its clean end alone."""
    async with AsyncSession(client=sim.client()) as session:
        instance = await session.first(session.query(Instance))
        instance.label, label = "renamed", instance.label
        await session.rollback()
        assert instance.label == label

        async def rename_and_raise():
            async with session.begin():
                instance.label = "renamed"
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await rename_and_raise()
        assert (instance.label, sim.requests.writes.lines) == (label, [])
        async with session.begin():
            instance.label = "renamed"
        assert len(sim.requests.writes) == 1


@on_each
async def test_an_implicit_request_is_refused(sim):
    """What would send a request without `await` raises, says which, and sends nothing; loaded values are read."""
    async with AsyncSession(client=sim.client()) as session:
        instance = await session.first(session.query(Instance))
        before = len(sim.requests)
        for implicit in (
            lambda: instance.disks[0],
            lambda: list(session.query(Instance)),
            lambda: session.query(Instance).count(),
            instance.boot,
            lambda: instance.wait_until(Instance.status == "running"),
            lambda: session.sync_session.refresh(instance),
        ):
            with pytest.raises(InvalidRequestError, match=r"block the event loop.*await session"):
                implicit()
        instance.label = "other"
        with pytest.raises(CommitError, match="block the event loop"):
            session.sync_session.commit()
        assert len(sim.requests) == before
        assert instance.specs.memory > 0
        await session.rollback()
        [loaded] = await session.all(
            session.query(Instance).filter(Instance.id == instance.id).options(selectin(Instance.disks))
        )
        assert len(loaded.disks) == 1


@on_each
async def test_run_gives_the_session_itself(sim):
    """In `run()` everything of a session may be used, implicit requests too."""
    async with AsyncSession(client=sim.client()) as session:

        def rename(sync: Session) -> list[str]:
            instance = sync.query(Instance).first()
            instance.disks[0].label = "root"
            instance.save() if sync.is_modified(instance) else sync.commit()
            return [each.label for each in instance.disks]

        assert await session.run(rename) == ["root"]
        assert await session.run(lambda sync: sync is session.sync_session)

        async def wrong(sync):
            return sync

        with pytest.raises(InvalidRequestError, match="plain function"):
            await session.run(wrong)


@on_each
async def test_async_for(sim):
    """A query is iterated page by page: the next page is asked for when the loop gets there."""
    sim.seed(instances=1_500)
    async with AsyncSession(client=sim.client()) as session:
        query = session.query(Instance).filter(Instance.region != "nowhere").order_by(Instance.id)
        assert isinstance(query, AsyncQuery)
        seen = [each.id async for each in query]
        assert len(seen) == 1_506
        assert seen == sorted(set(seen))
        before = len(sim.requests)
        async for each in session.query(Instance):
            assert each in session
            break
        assert len(sim.requests) - before == 1


@on_each
async def test_two_calls_at_once(sim):
    """A second call of one session is refused while the first is awaited, and so is every change; the first goes on."""
    async with AsyncSession(client=slow_client(sim)) as session:
        instance = await session.first(session.query(Instance))
        found = []

        async def first():
            found.extend(await session.all(session.query(Instance)))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first)
            await anyio.sleep(0.01)
            with pytest.raises(InvalidRequestError, match="at work on another call"):
                await session.count(session.query(Instance))
            with pytest.raises(InvalidRequestError, match="at work on another call"):
                session.add(Domain(domain="example.org"))
            with pytest.raises(InvalidRequestError, match="at work on another call"):
                instance.label = "changed"
        assert len(found) == 6
        assert await session.count(session.query(Instance)) == 6


@on_each
async def test_sessions_side_by_side(sim):
    """Sessions of several tasks share a client and run at once."""
    client = slow_client(sim, 0.1)
    counts = []

    async def count():
        async with AsyncSession(client=client) as session:
            counts.append(await session.count(session.query(Instance)))

    began = time.monotonic()
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(count)
    assert counts == [6] * 8
    assert client.transport.most_under_way > 1
    assert time.monotonic() - began < 8 * 0.1 + 5


@on_each
async def test_the_loop_goes_on(sim):
    """While a call is awaited, other tasks run."""
    async with AsyncSession(client=slow_client(sim, 0.3)) as session:
        ticks = []

        async def tick():
            while True:
                ticks.append(1)
                await anyio.sleep(0.01)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            await session.all(session.query(Instance))
            tasks.cancel_scope.cancel()
        assert len(ticks) > 5


@on_each
async def test_a_cancelled_commit(sim, tmp_path):
    """It starts nothing more, the answers in flight are taken in, and the session holds exactly what is not done."""
    journal = tmp_path / "journal"
    client = slow_client(sim, 0.1, workers=2)
    async with AsyncSession(client=client, journal=journal) as session:
        await session.run(lambda sync: sync.query(Instance).all())
        volumes = [Volume(label=f"v{at}", region="us-east", size=20) for at in range(12)]
        session.add_all(volumes)
        with anyio.move_on_after(0.55) as scope:
            await session.commit()
        assert scope.cancelled_caught
        made = {row["label"] for row in sim.client().request("GET", "/volumes")["data"]}
        done = [each for each in volumes if each not in session.new]
        assert 0 < len(done) < 12
        assert {each.label for each in done} == made.intersection(each.label for each in volumes)
        assert len(session.new) == 12 - len(done)
        await session.commit()
        posts = [line for line in sim.requests.writes.lines if line.startswith("POST")]
        assert len(posts) == 12
        assert not session.new


@on_each
async def test_a_cancelled_read_and_wait(sim):
    """They end soon, send nothing more, and the session is usable."""
    client = slow_client(sim, 0.02)
    async with AsyncSession(client=client) as session:
        instances = await session.all(session.query(Instance))
        began = time.monotonic()
        with anyio.move_on_after(0.2) as scope:
            await session.wait(instances, Instance.label == "never", timeout=60)
        assert scope.cancelled_caught
        assert time.monotonic() - began < 5
        sent = len(sim.requests)
        await anyio.sleep(0.1)
        assert len(sim.requests) == sent
        assert await session.count(session.query(Instance)) == 6


def test_asyncios_own_cancellation(sim):
    """`task.cancel()`, twice too, leaves the session as the answers left it."""

    async def main():
        client = slow_client(sim, 0.2)
        async with AsyncSession(client=client) as session:
            session.add(volume := Volume(label="once", region="us-east", size=20))
            task = asyncio.create_task(session.commit())
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await session.commit()
            assert volume.id is not None
        assert len([line for line in sim.requests.writes.lines if line.startswith("POST")]) == 1

    asyncio.run(main())


@on_each
async def test_errors(sim):
    """What a call raises is raised by `await`; a commit that was not complete leaves the session open."""
    sim.faults.add("PUT", "/linode/instances/*", 1, 400)
    session = AsyncSession(client=sim.client())

    async def rename():
        async with session:
            (await session.first(session.query(Instance))).label = "renamed"
            await session.commit()

    with pytest.raises(CommitError):
        await rename()
    assert len(session.dirty) == 1
    await session.commit()
    assert not session.dirty
    await session.close()
    await session.close()
    with pytest.raises(InvalidRequestError, match="closed"):
        await session.count(session.query(Instance))


@on_each
async def test_wrong_uses(sim):
    """Wrong arguments are refused with what to write instead."""
    client = sim.client()
    with pytest.raises(InvalidRequestError, match="takes no token"):
        AsyncSession("t", client=client)
    with pytest.raises(TypeError, match="no option 'pool_size'"):
        AsyncSession(client=client, pool_size=3)
    async with AsyncSession(client=client) as session:
        with pytest.raises(InvalidRequestError, match="query of this session"):
            await session.all(Session(client=client).query(Instance))
        with pytest.raises(InvalidRequestError, match="query of this session"):
            await session.all(Instance)
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(session)
        with pytest.raises(InvalidRequestError, match="takes a resource class"):
            session.query("Instance")
        assert "AsyncSession of" in repr(session)


@on_each
async def test_the_context_goes_along(sim):
    """Context variables, such as those of tracing, are seen on the session's thread."""
    variable = contextvars.ContextVar("variable", default="none")
    async with AsyncSession(client=sim.client()) as session:
        variable.set("mine")
        assert await session.run(lambda _: variable.get()) == "mine"


@on_each
async def test_no_thread_is_left(sim):
    """A closed session leaves no thread behind, and keeps no object alive."""
    before = threading.active_count()
    for _ in range(3):
        async with AsyncSession(client=sim.client()) as session:
            await session.all(session.query(Disk).limit(2))
        session.client.close()
    del session
    gc.collect()
    await anyio.sleep(0.1)
    assert threading.active_count() <= before + 1  # trio and anyio keep a thread of their own


def test_without_anyio():
    """Where anyio is not installed, the import says what to install, and the rest of the package needs none of it."""
    look = (
        "import sys; sys.modules['anyio'] = None\n"
        "import linode_orm; from linode_orm import Session\n"
        "try:\n import linode_orm.aio\nexcept ImportError as error: print(error)"
    )
    ended = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert "pip install 'linode_orm[async]'" in ended.stdout
