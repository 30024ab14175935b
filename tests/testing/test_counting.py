"""Requests counted and bounded, against the simulator: what counts, and what the message lists."""

from __future__ import annotations

import threading

import pytest

from linode_orm import Client, Instance, InvalidRequestError, Session, TransportError, Volume
from linode_orm.testing import assert_requests, count_requests


def test_exactly(sim, session):
    """A block that sends what is expected passes, and gives what it sent."""
    sim.seed(instances=2)
    with assert_requests(session, 3) as sent:
        for instance in session.query(Instance):
            instance.group = "fleet"
        session.commit()
    assert sent.requests == 3
    assert [line.split()[0] for line in sent.lines] == ["GET", "PUT", "PUT"]
    with assert_requests(session, 0):
        instance.label  # noqa: B018  a read of what is loaded


def test_the_message_lists_what_was_sent(sim, session):
    """Another number is an AssertionError that numbers each request, with query, filter and body, without secrets."""
    session.add(Instance(label="a", region="us-east", type="g6-nanode-1", root_pass="hush-hush-1"))

    def send():
        session.query(Volume).filter(Volume.label == "data").all()
        session.commit()

    with pytest.raises(AssertionError) as raised, assert_requests(session, 1):
        send()
    message = str(raised.value)
    assert message.startswith("requests: 1 expected, 2 sent:\n  1. GET /volumes ")
    assert "X-Filter {'label': 'data'}" in message
    assert "\n  2. POST /linode/instances " in message
    assert "hush" not in message


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"at_most": 1}, "at most 1"),
        ({"at_least": 3}, "at least 3"),
        ({"at_least": 3, "at_most": 4}, "3 to 4"),
    ],
)
def test_bounds(sim, session, bounds, wanted):
    """Bounds are named in the message, and hold on both sides."""
    with pytest.raises(AssertionError, match=f"{wanted} expected, 2 sent"), assert_requests(session, **bounds):
        _ = session.query(Volume).all(), session.query(Instance).all()
    with assert_requests(session, at_least=1, at_most=2):
        session.query(Volume).all()


def test_nothing_sent_is_said(session):
    """A block that should have sent something and did not says so."""
    with pytest.raises(AssertionError, match="2 expected, 0 sent:\n  nothing was sent"), assert_requests(session, 2):
        pass


def test_an_error_of_the_block_comes_first(session):
    """What the block itself raises is raised as it is."""
    with pytest.raises(KeyError, match="mine"), assert_requests(session, 5):
        raise KeyError("mine")


@pytest.mark.parametrize(
    ("given", "bounds", "said"),
    [
        ((), {}, "takes a number of requests, or at_least=, at_most="),
        ((1,), {"at_most": 2}, "and not both"),
        ((), {"at_least": 3, "at_most": 2}, "allows no number"),
        ((-1,), {}, "a whole number from 0 on or None, not -1"),
        (("3",), {}, "not '3'"),
    ],
)
def test_bounds_that_make_no_sense(session, given, bounds, said):
    """What allows nothing, everything or no number is refused before the block runs."""
    with pytest.raises(InvalidRequestError, match=said), assert_requests(session, *given, **bounds):
        pytest.fail("the block ran")


def test_tries_count_one_by_one(sim, session):
    """A request that is sent again counts each time."""
    sim.seed(instances=1)
    sim.faults.add("GET", "/linode/instances", nth=1, action=502)
    with assert_requests(session, 2):
        session.query(Instance).all()


def test_every_thread_counts(sim):
    """What other threads and sessions send by the same client counts, and nothing counts after the block."""
    with Client("a", transport=sim.transport, clock=sim.clock) as client, Session(client=client) as session:

        def work():
            with Session(client=client) as other:
                other.query(Volume).all()

        with count_requests(client) as sent, assert_requests(session, 4):
            threads = [threading.Thread(target=work) for _ in range(4)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
        work()
        assert sent.requests == 4
        assert repr(sent) == "<4 requests>"


def test_what_a_hook_refuses_is_not_counted(sim):
    """A request that a hook keeps from being sent was not sent."""

    def refuse(request):
        raise TransportError("not today", sent=False)

    with Client("a", transport=sim.transport, clock=sim.clock, before=[refuse], deadline=0.1) as client:
        with assert_requests(client, 0), pytest.raises(TransportError):
            client.request("GET", "/volumes")
        assert sim.requests == []
