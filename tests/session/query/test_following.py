"""Loaded collections follow what the session itself did, and an explicit refresh is allowed where lazy reads are not."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    Disk,
    Domain,
    DomainRecord,
    Firewall,
    FirewallDevice,
    Instance,
    InvalidRequestError,
    Session,
    Volume,
)
from linode_orm.mapping.relations import Many
from linode_orm.session.query.collections import SessionCollection
from linode_orm.wire.messages import Response
from tests.models.bodies import MODELS, body_of
from tests.session.query.list_server import ListServer

RELATIONS = [
    (model, name)
    for model in MODELS
    for name, relation in model.__mapper__.relations.items()
    if isinstance(relation, Many) and "get" in model.__mapper__.verbs and not model.__mapper__.reference_data
]
"""Every relation to many, of an object that can be read again."""


class Counting(ListServer):
    """A server that answers every GET with a body of the class, and every list with two rows more each time."""

    def __init__(self, model, relation):
        super().__init__()
        self.model, self.relation = model, relation
        self.count = 0

    def send(self, request):
        content = json.dumps(super().send(request).json()).encode()
        return Response(status=200, headers={}, content=content, request=request)

    def _answer(self, request):
        child, mapper = self.relation.model.__mapper__, self.model.__mapper__
        rows = [self._named(self.relation.model, at) for at in range(self.count)]
        envelope = self.relation.envelope or child.envelope
        if request.path == mapper.path_for(identity_of(self.model), ids_above(self.model)) and mapper is not child:
            body = self._named(self.model, 1)
            return {**body, self.relation.embedded: rows} if self.relation.embedded else body
        page = {"data": rows, "page": 1, "pages": 1, "results": len(rows)}
        if envelope == "array":
            return rows
        if envelope.startswith("rows:"):
            first, *rest = envelope.removeprefix("rows:").split()[0].split(".")
            return {first: {rest[0]: rows} if rest else rows}
        return {envelope.partition(":")[2]: rows} if ":" in envelope else page

    @staticmethod
    def _named(model, at):
        mapper, body = model.__mapper__, body_of(model)
        for name in mapper.id_names:
            field = mapper.fields[name]
            body[field.key] = at if int in field.codec.plain else f"id{at}"
        return body


def identity_of(model):
    mapper = model.__mapper__
    ids = [1 if int in mapper.fields[name].codec.plain else "id1" for name in mapper.id_names]
    return ids[0] if len(ids) == 1 else tuple(ids) or None


def ids_above(model):
    return (7,) * model.__mapper__.parent_count


def held(session, model, name):
    """Give an object of a class, and the collection under a name, which is loaded."""
    instance = session._parts.loader.reference(model, identity_of(model), ids_above(model))
    session.refresh(instance)
    collection = getattr(instance, name)
    collection.refresh()
    return instance, collection


@pytest.mark.parametrize(("model", "name"), RELATIONS, ids=lambda each: getattr(each, "__name__", each))
def test_every_relation_is_read_again(model, name):
    """Every relation to many is renewed by `expire` and `refresh` of its object, and by its own `refresh`, if lazy or not."""
    server = Counting(model, model.__mapper__.relations[name])
    with Session(client=server, lazy="raise", volatile_ttl=None) as session:
        _, collection = held(session, model, name)
        assert isinstance(collection, SessionCollection)
        server.count = 2
        assert len(collection) == 0
        collection.refresh()
        assert len(collection) == 2
    with Session(client=server, volatile_ttl=None) as session:
        instance, collection = held(session, model, name)
        assert len(collection) == 2
        for count, renew in ((3, session.refresh), (4, session.expire), (5, lambda _: session.expire_all())):
            server.count = count
            assert len(collection) == count - 1
            renew(instance)
            assert len(collection) == count


def test_lazy_raise_still_refuses(sim):
    """What is not asked for is refused as before."""
    sim.seed(instances=1)
    with Session(client=sim.client(), lazy="raise") as session:
        disks = session.query(Instance).one().disks
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            len(disks)
        disks.refresh()
        assert list(disks) == session.query(Disk).all()


class TestActions:
    @pytest.fixture
    def scene(self, sim, session):
        hosts = sim.seed(instances=2)["instances"]
        region = hosts[0]["region"]
        sim.change(f"/linode/instances/{hosts[1]['id']}", region=region)
        sim.seed(volumes=[{"label": "data", "region": region, "linode_id": None}])
        one, two = session.query(Instance).order_by(Instance.id).all()
        volume = session.query(Volume).filter(Volume.label == "data").one()
        if volume.linode_id:
            volume.detach()
            sim.clock.advance(60)
            session.refresh(volume)
        assert volume not in list(one.volumes)
        assert volume not in list(two.volumes)
        return one, two, volume

    @pytest.mark.parametrize("given", ["object", "id"])
    def test_attach_and_detach(self, scene, sim, session, given):
        """A volume is in the collection of the Linode that it was attached to, and in none after it was detached."""
        one, two, volume = scene
        volume.attach(one if given == "object" else one.id)
        assert volume in list(one.volumes)
        assert volume not in list(two.volumes)
        sim.clock.advance(60)
        volume.detach()
        sim.clock.advance(60)
        assert volume not in list(one.volumes)
        Volume(session, volume.id).attach(two)
        assert volume in list(two.volumes)
        assert volume not in list(one.volumes)

    def test_a_reference_that_was_never_read(self, scene, sim, session):
        """An action on a bare reference renews the collections that hold the object, wherever it was."""
        one, _, volume = scene
        volume.attach(one)
        sim.clock.advance(60)
        assert volume in list(one.volumes)
        session.expire(volume)
        volume.detach()
        sim.clock.advance(60)
        assert volume not in list(one.volumes)

    def test_what_an_action_makes_joins(self, scene, sim, session):
        """A disk that is cloned is among the disks of its Linode."""
        one, _, _ = scene
        session.add(Disk(instance=one, label="data", size=512))
        session.commit()
        sim.clock.advance(60)
        disks = len(one.disks)
        copy = one.disks[0].clone()
        assert copy in list(one.disks)
        assert len(one.disks) == disks + 1


class TestCommits:
    def test_children_by_their_reference(self, sim, session):
        """A child that is made by its parent is in the parent's collection after the commit, once, without a request."""
        sim.seed(domains=[{"domain": "example.org"}], instances=1)
        zone, linode = session.query(Domain).one(), session.query(Instance).one()
        records, volumes = len(zone.records), len(linode.volumes)
        record = session.add(DomainRecord(domain=zone, type="A", name="www", target="192.0.2.1")) or zone.records
        session.add(Volume(label="data", size=20, linode=linode))
        zone.records.append(DomainRecord(type="A", name="two", target="192.0.2.2"))
        session.commit()
        sim.requests.clear()
        assert (len(zone.records), len(linode.volumes)) == (records + 2, volumes + 1)
        assert len({each.id for each in zone.records}) == records + 2
        assert not sim.requests.matching("GET", "/linode/*")
        session.delete(zone.records[0])
        session.commit()
        assert len(record) == records + 1

    def test_a_device_puts_a_firewall_on_a_linode(self, sim, session):
        """The firewalls of a Linode are read again when a device of one was made or deleted, or a Linode with one."""
        sim.seed(instances=1)
        linode = session.query(Instance).one()
        wall = Firewall(label="wall", rules={"inbound_policy": "DROP", "outbound_policy": "ACCEPT"})
        session.add(wall)
        session.commit()
        before = len(linode.firewalls)
        assert len(wall.devices) == 0
        device = FirewallDevice(firewall=wall, id=linode.id, type="linode")
        session.add(device)
        session.commit()
        assert (len(linode.firewalls), len(wall.devices)) == (before + 1, 1)
        session.delete(wall.devices[0])
        session.commit()
        assert (len(linode.firewalls), len(wall.devices)) == (before, 0)

    def test_a_new_linode_with_a_firewall(self, sim, session):
        """A firewall that a new Linode is given has a device for it."""
        sim.seed(instances=1)
        wall = Firewall(label="wall", rules={"inbound_policy": "DROP", "outbound_policy": "ACCEPT"})
        session.add(wall)
        session.commit()
        assert len(wall.devices) == 0
        region = session.query(Instance).one().region_id
        session.add(Instance(label="new", region=region, type="g6-nanode-1", firewall=wall))
        session.commit()
        assert len(wall.devices) == 1


def test_answers_of_the_counting_server():
    """The walk goes over many relations, embedded ones and those at paths of their own among them."""
    relations = [model.__mapper__.relations[name] for model, name in RELATIONS]
    assert len(relations) > 30
    assert any(each.embedded for each in relations)
    assert any(each.path for each in relations)
