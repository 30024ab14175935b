"""A part of a query by index or slice: the objects that a list of all matches has there, in no more requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linode_orm import Domain, Session
from tests.session.query.list_server import ListServer

ROWS = [{"id": at, "domain": f"d{at}.example"} for at in range(1, 13)]
ENDS = st.none() | st.integers(0, 15)


def query_of(session):
    return session.query(Domain).order_by(Domain.id)


@given(
    start=ENDS,
    stop=ENDS,
    step=st.none() | st.integers(1, 4),
    skip=st.integers(0, 4),
    most=st.none() | st.integers(0, 9),
)
def test_a_slice_is_that_of_the_list(start, stop, step, skip, most):
    """A slice of a query, within its own offset and limit, is the same slice of the list of its matches."""
    with Session(client=ListServer({"/domains": ROWS})) as session:
        query = query_of(session).offset(skip).limit(most)
        assert query[start:stop:step] == query.all()[start:stop:step]


def test_an_index_reads_no_more_than_it_needs():
    """`query[0]` is the first match, in one page; past the end it is an IndexError."""
    server = ListServer({"/domains": [{"id": at, "domain": f"d{at}.example"} for at in range(1, 2_001)]})
    with Session(client=server) as session:
        assert session.query(Domain)[0].id == 1
        assert session.query(Domain)[7].id == 8
        assert len(server.requests) == 2
        with pytest.raises(IndexError, match=r"no match at index 3"):
            query_of(session).limit(3)[3]


@pytest.mark.parametrize("index", [-1, slice(-3, None), slice(None, -1)])
def test_negative_indices(index):
    """The end of a list is not known before it is read."""
    server = ListServer({"/domains": ROWS})
    with Session(client=server) as session, pytest.raises(IndexError, match="negative index"):
        query_of(session)[index]
    assert not server.requests


def test_wrong_indices():
    """An index is a whole number."""
    with Session(client=ListServer({"/domains": ROWS})) as session:
        for index in ("1", True, slice("a", None)):
            with pytest.raises(TypeError, match="whole number"):
                query_of(session)[index]


def test_where_is_filter():
    """`where` says the same as `filter`."""
    with Session(client=ListServer({"/domains": ROWS})) as session:
        assert [each.id for each in query_of(session).where(Domain.id > 10, Domain.id < 12)] == [11]
