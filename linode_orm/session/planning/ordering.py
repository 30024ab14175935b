"""The order of a graph: nodes after everything they wait for, and as they were given where that leaves a choice."""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Cycle(Exception):  # noqa: N818  a signal inside planning, never raised to users
    """Nodes that wait for one another; each waits for the next, the last one for the first."""

    def __init__(self, nodes: list[int]) -> None:
        super().__init__(nodes)
        self.nodes = nodes


class Strength(IntEnum):
    """How much depends on a wait: the weakest give way first where waits leave no order."""

    GUESSED = 0
    """The two may have nothing to do with each other."""
    LIKELY = 1
    """The API may do it in another order as well."""
    CERTAIN = 2
    """Without it the API refuses, or does something else."""


class Wait(NamedTuple):
    """Why a request waits for another one."""

    why: str
    strength: Strength


def settled(waits: Sequence[dict[int, Wait]]) -> list[int]:
    """Return the order of a graph, after taking out of its cycles the weakest waits; raise `Cycle` if it has none."""
    for strength in (Strength.GUESSED, Strength.LIKELY):
        try:
            return ordered(waits)
        except Cycle:
            component = _components(waits)
            for node, others in enumerate(waits):
                for other in [other for other, wait in others.items() if wait.strength == strength]:
                    if component[node] == component[other]:
                        del others[other]
    return ordered(waits)


def ordered(waits: Sequence[Collection[int]]) -> list[int]:
    """Order nodes 0, 1, ... of which node n waits for `waits[n]`; raise `Cycle` where there is no order."""
    if not any(waits):
        return [*range(len(waits))]
    sorter = TopologicalSorter(dict(enumerate(waits)))
    with suppress(CycleError):  # what waits for no cycle still gets its place
        sorter.prepare()
    ready: list[int] = []
    order: list[int] = []
    while sorter.is_active():
        for node in sorter.get_ready():
            heappush(ready, node)
        order.append(heappop(ready))
        sorter.done(order[-1])
    if len(order) < len(waits):
        raise Cycle(_cycle(waits, set(order)))
    return order


def _cycle(waits: Sequence[Collection[int]], placed: set[int]) -> list[int]:
    """Walk from the first node without a place, along what it waits for, until the walk meets itself.

    graphlib reports a cycle, too, but not always the same one for the same changes.
    """
    node = next(node for node in range(len(waits)) if node not in placed)
    walk: dict[int, int] = {}
    while node not in walk:
        walk[node] = len(walk)
        node = min(other for other in waits[node] if other not in placed)
    return list(walk)[walk[node] :]


def _components(waits: Sequence[Collection[int]]) -> list[int]:
    """Return for each node the number of its strongly connected component (Tarjan 1972, without recursion)."""
    index: dict[int, int] = {}
    low = [0] * len(waits)
    component = [-1] * len(waits)
    path: list[int] = []
    for root in range(len(waits)):
        if root in index:
            continue
        walk = [(root, iter(waits[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        while walk:
            node, others = walk[-1]
            other = next(others, None)
            if other is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == index[node]:
                    _close(node, path, component)
            elif other not in index:
                index[other] = low[other] = len(index)
                path.append(other)
                walk.append((other, iter(waits[other])))
            elif component[other] < 0:
                low[node] = min(low[node], index[other])
    return component


def _close(root: int, path: list[int], component: list[int]) -> None:
    """Take a whole component from the path."""
    while component[root] < 0:
        component[path.pop()] = root
