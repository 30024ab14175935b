"""Objects in the place of ids, and values that no body can hold: over every attribute of every class (no network)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from linode_orm import Client, Instance, Session, Volume
from linode_orm.errors import ReadOnlyAttribute
from linode_orm.mapping.model import resource
from linode_orm.mapping.references import ANY_CLASS
from linode_orm.models._index import INDEX
from linode_orm.session.planning import steps
from linode_orm.session.planning.placeholders import Pending, PendingName, waits_for
from linode_orm.simulator import Simulator
from tests.ids import short

NAMES = sorted(name for name in INDEX if not resource(name).__mapper__.reference_data)
LOOKS_LIKE_AN_ID = ("_id", "_ids")
PLURALS = {"linodes", "nodebalancers", "volumes", "domains", "bucket_name"}
NO_REFERENCES = {
    "access_key_id": "names a key of Object Storage by its public part",
    "gravatar_id": "names a picture",
    "paypal_id": "names a payment at PayPal",
    "question_id": "names a question that nobody creates",
    "user_gravatar_id": "names a picture",
    "tax_id": "is no id of the API's",
    "sharegroup_id": "names a group of another account",
    "source_image_id": "names an image of another account",
    "region_id": "is the raw id of a region",
}


def leaves(keys, above=()):
    """Give every field inside a body with the path that leads to it."""
    for key, field in keys.items():
        yield (*above, key), field
        for inner in field.codec.nested:
            if len(above) < 5:
                yield from leaves(inner.__mapper__.keys, (*above, key))


def wrapped(field_path, mapper, value):
    """Give the value of the outermost attribute that has this value at the end of a path."""
    keys, made = mapper.keys, []
    for key in field_path:
        made.append(keys[key])
        for inner in keys[key].codec.nested:
            keys = inner.__mapper__.keys
    for field in reversed(made):
        is_list = field.codec.bare.blank(None, "") == [] and not field.codec.fields
        value = [value] if is_list else value
        if field is not made[0]:
            value = {field.key: value}
    return value


def along(model, path):
    """Give the fields on the way along a path."""
    keys = model.__mapper__.keys
    for key in path:
        yield keys[key]
        for inner in keys[key].codec.nested:
            keys = inner.__mapper__.keys


CASES = [
    (name, path, field)
    for name in NAMES
    if "create" in resource(name).__mapper__.verbs
    for path, field in leaves(resource(name).__mapper__.keys)
    if field.refers and len(path) < 5 and all(each.takes("create") for each in along(resource(name), path))
]


def ancestry(name):
    """Give a class and those of its parents, from the inside out."""
    chain = [resource(name)]
    while chain[-1].__mapper__.parent:
        chain.append(resource(chain[-1].__mapper__.parent))
    return chain


CHILDREN = [
    name
    for name in NAMES
    if resource(name).__mapper__.parent
    if all("create" in each.__mapper__.verbs for each in ancestry(name))
]


@pytest.fixture
def session():
    """Open a session on an empty account."""
    with Simulator() as sim, Session(client=Client("any", transport=sim.transport, clock=sim.clock)) as opened:
        yield opened


def test_every_id_is_a_reference():
    """Every attribute that is named like an id says what it refers to, or is named here with the reason."""
    silent = {
        (name, ".".join(path))
        for name in NAMES
        for path, field in leaves(resource(name).__mapper__.keys)
        if path[-1].endswith(LOOKS_LIKE_AN_ID) or (path[-1] in PLURALS and field.takes("create"))
        if not field.codec.nested and not field.refers
        if path[-1] not in NO_REFERENCES and path[-1] not in resource(name).__mapper__.id_names
    }
    assert silent == set()


def called(value):
    """Give the id of a parameter, short enough for a line."""
    return "" if hasattr(value, "codec") else short(".".join(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize(("name", "path", "field"), CASES, ids=called)
def test_a_new_object_stands_for_its_id(session, name, path, field):
    """It is taken, becomes a placeholder in the body, and is needed; an object of another class is refused."""
    model = resource(name)
    target = resource("Instance" if field.refers == ANY_CLASS else field.refers)()
    holder = model()
    outer = model.__mapper__.keys[path[0]]
    setattr(holder, outer.name, wrapped(path, model.__mapper__, target))
    assert target in [each for _, each in steps.needed(holder)]
    body = steps.payloads.for_create(holder, lambda _: "new:7").content
    is_secret = any(each.is_secret for each in along(model, path))
    if len(target.__mapper__.id_names) == 1 and not is_secret:
        assert "new:7" in [*waits_for(body)], body
    if field.refers != ANY_CLASS:
        wrong = Volume() if field.refers != "Volume" else Instance()
        with pytest.raises((TypeError, ReadOnlyAttribute)):
            setattr(model(), outer.name, wrapped(path, model.__mapper__, wrong))


WRONG: list[Any] = [float("nan"), float("inf"), "\ud800", Decimal(1), object(), {1}, {"x": {1: 2}}, ["\udfff"]]


@pytest.mark.parametrize("name", [name for name in NAMES if {"create", "update"} & resource(name).__mapper__.verbs])
def test_what_no_body_can_hold_is_refused(name):
    """Every attribute of every class refuses values that cannot be written as JSON, where they are assigned."""
    model = resource(name)
    for field in model.__mapper__.keys.values():
        if not field.createable:
            continue
        for wrong in WRONG:
            for value in (wrong, [wrong], {"a": wrong}, [{"a": wrong}]):
                new = model()
                try:
                    setattr(new, field.name, value)
                except (TypeError, ValueError, AttributeError):
                    continue
                content = steps.payloads.for_create(new, str).content
                json.dumps(content, allow_nan=False, ensure_ascii=False).encode()  # a set became a list, say


def test_children_as_plain_dicts_are_checked_too():
    """A list of plain dicts refuses what JSON does not have, and an object of another class."""
    balancer = resource("NodeBalancer")
    for wrong in (Decimal(1), float("nan"), "\ud800", Volume()):
        with pytest.raises(TypeError, match="vpcs"):
            balancer(region="us-east", vpcs=[{"subnet_id": wrong}])


def test_an_id_as_text():
    """Where the API takes an id as text, the id of a new object becomes text in the body, in a plan file too."""
    placeholder = PendingName("new:1")
    assert placeholder.id_in({"new:1": 5}) == "5"
    assert Pending("new:1").id_in({"new:1": 5}) == 5


@pytest.mark.parametrize("name", CHILDREN)
@pytest.mark.parametrize("leave", ["delete", "expunge", "rollback"])
def test_children_leave_with_their_parent(session, name, leave):
    """Whatever takes a pending parent back takes back its pending children, at any depth, and nothing else."""
    chain = ancestry(name)
    other = Volume(label="other", size=20, region="us-east")
    session.add(other)
    above = None
    for model in reversed(chain):
        new = model(**({} if above is None else {model.__mapper__.parent_attribute: above}))
        above = new
        top = new if model is chain[-1] else top  # noqa: F821  the first one is the outermost
    session.add(new)
    assert len(session.new) == len(chain) + 1
    {"delete": session.delete, "expunge": session.expunge, "rollback": lambda _: session.rollback()}[leave](top)
    assert [*session.new] == ([] if leave == "rollback" else [other])
    session.plan()


def test_children_leave_with_a_known_parent_as_well(session):
    """A parent that exists and leaves the session leaves no child behind that could not be sent."""
    linode = Instance(session, 5)
    disk = resource("Disk")(label="root", size=500, instance=linode)
    session.add(disk)
    session.expunge(linode)
    assert not [*session.new]
    session.plan()
