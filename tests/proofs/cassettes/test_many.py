"""Nothing is lost: every interaction of eight workers is on the cassette, and replays with any number of workers."""

from __future__ import annotations

import pytest

from linode_orm import DomainRecord, Image, Instance, ObjectStorageBucket, Session
from linode_orm.simulator import Simulator
from linode_orm.testing import recorder
from tests.proofs.cassettes.playing import recorded, replayed, served

pytestmark = pytest.mark.slow

RECORDINGS = 50
JOB = 170
FILE = b"\xff\x00 a file" * 1000


def edit(client):
    """Commit 200 writes."""
    with Session(client=client) as session:
        for each in session.query(Instance):
            each.label += "-x"
        count = len(session.commit().applied)
        assert count == 200
        return count, sorted(each.label for each in session.query(Instance))


def wait(client):
    """Wait for a job of twenty rounds."""
    with Session(client=client) as session:
        instance = session.query(Instance).limit(1).one()
        instance.shutdown()
        instance.wait_until(Instance.status == "offline", timeout=400)
        return instance.id, instance.status


def upload(client):
    """Upload an image and three objects."""
    with Session(client=client) as session:
        image = Image.upload(session, FILE, label="golden", region="us-east")
        bucket = ObjectStorageBucket(region="us-east", label="pictures")
        session.add(bucket)
        session.commit()
        for number in range(3):
            bucket.put_object(f"{number}.bin", FILE + bytes([number]))
        return image.id


def download(client):
    """Upload an object and fetch it several times."""
    with Session(client=client) as session:
        bucket = ObjectStorageBucket(region="us-east", label="pictures")
        session.add(bucket)
        session.commit()
        bucket.put_object("x.bin", FILE)
        return [bucket.get_object("x.bin") == FILE for _ in range(4)]


def fan_out(client):
    """Read the records of all zones."""
    with Session(client=client) as session:
        return sorted(each.id for each in session.query(DomainRecord))


FLOWS = {"edit": edit, "wait": wait, "upload": upload, "download": download, "fan_out": fan_out}


def record_on_simulated_time(folder, flow):
    """Record a flow that waits, on simulated time; give what it returns, and the numbers of interactions and arrivals."""
    sim = Simulator(job_seconds=JOB)
    sim.seed(instances=3)
    with recorder(folder, record=True).use_cassette("x") as cassette, sim.client(workers=8) as client:
        return flow(client), len(cassette), len(sim.requests)


def record_on_a_server(folder, flow):
    """Record a flow over HTTP; give the same."""
    with served(job_seconds=0) as (sim, url):
        sim.seed(instances=200, domains=30)
        sim.requests.clear()
        want, count = recorded(folder, flow, url)
        return want, count, len(sim.requests)


@pytest.mark.parametrize("number", range(RECORDINGS))
def test_every_interaction_is_recorded_and_replayed(tmp_path, number):
    """What arrived at the server is on the cassette, and a replay with 1, 8 and 16 workers gives the same."""
    name = [*FLOWS][number % len(FLOWS)]
    record = record_on_simulated_time if name == "wait" else record_on_a_server
    want, count, arrived = record(tmp_path, FLOWS[name])
    assert count == arrived > 5
    for workers in (1, 8, 16):
        assert replayed(tmp_path, FLOWS[name], workers=workers) == (want, True)
