"""Getting objects: requests, identity, lazy and volatile values, null and missing."""

from __future__ import annotations

import copy
import gc
import pickle

import pytest

from linode_orm import (
    AttributeMissing,
    DetachedInstanceError,
    Disk,
    Instance,
    InvalidRequestError,
    NodeBalancerNode,
    NotFound,
    Region,
    ResponseError,
    Session,
    Volume,
    inspect,
    raiseload,
    selectin,
)
from linode_orm.mapping import Many


def first(sim, name="Instance"):
    """Give the row of the first object of a class."""
    return next(iter(sim.state.rows(name)))


def test_get_costs_one_request_once(session, sim, sent):
    """`get` sends one GET for what is not loaded, and none afterwards; `load` always sends one."""
    key = first(sim).id
    instance = session.get(Instance, key)
    assert sent() == [f"GET /linode/instances/{key}"]
    assert session.get(Instance, str(key)) is instance
    assert sent() == []
    assert session.load(Instance, key) is instance
    assert sent() == [f"GET /linode/instances/{key}"]


def test_what_is_not_there(session, sent):
    """`get` gives None, `load` raises `NotFound`, and a reference raises it at its first read."""
    assert session.get(Instance, 1) is None
    with pytest.raises(NotFound, match="GET /linode/instances/1: 404 Not found") as caught:
        session.load(Instance, 1)
    assert caught.value.status == 404
    reference = Instance(session, 2)
    sent()
    with pytest.raises(NotFound):
        _ = reference.label
    assert sent() == ["GET /linode/instances/2"]


def test_a_reference_loads_once(session, sim, sent):
    """Naming sends nothing; the first read of an attribute loads the whole object."""
    reference = Instance(session, first(sim).id)
    assert (reference.id, sent()) == (first(sim).id, [])
    assert reference.label == first(sim).body["label"]
    assert reference.specs.memory
    assert sent() == [f"GET /linode/instances/{reference.id}"]


def test_children_name_their_parent(session, sim, sent):
    """A child is named by its id and its parent's; the parent is reached without a request."""
    row = first(sim, "Disk")
    disk = Disk(session, row.id, int(row.parents[0]))
    assert disk.instance.id == int(row.parents[0])
    assert disk.instance is Instance(session, int(row.parents[0]))
    assert sent() == []
    node = first(sim, "NodeBalancerNode")
    balancer, config = map(int, node.parents)
    assert NodeBalancerNode(session, node.id, (balancer, config)).label == node.body["label"]
    assert sent() == [f"GET /nodebalancers/{balancer}/configs/{config}/nodes/{node.id}"]


@pytest.mark.parametrize("key", ["../x", "five", 1.5, None, True, [1], ""])
def test_ids_of_another_type_are_refused(session, sent, key):
    """An id that cannot be one is refused before any request, naming the field."""
    with pytest.raises((InvalidRequestError, TypeError), match="Instance"):
        Instance(session, key)
    assert sent() == []


@pytest.mark.parametrize(
    ("key", "path"), [("linode/debian12", "linode%2Fdebian12"), ("../x", "..%2Fx"), ("..", "%2E%2E")]
)
def test_texts_as_ids_are_data(session, sent, key, path):
    """Whatever stands in a text id is quoted whole."""
    from linode_orm import Image

    session.get(Image, key)
    assert sent() == [f"GET /images/{path}"]


def test_one_thing_is_one_object(session, sim, sent):
    """Query, get, reference, relation and action give the same object."""
    volume = next(row for row in sim.state.rows("Volume") if row.body["linode_id"])
    through_query = session.query(Volume).filter(Volume.id == volume.id).one()
    assert session.get(Volume, volume.id) is through_query
    assert Volume(session, volume.id) is through_query
    assert through_query.linode is Instance(session, volume.body["linode_id"])
    assert through_query.resize(size=through_query.size + 10) is through_query
    assert through_query in list(through_query.linode.volumes)


def test_volatile_values_are_read_again(sim, sent):
    """A volatile value is read again when it is older than `volatile_ttl`, never with None; pending edits stay."""
    with Session(client=sim.client(), volatile_ttl=15) as session:
        instance = session.load(Instance, first(sim).id)
        instance.label = "mine"
        sim.change(f"/linode/instances/{instance.id}", status="offline", label="theirs")
        assert instance.status == "running"
        sent()
        sim.clock.advance(16)
        assert (instance.status, instance.label) == ("offline", "mine")
        assert sent() == [f"GET /linode/instances/{instance.id}"]
        assert inspect(instance).history["label"].theirs == "theirs"
    with Session(client=sim.client(), volatile_ttl=None) as session:
        instance = session.load(Instance, first(sim).id)
        sent()
        sim.clock.advance(10_000)
        _ = instance.status
        assert sent() == []


def test_stale_objects_of_a_query_are_read_together(session, sim, sent):
    """Many stale volatile values cost one list."""
    instances = session.query(Instance).all()
    sim.clock.advance(16)
    sent()
    assert [each.status for each in instances] == ["running"] * 6
    assert len(sent()) == 1


def test_references_of_a_query_are_loaded_together(session, sent):
    """`volume.linode.label` in a loop costs one list for all volumes."""
    volumes = session.query(Volume).all()
    sent()
    assert all(each.linode.label for each in volumes if each.linode)
    assert sent() == ["GET /linode/instances"]


def test_lazy_raise_refuses_implicit_requests(sim, sent):
    """With `lazy="raise"` no read sends anything, stale volatile ones neither."""
    with Session(client=sim.client(), lazy="raise") as session:
        instance = session.query(Instance).first()
        sent()
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = instance.region.country
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            len(instance.disks)
        sim.clock.advance(16)
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = instance.status
        assert sent() == []
        session.refresh(instance)
        assert instance.status == "running"


@pytest.mark.parametrize(
    "name", [name for name, each in Instance.__mapper__.relations.items() if isinstance(each, Many)]
)
def test_refresh_of_a_collection_is_an_explicit_request(sim, name):
    """`x.disks.refresh()` reads where implicit requests are refused: those of the session, and those of a query."""
    with Session(client=sim.client(), lazy="raise") as session, Session(client=sim.client()) as other:
        for instance in (session.query(Instance).first(), other.query(Instance).options(raiseload()).first()):
            collection = getattr(instance, name)
            with pytest.raises(InvalidRequestError):
                len(collection)
            collection.refresh()
            assert len(collection) >= 0


def test_raiseload_refuses_relations_of_one_query(session, sent):
    """`raiseload()` refuses implicit requests for the relations of the objects that a query gives."""
    instance = session.query(Instance).options(raiseload()).first()
    sent()
    with pytest.raises(InvalidRequestError, match="raiseload"):
        _ = instance.region.country
    assert sent() == []


def test_selectin(session, sent):
    """`selectin` loads relations of all results at once."""
    found = session.query(Instance).options(selectin(Instance.volumes), selectin(Instance.disks)).all()
    lines = sent()
    assert lines.count("GET /volumes") == 1
    assert len(lines) == 2 + len(found)
    assert all(disk.label for each in found for disk in each.disks)
    assert sum(len(each.volumes) for each in found) > 0
    assert sent() == []


def test_catalogues_cost_one_list(sim, sent):
    """Regions come from one list that all sessions of a client share; an unknown one costs one GET, remembered."""
    client = sim.client()
    for _ in range(2):
        with Session(client=client) as session:
            assert all(each.region.country for each in session.query(Instance))
    assert sent().count("GET /regions") == 1
    with Session(client=client) as session:
        assert session.get(Region, "us-east").country == "us"
        assert sent() == []
        session.load(Region, "us-east")
        assert sent() == ["GET /regions/us-east"]


def test_looking_sends_nothing(session, sim, sent):
    """repr, ==, hash, copy, dir, pickling and private names never send, on references either."""
    reference = Instance(session, first(sim).id)
    for look in (repr, str, hash, dir, copy.copy, pickle.dumps, vars):
        look(reference)
    assert not hasattr(reference, "_private")
    assert reference == reference  # noqa: PLR0124  the point
    assert sent() == []


def test_pickled_objects_arrive_detached(session, sim):
    """A pickled object keeps its values and refuses to load more."""
    instance = session.load(Instance, first(sim).id)
    twin = pickle.loads(pickle.dumps(instance))
    assert (twin.label, list(twin.tags)) == (instance.label, list(instance.tags))
    with pytest.raises(DetachedInstanceError):
        twin.save()


def test_null_missing_and_unloaded(session, sim):
    """`inspect` tells null, absent and unloaded apart; a missing key that may not be raises `AttributeMissing`."""
    row = first(sim)
    row.change(placement_group=None)
    del row.body["hypervisor"], row.body["locks"]
    row._of = None
    instance = session.load(Instance, row.id)
    assert instance.placement_group is None
    assert instance.locks is None
    with pytest.raises(AttributeMissing, match="hypervisor"):
        _ = instance.hypervisor
    assert "label" in inspect(Instance(session, 99)).unloaded


def test_unknown_keys_and_wrong_types(session, sim):
    """A key that no declaration knows is readable by name; a wrong type is reported at its first read."""
    row = first(sim)
    row.change(brand_new={"deep": [1]}, watchdog_enabled="yes")
    instance = session.load(Instance, row.id)
    assert instance.brand_new == {"deep": [1]}
    with pytest.raises(ResponseError, match=rf"Instance {row.id}.*watchdog_enabled.*bool expected, not 'yes'"):
        _ = instance.watchdog_enabled
    assert instance.label


def test_detached_objects_keep_their_values(session, sim, sent):
    """After a delete an object is detached, keeps its last values, and never refreshes."""
    instance = session.load(Instance, first(sim).id)
    label = instance.label
    session.delete(instance)
    session.commit()
    sim.clock.advance(1000)
    sent()
    assert (instance.label, instance.status) == (label, "running")
    assert sent() == []
    assert inspect(instance).detached


def test_singletons(session, sent):
    """The account is one object, loaded at the first read."""
    assert session.account is session.account
    assert sent() == []
    assert session.account.email
    assert sent() == ["GET /account"]
    session.account.company = "Other"
    session.commit()
    assert sent() == ["PUT /account"]


def test_singletons_are_held(session, sent):
    """The session holds its account and its profile, though nobody else does: reading another attribute sends nothing."""
    assert session.account.email
    assert session.profile.username
    gc.collect()
    assert session.account.company is not None
    assert session.profile.email
    assert sent() == ["GET /account", "GET /profile"]


def test_addresses_are_one_class(session, sim, sent):
    """The addresses of a Linode are `IPAddress` objects, the same as those under /networking/ips."""
    instance = session.load(Instance, first(sim).id)
    assert {each.address for each in instance.ips} >= set(instance.ipv4)
    assert sent() == [f"GET /linode/instances/{instance.id}", f"GET /linode/instances/{instance.id}/ips"]
    address = instance.allocate_ip(public=False, type="ipv4")
    assert type(address).__name__ == "IPAddress"
    assert address in list(instance.ips)
    address.rdns = "host.example.org"
    session.commit()
    assert sent()[-1] == f"PUT /networking/ips/{address.address}"


def test_backups_are_gathered(session, sim):
    """Automatic backups and snapshots, which an answer scatters, are one collection beside the field."""
    instance = session.load(Instance, first(sim).id)
    assert instance.backups.enabled is False
    assert len(instance.backup_list) == 0


def test_children_of_composite_ids(session, sim, sent):
    """A bucket is named by region and label, and what hangs on it by the bucket."""
    from linode_orm import ObjectStorageBucket, ObjectStorageBucketAccess

    sim.seed(buckets=[{"region": "us-east", "label": "photos"}])
    bucket = session.get(ObjectStorageBucket, ("us-east", "photos"))
    assert bucket is ObjectStorageBucket(session, ("us-east", "photos"))
    access = session.load(ObjectStorageBucketAccess, bucket)
    assert access is session.load(ObjectStorageBucketAccess, ("us-east", "photos"))
    assert access.object_storage_bucket is bucket
    path = "/object-storage/buckets/us-east/photos"
    assert sent() == [f"GET {path}", f"GET {path}/access", f"GET {path}/access"]


def test_references_that_were_loaded_stay(session, sent):
    """Objects that others of the same query need are held by it once it loads, so that they are not read twice."""
    volumes = [each for each in session.query(Volume) if each.linode_id]
    loaded = session.load(Instance, volumes[0].linode_id)
    _ = volumes[1].linode.label
    sent()
    del loaded
    gc.collect()
    assert all(each.linode.label for each in volumes)
    assert sent() == []


def test_what_asks_for_more_than_its_key(session, sim, sent):
    """Who may reach an object of a bucket is asked for by the object's name; a read without it is refused, and says how."""
    from linode_orm import ObjectStorageBucket, ObjectStorageObjectACL

    sim.seed(buckets=[{"region": "us-east", "label": "photos"}])
    bucket = ObjectStorageBucket(session, ("us-east", "photos"))
    for read in (
        lambda: session.load(ObjectStorageObjectACL, bucket),
        lambda: session.get(ObjectStorageObjectACL, bucket),
        lambda: ObjectStorageObjectACL(session, bucket).acl,
        lambda: session.refresh(ObjectStorageObjectACL(session, bucket)),
    ):
        with pytest.raises(InvalidRequestError, match=r"bucket\.object_acl\(name=\.\.\.\) reads it"):
            read()
    assert sent() == []
    assert bucket.object_acl(name="me.png").acl == "private"


def test_a_singleton_whose_creation_is_answered_with_nothing(session, sim, sent):
    """`{}` answers the POST of a bucket's access: it is done, in one request, and read again where it is wanted."""
    from linode_orm import ObjectStorageBucket, ObjectStorageBucketAccess

    sim.seed(buckets=[{"region": "us-east", "label": "photos"}])
    bucket = ObjectStorageBucket(session, ("us-east", "photos"))
    access = ObjectStorageBucketAccess(object_storage_bucket=bucket, acl="public-read")
    session.add(access)
    assert session.commit().counts == {"applied": 1}
    assert sent() == ["POST /object-storage/buckets/us-east/photos/access"]
    assert access.acl == "public-read"
