"""Holds the simulator against the recorded sequences of the real API."""

from __future__ import annotations

import pytest

from tests.proofs.recordings.corpus import needed
from tests.simulator.replay import everything, table
from tests.table import note

pytestmark = [pytest.mark.slow, needed, pytest.mark.conformance]

WANTED = {"status": 98.0, "keys": 98.0, "types": 99.5, "values": 98.0}


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
