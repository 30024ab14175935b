"""Lists are read to their end whatever page size the server grants, and given up where their pages repeat themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm import Domain, Instance, ResponseError, Session
from linode_orm.errors import BadRequest
from tests.session.query.list_server import ListServer


class Granting(ListServer):
    """A list server that gives pages of at most `cap` rows, and may ignore the filter and refuse some sizes."""

    def __init__(self, count: int, cap: int, *, ignores_filter: bool = True) -> None:
        rows = [{"id": at, "domain": f"d{at}.example", "tags": []} for at in range(1, count + 1)]
        super().__init__({"/domains": rows})
        self.cap, self.ignores_filter = cap, ignores_filter
        self.refused: frozenset[int] = frozenset()

    def _answer(self, request):
        rows, asked = self._filtered(request), int(request.query.get("page_size", 100))
        if "page_size" in request.query and asked in self.refused:
            raise BadRequest("no", status=400, errors=(("must be 25-100", "page_size"),))
        size, number = min(asked, self.cap), int(request.query.get("page", 1))
        pages = max(1, -(-len(rows) // size))
        return {
            "data": rows[(number - 1) * size : number * size],
            "page": number,
            "pages": pages,
            "results": len(rows),
        }


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 1_100),
    cap=st.sampled_from([1, 10, 24, 25, 26, 30, 49, 50, 75, 99, 100, 101, 200, 250, 499, 500]),
    data=st.data(),
    ignores=st.booleans(),
)
def test_every_way_of_reading_finds_the_row(count, cap, data, ignores):
    """`first`, `one_or_none`, `exists`, `limit`, `in_`, `count` and iteration find the same rows, at every page size."""
    cap = max(cap, count // 100 + 1)
    server = Granting(count, cap, ignores_filter=ignores)
    wanted = data.draw(st.integers(1, count))
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(Domain).filter(Domain.domain == f"d{wanted}.example")
        assert [each.id for each in session.query(Domain)] == list(range(1, count + 1))
        assert [each.id for each in query] == [wanted]
        assert query.first().id == wanted
        assert query.one_or_none().id == query.one().id == wanted
        assert query.exists()
        assert query.count() == 1
        assert session.query(Domain).count() == count
        assert [each.id for each in query.limit(5)] == [wanted]
        some = session.query(Domain).filter(Domain.domain.in_([f"d{wanted}.example", "d1.example", "none.example"]))
        assert {each.id for each in some} == {1, wanted}
        assert [each.id for each in session.query(Domain).limit(wanted)] == list(range(1, wanted + 1))
        assert [each.id for each in session.query(Domain).offset(wanted - 1).limit(2)][:1] == [wanted]
        last = session.query(Domain).order_by(Domain.id.desc()).limit(1).all()
        assert [each.id for each in last] == [count]


@pytest.mark.parametrize("refused", [range(26, 501), range(101, 501), range(1, 501)], ids=["one", "large", "any"])
def test_a_page_size_that_is_refused_on_the_way(refused):
    """A server that takes the size of the first page, and not that of the next ones, is read by its own size."""
    server = Granting(245, 100)
    server.refused = frozenset(refused)
    with Session(client=server, volatile_ttl=None) as session:
        assert session.query(Domain).filter(Domain.domain == "d241.example").first().id == 241
        assert session.query(Domain).count() == 245


class Repeating(ListServer):
    """A server that gives the same rows on every page, or walks in a circle, and counts a million pages."""

    def __init__(self, circle: int = 1, cap: int = 500, *, is_empty: bool = False) -> None:
        super().__init__()
        self.circle, self.cap, self.is_empty = circle, cap, is_empty

    def _answer(self, request):
        size, number = min(int(request.query.get("page_size", 100)), self.cap), int(request.query["page"])
        first = number % self.circle * size
        rows = [{"id": at, "label": f"web-{at}"} for at in range(first, first + size)]
        is_empty = self.is_empty and number > 1
        return {"data": [] if is_empty else rows, "page": number, "pages": 10**6, "results": 10**8}


READINGS = {
    "all": lambda query: query.all(),
    "first": lambda query: query.filter(Instance.label == "none").first(),
    "exists": lambda query: query.filter(Instance.label == "none").exists(),
    "count": lambda query: query.filter(Instance.label == "none").count(),
    "in_": lambda query: query.filter(Instance.id.in_(range(-2_000, 0))).all(),
    "ordered": lambda query: query.order_by(Instance.label).all(),
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "server", [Repeating(), Repeating(3), Repeating(cap=100), Repeating(2, 100), Repeating(is_empty=True)]
)
def test_pages_that_repeat_themselves(server, reading):
    """A list whose pages bring nothing new is given up with an error, after a bounded number of requests."""
    server.requests.clear()
    with (
        Session(client=server, volatile_ttl=None) as session,
        pytest.raises(ResponseError, match=r"no new row|changes"),
    ):
        READINGS[reading](session.query(Instance))
    assert len(server.requests) <= 250
