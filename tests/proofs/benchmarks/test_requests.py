"""Whole jobs over HTTP with latency: time as a ratio, requests and bytes counted at the server."""

from __future__ import annotations

import gc
import itertools
import json
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from linode_orm import Client, Instance, Session, Volume, selectin
from linode_orm.simulator import Simulator
from linode_orm.testing import recorder
from tests.proofs.benchmarks.harness import fleet, ratio
from tests.table import note

LATENCY = 0.05
LOCAL = threading.local()


def bare_session():
    """Give this thread's plain session of requests."""
    if not hasattr(LOCAL, "session"):
        LOCAL.session = requests.Session()
    return LOCAL.session


def bare_pages(url):
    """Read the instances in pages of 500 into plain JSON: the first to learn how many there are, the rest 8 at a time."""

    def get(number):
        answer = bare_session().get(f"{url}/v4/linode/instances", params={"page": number, "page_size": 500})
        return json.loads(answer.content)

    first = get(1)
    with ThreadPoolExecutor(8) as pool:
        rest = pool.map(get, range(2, first["pages"] + 1))
        return [row for body in [first, *rest] for row in body["data"]]


def test_listing_ten_thousand():
    """All of 10,000 instances at 50 ms latency with 8 workers."""
    linode_api4 = pytest.importorskip("linode_api4")
    with fleet(10_000, LATENCY) as server:

        def ours():
            with Session(client=Client("t", base_url=server.url)) as session:
                assert len(session.query(Instance).all()) == 10_000

        def theirs():
            client = linode_api4.LinodeClient("t", base_url=f"{server.url}/v4", page_size=500)
            assert len(list(client.linode.instances())) == 10_000

        server.arrived()
        ours()
        count, _ = server.arrived()
        over_bare = ratio(ours, lambda: bare_pages(server.url), pairs=7)
        over_theirs = ratio(theirs, ours, pairs=1)
    note("10,000 instances: requests", str(count), "<= 24")
    note("  over bare concurrent requests", f"{over_bare:.2f} x", "<= 1.25 x")
    note("  faster than linode_api4 with pages of 500", f"{over_theirs:.1f} x", ">= 6 x")
    assert count <= 24


def test_commit_of_a_thousand():
    """Tag 1,000 instances and commit at 50 ms latency with 8 workers."""
    with fleet(1_000, LATENCY) as server:
        ids = list(server.by_id)
        bodies = {key: {"tags": [*server.by_id[key]["tags"], "edge"]} for key in ids}

        def bare():
            def put(key):
                content = json.dumps(bodies[key], separators=(",", ":")).encode()
                bare_session().put(f"{server.url}/v4/linode/instances/{key}", data=content).json()

            with ThreadPoolExecutor(8) as pool:
                list(pool.map(put, ids))

        # bare requests keep to no rate either
        with Client("t", base_url=server.url, budget=None) as client:

            def ours():
                with Session(client=client, volatile_ttl=None) as session:
                    for instance in session._parts.loader.rows(Instance, (), [dict(each) for each in server.bodies]):
                        instance.tags.append("edge")
                    session.commit()

            server.arrived()
            ours()
            count, mine = server.arrived()
            bare()
            _, base = server.arrived()
            seen = ratio(ours, bare, pairs=3)
    note("tagging 1,000 and committing, over bare PUTs", f"{seen:.2f} x", "<= 1.15 x")
    note("  bytes of the bodies", f"{mine / base:.2f} x, {count} requests", "<= 1.1 x")
    # the newest tags are read in three lists first, and in one more for each hundred, or for every four seconds
    assert 1_000 < count <= 1_020


def test_a_thousand_updates(tmp_path):
    """1,000 updates at 50 ms latency with 8 workers over as many bare ones through one pool, without and with a journal."""
    with fleet(1_000, LATENCY) as server:

        def put(key):
            bare_session().put(f"{server.url}/v4/linode/instances/{key}", data=b'{"label":"n%d"}' % key).json()

        def bare():
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(put, server.by_id))

        # bare requests keep to no rate either
        with Client("t", base_url=server.url, budget=None) as client:
            journals = (tmp_path / f"{number}.journal" for number in itertools.count())

            def ours(journal=None):
                with Session(client=client, volatile_ttl=None, journal=journal) as session:
                    for instance in session._parts.loader.rows(Instance, (), [dict(each) for each in server.bodies]):
                        instance.label = f"n{instance.id}"
                    assert len(session.commit()) == 1_000

            without = ratio(ours, bare, pairs=3)
            written = ratio(lambda: ours(next(journals)), bare, pairs=3)
    note("1,000 updates, over bare concurrent PUTs", f"{without:.2f} x", "<= 1.15 x")
    note("  with a journal", f"{written:.2f} x", "<= 1.3 x")


def test_streaming_is_flat():
    """Streaming 100,000 rows holds a bounded number of pages."""
    peaks = []
    for count in (20_000, 100_000):
        with fleet(count, 0.0) as server, Session(client=Client("t", base_url=server.url)) as session:
            gc.collect()
            tracemalloc.start()
            for _ in session.query(Instance):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    note("streaming 100,000 rows, peak over that of 20,000", f"{peaks[1] / peaks[0]:.2f} x", "flat")


def test_a_fleet_with_everything():
    """150 instances: labels, countries of regions, sizes of volumes and disks."""
    with Simulator() as sim:
        sim.seed(instances=150, volumes=100, disks=2)
        with Session(client=sim.client()) as session:
            query = session.query(Instance).options(selectin(Instance.volumes), selectin(Instance.disks))
            explained = query.explain().requests
            rows = [
                (each.label, each.region.country, [v.size for v in each.volumes], [d.size for d in each.disks])
                for each in query
            ]
        lines = sim.requests.lines
    assert len(rows) == 150
    single = [line for line in lines if not line.endswith("/disks")]
    assert sorted(single) == ["GET /linode/instances", "GET /regions", "GET /volumes"]
    note("150 instances: regions, volumes, disks", f"3 + {len(lines) - len(single)} requests", "1 + 1 + 1 + 150")
    note("  explain()", f"{len(explained)} lines", "says so")


def test_conditions_on_relations():
    """600 Linodes and 60 firewalls: those without one by a condition, and all of them with theirs."""
    with Simulator() as sim:
        hosts = [each["id"] for each in sim.seed(instances=600)["instances"]]
        walls = [each["id"] for each in sim.seed(firewalls=60)["firewalls"]]
        for at, wall in enumerate(walls):
            sim.add(f"/networking/firewalls/{wall}/devices", type="linode", id=hosts[3 * at])
        wanted = ["GET /linode/instances", "GET /linode/instances", "GET /networking/firewalls"]
        with Session(client=sim.client()) as session:
            sim.requests.clear()
            assert session.query(Instance).filter(Instance.firewalls.any()).count() == 60
            counted = sim.requests.lines
            sim.requests.clear()
            fleet = session.query(Instance).options(selectin(Instance.firewalls)).all()
            assert sum(len(each.firewalls) for each in fleet) == 60
            loaded = sim.requests.lines
    note("600 instances, 60 firewalls: Instance.firewalls.any()", f"{len(counted)} requests", "p(n) + p(F) = 2 + 1")
    note("  selectin(Instance.firewalls)", f"{len(loaded)} requests", "p(n) + p(F) = 2 + 1")
    assert counted == wanted
    assert loaded == wanted


def test_a_plain_loop():
    """200 volumes, and the label of each one's Linode, in a plain loop."""
    with Simulator() as sim:
        sim.seed(instances=150)
        hosts = [row.id for row in sim.state.rows("Instance")]
        sim.seed(volumes=[{"label": f"v{at}", "linode_id": hosts[at % 150]} for at in range(200)])
        with Session(client=sim.client()) as session:
            labels = [volume.linode.label for volume in session.query(Volume)]
    assert len(labels) == 200
    note("200 volumes: volume.linode.label in a loop", f"{len(sim.requests)} requests", "2")
    assert len(sim.requests) == 2


def test_recording(tmp_path):
    """Record 200 updates at 50 ms latency with 8 workers, to the end of the block, over the same without a recorder."""
    numbers = itertools.count()
    with fleet(200, LATENCY) as server:

        def commit():
            number = next(numbers)
            with Session(client=Client("t", base_url=server.url, budget=None)) as session:
                for each in session.query(Instance):
                    each.label = f"{each.id}-{number}"
                assert len(session.commit().applied) == 200

        def record():
            with recorder(tmp_path, record=True).use_cassette("updates") as cassette:
                commit()
            assert len(cassette) == 201

        over = ratio(record, commit, pairs=9)
    note("200 updates recorded, over not recorded", f"{over:.2f} x", "<= 1.2 x")
