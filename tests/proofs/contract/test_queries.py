"""Queries: what they are, what they give, what they cost, and how they read lists that move."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from linode_orm import (
    Client,
    Domain,
    DomainRecord,
    Event,
    Instance,
    InvalidRequestError,
    MultipleResultsFound,
    NoResultFound,
    NotFilterable,
    Session,
    StackScript,
    Type,
    Volume,
    and_,
    not_,
    or_,
)
from linode_orm.mapping import Query
from linode_orm.simulator import Simulator, serve
from tests.ids import short

# -- what a query is ---------------------------------------------------------------------------------------------------


def test_the_minute_of_the_contract(sim, session, sent):
    """The first script of the contract: one list, one PUT an instance, and the tags alone in it."""
    for row in sim.state.rows("Instance"):
        row.change(tags=["prod"] if row.id % 2 else [])
    web = (
        session.query(Instance)
        .filter(
            Instance.region == "us-east",
            or_(Instance.label.contains("web"), Instance.tags.contains("prod")),
        )
        .order_by(Instance.created.desc())
        .all()
    )
    assert sent() == ["GET /linode/instances"]
    bodies = [row.body for row in sim.state.rows("Instance")]
    wanted = [b for b in bodies if b["region"] == "us-east" and ("web" in b["label"] or "prod" in b["tags"])]
    assert {each.id for each in web} == {each["id"] for each in wanted}
    assert web
    assert [each.created for each in web] == sorted((each.created for each in web), reverse=True)
    for instance in web:
        instance.tags.append("edge")
    assert str(session.plan()).count("PUT /linode/instances/") == len(web)
    assert sent() == []
    session.commit()
    lines = sent()
    assert len([line for line in lines if line.startswith("GET ")]) == 1
    assert sorted(lines[1:]) == sorted(f"PUT /linode/instances/{each.id}" for each in web)
    assert all(each.body == {"tags": [*_tags(bodies, each), "edge"]} for each in sim.requests[-len(web) :])


def _tags(bodies, arrived):
    """Give the tags that an object had before."""
    identity = int(arrived.path.rpartition("/")[2])
    return [tag for body in bodies if body["id"] == identity for tag in body["tags"] if tag != "edge"]


def test_queries_are_immutable(session, sent):
    """Each call gives a new query; nothing is sent before objects are asked for."""
    everything = session.query(Instance)
    assert isinstance(everything, Query)
    narrow = everything.filter(Instance.region == "us-east")
    ordered = narrow.order_by(Instance.label, Instance.id.desc()).limit(2).offset(1)
    assert len({id(each) for each in (everything, narrow, ordered)}) == 3
    assert sent() == []
    assert len(everything.all()) == 6
    assert len(ordered.all()) <= 2
    assert narrow.filter_by(label="nowhere").all() == []
    assert narrow.all() == [each for each in everything if each.region_id == "us-east"]


def test_ends_of_a_query(session):
    """`all`, iteration, `first`, `one`, `one_or_none`, `count` and `exists` give what they say, or say why not."""
    query = session.query(Volume)
    none, single = query.filter(Volume.label == "nowhere"), query.filter(Volume.label == query.first().label)
    assert query.all() == list(query)
    assert query.count() == len(query.all()) == 6
    assert query.first() is query.all()[0]
    assert single.one() is single.one_or_none() is query.first()
    assert (none.first(), none.one_or_none(), none.count(), none.exists()) == (None, None, 0, False)
    assert query.exists()
    with pytest.raises(NoResultFound, match="nowhere"):
        none.one()
    for end in (query.one, query.one_or_none):
        with pytest.raises(MultipleResultsFound, match="more than one match"):
            end()
    with pytest.raises(TypeError, match="exists"):
        bool(query)


def test_offset_and_limit(session):
    """`offset` and `limit` cut the same rows in whichever order."""
    everything = session.query(Volume).order_by(Volume.label.desc())
    labels = [each.label for each in everything]
    assert labels == sorted(labels, reverse=True)
    assert [each.label for each in everything.offset(2).limit(3)] == labels[2:5]
    assert [each.label for each in everything.limit(3).offset(2)] == labels[2:5]
    assert everything.offset(99).all() == []
    for wrong in (-1, 1.5, "2"):
        with pytest.raises(TypeError, match="limit"):
            everything.limit(wrong)


def test_several_keys_of_an_order(session):
    """An order has several keys; strings sort by code point, nulls come last in both directions."""
    found = session.query(Volume).order_by(Volume.linode_id, Volume.label.desc()).all()
    keys = [each.linode_id for each in found]
    assert keys == sorted(keys, key=lambda each: (each is None, each or 0))
    tail = [each.label for each in found if each.linode_id is None]
    assert tail == sorted(tail, reverse=True)
    assert len(tail) > 1
    down = [each.linode_id for each in session.query(Volume).order_by(Volume.linode_id.desc())]
    assert down == sorted(down, key=lambda each: (each is None, -(each or 0)))


# -- expressions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (Volume.size == 20, lambda v: v.size == 20),
        (Volume.size != 20, lambda v: v.size != 20),
        (Volume.size < 40, lambda v: v.size < 40),
        (Volume.size <= 40, lambda v: v.size <= 40),
        (Volume.size > 20, lambda v: v.size > 20),
        (Volume.size >= 40, lambda v: v.size >= 40),
        (Volume.size.between(20, 40), lambda v: 20 <= v.size <= 40),
        (Volume.size.in_([20, 60]), lambda v: v.size in {20, 60}),
        (Volume.label.contains("a-1"), lambda v: "a-1" in v.label),
        (Volume.label.contains("A-1"), lambda v: "A-1" in v.label),
        (Volume.label.startswith("data"), lambda v: v.label.startswith("data")),
        (Volume.tags.contains("db"), lambda v: "db" in v.tags),
        (Volume.tags.contains("d"), lambda v: "d" in v.tags),
        (Volume.linode_id.is_(None), lambda v: v.linode_id is None),
        (Volume.linode_id == None, lambda v: v.linode_id is None),  # noqa: E711  as in SQLAlchemy
        (Volume.linode.is_(None), lambda v: v.linode_id is None),
        (not_(Volume.linode_id.is_(None)), lambda v: v.linode_id is not None),
        (Volume.linode_id > 0, lambda v: v.linode_id is not None),
        (not_(Volume.linode_id > 0), lambda v: False),  # unknown is not true
        (~(Volume.size == 20), lambda v: v.size != 20),
        ((Volume.size == 20) & Volume.linode_id.is_(None), lambda v: v.size == 20 and v.linode_id is None),
        ((Volume.size == 20) | Volume.linode_id.is_(None), lambda v: v.size == 20 or v.linode_id is None),
        (and_(Volume.size > 20, Volume.size < 60), lambda v: 20 < v.size < 60),
        (or_(Volume.size < 40, Volume.size > 50), lambda v: v.size < 40 or v.size > 50),
        (Volume.created < dt.datetime(2100, 1, 1, tzinfo=dt.UTC), lambda v: True),
        (Volume.region.in_(["us-east", "nowhere"]), lambda v: v.region_id == "us-east"),
    ],
    ids=lambda each: None if callable(each) else short(each, 40),
)
def test_expressions(sim, session, condition, truth):
    """Every operator gives the objects for which it is true, and no others."""
    for number, row in enumerate(sim.state.rows("Volume")):
        row.change(size=20 + 20 * (number % 3), tags=["db"] if number % 2 else ["dbx"])
    everything = session.query(Volume).all()
    assert set(session.query(Volume).filter(condition)) == {each for each in everything if truth(each)}


def test_nested_fields_in_conditions(session):
    """Fields of nested values are named like attributes, on the class too."""
    instance = session.query(Instance).first()
    instance.reboot()
    found = session.query(Event).filter(Event.entity.id == instance.id, Event.entity.type == "linode").all()
    assert found
    assert all(each.entity.id == instance.id for each in found)
    small = session.query(Instance).filter(Instance.specs.memory <= 2048).all()
    assert small == [each for each in session.query(Instance) if each.specs.memory <= 2048]
    with pytest.raises(AttributeError, match="entity"):
        _ = Event.entity.identity


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Instance.label == 5, r"Instance\.label"),
        (lambda: Instance.id == "x", r"Instance\.id"),
        (lambda: Instance.id.in_([1, "x"]), r"Instance\.id"),
        (lambda: Instance.id.in_("123"), "in_"),
        (lambda: Instance.id.between(1, "x"), r"Instance\.id"),
        (lambda: Instance.created > "2024-01-01", r"Instance\.created"),
        (lambda: Instance.created > dt.datetime(2024, 1, 1), r"Instance\.created"),  # noqa: DTZ001  the point
        (lambda: Instance.label < 5, r"Instance\.label"),
        (lambda: Instance.label.contains(5), r"Instance\.label"),
        (lambda: Instance.tags.contains(5), r"Instance\.tags"),
        (lambda: Instance.id.contains("x"), r"Instance\.id"),
        (lambda: Instance.region == 5, r"Instance\.region"),
        (lambda: Instance.label.is_("x"), r"Instance\.label"),
        (lambda: (Instance.id == 1) and (Instance.id == 2), "&"),
        (lambda: not Instance.id.is_(None), "~|not_"),
        (lambda: 1 < Instance.id < 5, "&|between"),
    ],
)
def test_wrong_conditions_are_refused_when_built(make, said):
    """A value of a wrong type, and Python's own `and`, `or`, `not`, are refused where they are written."""
    with pytest.raises(TypeError, match=said):
        make()


# -- a filter that never lies ------------------------------------------------------------------------------------------


def test_what_the_server_cannot_filter_is_evaluated_here(session, sent):
    """A field that the server filters goes there, one that it does not is evaluated here; `explain` tells both."""
    query = session.query(Instance).filter(Instance.region == "us-east", Instance.status == "running")
    assert query.x_filter == {"region": "us-east"}
    shown = str(query.explain())
    assert "region" in shown
    assert "status" in shown
    assert "GET /linode/instances" in shown
    assert sent() == []
    assert {each.id for each in query} == {
        each.id for each in session.query(Instance) if each.region_id == "us-east" and each.status == "running"
    }


def test_queries_ask_about_the_server(sim, session):
    """Conditions, orders and counts look at the answer, never at pending edits; new objects are never among them."""
    volume, gone = session.query(Volume).limit(2)
    label = volume.label
    volume.label = "pending"
    session.delete(gone)
    session.add(Volume(label="new", region="us-east"))
    assert session.query(Volume).filter(Volume.label == "pending").all() == []
    assert session.query(Volume).filter(Volume.label == label).one() is volume
    assert volume.label == "pending"
    found = session.query(Volume).all()
    assert gone in found
    assert len(found) == session.query(Volume).count() == 6


def test_strict_filters_say_what_can_be_filtered(sim, sent):
    """With `strict_filters` what would run here is refused, naming the attribute and those that the server filters."""
    with Session(client=sim.client(), strict_filters=True) as session:
        with pytest.raises(NotFilterable, match=r"Instance\.status.*region"):
            session.query(Instance).filter(Instance.status == "running").all()
        assert sent() == []
        assert session.query(Instance).filter(Instance.region == "us-east").count()


def test_children_of_all_parents(session, sent):
    """A query over children without their parent reads the lists of all parents; a condition narrows it."""
    records = session.query(DomainRecord).all()
    domains = {each.domain for each in records}
    lines = sent()
    assert lines[0] == "GET /domains"
    assert sorted(lines[1:]) == sorted(f"GET /domains/{each.id}/records" for each in domains)
    assert len(records) == 6
    domain = next(iter(domains))
    narrow = session.query(DomainRecord).filter(DomainRecord.domain == domain)
    assert "1" in str(narrow.explain())
    assert all(each.domain is domain for each in narrow)
    assert sent() == [f"GET /domains/{domain.id}/records"]


def test_marks_of_a_query(sim, session, sent):
    """`update` and `delete` of a query mark every match, and send nothing before the commit."""
    query = session.query(Volume).filter(Volume.linode_id.is_(None))
    matches = query.all()
    sent()
    assert query.update({"tags": ["free"]}) == len(matches)
    assert set(session.dirty) == set(matches)
    assert session.query(Domain).delete() == 2
    assert len(session.deleted) == 2
    assert all(line.startswith("GET ") for line in sent())
    session.commit()
    assert sorted({line.split()[0] for line in sent()}) == ["DELETE", "GET", "PUT"]


# -- long filters and moving lists -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", [Instance, Volume, StackScript], ids=lambda each: each.__name__)
def test_two_thousand_ids(model):
    """A filter over 2,000 ids is few requests whose headers a server takes, and gives each match once."""
    name = {"Instance": "instances", "Volume": "volumes", "StackScript": "stackscripts"}[model.__name__]
    with Simulator() as sim, serve(sim) as server:
        sim.seed(**{name: 300})
        with Client("t", base_url=server.url) as client, Session(client=client) as session:
            ids = [row.id for row in sim.state.rows(model.__name__)]
            wanted = ids[::2]
            found = session.query(model).filter(model.id.in_([*wanted, *range(1, 2001 - len(wanted))])).all()
            assert sorted(each.id for each in found) == sorted(wanted)
            assert 1 <= len(sim.requests) <= 12
            labels = [f"no-such-label-{number}" for number in range(2000)]
            assert session.query(model).filter(model.label.in_(labels)).all() == []


class Moving:
    """An account whose objects of one class come and go between the requests for pages, more of one than the other."""

    def __init__(self, model, seed):
        self.sim, self.model = Simulator(), model
        self.random = random.Random(seed)
        self.new = itertools.count(1)
        self.sim.seed(**{model.__mapper__.path.rpartition("/")[2]: 1200})
        self.stayed = {row.id for row in self.sim.state.rows(model.__name__)}

    def client(self):
        """Give a client around each request of which the account changes."""
        return self.sim.client(after=[self.move])

    def move(self, request, _):
        """Take some away, and put fewer in."""
        if request.method != "GET":
            return
        ids = sorted(row.id for row in self.sim.state.rows(self.model.__name__))
        for identity in self.random.sample(ids, 7):
            body = self.sim.read(f"{self.model.__mapper__.path}/{identity}")
            if body.get("linode_id"):
                continue
            self.sim.remove(f"{self.model.__mapper__.path}/{identity}")
            self.stayed.discard(identity)
        for _ in range(self.random.randrange(4)):
            number = next(self.new)
            if self.model is Domain:
                self.sim.add("/domains", domain=f"n{number}.example.com", type="master", soa_email="a@example.com")
            elif self.model is Volume:
                self.sim.add("/volumes", label=f"new-{number}", region="us-east", size=20)
            else:
                self.sim.add("/linode/instances", label=f"new-{number}", region="us-east", type="g6-nanode-1")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("model", [Instance, Volume, Domain], ids=lambda each: each.__name__)
def test_lists_that_move(model, seed):
    """Whatever is deleted and inserted between pages, everything that stayed is given exactly once."""
    moving = Moving(model, seed)
    with moving.sim, Session(client=moving.client(), volatile_ttl=None) as session:
        found = [each.id for each in session.query(model)]
        assert len(found) == len(set(found))
        assert moving.stayed <= set(found)
        assert len(moving.stayed) < 1200


def test_the_fleet_changes_between_query_and_commit(sim, session):
    """What was changed and deleted elsewhere meanwhile is kept, or said, and the rest is done."""
    sim.seed(volumes=[{"label": name, "linode_id": None, "region": "us-east"} for name in ("a", "b", "c")])
    one, two, three = session.query(Volume).filter(Volume.label.in_(["a", "b", "c"]))
    one.label = "mine"
    two.tags.add("mine")
    sim.change(f"/volumes/{one.id}", tags=["theirs"])
    sim.remove(f"/volumes/{three.id}")
    sim.change(f"/volumes/{two.id}", label="theirs")
    session.delete(three)
    report = session.commit()
    assert len(report.applied) == 3
    assert sim.read(f"/volumes/{one.id}")["tags"] == ["theirs"]
    assert (one.label, list(one.tags)) == ("mine", ["theirs"])
    assert three.label == "c"
    assert two.label == "theirs"
    assert "mine" in two.tags


def test_deleting_while_iterating(session):
    """Objects may be deleted at once while a query over them runs; every one is met."""
    met = []
    for domain in session.query(Domain):
        domain.delete()
        met.append(domain)
    assert len(met) == 2
    assert not session.query(Domain).exists()


def test_explain_names_the_way(sim, session, sent):
    """`explain()` names the requests, how continuity is proved, and what runs where and why."""
    shown = str(session.query(Volume).filter(Volume.size > 20).explain())
    assert "GET /volumes" in shown
    assert "overlap" in shown
    assert "size" in shown
    assert sent() == []


def test_a_catalogue_is_filtered_here(session, sent):
    """A query over a catalogue runs on the list that the client keeps."""
    small = session.query(Type).filter(Type.memory <= 2048).order_by(Type.memory).all()
    assert small
    assert all(each.memory <= 2048 for each in small)
    session.query(Type).count()
    assert sent().count("GET /linode/types") <= 2


def test_conditions_on_another_class_are_refused(session, sent):
    """A condition on another class's attribute is refused before anything is sent, naming both."""
    with pytest.raises((InvalidRequestError, TypeError), match=r"Volume.*Instance|Instance.*Volume"):
        session.query(Instance).filter(Volume.size > 20).all()
    assert sent() == []
