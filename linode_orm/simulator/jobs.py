"""Jobs: changes that happen at a simulated time."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.simulator.clock import VirtualClock


class FailingJobs:
    """The jobs that a test lets fail: how many of each action are still to come."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def add(self, action: str, times: int = 1) -> None:
        """Let the next jobs of an action fail, so many times."""
        self._left[action] = self._left.get(action, 0) + times

    def take(self, action: str) -> bool:
        """Whether the job that begins now is one that fails."""
        left = self._left.get(action, 0)
        if left:
            self._left[action] = left - 1
        return left > 0


class Jobs:
    """A queue of functions, each due at a simulated time."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._queue)

    def later(self, seconds: float, do: Callable[[], object]) -> None:
        """Call a function after so many simulated seconds."""
        heapq.heappush(self._queue, (self._clock.monotonic() + seconds, next(self._order), do))

    def settle(self) -> None:
        """Call every function that is due, in order."""
        now = self._clock.monotonic()
        while self._queue and self._queue[0][0] <= now:
            heapq.heappop(self._queue)[2]()
