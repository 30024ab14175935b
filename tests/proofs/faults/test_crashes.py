"""Tests of the journal: a process that is killed, or whose power is cut, anywhere in a commit of sixty operations."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from tests.proofs.faults.crashes import COUNT, WAYS, Crash, Ending, ForkServer, measured
from tests.proofs.faults.disk import library

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(library() is None, reason="this Python's SQLite cannot be reached"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]
SIDES = ("before", "after")


@pytest.fixture(scope="module")
def fork_server():
    """Give a process that forks others, to all tests."""
    with ForkServer() as found:
        yield found


@pytest.fixture(scope="module")
def size(fork_server) -> tuple[int, int, int]:
    """Give the requests, writes and syncs of a commit that nothing happens to."""
    return measured(fork_server)


@pytest.fixture(scope="module")
def judged(fork_server, full, tell):
    """Give what runs crashes, or a seeded part of them."""

    def run(what: str, every: list[Crash], share: int = 10) -> list[Ending]:
        chosen = every if full else random.Random(20_261_125).sample(every, max(1, len(every) // share))
        return judge(what, fork_server.run_all(chosen), len(every), tell)

    return run


def judge(what: str, endings: list[Ending], places: int, tell) -> list[Ending]:
    """Tell how they ended, and fail where one ended badly."""
    wrong = [str(ending) for ending in endings if ending.problems]
    words = Counter(word for ending in endings for word in ("lost", "doubled") if word in str(ending.problems))
    tell(
        f"{what}: {len(endings)} of {places} places, {sum(each.died for each in endings)} processes killed, "
        f"{words['lost']} lost, {words['doubled']} doubled, {len(wrong)} wrong; slowest {max(each.seconds for each in endings):.1f} s"
    )
    assert not wrong, "\n\n".join(wrong[:5])
    return endings


def test_the_commit_has_sixty_operations(size):
    """Sixty requests, the account and the looks at three lists are sent, and a journal is written and synced meanwhile."""
    requests, writes, syncs = size
    assert requests == COUNT + 4
    assert syncs > 10
    assert writes > syncs


def test_killed_at_every_request(judged, size):
    """Recovery ends in the planned account, whether the request at which it died was done, was not, or is done later."""
    every = [Crash("request", number, way) for number in range(1, size[0] + 1) for way in WAYS]
    assert all(ending.died for ending in judged("kill -9 at requests", every))


def test_killed_at_every_write(judged, size):
    """The same before each write, sync, truncation and deletion of the journal's files, and after the last one."""
    every = [*(Crash("write", number, "before") for number in range(1, size[1] + 1)), Crash("write", size[1], "after")]
    judged("kill -9 at writes to the journal", every)


def test_power_lost_at_every_sync(judged, size):
    """The same where only what was synced is left of the journal, and where chance left more of some files."""
    every = [
        Crash("sync", number, side, power=True, chance=chance)
        for number in range(1, size[2] + 1)
        for side in SIDES
        for chance in (False, True)
    ]
    judged("power cut at syncs", every, share=25)


def test_power_lost_at_requests(judged, size):
    """What was sent is known after a power cut: its intent was synced before it."""
    every = [Crash("request", number, way, power=True) for number in range(1, size[0] + 1) for way in WAYS]
    judged("power cut at requests", every, share=20)


def test_recovery_is_killed_too(judged, size):
    """A recovery that dies at any of its requests is carried on by the next one."""
    every = [
        Crash("request", number, way, again=again)
        for number in range(3, size[0], 6)
        for way in WAYS
        for again in (1, 2, 4, 8)
    ]
    judged("kill -9 of the commit and of its recovery", every, share=20)


def test_recovery_that_goes_back(judged, size):
    """With undo=True the account is as it was before, without what had been deleted."""
    every = [Crash("request", number, way, undo=True) for number in range(1, size[0] + 1, 2) for way in WAYS]
    judged("kill -9 at requests, undone", every, share=15)


def test_killed_in_bundles(judged, fork_server, full):
    """A rebuild and a tag's POST end as single requests do, or are undone, wherever the process dies."""
    requests, writes, syncs = measured(fork_server, Crash("", 0, "", bundled=True))
    assert requests == 7  # the account is the first
    some = [
        *(Crash("request", at, way, bundled=True) for at in range(1, requests + 1) for way in WAYS),
        *(Crash("request", at, way, undo=True, bundled=True) for at in range(1, requests + 1) for way in WAYS),
        *(Crash("request", at, way, power=True, bundled=True) for at in range(1, requests + 1) for way in WAYS),
        *(
            Crash("request", at, way, again=again, bundled=True)
            for at in range(1, requests + 1)
            for way in WAYS
            for again in range(1, 6)
        ),
        *(Crash("write", at, "before", bundled=True) for at in range(1, writes + 1)),
        *(Crash("sync", at, side, power=True, bundled=True) for at in range(1, syncs + 1) for side in SIDES),
    ]
    judged("kill -9 and power cuts in bundles", some)


def test_interrupted_at_every_request(judged, size):
    """Ctrl-C ends the process in good order, and recovery does the rest."""
    every = [Crash("request", number, "interrupting") for number in range(1, size[0] + 1)]
    endings = judged("Ctrl-C at requests", every)
    assert not any(ending.died for ending in endings)


def test_a_disk_that_is_full(judged, size):
    """A journal that cannot be written stops the commit with an error of the library; nothing is sent unwritten."""
    every = [Crash("full", number, "after") for number in range(1, size[1], 3)]
    endings = judged("disk full under the journal", every, share=15)
    assert not any(ending.died for ending in endings)


def test_a_careless_journal_is_found_out(fork_server):
    """With synchronous=OFF the same cuts lose what was sent: the tests above would see it."""
    cuts = [Crash("request", number, "answering", power=True, synchronous="OFF") for number in (5, 30, 55)]
    endings = fork_server.run_all(cuts)
    assert all(ending.died for ending in endings)
    assert all(ending.problems for ending in endings)
