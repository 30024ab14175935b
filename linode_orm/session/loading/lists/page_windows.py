"""Page windows: which page of which size holds which rows of a list, so that neighbouring pages share rows."""

from __future__ import annotations

from typing import Final, NamedTuple

SMALLEST_PAGE: Final = 25
"""The smallest page size that the API takes."""
_LARGEST_OVERLAP: Final = 25


class PageWindow(NamedTuple):
    """One page of one size: the rows from `start` to before `stop`.

    `size` is None where the list takes no page size; the server's own size holds then.
    """

    page: int
    size: int | None
    start: int
    stop: int


def first_window(size: int) -> PageWindow:
    """Return the page window at the start of a list."""
    return PageWindow(1, size, 0, size)


def next_window(stop: int, largest: int) -> PageWindow:
    """Return the page window that shares rows with the one that ends at `stop`, and reaches furthest beyond it.

    The API numbers pages from the start of the list, so a page can overlap the one before only if its size differs. At
    first the size shrinks by one. Page k of size 501-k begins at row (k-1)(501-k), and the page before it ends at
    (k-1)(502-k), so the two share k-1 rows. From some ten thousand rows on another size fits better, so all sizes are
    tried, and a list of any length takes hardly more than the fewest pages.
    """
    overlap = min(_LARGEST_OVERLAP, max(1, stop // largest))
    return max((_from(stop - overlap, size) for size in _sizes(largest)), key=lambda window: window.stop)


def window_around(start: int, largest: int) -> PageWindow:
    """Return a large page window that begins at `start`, or as little before it as a page can."""
    return max((_from(start, size) for size in _sizes(largest)), key=lambda window: window.start)


def _sizes(largest: int) -> range:
    return range(largest, max(SMALLEST_PAGE, largest * 3 // 4) - 1, -1)


def _from(start: int, size: int) -> PageWindow:
    page = start // size
    return PageWindow(page + 1, size, page * size, (page + 1) * size)
