"""What queries refuse, and that they refuse it before anything is sent; what they mark for the next commit."""

from __future__ import annotations

import pytest

from linode_orm import (
    Account,
    Domain,
    DomainRecord,
    Instance,
    InvalidRequestError,
    NotFilterable,
    NotFound,
    ReadOnlyAttribute,
    Session,
    Tag,
    Volume,
    not_,
    or_,
)
from linode_orm.mapping.query import Query
from tests.ids import short


@pytest.fixture
def strict(sim):
    """Open a session that refuses to filter here."""
    with Session(client=sim.client(), strict_filters=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        (Instance.status == "running", "Instance.status == 'running'"),
        (Instance.label != "web", "Instance.label != 'web'"),
        (not_(Instance.label.contains("web")), "Instance.label.contains"),
        (or_(Instance.label == "web", Instance.status == "running"), "Instance"),
        (Instance.label.is_(None), "Instance.label.is_"),
    ],
    ids=short,
)
def test_strict_filters_name_the_attribute(strict, sent, condition, named):
    """A strict session names what the server cannot filter and what it can, before any request, however it is asked."""
    query = strict.query(Instance).filter(condition)
    for ask in (query.all, query.count, query.first, query.exists, query.explain, query.delete, lambda: query.x_filter):
        with pytest.raises(NotFilterable) as caught:
            ask()
        assert named in str(caught.value)
        assert "id, label" in str(caught.value)
    assert sent() == []


def test_strict_filters_allow_the_servers_own(sim, strict, sent):
    """A strict session answers what the server can filter, and what nothing can match."""
    sim.seed(instances=[{"label": "web-1", "tags": ["prod"]}, {"label": "db-1"}])
    found = strict.query(Instance).filter(Instance.label.startswith("web"), Instance.tags.contains("prod")).all()
    assert [each.label for each in found] == ["web-1"]
    assert len(sent()) == 1
    assert strict.query(Instance).filter(Instance.label.in_([])).all() == []
    assert sent() == []


def test_strict_filters_on_another_road(sim, strict, sent):
    """Where no filter may be sent at all, a strict session refuses too."""
    key = sim.seed(instances=1)["instances"][0]["id"]
    query = Instance(strict, key).volumes.query().filter(Volume.label == "x")
    with pytest.raises(NotFilterable, match=r"Volume.label == 'x'.*this road"):
        query.all()
    assert sent() == []


def test_the_sessions_own_lookups_are_lenient(sim, strict):
    """What the session itself looks for in a list is found though the session is strict."""
    sim.seed(instances=[{"label": "a", "tags": ["x"]}])
    query = Query(Tag, strict._parts.runner.lenient).filter(Tag.label == "x")
    assert query.one().label == "x"
    with pytest.raises(NotFilterable):
        strict.query(Tag).filter(Tag.label == "x").one()


def test_singletons_cannot_be_queried(session, sent):
    """A query over what there is one of is refused, naming the way to it."""
    for ask in (session.query(Account).all, session.query(Account).count, session.query(Account).explain):
        with pytest.raises(InvalidRequestError, match="Account: the API has no list of them"):
            ask()
    assert sent() == []


def test_conditions_on_another_class(session, sent):
    """A condition or an order on another class's attribute is refused, naming both."""
    for query in (session.query(Instance).filter(Volume.size > 5), session.query(Instance).order_by(Volume.size)):
        with pytest.raises(InvalidRequestError, match=r"Volume.*Instance"):
            query.all()
    assert sent() == []


def test_orders_that_are_none(session, sent):
    """An order by a list or an object is refused, naming what has an order."""
    with pytest.raises(InvalidRequestError, match=r"Instance.tags .* has no order"):
        session.query(Instance).order_by(Instance.tags).all()
    assert sent() == []


def test_a_parent_that_is_not_there(sim, session, sent):
    """A parent that the caller names must exist."""
    sim.seed(domains=1)
    with pytest.raises(NotFound, match="/domains/1/records"):
        session.query(DomainRecord).filter(DomainRecord.domain == 1).all()
    assert len(sent()) == 1


REFUSED = [
    ({"lable": "x"}, AttributeError, "did you mean 'label'"),
    ({"status": "running"}, ReadOnlyAttribute, "status is read-only"),
    ({"image": "linode/debian12"}, ReadOnlyAttribute, r"rebuild\(\)"),
    ({"volumes": []}, ReadOnlyAttribute, "collection"),
    ({"label": 5}, TypeError, "str expected"),
    ({"tags": "x"}, TypeError, "tags"),
    ({"label": "fine", "tags": [5]}, TypeError, "tags"),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: short(refused[0]))
def test_update_refuses_first(sim, session, sent, refused):
    """`update` refuses names and values that no object takes before anything is read or changed."""
    values, error, message = refused
    sim.seed(instances=2)
    with pytest.raises(error, match=message):
        session.query(Instance).update(values)
    assert sent() == []
    assert session.dirty == ()


def test_update_marks_every_match(sim, session, sent):
    """`update` changes every match in the session, each with values of its own, and commit sends them."""
    sim.seed(domains=[{"domain": f"d{at}.example", "tags": ["old"] if at % 2 else []} for at in range(6)])
    tags = ["new"]
    assert session.query(Domain).filter(Domain.tags.contains("old")).update({"tags": iter(tags)}) == 3
    assert len(session.dirty) == 3
    assert len({id(each.tags) for each in session.dirty}) == 3
    sent()
    session.commit()
    assert [each.body for each in sent() if each.method == "PUT"] == [{"tags": ["new"]}] * 3
    assert session.query(Domain).update({}) == 6
    assert session.dirty == ()


def test_delete_marks_every_match(sim, session, sent):
    """`delete` marks every match, they are still found until the commit, and rollback takes it back."""
    sim.seed(domains=4)
    query = session.query(Domain)
    assert query.delete() == 4
    assert len(session.deleted) == 4
    assert query.count() == 4
    session.rollback()
    assert session.deleted == ()
    assert {each.method for each in sent()} == {"GET"}


def test_queries_ask_about_the_server(sim, session):
    """Pending edits and pending objects are not looked at; the rows show the pending values."""
    sim.seed(domains=[{"domain": "a.example"}, {"domain": "b.example"}])
    first = session.query(Domain).order_by(Domain.domain).first()
    first.domain = "z.example"
    session.add(Domain(domain="new.example", type="master"))
    found = session.query(Domain).filter(Domain.domain == "a.example").one()
    assert found is first
    assert found.domain == "z.example"
    assert session.query(Domain).count() == 2
    assert [each.domain for each in session.query(Domain).order_by(Domain.domain)] == ["z.example", "b.example"]
