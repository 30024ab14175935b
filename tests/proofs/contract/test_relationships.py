"""Relationships: references and collections, what each costs, what can be assigned, and what they are called."""

from __future__ import annotations

import pytest

from linode_orm import (
    VPC,
    Config,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Firewall,
    FirewallDevice,
    Image,
    Instance,
    InvalidRequestError,
    Kernel,
    NodeBalancer,
    NodeBalancerConfig,
    ReadOnlyAttribute,
    Region,
    Session,
    Type,
    Volume,
    VPCSubnet,
    inspect,
    selectin,
)
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.relations import Many, One
from linode_orm.models import INDEX


def attached(session):
    """Give a volume that hangs on a Linode."""
    return next(each for each in session.query(Volume) if each.linode_id)


# -- to one ------------------------------------------------------------------------------------------------------------


def test_a_reference_or_none(session, sent):
    """`volume.linode` is a reference or None, `volume.linode_id` the raw id; neither sends anything."""
    volumes = session.query(Volume).all()
    sent()
    for volume in volumes:
        if volume.linode_id is None:
            assert volume.linode is None
        else:
            assert volume.linode is Instance(session, volume.linode_id)
    assert {volume.linode is None for volume in volumes} == {True, False}
    assert sent() == []


def test_where_the_field_has_the_bare_name(session, sent):
    """`instance.region` is the reference, `region_id` the slug, and `str()` of the reference too, at no request."""
    instance = session.query(Instance).first()
    sent()
    assert isinstance(instance.region, Region)
    assert isinstance(instance.type, Type)
    assert isinstance(instance.image, Image)
    assert str(instance.region) == f"{instance.region}" == instance.region_id == instance.region.id
    assert sent() == []


def test_an_object_is_no_slug(session):
    """Comparing a reference with a slug raises, naming the raw id, from either side; the class gives a condition."""
    instance = session.query(Instance).first()
    for compare in (lambda: instance.region == "us-east", lambda: instance.region != "us-east"):
        with pytest.raises(TypeError, match="region_id == 'us-east'"):
            compare()
    with pytest.raises(TypeError, match="region_id"):
        _ = instance.region_id in (instance.region, instance.type)
    found = session.query(Instance).filter(Instance.region == instance.region_id).all()
    assert found == [each for each in session.query(Instance) if each.region_id == instance.region_id]
    assert session.query(Instance).filter(Instance.region == instance.region).all() == found


def test_not_everything_that_looks_like_one_is_a_reference(session):
    """`image.created_by` is a string, for no resource is named like it."""
    assert isinstance(session.query(Image).first().created_by, str)
    assert "created_by" not in Image.__mapper__.relations


def test_what_put_can_change_takes_object_id_and_slug(sim, session, sent):
    """A reference that PUT can change takes an object or an id, and sends the id alone."""
    config = session.query(Instance).first().configs[0]
    sent()
    for kernel in ("linode/latest-32bit", Kernel(session, "linode/direct-disk")):
        config.kernel = kernel
        session.commit()
        name = kernel if isinstance(kernel, str) else kernel.id
        assert sim.requests[-1].body == {"kernel": name}
        assert config.kernel is Kernel(session, name)
        assert config.kernel_id == name
    assert len(sent()) == 2


def test_what_only_an_action_changes(session):
    """Assigning a reference that an action changes names the action."""
    volume = attached(session)
    with pytest.raises(ReadOnlyAttribute, match=r"attach\(\) or detach\(\)"):
        volume.linode = None
    with pytest.raises(ReadOnlyAttribute, match=r"resize\(\)"):
        volume.linode.type = "g6-standard-2"
    with pytest.raises(ReadOnlyAttribute, match=r"migrate\(\)"):
        volume.linode.region = "us-west"
    assert not session.dirty


def test_new_objects_take_every_createable_field(session, sim):
    """On a transient and on a pending object every createable field can be assigned, the ones fixed later too."""
    volume = Volume(label="new", region="us-east")
    volume.size = 30
    session.add(volume)
    volume.size = 40
    volume.linode = session.query(Instance).first()
    volume.region = volume.linode.region
    with pytest.raises(ReadOnlyAttribute, match="status"):
        volume.status = "active"
    session.commit()
    assert sim.requests[-1].body == {
        "label": "new",
        "size": 40,
        "linode_id": volume.linode.id,
        "region": volume.region_id,
    }


def test_a_reference_to_what_is_new(session, sim):
    """A reference may lead to a pending object: it is created first, and its id stands in the other's request."""
    instance = Instance(label="new", region="us-east", type="g6-nanode-1")
    volume = Volume(label="data", linode=instance, size=20)
    session.add(volume)
    assert set(session.new) == {instance, volume}
    assert volume.linode is instance
    assert volume.linode_id is None
    session.commit()
    assert volume.linode_id == instance.id
    assert [each.path for each in sim.requests] == ["/linode/instances", "/volumes"]
    assert sim.requests[-1].body["linode_id"] == instance.id


def test_a_reference_of_another_class(session):
    """A reference takes objects of its class only."""
    volume = Volume(label="new", region="us-east")
    with pytest.raises(TypeError, match="takes Instance"):
        volume.linode = Region(session, "us-east")


# -- to many -----------------------------------------------------------------------------------------------------------


def test_a_collection_loads_once(sim, session, sent):
    """The first `len()`, iteration or index loads it with all pages; later ones send nothing."""
    sim.seed(domains=[{"domain": "big.example.com"}])
    big = session.query(Domain).filter(Domain.domain == "big.example.com").one()
    rows = [{"domain": big.id, "type": "A", "name": f"n{n}", "target": "192.0.2.1"} for n in range(620)]
    sim.seed(records=rows)
    sent()
    records = big.records
    assert sent() == []
    assert len(records) == 620
    asked = sent()
    assert 2 <= len(asked) <= 3
    assert set(asked) == {f"GET /domains/{big.id}/records"}
    assert len(list(records)) == len(records[:]) == 620
    assert records[0] in records
    assert big.records is records
    assert sent() == []


def test_a_collection_is_read_again(sim, session, sent):
    """`.refresh()` reloads it, in the same object."""
    domain = session.query(Domain).first()
    records = domain.records
    assert len(records) == 3
    gone = records[0]
    sim.remove(f"/domains/{domain.id}/records/{gone.id}")
    sim.seed(records=[{"domain": domain.id, "type": "A", "name": "x", "target": "192.0.2.1"}] * 2)
    sent()
    assert len(records) == 3
    records.refresh()
    assert (len(domain.records), gone in list(records)) == (4, False)
    assert sent() == [f"GET /domains/{domain.id}/records"]


def test_a_query_over_a_collection(session, sent):
    """`.query()` gives a Query below the parent."""
    domain = session.query(Domain).first()
    sent()
    found = domain.records.query().filter(DomainRecord.id > 0).order_by(DomainRecord.id.desc()).all()
    assert [each.id for each in found] == sorted((each.id for each in found), reverse=True)
    assert all(each.domain is domain for each in found)
    assert sent() == [f"GET /domains/{domain.id}/records"]


@pytest.mark.parametrize("loaded", [True, False])
def test_a_child_is_appended(sim, session, sent, loaded):
    """`.append` makes a child pending and puts it into the collection; the commit creates it below its parent."""
    instance = session.query(Instance).first()
    if loaded:
        assert len(instance.disks) == 2
    for each in sim.state.rows("Disk"):
        each.change(size=512)  # room for one more
    disk = Disk(label="extra", size=512, filesystem="ext4")
    instance.disks.append(disk)
    assert disk in session.new
    assert inspect(disk).pending
    assert disk.instance is instance
    sent()
    assert disk in list(instance.disks)
    assert len(instance.disks) == 3
    sent()
    session.commit()
    assert sent() == [f"POST /linode/instances/{instance.id}/disks"]
    assert len(instance.disks) == 3
    assert list(instance.disks).count(disk) == 1
    assert session.get(Disk, disk.id, instance) is disk


def test_a_deleted_child_leaves_the_collection(session, sent):
    """After the commit of its deletion a child is in no collection; a rollback of an appended one takes it out."""
    domain = session.query(Domain).first()
    gone = domain.records[0]
    session.delete(gone)
    assert gone in list(domain.records)
    session.commit()
    assert gone not in list(domain.records)
    new = DomainRecord(type="A", name="x", target="192.0.2.1")
    domain.records.append(new)
    assert new in list(domain.records)
    session.rollback()
    assert new not in list(domain.records)


def test_only_new_children_are_appended(session):
    """What exists elsewhere cannot be appended, nor what is of another class; both are said."""
    instance, other = session.query(Instance).limit(2)
    with pytest.raises(InvalidRequestError, match="new children only"):
        instance.disks.append(other.disks[0])
    with pytest.raises(TypeError, match="takes Disk"):
        instance.disks.append(Volume(label="x", region="us-east"))
    with pytest.raises(InvalidRequestError, match="new children only"):
        instance.volumes.append(session.query(Volume).first())
    with pytest.raises(ReadOnlyAttribute, match=r"append\(\)"):
        instance.disks = []


def test_what_the_parent_holds_costs_nothing(session, sim, sent):
    """`vpc.subnets` stands in the answer of the VPC and is filled from it."""
    vpc = session.query(VPC).first()
    sent()
    assert len(vpc.subnets) == 2
    assert all(type(each) is VPCSubnet and each.vpc is vpc for each in vpc.subnets)
    assert sent() == []
    assert session.get(VPCSubnet, vpc.subnets[0].id, vpc) is vpc.subnets[0]
    assert sent() == []


def test_selectin_takes_the_cheapest_list(session, sent):
    """`selectin` loads relations to one and to many for all results, and from there, one list each."""
    volumes = session.query(Volume).options(selectin(Volume.linode)).all()
    assert sent() == ["GET /volumes", "GET /linode/instances"]
    assert all(each.linode.label for each in volumes if each.linode)
    assert sent() == []
    found = session.query(Domain).options(selectin(Domain.records)).all()
    lines = sent()
    assert sorted(lines) == sorted(["GET /domains", *(f"GET /domains/{each.id}/records" for each in found)])
    assert all(len(each.records) == 3 for each in found)
    assert sent() == []


def test_selectin_goes_on_from_there(session, sent):
    """A path of relations is loaded step by step, each for all objects at once."""
    balancers = session.query(NodeBalancer).options(selectin(NodeBalancer.configs, NodeBalancerConfig.nodes)).all()
    sent()
    assert all(node.label for each in balancers for config in each.configs for node in config.nodes)
    assert sent() == []


def test_selectin_refuses_what_is_no_relation():
    """`selectin` takes relations and says so."""
    with pytest.raises(TypeError, match="takes relations"):
        selectin(Instance.label)


# -- names -------------------------------------------------------------------------------------------------------------


def test_fields_keep_their_names(session):
    """What PUT takes or answers one object is a value of its own name; the collection has another."""
    instance = session.query(Instance).first()
    assert instance.backups.enabled in {True, False}
    assert isinstance(Instance.backup_list, Many)
    config = instance.configs[0]
    assert isinstance(config.interfaces, list)
    assert isinstance(Config.interface_list, Many)
    firewall = session.query(Firewall).first()
    assert firewall.rules.inbound_policy in {"ACCEPT", "DROP"}


def test_rules_have_a_path_of_their_own(session, sim, sent):
    """An edit of `firewall.rules` is read again and commits as PUT to that path, with the whole rules and nothing else."""
    firewall = session.query(Firewall).first()
    sent()
    other = "ACCEPT" if firewall.rules.inbound_policy == "DROP" else "DROP"
    firewall.rules.inbound_policy = other
    session.commit()
    path = f"/networking/firewalls/{firewall.id}"
    assert sent() == [f"GET {path}", f"PUT {path}/rules"]
    assert sim.requests[-1].body["inbound_policy"] == other
    assert sim.requests[-1].body.keys() >= {"inbound", "outbound", "inbound_policy", "outbound_policy"}
    assert firewall.rules.inbound_policy == other
    assert not session.dirty


def test_lists_of_a_create_are_the_collection(session, sim):
    """Children that the parent's POST takes are given as the collection, and created by it."""
    balancer = NodeBalancer(label="new", region="us-east", configs=[NodeBalancerConfig(port=80, protocol="http")])
    session.add(balancer)
    assert [type(each).__name__ for each in session.new] == ["NodeBalancer", "NodeBalancerConfig"]
    session.commit()
    assert [(each.method, each.path) for each in sim.requests] == [("POST", "/nodebalancers")]
    assert sim.requests[0].body["configs"] == [{"port": 80, "protocol": "http"}]
    assert [each.port for each in balancer.configs] == [80]
    assert [each.path for each in sim.requests[1:]] == [f"/nodebalancers/{balancer.id}/configs"]


def test_a_family_can_be_taken_back_and_added_again(session, sim):
    """A rollback leaves a new parent with its children as they were made; added again, all of them are."""
    balancer = NodeBalancer(label="new", region="us-east", configs=[NodeBalancerConfig(port=80, protocol="http")])
    session.add(balancer)
    session.rollback()
    assert session.new == ()
    assert [each.port for each in balancer.configs] == [80]
    session.add(balancer)
    session.commit()
    assert len(sim.requests) == 1


def test_collections_are_called_like_the_path():
    """A collection below its parent has the name of the path's last segment, or another from the one table."""
    for name, attribute in {
        "Instance": "volumes",
        "Domain": "records",
        "Firewall": "devices",
        "VPC": "subnets",
    }.items():
        assert isinstance(lookup(name).__mapper__.relations[attribute], Many)


def test_no_other_clash():
    """No attribute, relation or action of a class takes another's name."""
    for name in INDEX:
        mapper = lookup(name).__mapper__
        names = [*mapper.fields, *mapper.relations, *mapper.operations]
        assert len(names) == len(set(names)), name
        assert not {"save", "delete", "wait_until"} & set(names), name


def test_the_field_wins_over_the_action(session, sim):
    """`event.seen` is the field, and the action has a verb."""
    session.query(Volume).first().resize(size=100)
    event = session.query(Event).first()
    assert event.seen is False
    event.mark_seen()
    assert sim.requests[-1].path == f"/account/events/{event.id}/seen"
    assert event.seen is True


# -- catalogues --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "path"), [(Region, "/regions"), (Type, "/linode/types"), (Kernel, "/linode/kernels")]
)
def test_catalogues(sim, session, sent, model, path):
    """One list request for all of a catalogue; an id outside costs one GET, remembered too; old ones are read again."""
    rows = [row.id for row in sim.state.rows(model.__name__)]
    names = [model(session, each).label for each in rows[:3]]
    assert len(names) == 3
    assert sent() == [f"GET {path}"]
    for _ in range(2):
        assert session.get(model, "no/such-thing") is None
    assert sent() == [f"GET {path}/no%2Fsuch-thing"]
    with Session(client=session.client) as other:
        assert other.get(model, rows[0]).label
        assert sent() == []
        sim.clock.advance(10_000)
    with Session(client=session.client) as later:
        assert later.get(model, rows[0]).label
        assert sent() == [f"GET {path}"]


def test_every_relation_leads_somewhere():
    """Each relation of each class names a class that exists, and each reference a field or a parent."""
    for name in INDEX:
        mapper = lookup(name).__mapper__
        for relation in mapper.relations.values():
            assert relation.target in INDEX
            if isinstance(relation, One):
                assert relation.via in mapper.fields or relation.name == mapper.parent_attribute, name


def test_devices_of_a_firewall(session, sent):
    """A firewall's devices are a collection of their own class."""
    firewall = session.query(Firewall).first()
    assert all(type(each) is FirewallDevice and each.firewall is firewall for each in firewall.devices)
    assert sent()[-1] == f"GET /networking/firewalls/{firewall.id}/devices"
