"""Windows: which page of which size shows which rows of a list, so that neighbours overlap."""

from __future__ import annotations

from typing import Final, NamedTuple

SMALLEST: Final = 25
"""The least page size that the API takes."""
_WIDEST_OVERLAP: Final = 25


class Window(NamedTuple):
    """One page of one size; `size` is None where the list takes none, and the server's own holds."""

    page: int
    size: int | None
    start: int
    stop: int


def first_window(size: int) -> Window:
    """Give the window at the start of a list."""
    return Window(1, size, 0, size)


def following(stop: int, largest: int) -> Window:
    """Give the window that shares some rows with what ends at `stop` and reaches furthest beyond.

    At first these are pages whose size shrinks by one (page k of size 501-k shares k-1 rows with the one before it);
    from some ten thousand rows on other sizes fit better, so that a list of any length is read in little more than
    the fewest pages.
    """
    overlap = min(_WIDEST_OVERLAP, max(1, stop // largest))
    return max((_from(stop - overlap, size) for size in _sizes(largest)), key=lambda window: window.stop)


def around(start: int, largest: int) -> Window:
    """Give a large window that begins at `start` or as little before it as can be."""
    return max((_from(start, size) for size in _sizes(largest)), key=lambda window: window.start)


def _sizes(largest: int) -> range:
    return range(largest, max(SMALLEST, largest * 3 // 4) - 1, -1)


def _from(start: int, size: int) -> Window:
    page = start // size
    return Window(page + 1, size, page * size, (page + 1) * size)
