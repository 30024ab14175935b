"""A list server that a session can talk to: pages, filters that can deviate, and changes between requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linode_orm.errors import ApiError, BadRequest, NotFound
from linode_orm.wire.clock import SystemClock
from linode_orm.wire.reference_data import ReferenceDataCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire import Request

Body = dict[str, Any]


class Answer:
    """What a request brought."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def json(self) -> Any:
        return self._body


class Outcome:
    """What became of one of several requests."""

    def __init__(self, index: int, response: Answer | None, error: Exception | None) -> None:
        self.index, self.response, self.error = index, response, error


class ListServer:
    """A client whose list requests are answered from `lists` (path to rows); `between` runs after each answer.

    The attributes change what the server does: they stand for the readings that the recordings leave open.
    `collates` orders strings without regard to case; `nulls_first` puts null before everything in both directions.
    """

    workers = 4
    base_url = "https://example.com"
    read_only = False

    def __init__(self, lists: dict[str, list[Body]] | None = None) -> None:
        self.lists = lists or {}
        self.clock = SystemClock()
        self.monotonic = self.clock.monotonic
        self.reference_data = ReferenceDataCache(60, self.clock)
        self.requests: list[Request] = []
        self.between: Callable[[], None] = lambda: None
        self.most_at_once = 0
        self.fixed: int | None = None
        """A page size that no parameter changes."""
        self.results_off = 0
        self.fold_case = False
        self.neq_keeps_null = True
        self.list_contains = "exact"
        self.ignores_filter = False
        self.ignores_order = False
        self.collates = False
        self.nulls_first = False
        self.leaks = 0
        self.refuses_filter = False
        self.refused: dict[str, ApiError] = {}
        """The errors with which lists are answered, by path."""
        self.shuffle: Callable[[list[Any]], list[Any]] = lambda finished: finished

    # -- the client's side -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Nothing to close."""

    def send(self, request: Request) -> Any:
        self.requests.append(request)
        body = self._answer(request)
        self.between()
        return Answer(body)

    def send_all(self, requests: Any) -> Any:
        asked = list(requests)
        self.most_at_once = max(self.most_at_once, len(asked))
        finished = []
        for index, request in self.shuffle(list(enumerate(asked))):
            try:
                finished.append(Outcome(index, self.send(request), None))
            except ApiError as error:
                finished.append(Outcome(index, None, error))
        yield from self.shuffle(finished)

    # -- the server's side -------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Any:
        if request.path in self.refused:
            raise self.refused[request.path]
        if request.path not in self.lists:
            raise NotFound(f"GET {request.path}: Not found", status=404)
        rows = [json.loads(json.dumps(row)) for row in self._filtered(request)]
        size = self.fixed or int(request.query.get("page_size", 100))
        page = int(request.query.get("page", 1))
        assert self.fixed or 25 <= size <= 500, size
        pages = max(1, -(-len(rows) // size))
        if page > pages:
            raise NotFound("Not found", status=404)
        return {
            "data": rows[(page - 1) * size : page * size],
            "page": page,
            "pages": pages,
            "results": max(0, len(rows) + self.results_off),
        }

    def _filtered(self, request: Request) -> list[Body]:
        rows = list(self.lists[request.path])
        if not request.x_filter:
            return rows
        if self.refuses_filter:
            raise BadRequest("no", status=400, errors=(("Cannot filter on label", "X-Filter"),))
        asked = dict(request.x_filter)
        order, direction = asked.pop("+order_by", None), asked.pop("+order", "asc")
        if not self.ignores_filter:
            kept, missed = [], 0
            for row in rows:
                if self._all(asked, row):
                    kept.append(row)
                else:
                    missed += 1
                    if self.leaks and missed % self.leaks == 0:
                        kept.append(row)
            rows = kept
        if order and not self.ignores_order:
            rows.sort(key=lambda row: self._key(_reach(row, order)), reverse=direction == "desc")
            if self.nulls_first:
                rows.sort(key=lambda row: row.get(order) is not None)
        return rows

    def _key(self, value: Any) -> Any:
        key = value.casefold() if self.collates and isinstance(value, str) else value
        return (0, 0) if key is None else (1, key)

    def _all(self, asked: Body, row: Body) -> bool:
        return all(self._entry(name, test, row) for name, test in asked.items())

    def _entry(self, name: str, test: Any, row: Body) -> bool:
        if name == "+and":
            return all(self._all(each, row) for each in test)
        if name == "+or":
            return any(self._all(each, row) for each in test)
        have = _reach(row, name)
        if not isinstance(test, dict):
            return have is not None and self._fold(have) == self._fold(test)
        ((symbol, want),) = test.items()
        if symbol == "+neq":
            return self.neq_keeps_null if have is None else self._fold(have) != self._fold(want)
        if have is None:
            return False
        if symbol == "+contains":
            return self._contains(have, want)
        compare = {"+lt": have < want, "+lte": have <= want, "+gt": have > want, "+gte": have >= want}
        return compare[symbol]

    def _contains(self, have: Any, want: str) -> bool:
        if isinstance(have, str):
            return self._fold(want) in self._fold(have)
        if self.list_contains == "exact":
            return self._fold(want) in map(self._fold, have)
        return any(self._fold(want) in self._fold(each) for each in have)

    def _fold(self, value: Any) -> Any:
        return value.casefold() if self.fold_case and isinstance(value, str) else value


def _reach(row: Body, name: str) -> Any:
    value: Any = row
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
