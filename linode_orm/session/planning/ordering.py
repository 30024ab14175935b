"""The order of a graph: nodes after everything they wait for, and as they were given where that leaves a choice."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
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
    missing = [len(others) for others in waits]
    followers: dict[int, list[int]] = {}
    for node, others in enumerate(waits):
        for other in others:
            followers.setdefault(other, []).append(node)
    ready = [node for node, count in enumerate(missing) if not count]
    heapify(ready)
    order: list[int] = []
    while ready:
        node = heappop(ready)
        order.append(node)
        for follower in followers.get(node, ()):
            missing[follower] -= 1
            if not missing[follower]:
                heappush(ready, follower)
    if len(order) < len(waits):
        raise Cycle(_cycle(waits, set(order)))
    return order


def _cycle(waits: Sequence[Collection[int]], placed: set[int]) -> list[int]:
    """Walk from any node that could not be placed, along what it waits for, until the walk meets itself."""
    node = next(node for node in range(len(waits)) if node not in placed)
    walk: dict[int, int] = {}
    while node not in walk:
        walk[node] = len(walk)
        node = min(other for other in waits[node] if other not in placed)
    return list(walk)[walk[node] :]
