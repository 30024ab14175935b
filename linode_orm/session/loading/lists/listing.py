"""Listings: one list of the API, the request for a page of it, and the rows in an answer."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Never, cast

from linode_orm.errors import ApiError, NotFound, ResponseError
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.loading.lists.page_windows import PageWindow
    from linode_orm.session.loading.lists.xfilter import Payload
    from linode_orm.wire.client import Client, Outcome
    from linode_orm.wire.messages import Response

    Body = dict[str, Any]

PAGES_AHEAD: Final = 16
"""How many pages are in flight or wait to be read: this bounds the memory of a streamed query."""


class Listing(NamedTuple):
    """One list: its class, path, the ids of the parents, and the X-Filter.

    `envelope` says how an answer holds the rows: `page` (one of the API's pages), `array` (the answer is the list),
    `data` or `key:name` (a list under that key). `rows:` and several dotted paths lead to lists or single objects.
    """

    model: type[Model]
    path: str
    parents: tuple[object, ...] = ()
    x_filter: Payload | None = None
    envelope: str = "page"

    def request(self, window: PageWindow) -> Request:
        """Return the request for one page."""
        mapper = self.model.__mapper__
        query: dict[str, str | int] = {}
        if self.envelope == "page":
            query["page"] = window.page
            if window.size is not None:
                query["page_size"] = window.size
        return Request("GET", self.path, version=mapper.version, query=query, x_filter=self.x_filter or None)

    def refuse(self, what: str) -> Never:
        """Raise `ResponseError`: an answer is no list."""
        msg = f"GET {self.path}: {what}; the answer is no list of {self.model.__name__}"
        raise ResponseError(msg)


class Page:
    """The answer to one request: the rows, their ids, and whether the list ends there.

    `pages` and `results` are the totals of the envelope. They are an estimate: a list may change between two requests.
    A page is the last one only if the envelope counts no further page, because a server may give smaller pages than it
    was asked for.
    """

    __slots__ = ("ids", "is_last", "pages", "results", "rows", "window")

    def __init__(self, window: PageWindow, rows: list[Body], ids: list[object], pages: int, results: int) -> None:
        self.window = window
        self.rows = rows
        self.ids = ids
        self.pages = pages
        self.results = results
        is_short = window.size is None or len(rows) < window.size
        ends = is_short or results <= window.start + len(rows)
        self.is_last = ends and pages <= window.page and (bool(rows) or window.start == 0)

    @property
    def is_of_other_size(self) -> bool:
        """Whether the server gave another number of rows than it was asked for, although it has more of them."""
        return self.pages > self.window.page and len(self.ids) != self.window.size


def read_page(listing: Listing, window: PageWindow, arrived: Response | Exception) -> Page:
    """Return the page in an answer; a 404 past the first page is an empty page, because the list has become shorter."""
    if isinstance(arrived, Exception):
        if isinstance(arrived, NotFound) and window.page > 1:
            return Page(window, [], [], 0, 0)
        raise arrived
    rows, pages, results = _unpacked(listing, window, arrived.json())
    return Page(window, rows, _ids(listing, rows), pages, results)


def _unpacked(listing: Listing, window: PageWindow, body: Any) -> tuple[list[Body], int, int]:  # noqa: ANN401  JSON
    """Return the rows in the envelope, and how many pages and rows it counts."""
    envelope = listing.envelope
    if envelope.startswith("rows:"):
        rows = _rows_at(listing, envelope.removeprefix("rows:").split(), body)
        return rows, 1, len(rows)
    key = "data" if envelope in {"page", "data"} else envelope.partition(":")[2]
    if key and not isinstance(body, dict):
        listing.refuse(f"an object with {key!r} was expected, not {type(body).__name__}")
    rows = body.get(key) if key else body
    if not isinstance(rows, list):
        what = f"under {key!r} " if key else ""
        listing.refuse(f"a list {what}was expected, not {type(rows).__name__}")
    if envelope != "page":
        return rows, 1, len(rows)
    page, pages, results = (_count(listing, body, name) for name in ("page", "pages", "results"))
    if page not in {window.page, 0}:
        listing.refuse(f"page {page} came, page {window.page} was asked for")
    return rows, pages, results


def _count(listing: Listing, body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if type(value) is not int or value < 0:
        listing.refuse(f"{name!r} is a value of type {type(value).__name__}, a count was expected")
    return value


def _rows_at(listing: Listing, paths: list[str], body: Any) -> list[Body]:  # noqa: ANN401  JSON
    """Return the rows at several paths of one object, each of which is a list, a single object or null."""
    rows: list[Body] = []
    for path in paths:
        place = body
        for key in path.split("."):
            if place is not None and not isinstance(place, dict):
                listing.refuse(f"an object was expected on the way to {path!r}, not {type(place).__name__}")
            place = place.get(key) if place is not None else None
        if place is not None:
            rows += place if isinstance(place, list) else [place]
    return rows


def _ids(listing: Listing, rows: list[Body]) -> list[object]:
    mapper = listing.model.__mapper__
    key, kind = mapper.id_key, mapper.id_type
    if key is not None and kind is not None:
        try:
            ids: list[object] = [row[key] for row in rows]
        except (KeyError, TypeError):
            pass
        else:
            if all(type(identity) is kind for identity in ids):
                return ids
    found = [_identity(listing, row) for row in rows]
    if mapper.id_names:
        return found
    counted: Counter[object] = Counter()
    for at, said in enumerate(found):
        counted[said] += 1
        found[at] = said, counted[said]  # rows may be equal: an invoice may have the same item twice
    return found


def _identity(listing: Listing, row: object) -> object:
    if not isinstance(row, dict):
        listing.refuse(f"a row is {type(row).__name__}, an object was expected")
    mapper = listing.model.__mapper__
    if not mapper.id_names:
        return json.dumps(row, sort_keys=True)  # a row without an id is identified by its content
    ids = []
    for name in mapper.id_names:
        field = mapper.fields[name]
        value = row.get(field.key)
        if value is None or not field.codec.accepts(value):
            what = "none" if value is None else f"a value of type {type(value).__name__}"
            listing.refuse(f"a row has {what} as {field.key!r}, which is no id (the value is not shown)")
        ids.append(value)
    return ids[0] if len(ids) == 1 else tuple(ids)


def send_in_order(client: Client, requests: Sequence[Request]) -> Iterator[Response | Exception]:
    """Send requests side by side, `PAGES_AHEAD` at a time; yield answers and errors in the order of the requests."""
    if len(requests) == 1:
        yield _one(client, requests[0])
        return
    for begin in range(0, len(requests), PAGES_AHEAD):
        held: dict[int, Response | Exception] = {}
        outcomes = client.send_all(requests[begin : begin + PAGES_AHEAD])
        at = 0
        try:
            for outcome in outcomes:
                held[outcome.index] = _content(outcome)
                while at in held:
                    yield held.pop(at)
                    at += 1
        finally:
            # the caller may stop early, and then no further request is started
            cast("Generator[Outcome]", outcomes).close()


def _one(client: Client, request: Request) -> Response | Exception:
    try:
        return client.send(request)
    except ApiError as error:
        return error


def _content(outcome: Outcome) -> Response | Exception:
    if outcome.response is not None:
        return outcome.response
    return outcome.error or ResponseError("a request ended without an answer")
