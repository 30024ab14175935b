"""Reading one list whole, though objects come and go between its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.errors import BadRequest, ResponseError
from linode_orm.session.lists.listing import AHEAD, Page, in_order, read_page
from linode_orm.session.lists.page_windows import SMALLEST, Window, around, first_window, following
from linode_orm.session.lists.seen_ids import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session.lists.listing import Listing, Sender
    from linode_orm.wire.messages import Request, Response

    Body = dict[str, Any]

_PATIENCE = 40
"""How many requests in a row may bring nothing new before a list counts as one that cannot be read."""
_ROUNDS = 10
"""How many times a list whose pages cannot overlap is read."""
_LEAST = 2 * SMALLEST
"""The least page size with which neighbouring pages can be made to overlap."""


class ListReader:
    """Gives the rows of a list page by page: each object that was there throughout exactly once.

    Neighbouring pages share rows. A page is taken only if it begins within the rows given so far, by their ids;
    otherwise what lies between is read again, and nothing else. Totals of the envelope are only an estimate. Where a
    list takes no page size, pages cannot overlap: the list is read again until two readings agree.

    `counted` is how many pages the first answer spoke of.
    `wanted` is the number of rows after which the caller may stop; None reads ahead at full speed.
    """

    def __init__(self, client: Sender, listing: Listing, *, wanted: int | None = None, certain: bool = True) -> None:
        self._client = client
        self._listing = listing
        self._wanted = wanted
        self._seen = Seen()
        self._ended = False
        self.counted = 0
        size = listing.model.__mapper__.page_size
        self._largest: int | None = size if isinstance(size, int) else None
        self._size = self._largest
        if wanted is not None and self._largest is not None and certain:
            self._size = min(self._largest, max(SMALLEST, wanted))

    @property
    def opening(self) -> Request:
        """The request for the first page."""
        return self._listing.request(self._first_window())

    def _first_window(self) -> Window:
        return first_window(self._size) if self._size is not None else Window(1, None, 0, 0)

    def pages(self) -> Iterator[list[Body]]:
        """Read the list."""
        yield from self.after(next(in_order(self._client, [self.opening])))

    def after(self, arrived: Response | Exception) -> Iterator[list[Body]]:
        """Read the list from what the first request brought."""
        page = self._first_page(arrived)
        count, size = len(page.rows), page.window.size
        yield self._fresh(page)
        if page.pages <= 1 and (count != size or page.results <= count):
            return
        if self._largest is None or self._largest < _LEAST or count != size:
            yield from self._repeated(page)
        else:
            yield from self._overlapping(page)

    def _first_page(self, arrived: Response | Exception) -> Page:
        """Read the first page, again without what the server refuses: its answers are checked here anyway."""
        if isinstance(arrived, BadRequest) and self._listing.x_filter and "X-Filter" in repr(arrived.errors):
            self._listing = self._listing._replace(x_filter={})
            (arrived,) = in_order(self._client, [self.opening])
        if isinstance(arrived, BadRequest) and self._size is not None and "page_size" in repr(arrived.errors):
            self._size = self._largest = None
            (arrived,) = in_order(self._client, [self.opening])
        page = read_page(self._listing, self._first_window(), arrived)
        self.counted = page.pages
        return page

    def _fresh(self, page: Page) -> list[Body]:
        """Give the rows of a page that were not given yet; the page lets go of them."""
        rows, page.rows = page.rows, []
        places = self._seen.add(page.ids)
        return rows if len(places) == len(rows) else [rows[at] for at in places]

    def _ask(self, windows: list[Window]) -> Iterator[Page]:
        arrived = in_order(self._client, [self._listing.request(window) for window in windows])
        for window, each in zip(windows, arrived, strict=False):
            yield read_page(self._listing, window, each)

    # -- pages that overlap ------------------------------------------------------------------------------------------

    def _overlapping(self, first: Page) -> Iterator[list[Body]]:
        assert self._largest is not None  # noqa: S101  the caller has looked
        stop, results = first.window.stop, first.results
        steps = self._steps()
        while True:
            windows = self._next_windows(stop, results, next(steps))
            for page in self._ask(windows):
                if not self._joins(page):
                    yield from self._bridge(page)
                    if self._ended:
                        return
                is_last, results = page.is_last, page.results
                yield self._fresh(page)
                if is_last:
                    return
            stop = windows[-1].stop

    def _steps(self) -> Iterator[int]:
        """Give how many pages to ask for side by side: as many as may be, or as many as will be wanted."""
        if self._wanted is None:
            while True:
                yield AHEAD
        step = max(1, -(-(self._wanted - (self._size or 0)) // (self._largest or 1)))
        while True:
            yield min(step, AHEAD)
            step *= 2

    def _next_windows(self, stop: int, results: int, most: int) -> list[Window]:
        """Give the windows from `stop` to where the list seems to end: at least one."""
        assert self._largest is not None  # noqa: S101  the caller has looked
        windows = [following(stop, self._largest)]
        while windows[-1].stop < results and len(windows) < most:
            windows.append(following(windows[-1].stop, self._largest))
        return windows

    def _joins(self, page: Page) -> bool:
        """Whether nothing can lie between the rows given so far and those of a page."""
        return page.window.start == 0 or self._seen.joins(page.ids)

    def _bridge(self, beyond: Page) -> Iterator[list[Body]]:
        """Read what lies between the rows given so far and a page that does not join them.

        Rows came or went since: where the missing ones are now is searched for by halves, starting at the border.
        """
        assert self._largest is not None  # noqa: S101  the caller has looked
        low, high = 0, beyond.window.start
        start, patience = max(0, high - self._largest // 2), _PATIENCE
        while patience:
            (page,) = self._ask([around(start, self._largest)])
            if self._joins(page):
                is_last, stop = page.is_last, page.window.stop
                fresh = self._fresh(page)
                yield fresh
                if is_last:
                    self._ended = True
                    return
                if self._joins(beyond):
                    return
                patience = _PATIENCE if fresh else patience - 1
                low, start = page.window.start, stop - self._largest // 10
                high = max(high, start)
            else:
                patience -= 1
                high = page.window.start
                if high - low <= 1:
                    low = max(0, low - self._largest)
                start = (low + high) // 2
        self._give_up()

    def _give_up(self) -> None:
        msg = (
            f"GET {self._listing.path}: the list changes faster than it can be read; "
            "narrow the filter, or read it when fewer objects come and go"
        )
        raise ResponseError(msg)

    # -- pages that cannot overlap -----------------------------------------------------------------------------------

    def _repeated(self, first: Page) -> Iterator[list[Body]]:
        """Read the list again and again until two readings agree; the first one has its first page already."""
        before: list[list[object]] = []
        now, pages, size = [first.ids], first.pages, len(first.ids)
        for _ in range(_ROUNDS):
            while len(now) < pages:
                last = min(pages, len(now) + AHEAD)
                windows = [self._plain(number) for number in range(len(now) + 1, last + 1)]
                for page in self._ask(windows):
                    now.append(page.ids)
                    pages = page.pages
                    if page.ids and len(page.ids) == size and page.results > sum(map(len, now)):
                        pages = max(pages, len(now) + 1)
                    yield self._fresh(page)
            if now == before:
                return
            before, now, pages = now, [], len(now)
        self._give_up()

    def _plain(self, number: int) -> Window:
        size = self._size
        return Window(number, size, (number - 1) * (size or 0), number * (size or 0))
