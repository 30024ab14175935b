"""What happens later: changes that simulated time brings about."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.simulator.clock import VirtualClock


class Jobs:
    """A queue of things to do, each at its moment."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._queue)

    def later(self, seconds: float, do: Callable[[], object]) -> None:
        """Do something after so many simulated seconds."""
        heapq.heappush(self._queue, (self._clock.monotonic() + seconds, next(self._order), do))

    def settle(self) -> None:
        """Do everything whose moment has come, in order."""
        now = self._clock.monotonic()
        while self._queue and self._queue[0][0] <= now:
            heapq.heappop(self._queue)[2]()

    @property
    def next_due(self) -> float | None:
        """Seconds until the next thing happens; None where nothing is waiting."""
        return self._queue[0][0] - self._clock.monotonic() if self._queue else None
