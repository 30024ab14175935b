"""`asdict` gives plain JSON: pending values in it, no secret, no request; and values show themselves in notebooks."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    Database,
    Disk,
    Instance,
    Session,
    Token,
    Volume,
    asdict,
    models,
)
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.simulator import Simulator
from tests.proofs.secrets.planting import MARK, Planter, answered

ALL = [lookup(name) for name in models.INDEX]


@pytest.fixture
def simulator():
    """Give a simulated account."""
    with Simulator() as simulator:
        simulator.populate(5)
        yield simulator


@pytest.fixture
def session(simulator):
    """Give a session on it."""
    with Session(client=simulator.client()) as session:
        yield session


def test_an_object_with_its_pending_values(session):
    """It has the API's names, what is pending, and datetimes with `Z`; `raw` is the last body as it came."""
    instance = session.query(Instance).first()
    before = dict(state_of(instance).body)
    instance.label = "pending"
    instance.tags.append("new")
    instance.alerts.cpu = 55
    shown = asdict(instance)
    assert (shown["label"], shown["tags"][-1], shown["alerts"]["cpu"]) == ("pending", "new", 55)
    assert shown["region"] == before["region"]
    assert shown["created"] == before["created"] + "Z"
    assert shown.keys() == before.keys()
    assert asdict(instance, raw=True) == before
    shown["tags"].append("mine")
    assert "mine" not in instance.tags


def test_nothing_is_sent(simulator, session):
    """A reference has its id alone; an expired or stale object is not read again."""
    reference = Instance(session, 5)
    stale = session.query(Instance).first()
    before = len(simulator.requests)
    assert asdict(reference) == {"id": 5}
    simulator.clock.advance(3600)
    assert asdict(stale)["status"]
    session.expire(stale)
    assert asdict(stale) == {"id": stale.id}
    assert len(simulator.requests) == before


def test_lists_and_nested_values(session):
    """Nested values, lists of values and lists of objects are taken as well, and stay what JSON can hold."""
    instances = session.query(Instance).limit(2).all()
    assert [each["id"] for each in asdict(instances)] == [each.id for each in instances]
    assert asdict(instances[0].specs)["memory"] == instances[0].specs.memory
    assert asdict(instances[0].tags) == list(instances[0].tags)
    len(instances[0].disks)
    assert [each["id"] for each in asdict(instances[0].disks)] == [each.id for each in instances[0].disks]
    json.dumps(asdict([instances, instances[0].alerts, None, 5]))


def test_a_new_object(session):
    """A new object has what it was given, but its secrets; a reference to a new object is null."""
    linode = Instance(label="new", region="us-east", type="g6-nanode-1", root_pass="secret", image="linode/debian12")
    volume = Volume(label="data", size=20)
    session.add_all([linode, volume])
    shown = asdict(linode)
    assert (shown["label"], shown["region"], shown["image"]) == ("new", "us-east", "linode/debian12")
    assert "root_pass" not in shown
    assert asdict(linode, raw=True) == {}
    json.dumps(asdict([linode, volume]))


def test_what_is_refused(session):
    """A query or a collection that was not read is refused, for reading it sends requests; so are other values."""
    for value, words in [
        (session.query(Instance), "query.all()"),
        (session.query(Instance).first().disks, "not read yet"),
        (5, "takes an object"),
        ("text", "takes an object"),
    ]:
        with pytest.raises(TypeError, match=words):
            asdict(value)


def bare(model, body):
    """Give an object of a body that no session read."""
    instance = model.__bare__(None, (), None, state_of(Volume(label="x")).status)
    state_of(instance).raw = body
    return instance


def test_unknown_keys_and_wrong_types():
    """What no declaration knows, and what does not fit it, is shown as it came, without the secrets in it."""
    odd = {"created": "yesterday", "tags": 5, "specs": [1], "later": {"a": 1, "api_key": "x"}, "token": "y"}
    shown = {"created": "yesterday", "tags": 5, "specs": [1], "later": {"a": 1}}
    assert asdict(bare(Instance, odd)) == shown
    assert asdict(bare(Instance, odd), raw=True) == {**shown, "later": {"a": 1, "api_key": "***"}, "token": "***"}


@pytest.mark.parametrize("model", ALL, ids=[each.__name__ for each in ALL])
def test_no_secret_of_any_class(model):
    """Of every class: no secret that was answered is in `asdict`, in `raw` or in what a notebook shows."""
    planter = Planter()
    body = answered(planter, model)
    instance = bare(model, body)
    shown = json.dumps(asdict(instance)) + json.dumps(asdict(instance, raw=True)) + instance._repr_html_()
    assert MARK not in shown


def test_every_datetime_names_its_zone(session):
    """Datetimes inside nested values and lists have a `Z`, too."""
    shown = json.dumps(asdict(session.query(Disk).all()) + asdict(session.query(Token).all()))
    assert shown.count('Z"') >= 2
    assert asdict(bare(Database, {})) == {}


def test_notebooks(simulator, session):
    """Models, nested values, queries, plans and reports show themselves as HTML, escaped, and send nothing."""
    instance = session.query(Instance).first()
    volume = session.query(Volume).first()
    before = len(simulator.requests)
    volume.label = "<b>bold</b>"
    plan = session.plan()
    shown = [
        each._repr_html_()
        for each in (instance, instance.specs, volume, plan, session.query(Instance), session.query(Instance).explain())
    ]
    assert len(simulator.requests) == before
    volume.label = "plain"
    report = session.commit()
    for each in [*shown, report._repr_html_()]:
        assert "<b>bold" not in each
    assert "&lt;b&gt;bold" in shown[2]
    assert f"/volumes/{volume.id}" in shown[3]
    assert "applied" in report._repr_html_()
