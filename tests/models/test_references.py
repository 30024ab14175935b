"""References of objects that a user made: each is the object that was given, in every resource."""

from __future__ import annotations

import pickle

import pytest

from linode_orm import Instance, Region, Session, Volume, inspect
from linode_orm.mapping import One
from linode_orm.mapping.model import resource
from linode_orm.mapping.state import Status
from linode_orm.models import INDEX
from tests.models.bodies import sample


def given_references():
    """Give each resource with the name of each reference that its creation takes."""
    for name in sorted(INDEX):
        model = resource(name)
        for relation in model.__mapper__.relations.values():
            field = relation.field(model) if isinstance(relation, One) else None
            if field is not None and field.createable:
                yield name, relation.name


PLACES = [*given_references()]


def test_there_are_some():
    """The declarations are walked, and references are found."""
    assert len(PLACES) > 20


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")
@pytest.mark.parametrize(("name", "attribute"), PLACES, ids=[".".join(each) for each in PLACES])
def test_the_object_that_was_given(session, name, attribute):
    """A transient's reference is the object itself; in a session it is the one object of its key."""
    model = resource(name)
    relation = model.__mapper__.relations[attribute]
    key = sample(relation.field(model).codec)
    target = relation.model.__bare__(key, (), session.__owner__, Status.PERSISTENT)
    made = model(**{attribute: target})
    assert getattr(made, attribute) is target
    assert getattr(made, relation.via) == key
    other = relation.model.__bare__(key * 2, (), session.__owner__, Status.PERSISTENT)
    setattr(made, attribute, other)
    assert getattr(made, attribute) is other
    setattr(made, relation.via, key)
    assert getattr(made, attribute) is not other


def test_another_id_lets_the_object_go(session):
    """The raw id that is assigned later counts, and is another object."""
    region = Region(session, "us-east")
    volume = Volume(label="v", size=20, region=region)
    volume.region_id = "eu-west"
    assert (volume.region is region, volume.region.id) == (False, "eu-west")


def test_new_objects_too(session):
    """A new object that was given stands there before it has an id."""
    server = Instance(label="web", region="us-east", type="g6-nanode-1")
    assert Volume(label="v", size=20, linode=server).linode is server


def test_in_a_session_there_is_one_object(sim, session):
    """An object of another session is given, and what is added refers to this session's own."""
    with Session(client=sim.client()) as other:
        theirs, ours = Region(other, "us-east"), Region(session, "us-east")
        volume = Volume(label="v", size=20, region=theirs)
        assert volume.region is theirs
        session.add(volume)
        assert volume.region is ours


def test_pickles_hold_the_id_alone(session):
    """A pickled transient refers by id."""
    region = Region(session, "us-east")
    read = pickle.loads(pickle.dumps(Volume(label="v", size=20, region=region)))
    assert (read.region_id, read.region is region, inspect(read).state) == ("us-east", False, "detached")
