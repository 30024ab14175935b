"""Null and missing break no read, and a value of another type only its own: every declared field, in items and rows."""

from __future__ import annotations

import copy
import pickle

import pytest

from linode_orm import AttributeMissing, Domain, Event, Instance, LongviewPlan, ResponseError, Session, Volume, inspect
from linode_orm.mapping import Nested
from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.codecs import NO_HOLDER
from linode_orm.mapping.containers import ListOf
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.record import encode
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.structures import Choice
from linode_orm.mapping.transient import DETACHED
from linode_orm.session.query.evaluate import compile_condition, order_key
from linode_orm.wire.messages import Request, Response
from tests.models.bodies import LEFT_OUT, MODELS, answered, body_of, holed, read_whole
from tests.session.query.list_server import ListServer

ALL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
OTHER_TYPES = ([[]], {"odd": {}}, 5, "odd", True, 1.5)


@pytest.fixture(scope="module")
def loader():
    with Session(client=ListServer(), volatile_ttl=None) as session:
        yield session._parts.loader


def item(model, body):
    """Give an object of the answer to its own GET."""
    instance = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    merge(instance, body, Loaded.WHOLE, None)
    return instance


def row(loader, model, body):
    """Give an object of the row of a list, which holds what rows hold."""
    (instance,) = loader.rows(model, (9,) * model.__mapper__.parent_count, [body], loaded=Loaded.WHOLE)
    return instance


@ALL
def test_a_body_as_declared_is_read(loader, model):
    """The sample that every other test changes is read whole, as an item and as a row."""
    read_whole(item(model, body_of(model)))
    read_whole(row(loader, model, body_of(model)))


@ALL
def test_null_is_read(loader, model):
    """A key that is null reads None, or as an empty list, whatever its declaration says; no other attribute minds."""
    for field in answered(model):
        body = {**body_of(model), field.key: None}
        for instance in (item(model, body), row(loader, model, body)):
            is_list = isinstance(field.codec, ListOf)
            assert getattr(instance, field.name) == ([] if is_list else None), field.name
            read_whole(instance)
            assert not inspect(instance).history
            assert field.name in inspect(instance).null
            for name, via in model.__mapper__.references:
                assert via != field.name or getattr(instance, name) is None
    read_whole(item(model, {**body_of(model), **{field.key: None for field in answered(model)}}))


@ALL
@pytest.mark.parametrize("hole", [LEFT_OUT, None], ids=["missing", "null"])
def test_holes_inside_values_are_read(loader, model, hole):
    """A key that is missing or null inside of a nested value reads None, or as an empty list, in rows of lists too."""
    for field in answered(model):
        for value in holed(body_of(model)[field.key], hole):
            body = {**body_of(model), field.key: value}
            for instance in (item(model, body), row(loader, model, body)):
                read_whole(instance)
                assert getattr(instance, field.name) == getattr(item(model, copy.deepcopy(body)), field.name)
                pickle.loads(pickle.dumps(instance))


@ALL
@pytest.mark.parametrize("hole", [LEFT_OUT, None], ids=["missing", "null"])
def test_a_read_changes_no_body(model, hole):
    """What a PUT would send of a nested value after every read of it is what came: no key is put in, and none lost."""
    for field in answered(model):
        for raw in holed(body_of(model)[field.key], hole):
            value = field.codec.decode(copy.deepcopy(raw), NO_HOLDER, field.name)
            read_whole(value)
            if isinstance(value, Nested):
                assert encode(value) == raw, field.name


@ALL
def test_another_type_breaks_its_own_read(loader, model):
    """A value of another type raises `ResponseError` at its own read, and is unknown in conditions and last in orders."""
    for field in answered(model):
        wrong = [each for each in OTHER_TYPES if not field.codec.accepts(each)]
        if isinstance(field.codec.bare, (AnyJSON, Choice)) or not wrong:
            continue
        for value in wrong:
            body = {**body_of(model), field.key: value}
            instance = row(loader, model, body)
            with pytest.raises(ResponseError, match=rf"{model.__name__}.*\.{field.name}: "):
                getattr(instance, field.name)
            for other in answered(model):
                if other is not field:
                    read_whole(getattr(instance, other.name))
            assert not inspect(instance).history
            holds = compile_condition(model, field.attribute(model).is_(None))
            readable = type(value) in field.codec.bare.compared_as_is
            assert holds(body, ()) is (False if readable else None)
            if field.codec.bare.is_sortable and not field.codec.bare.fields:
                assert len(order_key(field.attribute(model).asc())(body)) == 1


@pytest.mark.parametrize(
    "model", [each for each in MODELS if each.__mapper__.singleton], ids=lambda each: each.__name__
)
def test_an_empty_singleton(loader, model):
    """A singleton that answers `{}` is an object whose attributes read None, or as empty lists."""
    (instance,) = loader.rows(model, (9,) * model.__mapper__.parent_count, [{}], loaded=Loaded.WHOLE)
    for field in answered(model):
        assert getattr(instance, field.name) in (None, [])


def test_an_empty_answer_of_a_singleton():
    """`{}` of `/longview/plan` is read like any other answer."""
    answer = Response(status=200, headers={}, content=b"{}", request=Request("GET", "/longview/plan"))
    with Session(client=ListServer()) as session:
        plan = LongviewPlan(session)
        session._parts.reader.take(plan, answer)
        assert plan.label is None
        assert plan.price is None


def test_missing_at_the_top_raises():
    """`AttributeMissing` remains for fields of a whole body."""
    body = body_of(Volume)
    del body["filesystem_path"]
    with pytest.raises(AttributeMissing, match="filesystem_path"):
        _ = item(Volume, body).filesystem_path


def test_one_bad_row_ends_no_loop():
    """A loop, a condition and an order go over a row with a value that cannot be read, and give it where they can."""
    rows = [{**body_of(Domain), "id": at, "domain": f"d{at}.example", "ttl_sec": at} for at in range(1, 6)]
    rows[2]["ttl_sec"] = {"odd": 1}
    rows[3]["tags"] = "odd"
    with Session(client=ListServer({"/domains": rows}), volatile_ttl=None) as session:
        query = session.query(Domain)
        assert [each.id for each in query] == [1, 2, 3, 4, 5]
        assert [each.id for each in query.filter(Domain.ttl_sec > 0)] == [1, 2, 4, 5]
        assert [each.id for each in query.filter(~(Domain.ttl_sec > 0))] == []
        assert [each.id for each in query.order_by(Domain.ttl_sec.desc())] == [5, 4, 2, 1, 3]
        assert [each.id for each in query.order_by(Domain.ttl_sec)] == [1, 2, 4, 5, 3]
        assert [each.id for each in query.filter(Domain.tags.contains("some"))] == [1, 2, 3, 5]
        with pytest.raises(ResponseError, match=r"Domain 3\.ttl_sec: int expected"):
            _ = query.all()[2].ttl_sec


def test_a_bad_value_can_be_replaced():
    """Assignment reads nothing: a value that cannot be read is replaced like any other."""
    instance = item(Domain, {**body_of(Domain), "tags": "odd"})
    instance.tags = ["new"]
    assert instance.tags == ["new"]
    assert list(inspect(instance).history) == ["tags"]


def test_a_null_list_is_filled_in_place():
    """A list that is null reads as an empty one whose edits are edits of the object, and which is null until then."""
    instance = item(Domain, {**body_of(Domain), "tags": None})
    held = instance.tags
    merge(instance, {**body_of(Domain), "tags": None}, Loaded.WHOLE, None)
    assert instance.tags is held
    assert not inspect(instance).history
    held.append("x")
    assert inspect(instance).history["tags"] == (None, None, ["x"])


@pytest.mark.parametrize("entity", [None, {}, {"id": None, "type": "linode"}])
def test_an_event_without_entity(entity):
    """The loop over events of docs/querying.md goes over events that are about nothing."""
    rows = [{**body_of(Event), "id": at, "entity": entity} for at in (1, 2)]
    with Session(client=ListServer({"/account/events": rows}), volatile_ttl=None) as session:
        events = session.query(Event).all()
        assert [each.entity.id if each.entity else None for each in events] == [None, None]
        assert session.query(Event).filter(Event.entity.id == 5).all() == []


def test_an_instance_is_read_by_many():
    """Objects of one page whose values are read whole read the same where one of them has null and holes."""
    whole = body_of(Instance)
    rows = [{**whole, "id": at} for at in range(1, 40)]
    rows[20] |= {"specs": {}, "tags": None, "alerts": None, "created": None}
    with Session(client=ListServer({"/linode/instances": rows}), volatile_ttl=None) as session:
        for each in session.query(Instance):
            read_whole(each)
            assert (each.alerts is None) is (each.id == 21)
        assert session.get(Instance, 21).tags == []
