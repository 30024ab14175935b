"""The order of a graph: nodes after everything they wait for, and as they were given where that leaves a choice."""

from __future__ import annotations

from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Cycle(Exception):  # noqa: N818  a signal inside planning, never raised to users
    """Nodes that wait for one another; each waits for the next, the last one for the first."""

    def __init__(self, nodes: list[int]) -> None:
        super().__init__(nodes)
        self.nodes = nodes


def ordered(waits: Sequence[Collection[int]]) -> list[int]:
    """Order nodes 0, 1, ... of which node n waits for `waits[n]`; raise `Cycle` where there is no order."""
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
