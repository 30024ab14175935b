"""The catalogue cache: what hardly changes, kept for a while and shared by every session of a client."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from cachetools import TTLCache

if TYPE_CHECKING:
    from collections.abc import Hashable

    from linode_orm.wire.clock import Clock

_LARGEST = 4096


class CatalogueCache:
    """Parsed bodies by key, each for `ttl` seconds; thread-safe."""

    def __init__(self, ttl: float, clock: Clock) -> None:
        self._lock = Lock()
        self._kept: TTLCache[Hashable, Any] = TTLCache(_LARGEST, ttl, timer=clock.monotonic)

    def get(self, key: Hashable) -> Any:  # noqa: ANN401  whatever was put in
        """Give what is kept under a key, None where there is nothing, or nothing fresh."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: Hashable, value: object) -> None:
        """Keep a value; it must not be changed afterwards."""
        with self._lock:
            self._kept[key] = value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
