"""The comparison of two checkouts, tried on one: it runs, and what it counts is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.table import note

ROOT = Path(__file__).parents[3]


def test_a_checkout_against_itself():
    """Requests are counted alike, and each row of times is a ratio."""
    script = ROOT / "tests" / "proofs" / "benchmarks" / "pairs.py"
    chosen = ["--pairs", "3", "--rows", "a loaded attribute", "150 instances", "200 volumes"]
    run = [sys.executable, str(script), "--old", str(ROOT), "--new", str(ROOT), *chosen]
    ended = subprocess.run(run, check=True, capture_output=True, text=True)
    lines = ended.stdout.splitlines()
    assert [line for line in lines if " requests " in line and not line.endswith(", the same")] == []
    assert sum(" requests " in line for line in lines) == 2
    note("one checkout against itself, a loaded attribute", lines[1].split(" cpu ")[1].strip(), "1.0")
