"""The simulator's faults: what reaches the client, and what happens to the account."""

from __future__ import annotations

import json

import pytest

from linode_orm.errors import TransportError
from linode_orm.simulator import delayed_effect, slow_drip, status
from linode_orm.wire import Request

BODY = {"label": "data", "region": "us-east", "size": 20}
TIMEOUT = 30.0


def create(sim):
    """Send one POST over the transport."""
    return sim.transport.send(Request("POST", "/volumes", body=BODY), token="t", timeout=TIMEOUT)


def volumes(sim):
    return json.loads(sim.exchange("GET", "/volumes").content)["results"]


@pytest.mark.parametrize(
    ("fault", "code", "done"),
    [
        (status(429, retry_after=7), 429, False),
        (500, 500, False),
        (503, 503, False),
        (status(503, done=True), 503, True),
        ("html502", 502, False),
        ("html502_after", 502, True),
        ("truncated_json", 200, True),
        ("half_json", 200, True),
        ("empty", 200, True),
        ("wrong_content_type", 200, True),
        ("slow_drip", 200, True),
    ],
)
def test_answers_that_are_spoiled(sim, fault, code, done):
    """A status, a gateway's page or half an answer comes; the volume is made or not."""
    sim.faults.add("POST", "/volumes", 1, fault)
    response = create(sim)
    assert response.status == code
    assert volumes(sim) == done
    assert sim.requests[0].fault is not None


def test_retry_after_is_said(sim):
    """A 429 says when to come back."""
    sim.faults.add("POST", "/volumes", 1, status(429, retry_after=7))
    assert create(sim).headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("fault", "sent", "done"),
    [
        ("reset_before", False, False),
        ("timeout_before", None, False),
        ("reset_after", None, True),
        ("timeout_after", True, True),
    ],
)
def test_connections_that_break(sim, fault, sent, done):
    """What is known of the request is said, and no more."""
    sim.faults.add("POST", "/volumes", 1, fault)
    with pytest.raises(TransportError) as caught:
        create(sim)
    assert caught.value.sent is sent
    assert volumes(sim) == done


@pytest.mark.parametrize("seconds", [0.5, 60.0])
def test_an_effect_comes_after_the_client_gave_up(sim, seconds):
    """Nothing is there when the timeout is over; so many seconds later it is, with that moment as its own."""
    sim.faults.add("POST", "/volumes", 1, delayed_effect(seconds))
    began = sim.clock.monotonic()
    with pytest.raises(TransportError):
        create(sim)
    assert sim.clock.monotonic() - began == TIMEOUT
    assert volumes(sim) == 0
    sim.clock.advance(seconds)
    assert volumes(sim) == 1


def test_a_drip_that_outlasts_the_client(sim):
    """An answer that takes longer than the client waits is lost, and done."""
    sim.faults.add("POST", "/volumes", 1, slow_drip(TIMEOUT + 1))
    with pytest.raises(TransportError):
        create(sim)
    assert volumes(sim) == 1


def test_a_label_that_is_taken_is_refused_in_the_words_of_the_api(sim):
    """The second Linode of a label is refused; its `created` would have been the simulated moment."""
    body = {"label": "web", "region": "us-east", "type": "g6-nanode-1"}
    made = json.loads(sim.exchange("POST", "/linode/instances", body=body).content)
    assert made["created"] == sim.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    refused = sim.exchange("POST", "/linode/instances", body=body)
    assert refused.status == 400
    reason = {"reason": "Label must be unique among your linodes", "field": "label"}
    assert json.loads(refused.content) == {"errors": [reason]}


def test_the_same_kinds_of_faults_have_one_name_each(sim):
    """A name that no fault has is refused, and those that there are are told."""
    with pytest.raises(ValueError, match="html502"):
        sim.faults.add("POST", "/volumes", 1, "no such fault")
