"""The cache of reference data (regions, types, kernels), which every session of a client shares."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from cachetools import TTLCache

if TYPE_CHECKING:
    from collections.abc import Hashable

    from linode_orm.wire.clock import Clock

_MAX_ENTRIES: Final = 4096


class ReferenceDataCache:
    """Parsed bodies by key, each for `ttl` seconds; thread-safe."""

    def __init__(self, ttl: float, clock: Clock) -> None:
        self._lock = Lock()
        timer = lambda: clock.monotonic()  # noqa: E731, PLW0108  a cassette may replace the clock
        self._entries: TTLCache[Hashable, Any] = TTLCache(_MAX_ENTRIES, ttl, timer=timer)

    def get(self, key: Hashable) -> Any:  # noqa: ANN401  any value that was put in
        """Return the value of a key, None if there is none or it is too old."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Hashable, value: object) -> None:
        """Store a value; it must not be changed afterwards."""
        with self._lock:
            self._entries[key] = value

    def clear(self) -> None:
        """Remove all values."""
        with self._lock:
            self._entries.clear()
