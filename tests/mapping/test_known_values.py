"""A literal that no documentation has warns, and is not waited for; texts are no objects of a list."""

from __future__ import annotations

import warnings

import pytest

from linode_orm import Config, Instance, InvalidRequestError, Session, UnknownValue, Volume, VPCSubnet, not_
from linode_orm.mapping.containers import ListOf
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.transient import DETACHED
from linode_orm.session.waiting.goals import goals_of
from tests.ids import short
from tests.models.bodies import MODELS, body_of
from tests.session.query.list_server import ListServer


def places(model, path=()):
    """Give the ways to every field of a class, those of nested values too."""
    found = []
    for field in (path[-1].codec.fields if path else model.__mapper__.fields).values():
        found.append((*path, field))
        if field.codec.bare.fields and len(path) < 3:
            found += places(model, (*path, field))
    return found


def attribute(model, path):
    place = path[0].attribute(model)
    for field in path[1:]:
        place = getattr(place, field.name)
    return place


PLACES = [(model, path) for model in MODELS for path in places(model)]
CHOSEN = [(model, path) for model, path in PLACES if path[-1].known_values and not hasattr(attribute, path[-1].name)]
CHOSEN = [each for each in CHOSEN if not any(step.name in {"in_", "contains"} for step in each[1])]
OBJECTS = [
    (model, path)
    for model, path in PLACES
    if isinstance(path[-1].codec.bare, ListOf) and path[-1].codec.bare.item.fields
]


def title(each):
    return short(each if isinstance(each, type) else ".".join(field.name for field in each))


def wrong_value(field):
    """Give a value of the right type that is not documented."""
    known = field.known_values[0]
    return known + 1_000 if isinstance(known, int) else f"{known}_"


@pytest.mark.parametrize(("model", "path"), CHOSEN, ids=title)
def test_a_literal_that_is_mistyped_warns(model, path):
    """In `==`, `!=` and `in_` an undocumented literal warns once, at the caller's line, and names what is known."""
    field, place = path[-1], attribute(model, path)
    wrong, right = wrong_value(field), field.known_values[0]
    if isinstance(field.codec.bare, ListOf):
        wrong, right = [wrong], [right]
    for build in (lambda: place == wrong, lambda: place != wrong, lambda: place.in_([right, wrong])):
        with pytest.warns(UnknownValue, match="is not among the known values") as warned:
            build()
        assert len(warned) == 1
        assert warned[0].filename == __file__
    for build in (lambda: place == right, lambda: place != right, lambda: place.in_([right]), lambda: place.is_(None)):
        build()


@pytest.mark.parametrize(("model", "path"), [each for each in CHOSEN if len(each[1]) == 1], ids=title)
def test_an_assignment_that_is_mistyped_warns(model, path):
    """A constructor and an assignment warn of an undocumented value; what the server sent never does."""
    (field,) = path
    wrong, right = wrong_value(field), field.known_values[0]
    if isinstance(field.codec.bare, ListOf):
        wrong, right = [wrong], [right]
    if field.createable:
        with pytest.warns(UnknownValue, match=rf"{model.__name__} \(new\)\.{field.name}: "):
            model(**{field.name: wrong})
        model(**{field.name: right})
    if field.is_write_only:
        return
    instance = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    merge(instance, {**body_of(model), field.key: wrong}, Loaded.WHOLE, None)
    assert getattr(instance, field.name) == wrong
    if field.mutable:
        setattr(instance, field.name, wrong)
        setattr(instance, field.name, right)
        merge(instance, {**body_of(model), field.key: right}, Loaded.WHOLE, None)
        with pytest.warns(UnknownValue):
            setattr(instance, field.name, wrong)


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")
@pytest.mark.parametrize(("model", "path"), [each for each in CHOSEN if not each[1][0].is_write_only], ids=title)
def test_it_is_not_waited_for(model, path):
    """A wait for an undocumented value is refused, however the condition is made."""
    field, place = path[-1], attribute(model, path)
    wrong, right = wrong_value(field), field.known_values[0]
    if isinstance(field.codec.bare, ListOf):
        wrong, right = [wrong], [right]
    for condition in (place == wrong, place != wrong, place.in_([right, wrong]), not_(place == wrong)):
        with pytest.raises(InvalidRequestError, match=r"not among the known values.*in vain"):
            goals_of([model], [condition])
    assert goals_of([model], [place == right])


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")
def test_a_wait_is_refused_before_anything_is_sent():
    """Both ways to wait refuse it before a request."""
    server = ListServer()
    with Session(client=server) as session:
        instance = Instance(session, 5)
        with pytest.raises(InvalidRequestError, match="did you mean 'running'"):
            session.wait(instance, Instance.status == "runing", timeout=300)
        with pytest.raises(InvalidRequestError, match="did you mean 'running'"):
            instance.wait_until(Instance.status == "runing")
    assert server.requests == []


def test_it_suggests_what_comes_closest():
    """The message names the known values, and the one that was meant."""
    with pytest.warns(
        UnknownValue, match=r"'runing' is not among the known values \('running', .*did you mean 'running'"
    ):
        _ = Instance.status == "runing"


def test_a_merge_warns_of_nothing():
    """Values that are taken over from another session's object came from the server."""
    body = {**body_of(Volume), "id": 5, "status": "hibernating", "encryption": "double"}
    instance = Volume.__bare__(5, (), DETACHED, Status.PERSISTENT)
    merge(instance, body, Loaded.WHOLE, None)
    with warnings.catch_warnings(), Session(client=ListServer()) as session:
        warnings.simplefilter("error")
        mine = session._parts.loader.rows(Volume, (), [{**body, "encryption": "enabled"}])
        assert session.merge(instance) is mine[0]


@pytest.mark.parametrize(("model", "path"), OBJECTS, ids=title)
def test_a_text_is_no_object(model, path):
    """Every list of objects refuses a text in `contains`, unless the objects have labels."""
    codec = path[-1].codec.bare
    place = attribute(model, path)
    if "label" in codec.item.fields:
        assert str(place.contains("web")) == f"{place}.contains('web')"
        return
    with pytest.raises(TypeError, match=r"contains\('ready'\): the list holds objects"):
        place.contains("ready")


def test_there_is_much_to_walk_over():
    """The walks go over nested values and lists, and an object is still found in a list of such."""
    assert len(CHOSEN) > 100
    assert any(len(path) > 1 for _, path in CHOSEN)
    assert len(OBJECTS) > 10
    assert "5" in str(VPCSubnet.linodes.contains(5))
    assert str(Config.interfaces.contains("net"))
