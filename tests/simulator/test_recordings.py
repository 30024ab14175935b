"""Holds the simulator against the recorded sequences of the real API."""

from __future__ import annotations

import pytest

from tests.proofs.recordings.corpus import needed
from tests.simulator.replay import everything, table
from tests.simulator.whole_bodies import compared
from tests.table import note

pytestmark = [pytest.mark.slow, needed, pytest.mark.conformance]

WANTED = {"status": 98.0, "keys": 98.0, "types": 99.5, "values": 98.0}
WANTED_OF_WRITES = {"status": 98.0, "keys": 98.0, "values": 97.0}


@pytest.fixture(scope="module")
def outcomes():
    """Replay every cassette once."""
    return list(everything())


@pytest.mark.parametrize("figure", WANTED)
def test_the_simulator_answers_as_recorded(outcomes, figure):
    """Status, keys, types of leaves, and values after writes are those of the real API nearly everywhere."""
    assert len(outcomes) > 500
    percent, wrong = table(outcomes)[figure]
    shown = sorted(wrong.items(), key=lambda each: -len(each[1]))
    rest = [f"{len(names)} x {what}: {names[0]}" for what, names in shown[:40]]
    report = "\n".join(rest)
    note(f"simulator: {figure} as recorded", f"{percent:.2f} % of {len(outcomes)}", f">= {WANTED[figure]} %", rest)
    assert percent >= WANTED[figure], report


@pytest.fixture(scope="module")
def writes():
    """Send every recorded write again, to an account as shipped."""
    return compared()


@pytest.mark.parametrize("figure", WANTED_OF_WRITES)
def test_writes_sent_again_are_answered_as_recorded(writes, figure):
    """Of an account as shipped, with ids translated: statuses, every key, and every value that is not random."""
    found = writes[figure]
    assert found.compared > 700
    shown = sorted(found.wrong.items(), key=lambda each: -len(each[1]))
    rest = [f"{len(names)} x {what}: {names[0]}" for what, names in shown[:40]]
    wanted = WANTED_OF_WRITES[figure]
    note(f"recorded writes sent again: {figure}", f"{found.percent:.2f} % of {found.compared}", f">= {wanted} %", rest)
    assert found.percent >= wanted, "\n".join(rest)
