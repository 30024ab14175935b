"""Order under a limit: what is left to the server comes out as if everything had been read and sorted here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linode_orm import Session, models
from tests.session.query.list_server import ListServer
from tests.session.query.test_truth import MODELS, sorted_truth

START = datetime(2024, 1, 1, tzinfo=UTC)
SKEWS = [{}, {"nulls_first": True}, {"ignores_order": True}, {"leaks": 2}]


def sortable():
    """Give every field by which the server may order, with its class."""
    return [
        (model, field)
        for model in MODELS
        for field in model.__mapper__.fields.values()
        if field.filterable and not field.only_on_get and field.codec.bare.is_sorted_alike
    ]


FIELDS = sortable()


def body_of(model, field, at, value):
    """Give a row with one value and an id that rises."""
    mapper = model.__mapper__
    identity = mapper.fields[mapper.id_names[0]]
    body = {identity.key: at + 1 if int in identity.codec.plain else f"id-{at:03}"}
    if field is not identity:
        is_moment = field.codec.bare.filter_type == "datetime" and value is not None
        body[field.key] = f"{START + timedelta(hours=value):%Y-%m-%dT%H:%M:%S}" if is_moment else value
    return body


def test_there_are_fields_to_order_by():
    """The declarations have numbers and moments that the server may order by, some of which may be null."""
    assert {field.codec.bare.filter_type for _, field in FIELDS} == {"integer", "datetime"}
    assert any(field.nullable for _, field in FIELDS)


@pytest.mark.slow
@pytest.mark.parametrize("skew", SKEWS, ids=lambda skew: "+".join(skew) or "straight")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_first_ones(skew, data):
    """Ties at the limit, nulls and pages that are out of order change nothing about which rows come, and in which order."""
    chosen = [each for each in FIELDS if each[1].nullable] if data.draw(st.booleans(), label="null") else FIELDS
    model, field = data.draw(st.sampled_from(chosen), label="field")
    value = st.integers(0, 4) | st.none() if field.nullable else st.integers(0, 4)
    # what ignores the order can be found out on the page that it gave, not beyond it
    values = data.draw(st.lists(value, max_size=25 if skew.get("ignores_order") else 90), label="values")
    bodies = [body_of(model, field, at, each) for at, each in enumerate(values)]
    server = ListServer({model.__mapper__.path: bodies})
    for name, value in skew.items():
        setattr(server, name, value)
    falls = data.draw(st.booleans(), label="falls")
    limit, offset = data.draw(st.integers(1, 40), label="limit"), data.draw(st.integers(0, 5), label="offset")
    reach = field.attribute(model)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model).order_by(reach.desc() if falls else reach.asc()).offset(offset).limit(limit)
        found = [each.__identity__ for each in query]
    assert found == sorted_truth(model, bodies, [(field, falls)])[offset : offset + limit]
    assert server.requests[0].x_filter == {"+order_by": field.key, "+order": "desc" if falls else "asc"}


def test_a_tie_that_crosses_the_page():
    """Rows that tie with the last one wanted are read to their end, and the lowest ids among them win."""
    rows = [{"id": 100 - at, "created": "2024-01-01T00:00:00", "action": "x"} for at in range(60)]
    server = ListServer({"/account/events": [*rows, {"id": 500, "created": "2023-01-01T00:00:00", "action": "x"}]})
    with Session(client=server) as session:
        found = session.query(models.Event).order_by(models.Event.created.desc()).limit(3).all()
    assert [event.id for event in found] == [41, 42, 43]


def test_an_order_that_is_ignored_later():
    """A server that gives the wanted rows in order by chance is found out by the rest of the page."""
    days = [9, 8, 7, 20, 1]
    rows = [{"id": at, "created": f"2024-01-{day:02}T00:00:00"} for at, day in enumerate(days, 1)]
    server = ListServer({"/account/events": rows})
    server.ignores_order = True
    with Session(client=server) as session:
        found = session.query(models.Event).order_by(models.Event.created.desc()).limit(2).all()
    assert [event.id for event in found] == [4, 1]


@pytest.mark.parametrize("nulls_first", [False, True])
def test_a_limit_among_nulls(nulls_first):
    """Where the limit lies among nulls, everything is read, and nulls come last by id."""
    moments = [None, "2024-01-02T00:00:00", None, "2024-01-01T00:00:00", None]
    nullable = [each for each in FIELDS if each[1].nullable and each[1].codec.bare.filter_type == "datetime"]
    model, field = nullable[0]
    identity = model.__mapper__.fields[model.__mapper__.id_names[0]]
    names = list(range(1, 6)) if int in identity.codec.plain else list("abcde")
    rows = [{identity.key: name, field.key: moment} for name, moment in zip(names, moments, strict=True)]
    server = ListServer({model.__mapper__.path: rows})
    server.nulls_first = nulls_first
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model).order_by(field.attribute(model).desc())
        assert [each.__identity__ for each in query.limit(4)] == [names[1], names[3], names[0], names[2]]
        assert [each.__identity__ for each in query.limit(2)] == [names[1], names[3]]
