"""Each call of a session has its form in an async session: awaited where it sends requests."""

from __future__ import annotations

import threading

import anyio
import pytest

from linode_orm import ActionError, Domain, Instance, InvalidRequestError, Session, Volume
from linode_orm.aio import AsyncSession
from linode_orm.simulator import Simulator
from tests.aio.moments import on_each


@pytest.fixture
def sim():
    simulator = Simulator()
    simulator.seed(instances=4, volumes=2)
    return simulator


def test_no_call_is_missing():
    """Every public name of a session is one of an async session."""
    names = {each for each in dir(Session) if not each.startswith("_")}
    assert names <= {*dir(AsyncSession)} | {"client"}


@on_each
async def test_upsert(sim):
    """Upserts and syncs find what is there, and a commit sends the rest."""
    async with AsyncSession(client=sim.client()) as session:
        [first, *_] = await session.all(session.query(Instance).order_by(Instance.id))
        same = await session.upsert(Instance(label=first.label, region=first.region, type=first.type, tags=["new"]))
        assert same is first
        made = await session.upsert_all([Domain(domain="a.example", type="master", soa_email="a@a.example")])
        assert session.new == tuple(made)
        report = await session.commit()
        assert len(report.applied) == 2
        wanted = [Domain(domain="b.example", type="master", soa_email="a@a.example")]
        synced = await session.run(lambda _: session.query(Domain).sync(wanted))
        assert (len(synced.added), len(synced.removed)) == (1, 1)


@on_each
async def test_act(sim):
    """Actions on many are awaited, and so are jobs; a dry run gives the plan."""
    async with AsyncSession(client=sim.client()) as session:
        instances = await session.all(session.query(Instance))
        assert len(await session.act(instances, Instance.reboot, dry_run=True)) == 4
        report = await session.act(instances, Instance.reboot, at_once=2)
        assert len(report.applied) == 4
        job = await session.run(lambda _: instances[0].reboot())
        await session.wait(job)
        sim.faults.add("POST", "/linode/instances/*/reboot", 1, 400)
        with pytest.raises(ActionError):
            await session.act(instances, Instance.reboot)


@on_each
async def test_blocks(sim):
    """Temporary objects, savepoints and orders; what sends nothing is a plain `with` or call."""
    async with AsyncSession(client=sim.client()) as session:
        async with session.temporary(Volume(label="t", region="us-east", size=20)) as (volume,):
            assert await session.get(Volume, volume.id) is volume
        assert await session.count(session.query(Volume)) == 2
        [instance, *_] = await session.all(session.query(Instance))

        def change_in_vain():
            with session.begin_nested():
                instance.label = "changed"
                raise LookupError

        with pytest.raises(LookupError):
            change_in_vain()
        assert not session.dirty
        later, sooner = (Domain(domain=f"{name}.example", type="master", soa_email="a@a.example") for name in "ab")
        session.add_all([later, sooner])
        session.depends_on(later, sooner)
        await session.commit()
        assert sooner.id < later.id


@on_each
async def test_tables_and_singletons(sim):
    """Tables are read in `run()`; the account and the profile by `refresh`."""
    async with AsyncSession(client=sim.client()) as session:
        rows = await session.run(lambda _: list(session.query(Instance).table(Instance.id, Instance.label)))
        assert len(rows) == 4
        with pytest.raises(InvalidRequestError, match="block the event loop"):
            _ = session.account.company
        await session.refresh(session.account)
        assert session.account.email
        await session.refresh(session.profile)
        assert session.profile.username


@on_each
async def test_events(sim):
    """`async for` over a watch gives events with their objects, and ends after its time."""
    async with AsyncSession(client=sim.client()) as session:
        [instance, *_] = await session.all(session.query(Instance))
        feed = session.watch(Instance, since=0, timeout=5, every=1)
        await session.run(lambda _: instance.reboot())
        seen = [(event.action, about) async for event, about in feed]
        assert ("linode_reboot", instance) in seen


@on_each
async def test_beside_a_session(sim):
    """A session of the same client goes on meanwhile, on its own thread, and outlives the async one."""
    client = sim.client()
    with Session(client=client) as beside:
        async with AsyncSession(client=client) as session:
            [instance, *_] = await session.all(session.query(Instance).order_by(Instance.id))
            assert beside.get(Instance, instance.id).label == instance.label
            instance.label = "renamed"
            await session.commit()
        beside.expire_all()
        assert beside.get(Instance, instance.id).label == "renamed"
        assert beside.query(Instance).count() == 4


@on_each
async def test_another_thread(sim):
    """Another thread is told to make a session of its own, and that it can share the client."""
    async with AsyncSession(client=sim.client()) as session:
        [instance, *_] = await session.all(session.query(Instance))
        errors = []

        def elsewhere():
            async def count():
                await session.count(session.query(Instance))

            for use in (
                lambda: session.add(Volume()),
                lambda: setattr(instance, "label", "x"),
                lambda: anyio.run(count),
            ):
                try:
                    use()
                except InvalidRequestError as error:
                    errors.append(str(error))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert len(errors) == 3
        assert all("belongs to the thread that made it" in each and "share a client" in each for each in errors)


def test_a_refused_option_leaves_no_thread(sim):
    """Where the options of a session are refused, its thread ends."""
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(InvalidRequestError):
            AsyncSession(client=sim.client(), lazy="never")
    for each in threading.enumerate():
        if each.name.startswith("linode_orm.aio"):
            each.join(5)
    assert threading.active_count() <= before
