"""The first row of a list on the command line, beside linode-cli, on one server."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.table import note

pytestmark = pytest.mark.skipif(find_spec("linodecli") is None, reason="linode-cli is not installed")

PAIRS = 11
OURS = [sys.executable, "-m", "linode_orm", "query", "Instance", "--format", "jsonl"]
THEIRS = [
    sys.executable,
    "-m",
    "linodecli",
    "linodes",
    "list",
    "--all-rows",
    "--json",
    "--suppress-warnings",
    "--no-defaults",
]
_SHOWN = 64


def first_row(command, environment):
    """Give the seconds from the start of a program to the first bytes that it prints."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout.read(_SHOWN)
        seconds = time.perf_counter() - began
        process.stdout.read()
    return seconds


@pytest.mark.parametrize(("rows", "wanted"), [(50, "<= 1.0 x"), (5_000, "<= 1/3")])
def test_first_row(rows, wanted, tmp_path):
    """Seconds to the first row over those of linode-cli for the same list, medians of interleaved pairs."""
    with Simulator() as simulator:
        simulator.seed(instances=rows)
        with serve(simulator, port=0) as server:
            kept = {
                key: each for key, each in os.environ.items() if key not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
            }
            scheme, _, host = server.url.partition("://")
            theirs = {"TOKEN": "any", "API_HOST": host, "API_SCHEME": scheme, "API_VERSION": "v4"}
            ours = {
                "LINODE_TOKEN": "any",
                "LINODE_API_URL": server.url,
                "PYTHONPATH": str(ROOT),
                "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"),
            }
            pair = (
                (OURS, {**kept, **ours}),
                (
                    THEIRS,
                    {**kept, **{f"LINODE_CLI_{key}": each for key, each in theirs.items()}, "HOME": str(tmp_path)},
                ),
            )
            for each in pair:
                first_row(*each)  # compiles what it imports
            seen = [tuple(first_row(*each) for each in pair) for _ in range(PAIRS)]
    ratio = statistics.median(one / other for one, other in seen)
    one, other = (statistics.median(each) for each in zip(*seen, strict=True))
    note(f"the first of {rows:,} rows, beside linode-cli", f"{ratio:.2f} x ({one:.2f} s, {other:.2f} s)", wanted)
