"""Tests of temporary objects, over real sockets: whatever breaks and whoever is killed, nothing is left over."""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.proofs.faults.crashes import WAYS, Crash, ForkServer
from tests.proofs.faults.disk import library
from tests.proofs.faults.leftovers import die, run
from tests.proofs.faults.matrix import cells, some
from tests.proofs.faults.server import KINDS, REFUSAL
from tests.proofs.faults.temporary import CALLS

pytestmark = pytest.mark.slow

SIDE_BY_SIDE = 8
WRITES = 60
"""As many writes of the journal to the disk, or some more."""
REQUESTS = 14
"""The requests of a block that nothing happens to: 2 reads, 7 POSTs and 5 DELETEs."""


def judge(what, results, tell):
    """Tell how many were left over, and fail where one was."""
    wrong = [str(result) for result in results if result.problems]
    kinds = Counter(result.cell.call.sort for result in results)
    tell(f"temporary objects, {what}: {len(results)} ({dict(kinds)}), {len(wrong)} with something left over")
    assert not wrong, "\n\n".join(wrong[:5])


@pytest.mark.parametrize("raises", [False, True])
def test_every_write_of_a_block(full, tell, raises):
    """Whatever happens to a creation or a deletion, and whether the block raises or not, nothing is left over."""
    every = cells(CALLS, (*KINDS, REFUSAL))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(partial(run, raises=raises), every if full else some(every)))
    judge(f"broken requests, the block {'raises' if raises else 'ends'}", results, tell)


@pytest.mark.skipif(library() is None or not hasattr(os, "fork"), reason="processes of this system are not forked")
def test_a_process_that_is_killed(full, tell):
    """A process is killed at any request of a block, by SIGKILL; `recover()` deletes what it made."""
    places = [Crash("request", number, way) for number in range(1, REQUESTS + 1) for way in WAYS]
    chosen = places if full else random.Random(20_261_130).sample(places, 10)
    with ForkServer() as fork_server, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(partial(die, fork_server=fork_server), chosen))
    judge("processes killed at a request", results, tell)


@pytest.mark.skipif(library() is None or not hasattr(os, "fork"), reason="processes of this system are not forked")
def test_a_process_that_is_killed_while_it_writes(full, tell):
    """A process is killed before and after any write of its journal to the disk; `recover()` deletes what it made."""
    places = [Crash("write", number, way) for number in range(1, WRITES + 1) for way in ("before", "after")]
    chosen = places if full else random.Random(20_261_130).sample(places, 10)
    with ForkServer() as fork_server, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(partial(die, fork_server=fork_server), chosen))
    judge("processes killed at a write to the disk", results, tell)
