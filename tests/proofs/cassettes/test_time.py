"""A replay takes no time, and clients see the clock of the recording in it, whatever the machine's clock says."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from linode_orm import CassetteError, Client, Event, Instance, Session, WaitTimeout
from linode_orm.simulator import Simulator, VirtualClock
from linode_orm.testing import recorder
from tests.proofs.cassettes.playing import NOWHERE, ending

JOB = 170
"""Seconds of a job: a wait for it has 20 rounds and more."""
TIMEOUT = 400
ROUNDS = 20


def shut_down(client):
    """Shut one Linode down and wait for it; give what the clock of the client showed meanwhile."""
    with Session(client=client) as session:
        instance = session.query(Instance).limit(1).one()
        instance.shutdown()
        began = client.clock.monotonic()
        instance.wait_until(Instance.status == "offline", timeout=TIMEOUT)
        return instance.status, client.clock.monotonic() - began


def on_simulated_time(folder, program, name="x", **options):
    """Record a program on simulated time; give what it returns and the number of interactions."""
    sim = Simulator(job_seconds=JOB)
    sim.seed(instances=3)
    with recorder(folder, record=True).use_cassette(name) as cassette, sim.client(**options) as client:
        return program(client), len(cassette), sim


class TestWaits:
    """Waits of many rounds."""

    @pytest.mark.parametrize("workers", [1, 8, 16])
    @pytest.mark.parametrize(
        "clock", [None, VirtualClock(), VirtualClock(datetime(2031, 5, 1, tzinfo=UTC))], ids=["real", "same", "later"]
    )
    def test_a_wait(self, tmp_path, workers, clock):
        """A wait of twenty rounds replays years later, at once, with any workers and whatever clock the client has."""
        (status, waited), count, _ = on_simulated_time(tmp_path, shut_down)
        assert count > ROUNDS
        began = time.monotonic()
        with (
            recorder(tmp_path).use_cassette("x") as cassette,
            Client("x", base_url=NOWHERE, workers=workers, clock=clock) as client,
        ):
            again, seconds = shut_down(client)
            assert cassette.all_played
        assert again == status == "offline"
        assert seconds == pytest.approx(waited, abs=2)
        assert time.monotonic() - began < 10

    def test_a_wait_that_timed_out_times_out_again(self, tmp_path):
        """A wait that ended by its time limit ends by it in the replay, after as many requests."""

        def program(client):
            with Session(client=client) as session:
                instance = session.query(Instance).limit(1).one()
                instance.shutdown()
                with pytest.raises(WaitTimeout):
                    instance.wait_until(Instance.status == "offline", timeout=60)

        on_simulated_time(tmp_path, program)
        with recorder(tmp_path).use_cassette("x") as cassette, Client("x", base_url=NOWHERE) as client:
            program(client)
            assert cassette.all_played

    def test_what_the_program_did_between_requests_is_no_time_of_a_wait(self, tmp_path):
        """A program that slept for minutes while recording, and does not in the replay, waits as long as it did."""
        sim = Simulator(job_seconds=JOB)
        sim.seed(instances=3)

        def program(client, pause):
            with Session(client=client) as session:
                instance = session.query(Instance).limit(1).one()
                instance.shutdown()
                pause()
                instance.wait_until(Instance.status == "offline", timeout=100)
                return instance.status

        with recorder(tmp_path, record=True).use_cassette("x"), sim.client() as client:
            program(client, lambda: sim.clock.advance(120))
        with recorder(tmp_path).use_cassette("x") as cassette, Client("x", base_url=NOWHERE) as client:
            assert program(client, lambda: None) == "offline"
            assert cassette.all_played

    def test_waits_of_several_threads(self, tmp_path):
        """Sessions that wait side by side do not use up one another's time."""

        def wait(client, number):
            with Session(client=client) as session:
                instance = session.get(Instance, number)
                instance.shutdown()
                instance.wait_until(Instance.status == "offline", timeout=TIMEOUT)
                return instance.id

        def program(each_of, client):
            with Session(client=client) as session:
                numbers = [each.id for each in session.query(Instance)]
            return [*each_of(partial(wait, client), numbers)]

        # Recorded one after the other: the clock of a simulator is one for all threads, and a pause of one ends that
        # of another.
        found, _, _ = on_simulated_time(tmp_path, partial(program, map))
        with (
            recorder(tmp_path).use_cassette("x") as cassette,
            Client("x", base_url=NOWHERE) as client,
            ThreadPoolExecutor(len(found)) as threads,
        ):
            assert program(threads.map, client) == found
            assert cassette.all_played


class TestClock:
    """What clients read."""

    def test_now_is_the_moment_of_the_recording(self, tmp_path):
        """The clock begins with the recording, follows its answers, and moves by what is slept."""
        sim = Simulator(job_seconds=1)
        with recorder(tmp_path, record=True).use_cassette("x"), sim.client() as client:
            client.request("GET", "/account")
            sim.clock.advance(3600)
            client.request("GET", "/account")
        began = datetime(2026, 1, 1, tzinfo=UTC)
        with recorder(tmp_path).use_cassette("x"), Client("x", base_url=NOWHERE) as client:
            assert client.clock.now() == began
            client.request("GET", "/account")
            client.request("GET", "/account")
            assert client.clock.now() == began + timedelta(hours=1)
            client.clock.sleep(60)
            assert client.clock.now() == began + timedelta(hours=1, minutes=1)
        assert abs(client.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)

    def test_a_moment_of_the_client_s_clock_matches(self, tmp_path):
        """A filter that a program builds from the client's clock is that of the recording."""

        def program(client):
            with Session(client=client) as session:
                return session.query(Event).filter(Event.created >= client.clock.now() - timedelta(days=7)).all()

        on_simulated_time(tmp_path, program)
        with recorder(tmp_path).use_cassette("x") as cassette, Client("x", base_url=NOWHERE) as client:
            program(client)
            assert cassette.all_played

    @pytest.mark.parametrize("other", [timedelta(days=1), timedelta(hours=-1), timedelta(seconds=10)])
    def test_another_moment(self, tmp_path, other):
        """A datetime in a filter that no clock explains is another filter."""

        def program(client, moment):
            with Session(client=client) as session:
                return session.query(Event).filter(Event.created >= moment).all()

        moment = datetime(2026, 1, 1, tzinfo=UTC)
        on_simulated_time(tmp_path, lambda client: program(client, moment))
        with (
            ending(CassetteError, r"filter.created.\+gte: sent"),
            recorder(tmp_path).use_cassette("x"),
            Client("x") as client,
        ):
            program(client, moment + other)
