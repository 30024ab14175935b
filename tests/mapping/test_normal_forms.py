"""One key for one thing: addresses in any spelling, names of zones in any case, and one class for each resource."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linode_orm import Domain, DomainRecord, Instance, InvalidRequestError, IPAddress, IPv6Range, Session, inspect
from linode_orm.mapping.codecs import NormalFormScalar
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.transient import DETACHED
from linode_orm.session.query.evaluate import compile_condition
from tests.models.bodies import MODELS, body_of
from tests.session.query.list_server import ListServer

BY_ADDRESS = [
    model for model in MODELS if any(model.__mapper__.fields[name].form for name in model.__mapper__.id_names)
]


def fields_of(model, one, other):
    """Give the fields of a class whose conditions take two spellings for the same."""
    fields = [each for each in model.__mapper__.fields.values() if each.form and each.form.spelling]
    return [each for each in fields if each.form.spelling(one) == each.form.spelling(other) and not each.is_write_only]


ADDRESSED = [(model, field) for model in MODELS for field in fields_of(model, "2001:db8::1", "2001:db8:0::1")]
NAMED = [(model, field) for model in MODELS for field in fields_of(model, "www.example.org", "WWW.example.org")]


@st.composite
def spellings(draw):
    """Give an IPv6 address in its normal form, and in another spelling."""
    number = draw(st.integers(0, 2**128 - 1) | st.sampled_from([1, 0x20010DB8 << 96, (0x20010DB8 << 96) + 1]))
    exact = ipaddress.IPv6Address(number)
    other = (
        exact.exploded if draw(st.booleans()) else ":".join(f"{int(each, 16):x}" for each in exact.exploded.split(":"))
    )
    return str(exact), other.upper() if draw(st.booleans()) else other


@given(pair=spellings())
@pytest.mark.parametrize("model", BY_ADDRESS, ids=lambda each: each.__name__)
def test_one_address_is_one_key(model, pair):
    """Of every class that an address names: a key is the same in every spelling, the user's and that of an answer."""
    short, other = pair
    mapper = model.__mapper__
    assert mapper.identity(other) == mapper.identity(short) == short
    for text in (short, other):
        body = {**body_of(model), mapper.fields[mapper.id_names[0]].key: text}
        assert identity_in(mapper, body) == short


def test_an_object_is_found_in_any_spelling():
    """One address gives one object, whoever wrote it, and is sent in the spelling of the API."""
    rows = [{**body_of(IPAddress), "address": text} for text in ("2001:db8::1", "192.0.2.1")]
    with Session(client=ListServer({"/networking/ips": rows}), volatile_ttl=None) as session:
        six, four = session.query(IPAddress).all()
        assert session.get(IPAddress, "2001:DB8::1") is six
        assert session.get(IPAddress, "192.0.2.1") is four
        assert six.address == "2001:db8::1"
        assert session.query(IPAddress).filter(IPAddress.address == "2001:DB8::0001").all() == [six]
        assert session.query(IPAddress).filter(IPAddress.address == "2001:DB8::0001").x_filter == {
            "address": "2001:db8::1"
        }
        assert IPv6Range(session, "2600:3C00::/64") is IPv6Range(session, "2600:3c00::")


@pytest.mark.parametrize(("model", "field"), ADDRESSED, ids=lambda each: getattr(each, "name", each))
def test_addresses_are_compared_as_such(model, field):
    """Every field that holds addresses compares them, and not their spellings; other strings stay as they are."""
    codec = getattr(field.codec.bare, "item", field.codec.bare)
    assert isinstance(codec, NormalFormScalar)
    assert codec.same("2001:DB8:0::1", "2001:db8::1")
    assert codec.same("2001:DB8:0::1/64", "2001:db8::1/64")
    assert not codec.same("2001:db8::1", "2001:db8::2")
    assert codec.comparable("auto") == "auto"
    assert model


@pytest.mark.parametrize(("model", "field"), NAMED, ids=lambda each: getattr(each, "name", each))
def test_names_know_no_case(model, field):
    """Every field that holds a DNS name is found, and compared with what is assigned, in any case."""
    rows = [{**body_of(model), "id": at, field.key: text} for at, text in ((1, "Www.Example.org"), (2, "other.org"))]
    holds = [
        field.attribute(model) == "www.example.ORG",
        field.attribute(model).in_(["WWW.example.org", "none"]),
        field.attribute(model).contains("EXAMPLE"),
        field.attribute(model).startswith("wWW"),
    ]

    for condition in holds:
        assert [compile_condition(model, condition)(row, ()) for row in rows] == [True, False]
    instance = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    merge(instance, rows[0], Loaded.WHOLE, None)
    assert getattr(instance, field.name) == "Www.Example.org"
    if field.mutable:
        setattr(instance, field.name, "www.EXAMPLE.org")
        assert not inspect(instance).history
        setattr(instance, field.name, "www.example.net")
        assert list(inspect(instance).history) == [field.name]


def test_there_are_fields_to_walk_over():
    """The walks go over the fields that the issue of this kind was about."""
    assert {model for model, _ in NAMED} >= {Domain, DomainRecord, IPAddress}
    assert {IPAddress, IPv6Range} <= set(BY_ADDRESS)
    assert len(ADDRESSED) > 10


CALLS = {
    "first": lambda session, web: session.query(web).filter(Instance.label == "x").first(),
    "count": lambda session, web: session.query(web).count(),
    "explain": lambda session, web: session.query(web).explain(),
    "x_filter": lambda session, web: session.query(web).x_filter,
    "load": lambda session, web: session.load(web, 5),
    "get": lambda session, web: session.get(web, 5),
    "read": lambda session, web: web(session, 5).label,
    "commit": lambda session, web: session.add(web(label="x", region="us-east", type="g6")) or session.commit(),
}
"""What can be done with a class."""


@pytest.mark.parametrize("call", CALLS)
def test_a_subclass_is_refused_by_name(call):
    """A subclass of a resource is no resource: nothing is sent, and the error names the class to use."""
    web, server = type("Web", (Instance,), {"__doc__": "One with helpers."}), ListServer()
    with Session(client=server) as session:
        with pytest.raises(InvalidRequestError, match="Web is a subclass of Instance"):
            CALLS[call](session, web)
        session.rollback()
    assert server.requests == []


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_a_query_over_any_subclass_is_refused(model):
    """So is a query over a subclass of every other resource."""
    server = ListServer()
    with Session(client=server) as session, pytest.raises(InvalidRequestError, match=f"subclass of {model.__name__}"):
        session.query(type("Mine", (model,), {})).all()
    assert server.requests == []
