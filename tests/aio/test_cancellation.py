"""A task cancelled at any moment leaves its session usable and its journal true, with nothing done twice or lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linode_orm import CommitError, Domain, DomainRecord, Instance, InvalidRequestError, Volume, recover
from linode_orm.aio import AsyncSession
from linode_orm.simulator import Simulator
from tests.aio.moments import cancelled_at, cancelling_client, on_each

WAYS = [("asyncio", False), ("asyncio", True), ("trio", False)]
"""The event loops, and whether the cancellation is asyncio's own."""
moments = given(at=st.integers(1, 14), is_after=st.booleans())
often = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def account():
    """Give an account with some objects."""
    simulator = Simulator()
    simulator.seed(instances=4, volumes=2, domains=1)
    return simulator


def labels(simulator, path, key="label"):
    """Give the names in a list as the API has them."""
    return [row[key] for row in simulator.client().request("GET", path)["data"]]


async def change(session):
    """Make changes of every kind, of which one depends on another."""
    instances = await session.all(session.query(Instance).order_by(Instance.id))
    for at, each in enumerate(instances[:3]):
        each.label = f"renamed-{at}"
    session.delete(await session.one(session.query(Domain)))
    session.add_all([Volume(label=f"v{at}", region="us-east", size=20) for at in range(4)])
    session.add(domain := Domain(domain="a.example", type="master", soa_email="a@a.example"))
    domain.records.append(DomainRecord(type="TXT", name="one", target="1"))


def check_done(simulator):
    """Check that every change was made, and made once."""
    assert sorted(labels(simulator, "/linode/instances"))[-3:] == ["renamed-0", "renamed-1", "renamed-2"]
    names = labels(simulator, "/volumes")
    assert len(names) == 6
    assert sorted(names)[-4:] == ["v0", "v1", "v2", "v3"]
    assert labels(simulator, "/domains", "domain") == ["a.example"]
    writes = simulator.requests.writes.lines
    assert len(writes) == len(set(writes)) + 3  # four volumes have one line


@pytest.mark.parametrize(("backend", "natively"), WAYS)
@pytest.mark.parametrize("carries_on", ["session", "journal"])
@often
@moments
def test_commit(backend, natively, carries_on, at, is_after):
    """A commit that is cancelled is carried on by the session, or by its journal alone; each change is made once."""

    async def main():
        simulator, client = account(), None
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal"
            client = cancelling_client(simulator, workers=2)
            async with AsyncSession(client=client, journal=journal) as session:
                await change(session)
                await cancelled_at(client, at, session.commit, is_after=is_after, natively=natively)
                assert await session.count(session.query(Instance)) == 4
                if carries_on == "session":
                    await session.commit()
                    assert (session.new, session.dirty, session.deleted) == ((), (), ())
            with simulator.client() as other:
                recover(journal, client=other)
            if carries_on == "journal" and not simulator.requests.writes:
                return  # it was cancelled before it began: nothing is written down, and nothing was sent
            check_done(simulator)
            before = len(simulator.requests.writes)
            with simulator.client() as other:
                recover(journal, client=other)
            assert len(simulator.requests.writes) == before

    anyio.run(main, backend=backend)


@pytest.mark.parametrize(("backend", "natively"), WAYS)
@often
@moments
def test_temporary(backend, natively, at, is_after):
    """Temporary objects are gone after a cancelled block, wherever it was: in their creation, inside, or at the end."""

    async def main():
        simulator = account()
        client = cancelling_client(simulator, workers=2)
        before = sorted(labels(simulator, "/volumes"))
        async with AsyncSession(client=client) as session:

            async def block():
                new = [Volume(label=f"t{each}", region="us-east", size=20) for each in range(3)]
                async with session.temporary(*new) as made:
                    assert all(each.id is not None for each in made)
                    await session.refresh(made[0])
                    await session.all(session.query(Volume))

            await cancelled_at(client, at, block, is_after=is_after, natively=natively)
            assert sorted(labels(simulator, "/volumes")) == before
            assert (session.new, session.deleted) == ((), ())
            assert await session.count(session.query(Volume)) == 2

    anyio.run(main, backend=backend)


@pytest.mark.parametrize(("backend", "natively"), WAYS)
@often
@moments
def test_function(backend, natively, at, is_after):
    """A function in `run()` starts no further commit after a cancellation, and its temporary objects are deleted."""

    async def main():
        simulator = account()
        client = cancelling_client(simulator, workers=2)
        async with AsyncSession(client=client) as session:
            ended = []

            def work(sync):
                with sync.temporary(Volume(label="temporary", region="us-east", size=20)):
                    for name in ("a", "b", "c"):
                        sync.add(Domain(domain=f"{name}.example", type="master", soa_email="a@a.example"))
                        sync.commit()
                        sync.query(Instance).all()
                ended.append(True)

            is_cancelled = await cancelled_at(
                client, at, lambda: session.run(work), is_after=is_after, natively=natively
            )
            assert "temporary" not in labels(simulator, "/volumes")
            made = labels(simulator, "/domains", "domain")
            assert len(made) == len(set(made))
            left = [each.domain for each in session.new]
            assert not set(made) & set(left)
            if not ended:
                assert is_cancelled
                assert len(left) <= 1
            await session.commit()
            assert len(labels(simulator, "/domains", "domain")) == len(made) + len(left)

    anyio.run(main, backend=backend)


@pytest.mark.parametrize(("backend", "natively"), WAYS)
@settings(often, max_examples=4)
@given(at=st.integers(1, 9), is_after=st.booleans())
def test_act(backend, natively, at, is_after):
    """No action is sent twice, what was not started is never started, and its journal does the rest."""

    async def main():
        simulator = account()
        client = cancelling_client(simulator, workers=2)
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal"
            async with AsyncSession(client=client, journal=journal) as session:
                instances = await session.all(session.query(Instance).order_by(Instance.id))
                await cancelled_at(
                    client,
                    at,
                    lambda: session.act(instances, Instance.reboot, at_once=2),
                    is_after=is_after,
                    natively=natively,
                )
                sent = simulator.requests.writes.lines
                assert len(sent) == len(set(sent))
                await anyio.sleep(0.02)
                assert simulator.requests.writes.lines == sent
                assert await session.count(session.query(Instance)) == 4
            with simulator.client() as other:
                recover(journal, client=other, resume=True)
            sent = simulator.requests.writes.lines
            assert len(sent) == len(set(sent)) == 4

    anyio.run(main, backend=backend)


async def read_into(rows, seen):
    """Read the rest of an iteration."""
    async for each in rows:
        seen.append(each.id)


@on_each
async def test_iteration():
    """A cancelled `async for` goes on afterwards where every page has come: it loses no object and repeats none."""
    simulator = Simulator()
    simulator.seed(instances=2_600)
    client = cancelling_client(simulator, workers=1)  # pages come in their order
    async with AsyncSession(client=client) as session:
        rows, seen = aiter(session.query(Instance)), []
        assert await cancelled_at(client, 2, lambda: read_into(rows, seen), is_after=False)
        assert 0 < len(seen) < 2_600
        await read_into(rows, seen)
        assert len(seen) == len(set(seen)) == 2_600


@on_each
async def test_iteration_cut_off():
    """A cancelled `async for` whose list was cut off says so, ends there, and has lost no object that was read."""
    simulator = Simulator()
    simulator.seed(instances=2_600)
    client = cancelling_client(simulator, 1.0, workers=2)  # the third page comes before the second
    async with AsyncSession(client=client) as session:
        query = session.query(Instance)
        rows, seen, second = aiter(query), [], {"page": 2, "page_size": 499}
        assert await cancelled_at(client, second, lambda: read_into(rows, seen), is_after=False)
        assert 0 < len(seen) < 2_600
        with pytest.raises(InvalidRequestError, match="cut off"):
            await read_into(rows, seen)
        assert [each.id async for each in query][: len(seen)] == seen


@on_each
async def test_watch():
    """A cancelled `async for` over events ends soon, and one that goes on misses none and repeats none."""
    simulator = account()
    client = cancelling_client(simulator)
    async with AsyncSession(client=client) as session:
        instances = await session.all(session.query(Instance).order_by(Instance.id))
        feed, seen = session.watch(Instance, every=0.05), []

        async def read(count):
            while len(seen) < count:
                event, instance = await anext(feed)
                assert instance in instances
                seen.append((event.id, event.status))

        with anyio.move_on_after(0.15) as scope:
            await read(1)
        assert scope.cancelled_caught
        with simulator.client() as other:
            for each in instances:
                other.request("POST", f"/linode/instances/{each.id}/reboot")
        for at in (1, 2, 1, 1):
            await cancelled_at(client, at, lambda: read(3), is_after=True)
        with anyio.fail_after(10):
            await read(4)
        assert len(set(seen)) == len(seen)
        assert len({number for number, _ in seen}) == 4


@on_each
async def test_close():
    """A session that is closed by a cancelled task is closed, with the client that is its own."""
    simulator = account()
    session = AsyncSession(client=cancelling_client(simulator))
    async with anyio.create_task_group() as tasks:
        tasks.cancel_scope.cancel()
        await session.close()
    with pytest.raises(InvalidRequestError, match="closed"):
        await session.count(session.query(Instance))


@on_each
async def test_hooks():
    """What a hook raises in a commit is raised by `await`, and the session carries on; a coroutine function is refused."""
    simulator = account()
    async with AsyncSession(client=simulator.client()) as session:
        [instance, *_] = await session.all(session.query(Instance))

        def refuse(plan):
            msg = f"{len(plan)} changes"
            raise LookupError(msg)

        async def wrong(plan):
            return plan

        remove = session.on("before_commit", refuse)
        instance.label = "renamed"
        with pytest.raises(LookupError, match="1 changes"):
            await session.commit()
        assert not simulator.requests.writes
        remove()
        reports = []
        session.on("after_commit", reports.append)
        await session.commit()
        assert len(reports[0].applied) == 1
        with pytest.raises(InvalidRequestError, match="plain function"):
            session.on("before_commit", wrong)


@on_each
async def test_commit_error_in_a_cancelled_block():
    """`async with session.begin()` rolls back where it is cancelled, and nothing of it is sent."""
    simulator = account()
    async with AsyncSession(client=simulator.client()) as session:
        [instance, *_] = await session.all(session.query(Instance))
        with anyio.move_on_after(0.05):
            async with session.begin() as same:
                assert same is session
                instance.label = "renamed"
                await anyio.sleep(10)
        assert not session.dirty
        assert not simulator.requests.writes
        simulator.faults.add("PUT", "/linode/instances/*", 1, 400)
        instance.label = "renamed"
        with pytest.raises(CommitError):
            await session.commit()
        await session.commit()
