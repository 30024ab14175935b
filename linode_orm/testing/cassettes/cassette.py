"""A cassette in use: how much is on it, and how much of it was played."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Cassette:
    """A cassette in a `with` block; `len()` counts its interactions, of a recording those that there are by now."""

    def __init__(self, path: Path, length: Callable[[], int], played: Callable[[], int], *, is_recorded: bool) -> None:
        self.path = path
        """Where it lies, or will lie."""
        self.is_recorded = is_recorded
        """Whether it is recorded in this block, and not replayed."""
        self._length = length
        self._played = played

    @property
    def play_count(self) -> int:
        """How many interactions were replayed."""
        return self._played()

    @property
    def all_played(self) -> bool:
        """Whether every interaction was replayed."""
        return self._played() == self._length()

    def __len__(self) -> int:
        return self._length()

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        state = "recorded" if self.is_recorded else f"{self.play_count} played"
        return f"<Cassette {self.path.name}, {len(self)} interactions, {state}>"
