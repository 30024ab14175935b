"""The store of a shared budget: what its buckets need of the place where processes count together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Lock


class SharedStore(Protocol):
    """Counts and values that several processes share, by key. Each call is atomic; values expire after ten minutes.

    The store raises errors of its own where it cannot be reached, and `ValueError` for a value that is none of ours.
    """

    lock: Lock
    """Held by a thread of this process while it agrees with the other processes."""

    def add(self, key: str, amount: int) -> int:
        """Add to a count; return the sum."""
        ...

    def acquire_sliding(self, key: str, limit: int, per: int) -> bool:
        """Count a request if there were fewer than `limit` in the last `per` seconds; return whether it was counted."""
        ...

    def clear_sliding(self, key: str, per: int) -> None:
        """Forget the requests that `acquire_sliding` has counted."""
        ...

    def first(self, keys: Sequence[str]) -> str | None:
        """Return the value of the first of these keys that has one."""
        ...

    def set_once(self, key: str, value: str) -> bool:
        """Set a value if the key has none; return whether it was set."""
        ...

    def seconds(self, key: str, fields: Sequence[str]) -> list[float | None]:
        """Return the numbers in these fields of a key, None for each that is missing."""
        ...

    def set_seconds(self, key: str, field: str, seconds: float) -> None:
        """Set a field of a key."""
        ...

    def claim(self, key: str, field: str) -> bool:
        """Set a field of a key if it is not set; return whether this process was the first."""
        ...
