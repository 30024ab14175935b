"""Tests of commits, actions and reads over real sockets, against a server that breaks every call in every way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.proofs.faults.bundled import BUNDLED, BUNDLES
from tests.proofs.faults.matrix import ACTIONS, GETS, LISTS, LOST, Cell, Result, cells, run_all, some, storm, table
from tests.proofs.faults.server import KINDS
from tests.proofs.faults.workload import CALLS, KEYED, UNKEYED, finish, start

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CREATES = tuple(call for call in CALLS if call.sort in {KEYED, UNKEYED})

WRITES = cells(CALLS)
LOOKUPS = cells(CREATES, lost=LOST)
BUNDLED_WRITES = cells(BUNDLES, workload=BUNDLED)
DONE = cells(ACTIONS)
READS = cells((*LISTS, *GETS))


def judged(every: list[Cell], tell: Callable[[str], None], *, whole: bool) -> list[Result]:
    """Run cells, tell their table, and fail where one of them went wrong."""
    results = run_all(every if whole else some(every))
    tell(table(results))
    wrong = [str(result) for result in results if result.problems]
    assert not wrong, "\n\n".join(wrong)
    return results


def doubtful(results: list[Result], *sorts: str) -> list[str]:
    """Give the cells of some kinds where something stayed in doubt."""
    return [str(result) for result in results if result.doubts and result.cell.call.sort in sorts]


def few(results: list[Result], sort: str) -> bool:
    """Whether at most one cell in twenty of a kind stayed in doubt."""
    return 20 * len(doubtful(results, sort)) <= max(20, sum(result.cell.call.sort == sort for result in results))


def test_every_call_of_a_commit(full, tell):
    """Whatever happens to any one request of a commit, commits end in the planned account, and both sides agree."""
    results = judged(WRITES, tell, whole=full)
    assert not doubtful(results, KEYED, "update", "delete")
    assert few(results, UNKEYED)


def test_the_lookup_after_a_lost_reply(full, tell):
    """The request that looks for a create whose reply was lost may break as well."""
    results = judged(LOOKUPS, tell, whole=full)
    assert not doubtful(results, KEYED)
    assert few(results, UNKEYED)


def test_every_call_of_bundles(full, tell):
    """Many changes in one request end as surely as single ones, whatever happens to it and to the reads around it."""
    results = judged(BUNDLED_WRITES, tell, whole=full)
    assert not doubtful(results, *{call.sort for call in BUNDLES})


def test_actions(full, tell):
    """An action is never done twice, and has been done where it returns."""
    results = judged(DONE, tell, whole=full)
    assert few(results, "action")


def test_reads(full, tell):
    """A list has every row once and an object its values, or the read fails and the next one has."""
    judged(READS, tell, whole=full)


def test_the_journey_as_it_is_made_by_hand():
    """The planned account differs from the one before by what the fourteen calls do: the matrix compares something."""
    before, after = start().snapshot(), finish().snapshot()
    assert sum(before[name] != after[name] for name in before) == 7
    assert len(CALLS) * len(KINDS) == 294


def test_storms(full, tell):
    """Where requests break at random, again and again, commits still end in the planned account."""
    seeds = range(400 if full else 40)
    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(storm, seeds))
    tell(table(results))
    wrong = [str(result) for result in results if result.problems]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("sort", ["create with a key", "update", "delete", "action", "list", "get"])
def test_the_seeded_tenth_has_each_kind_of_call(sort):
    """The part that always runs leaves no kind of call out."""
    assert any(cell.call.sort == sort for every in (WRITES, DONE, READS) for cell in some(every))
