"""Pagination: reading one list whole, although objects come and go between its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never

from linode_orm.errors import BadRequest, ResponseError
from linode_orm.session.loading.lists.listing import PAGES_AHEAD, Page, read_page, send_in_order
from linode_orm.session.loading.lists.page_windows import (
    SMALLEST_PAGE,
    PageWindow,
    first_window,
    next_window,
    window_around,
)
from linode_orm.session.loading.lists.seen_ids import SeenIds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session.loading.lists.listing import Listing
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request, Response

    Body = dict[str, Any]

MOST_IN_VAIN = 40
"""After how many requests in a row without a new row a list counts as one that cannot be read."""
_READINGS = 10
"""How often a list whose pages cannot overlap is read, at most."""
REPEATS = (
    f"{MOST_IN_VAIN} pages in a row brought no new row, although the envelope counts more pages; "
    "the server, or a cache before it, repeats itself"
)
_CHANGES = "the list changes faster than it can be read; narrow the filter, or read it when fewer objects come and go"
_LEAST_TO_OVERLAP = 2 * SMALLEST_PAGE
"""The smallest page size with which neighbouring pages can overlap."""


class _OtherPageSize(Exception):  # noqa: N818  a signal inside this module, never raised to callers
    """The server gives pages of another size than it was asked for, so that they cannot overlap."""


class ListReader:
    """Yields the rows of a list page by page: each object that exists throughout the reading exactly once.

    A page counts only if it shares a row with the rows returned so far, which their ids prove. Otherwise rows were
    created or deleted meanwhile, and what lies between is read again. Equal totals would prove nothing: one object may
    be created while another is deleted. A list that takes no page size, or gives pages of another size than it was
    asked for, has pages that cannot overlap; it is read again until two readings agree. A list whose pages bring no new
    row many times in a row is given up with `ResponseError`, whatever its envelope counts.

    `page_count` is the number of pages that the first answer names. `wanted` is the number of rows after which the
    caller may stop; None reads ahead at full speed. `is_exact` says that the server filters by every condition, so that
    a page need not be larger than `wanted`. `pages_ahead` is the number of pages that are asked for at once, at most.
    """

    def __init__(
        self,
        client: Client,
        listing: Listing,
        *,
        wanted: int | None = None,
        is_exact: bool = True,
        pages_ahead: int = PAGES_AHEAD,
    ) -> None:
        self._client = client
        self._pages_ahead = pages_ahead
        self._listing = listing
        self._wanted = wanted
        self._seen = SeenIds()
        self._ended = False
        self.page_count = 0
        size = listing.model.__mapper__.page_size
        self._largest: int | None = (
            min(size, getattr(client, "largest_page", None) or size) if isinstance(size, int) else None
        )
        self._size = self._largest
        if wanted is not None and self._largest is not None and is_exact:
            self._size = min(self._largest, max(SMALLEST_PAGE, wanted))

    @property
    def opening(self) -> Request:
        """The request for the first page."""
        return self._listing.request(self._first_window())

    def _first_window(self) -> PageWindow:
        return first_window(self._size) if self._size is not None else PageWindow(1, None, 0, 0)

    def pages(self) -> Iterator[list[Body]]:
        """Read the list and yield its rows, a page at a time."""
        yield from self.after(next(send_in_order(self._client, [self.opening])))

    def after(self, first: Response | Exception) -> Iterator[list[Body]]:
        """Read the rest of the list after the answer to `opening`; yield its rows, a page at a time."""
        page = self._first_page(first)
        del first  # its parsed content would live as long as the list is read
        count, size = len(page.rows), page.window.size
        yield self._fresh(page)
        # A full page ends the list only if both totals say so: they need not agree while objects come and go.
        if page.pages <= 1 and (count != size or page.results <= count):
            return
        # A first page with fewer rows than were asked for although there are more pages: the server has a size of its
        # own, so no page window of ours says which rows it holds.
        if self._largest is None or self._largest < _LEAST_TO_OVERLAP or count != size:
            yield from self._repeated(page)
            return
        try:
            yield from self._overlapping(page)
        except _OtherPageSize:
            yield from self._from_the_start()

    def _first_page(self, arrived: Response | Exception) -> Page:
        """Return the first page; ask again without a filter or page size that the server refuses.

        A filter may go because every row is checked again by the caller.
        """
        if isinstance(arrived, BadRequest) and self._listing.x_filter and "X-Filter" in repr(arrived.errors):
            self._listing = self._listing._replace(x_filter={})
            (arrived,) = send_in_order(self._client, [self.opening])
        if isinstance(arrived, BadRequest) and self._size is not None and "page_size" in repr(arrived.errors):
            self._size = self._largest = None
            (arrived,) = send_in_order(self._client, [self.opening])
        page = read_page(self._listing, self._first_window(), arrived)
        self.page_count = page.pages
        return page

    def _fresh(self, page: Page) -> list[Body]:
        """Return the rows of a page that were not returned yet; the page drops them, so that memory stays bounded."""
        rows, page.rows = page.rows, []
        places = self._seen.add(page.ids)
        return rows if len(places) == len(rows) else [rows[at] for at in places]

    def _ask(self, windows: list[PageWindow]) -> Iterator[Page]:
        arrived = send_in_order(self._client, [self._listing.request(window) for window in windows])
        for window, each in zip(windows, arrived, strict=False):
            yield read_page(self._listing, window, each)

    def _ask_exactly(self, windows: list[PageWindow]) -> Iterator[Page]:
        """Ask for pages; raise `_OtherPageSize` where the server gives another size, or takes none."""
        try:
            for page in self._ask(windows):
                if page.is_of_other_size:
                    raise _OtherPageSize
                yield page
        except BadRequest as error:
            if "page_size" not in repr(error.errors):
                raise
            self._size = self._largest = None
            raise _OtherPageSize from None

    # -- pages that overlap ------------------------------------------------------------------------------------------

    def _overlapping(self, first: Page) -> Iterator[list[Body]]:
        assert self._largest is not None  # noqa: S101  the caller has looked
        stop, results = first.window.stop, first.results
        steps, tries_left = self._steps(), MOST_IN_VAIN
        while True:
            # All windows are asked for at once: where each begins depends on the one before, not on its answer.
            windows = self._next_windows(stop, results, next(steps))
            for page in self._ask_exactly(windows):
                if not self._joins(page):
                    yield from self._bridge(page)
                    if self._ended:
                        return
                is_last, results = page.is_last, page.results
                fresh = self._fresh(page)
                yield fresh
                if is_last:
                    return
                tries_left = MOST_IN_VAIN if fresh else tries_left - 1
                if not tries_left:
                    self._give_up(REPEATS)
            stop = windows[-1].stop

    def _steps(self) -> Iterator[int]:
        """Yield how many pages to ask for side by side: as many as are allowed, or as many as the caller wants."""
        if self._wanted is None:
            while True:
                yield self._pages_ahead
        # Not every row has to be a match, so the second guess is twice the first one.
        step = max(1, -(-(self._wanted - (self._size or 0)) // (self._largest or 1)))
        while True:
            yield min(step, self._pages_ahead)
            step *= 2

    def _next_windows(self, stop: int, results: int, most: int) -> list[PageWindow]:
        """Return the page windows from `stop` to where the list seems to end: at least one."""
        assert self._largest is not None  # noqa: S101  the caller has looked
        windows = [next_window(stop, self._largest)]
        while windows[-1].stop < results and len(windows) < most:
            windows.append(next_window(windows[-1].stop, self._largest))
        return windows

    def _joins(self, page: Page) -> bool:
        """Whether no row can lie between the rows returned so far and those of a page."""
        return page.window.start == 0 or self._seen.joins(page.ids)

    def _bridge(self, beyond: Page) -> Iterator[list[Body]]:
        """Read what lies between the rows returned so far and a page that shares no row with them.

        Rows were created or deleted before that page, so the border moved by an unknown number of rows. A bisection
        between the last page that joined and the page beyond finds where the missing rows are now.
        """
        assert self._largest is not None  # noqa: S101  the caller has looked
        low, high = 0, beyond.window.start
        # Most often few rows are gone, so the search begins half a page before the border and not in the middle.
        start, tries_left = max(0, high - self._largest // 2), MOST_IN_VAIN
        while tries_left:
            (page,) = self._ask_exactly([window_around(start, self._largest)])
            if self._joins(page):
                is_last, stop = page.is_last, page.window.stop
                fresh = self._fresh(page)
                yield fresh
                if is_last:
                    self._ended = True
                    return
                if self._joins(beyond):
                    return
                # The next page overlaps this one by a tenth, because the list may move again before it is read.
                tries_left = MOST_IN_VAIN if fresh else tries_left - 1
                low, start = page.window.start, stop - self._largest // 10
                high = max(high, start)
            else:
                tries_left -= 1
                high = page.window.start
                if high - low <= 1:  # rows before the last page that joined are gone, too
                    low = max(0, low - self._largest)
                start = (low + high) // 2
        self._give_up(_CHANGES)

    def _give_up(self, why: str) -> Never:
        msg = f"GET {self._listing.path}: {why}"
        raise ResponseError(msg)

    # -- pages that cannot overlap -----------------------------------------------------------------------------------

    def _repeated(self, first: Page) -> Iterator[list[Body]]:
        """Read the list again until two readings agree; the first reading has its first page already."""
        before: list[list[object]] = []
        now, pages, size = [first.ids], first.pages, len(first.ids)
        for _ in range(_READINGS):
            read, tries_left = set(now[0]) if now else set(), MOST_IN_VAIN
            while len(now) < pages:
                last = min(pages, len(now) + self._pages_ahead)
                windows = [self._plain(number) for number in range(len(now) + 1, last + 1)]
                for page in self._ask(windows):
                    tries_left = tries_left - 1 if read.issuperset(page.ids) else MOST_IN_VAIN
                    if not tries_left:
                        self._give_up(REPEATS)
                    read.update(page.ids)
                    now.append(page.ids)
                    pages = page.pages
                    # `results` counts more rows than `pages` pages hold, so one more page is asked for
                    if page.ids and len(page.ids) == size and page.results > sum(map(len, now)):
                        pages = max(pages, len(now) + 1)
                    yield self._fresh(page)
            if now == before:
                return
            before, now, pages = now, [], len(now)
        self._give_up(_CHANGES)

    def _from_the_start(self) -> Iterator[list[Body]]:
        """Read the list by pages of the server's size; rows that were returned already are not returned again."""
        (page,) = self._ask([self._plain(1)])
        yield self._fresh(page)
        yield from self._repeated(page)

    def _plain(self, number: int) -> PageWindow:
        size = self._size
        return PageWindow(number, size, (number - 1) * (size or 0), number * (size or 0))
