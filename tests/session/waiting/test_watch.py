"""The change feed: every event comes once when it is seen and once more when its job has ended, whatever fails."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from linode_orm import ApiError, Disk, Event, Instance, InvalidRequestError, Session, Volume
from linode_orm.simulator import Simulator

FAULTS = [
    *("html502", "html502_after", "reset_before", "reset_after", "timeout_before", "timeout_after", "truncated_json"),
    *("half_json", "empty", "slow_drip", "wrong_content_type", 500, 429),
]


@pytest.fixture
def sim():
    with Simulator(job_seconds=20) as simulator:
        simulator.seed(instances=[{"label": "web", "status": "running"}, {"label": "db", "status": "running"}])
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as opened:
        yield opened


def test_objects_as_they_change(sim, session):
    """The feed gives an event and the object of the identity map, whose next read shows what has changed."""
    web = session.query(Instance).filter(Instance.label == "web").one()
    feed = session.watch(Instance, timeout=100)
    with Session(client=sim.client()) as elsewhere:
        other = elsewhere.load(Instance, web.id)
        other.label = "renamed"
        other.save()
        other.reboot()
    event, changed = next(feed)
    assert changed is web
    assert (event.action, web.label) == ("linode_update", "renamed")
    rest = [(event.action, event.status, each is web) for event, each in feed]
    assert (
        rest == [("linode_reboot", "scheduled", True), ("linode_reboot", "finished", True)]
        or [(action, same) for action, _, same in rest] == [("linode_reboot", True)] * 2
    )


def test_only_what_happens_from_now_on(sim, session):
    """What happened before the call is no part of the feed; `since` begins earlier, or goes on after an event."""
    web, db = session.query(Instance).all()
    web.tags.append("a")
    session.commit()
    assert list(session.watch(timeout=0)) == []
    first = session.query(Event).order_by(Event.id.desc()).first()
    db.tags.append("b")
    session.commit()
    assert [each.label for _, each in session.watch(Instance, since=first, timeout=0)] == [db.label]
    assert len(list(session.watch(since=sim.clock.now().replace(year=2020), timeout=0))) == 2


def test_models_choose(sim, session):
    """With classes only their events come, by the entity that is part of another one where there are two."""
    sim.seed(volumes=1, disks=[{"instance": session.query(Instance).first().id}])
    volume, disk = session.query(Volume).one(), session.query(Disk).one()
    feeds = [session.watch(Volume, timeout=5), session.watch(Disk, timeout=5), session.watch(timeout=5)]
    disk.label = "root"
    volume.label = "data"
    session.commit()
    volumes, disks, all_of_them = ([each for _, each in feed] for feed in feeds)
    assert (volumes, disks) == ([volume], [disk])
    assert len(all_of_them) == 2


def test_a_token_that_may_not_read_events(sim, session):
    """Where events are refused, the call says so; what makes no sense is refused as well."""
    with pytest.raises(InvalidRequestError, match="every"):
        session.watch(Instance, every=0)
    sim.faults.add("GET", "/account/events", None, 401)
    with pytest.raises(ApiError):
        session.watch(Instance)


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nothing_is_missed_or_repeated(sim, session, count):
    """Under 13 faults, with events that come late and jobs that end later, each comes as often as it should."""
    chance, rows = random.Random(1), list(sim.state.rows("Instance"))
    sim.job_rules.event_lag = 10.0
    for place, fault in enumerate(FAULTS):
        sim.faults.add("GET", "/account/events", range(place + 3, 100_000, 29), fault)
    feed, seen, made = session.watch(timeout=3000), Counter(), 0
    while made < count:
        for _ in range(chance.randint(1, 400)):
            if made < count:
                lasts = chance.uniform(1, 60) if chance.random() < 0.3 else 0.0
                sim.state.events.add("linode_reboot", chance.choice(rows), lasts=lasts)
                made += 1
        for _ in range(chance.randint(1, 50)):
            event, _ = next(feed)
            seen[event.id] += 1
        sim.clock.advance(chance.uniform(0, 5))
    for event, _ in feed:
        seen[event.id] += 1
    there = {each.id: each.body["status"] for each in sim.state.rows("Event")}
    assert there.keys() - seen.keys() == set(), "missed"
    jobs = {number for number, status in there.items() if status == "finished"}
    assert {number for number, times in seen.items() if times > 1} <= jobs
    assert max(seen.values()) <= 2
