"""Typed seed data: what `sim.make` makes, what `sim.seed` and `sim.read` return, and what they refuse."""

from __future__ import annotations

import ast
from datetime import UTC, datetime

import pytest

from linode_orm import (
    Account,
    DetachedInstanceError,
    Disk,
    Firewall,
    Instance,
    InvalidRequestError,
    LKENodePool,
    NodeBalancerNode,
    ObjectStorageBucket,
    Region,
    Session,
    Type,
    Volume,
    models,
)
from linode_orm.mapping import Field, Model, One, ReadOnly, registry
from linode_orm.simulator import Simulator
from tests.places import ROOT

STUBS = sorted((ROOT / "linode_orm" / "models").rglob("_factories.pyi"))
WITHOUT_ID = {"AccountMaintenance", "FirewallVersion", "InvoiceItem", "Notification", "VPCIPAddress", "VPCIPv6Address"}


def stub_methods():
    """Give each factory of the stubs with its arguments and the class that it returns."""
    for path in STUBS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node.name, [each.arg for each in node.args.kwonlyargs], ast.unparse(node.returns)


METHODS = {name: (arguments, model) for name, arguments, model in stub_methods()}


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_factory(name):
    """Each factory of the stubs makes an object of its class, takes what they say, and the account has it."""
    arguments, returned = METHODS[name]
    model = getattr(models, returned)
    sim = Simulator()
    made = getattr(sim.make, name)()
    assert type(made) is model
    assert set(arguments) <= set(model.__mapper__.attributes)
    if returned not in WITHOUT_ID:
        assert type(sim.read(made)) is model
        assert sim.read(made).__identity__ == made.__identity__
    assert sim.requests == []


def test_every_class_has_one():
    """Every class that has objects has a factory, and `dir` lists it."""
    mappers = {name: getattr(models, name).__mapper__ for name in models.INDEX}
    made = {
        name
        for name, each in mappers.items()
        if not each.singleton and (each.parent is not None or not each.placeholders)
    }
    assert {model for _, model in METHODS.values()} == made
    assert set(METHODS) <= set(dir(Simulator().make))


def test_what_is_given(sim, session):
    """Attributes are given as in Python, read-only ones too, and the account answers them."""
    created = datetime(2020, 5, 4, 3, 2, 1, tzinfo=UTC)
    made = sim.make.instance(
        label="web", status="offline", tags=["a", "b"], created=created, region="eu-west", type="g6-standard-4"
    )
    assert (made.label, made.status, list(made.tags), made.created) == ("web", "offline", ["a", "b"], created)
    assert (made.region_id, made.type_id, made.specs.memory) == ("eu-west", "g6-standard-4", 8192)
    found = session.load(Instance, made.id)
    assert (found.label, found.status, list(found.tags), found.created) == ("web", "offline", ["a", "b"], created)
    assert found.specs.memory == 8192


def test_references(sim, session):
    """A reference takes an object of the account or of a session, an id or a slug, and is followed in the account."""
    web = sim.make.instance(label="web")
    volumes = [sim.make.volume(linode=each) for each in (web, session.load(Instance, web.id), web.id)]
    volumes.append(sim.make.volume(linode_id=web.id, region=sim.read(Region, "us-east")))
    assert {each.linode.label for each in volumes} == {each.linode_label for each in volumes} == {"web"}
    assert volumes[-1].region.country == "us"
    assert sim.make.volume().linode is None
    assert sim.make.instance(type=sim.read(Type, "g6-nanode-1")).specs.memory == 1024


def test_parents(sim, session):
    """A child is made below the parent that is given, else below one of its own, at any depth."""
    web = sim.make.instance()
    disk = sim.make.disk(instance=web, size=512)
    assert sim.make.disk(instance=web.id).instance.id == web.id
    assert sim.make.disk().instance.id not in {web.id, None}
    assert disk.instance.label == web.label
    node = sim.make.node_balancer_node(address="192.168.0.1:80")
    balancer = node.node_balancer_config.node_balancer
    other = sim.make.node_balancer_node(node_balancer_config=(balancer.id, node.node_balancer_config.id))
    assert other.node_balancer_config.id == node.node_balancer_config.id
    found = session.load(NodeBalancerNode, node.id, (balancer.id, node.node_balancer_config.id))
    assert found.address == "192.168.0.1:80"
    assert sim.read(NodeBalancerNode, node.id, node.node_balancer_config).address == "192.168.0.1:80"
    with pytest.raises(LookupError, match="no Instance 5 "):
        sim.make.disk(instance=5)


def test_nested_values_and_composite_ids(sim, session):
    """Nested values are given as dicts, and an id of several parts names the object."""
    made = sim.make.firewall(
        rules={"inbound_policy": "ACCEPT", "outbound_policy": "DROP", "inbound": [], "outbound": []}
    )
    assert (made.rules.inbound_policy, session.load(Firewall, made.id).rules.outbound_policy) == ("ACCEPT", "DROP")
    bucket = sim.make.object_storage_bucket(region="us-east", label="b")
    assert sim.read(ObjectStorageBucket, ("us-east", "b")).label == bucket.label == "b"


def test_reading(sim, session):
    """`read` shows what stands in the account now, by class and id, by an object, and by a path."""
    made = sim.make.volume(label="before")
    found = session.load(Volume, made.id)
    found.label = "after"
    session.commit()
    assert made.label == "before"
    assert sim.read(made).label == sim.read(Volume, made.id).label == sim.read(found).label == "after"
    assert sim.read(f"/volumes/{made.id}")["label"] == "after"
    assert sim.read(Account).email
    for missing in (lambda: sim.read(Volume, 5), lambda: sim.read("/volumes/5"), lambda: sim.read(Volume(label="new"))):
        with pytest.raises(LookupError):
            missing()


def test_changing(sim, session):
    """`change` and `remove` take an object, with attributes by name, or a path, with raw keys."""
    web, volume = sim.make.instance(), sim.make.volume()
    found = session.load(Volume, volume.id)
    assert sim.change(volume, label="other", linode=web).linode.id == web.id
    session.refresh(found)
    assert (found.label, found.linode_id) == ("other", web.id)
    assert sim.change(found, label="third").label == "third"
    assert sim.change(f"/volumes/{volume.id}", label="fourth")["label"] == "fourth"
    assert sim.change(sim.read(Account), email="me@example.org").email == "me@example.org"
    assert session.account.email == "me@example.org"
    sim.change(volume, linode=None)
    sim.remove(volume)
    assert session.query(Volume).all() == []
    with pytest.raises(LookupError, match="no Volume"):
        sim.remove(volume)
    with pytest.raises(LookupError, match="no Volume"):
        sim.change(volume, label="fifth")


def test_seed_gives_objects(sim):
    """What `seed` returns has objects by class, in the order in which they were made, and bodies by keyword."""
    made = sim.seed(instances=2, disks=1, volumes=[{"label": "data", "size": 40}])
    assert [each.id for each in made[Instance]] == [each["id"] for each in made["instances"]]
    assert [each.instance.id for each in made[Disk]] == [each.id for each in made[Instance]]
    assert made[Volume][0].size == 40
    assert list(made) == ["instances", "volumes", "disks"]
    with pytest.raises(KeyError, match="Firewall"):
        made[Firewall]


def test_what_a_row_object_refuses(sim):
    """It shows what was there: an assignment, a collection and a save are refused with the call that does it."""
    volume = sim.make.volume(label="data")
    with pytest.raises(InvalidRequestError, match=r"sim.change\(x, name=value\) changes it"):
        volume.label = "other"
    with pytest.raises(InvalidRequestError, match=r"sim.change"):
        volume.tags.append("x")
    assert (volume.label, list(volume.tags)) == ("data", list(sim.read(volume).tags))
    web = sim.make.instance()
    for refused in (lambda: web.disks, web.save, web.reboot):
        with pytest.raises(DetachedInstanceError, match="shows a row of the simulated account; ask a session"):
            refused()


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (lambda make: make.volume(sise=3), TypeError, "Volume has no attribute 'sise'; did you mean 'size'"),
        (lambda make: make.volume(size="3"), TypeError, "Volume.size: int expected, not '3'"),
        (lambda make: make.volume(linode=Disk), TypeError, "Volume.linode: int"),
        (lambda make: make.volum(), AttributeError, r"no class is made by sim.make.volum\(\); did you mean 'volume'"),
        (lambda make: make.account(), TypeError, "Account is there once, from the beginning"),
        (lambda make: make.vpc(subnets=[]), TypeError, "VPC.subnets is a collection"),
        (lambda make: make.lke_tiered_version(), TypeError, "LKETieredVersion lies below no object"),
    ],
)
def test_what_a_factory_refuses(sim, call, kind, said):
    """A mistyped attribute or class, a wrong value, and what is no object of its own are refused by name."""
    with pytest.raises(kind, match=said):
        call(sim.make)


def test_classes_of_your_own(monkeypatch):
    """`sim.make(Class, ...)` makes objects of a class that a program declares itself."""
    monkeypatch.setattr(registry, "_classes", dict(registry._classes))
    before = Simulator()

    class Samovar(Model, path="/samovars"):
        """A samovar."""

        id: ReadOnly[int]
        label: Field[str]

    class Glass(Model, path="/samovars/{samovar}/glasses", parent="Samovar"):
        """A glass of a samovar."""

        id: ReadOnly[int]
        size: Field[int]
        samovar: One[Samovar] = One("Samovar")

    with Simulator() as sim, Session(client=sim.client()) as session:
        samovar = sim.make(Samovar, label="big")
        sim.make(Glass, samovar=samovar, size=3)
        assert [(each.size, each.samovar.label) for each in session.query(Glass)] == [(3, "big")]
        assert sim.read(Samovar, samovar.id).label == "big"
    with pytest.raises(LookupError, match="serves no Samovar: its class was declared after the simulator was made"):
        before.make(Samovar, label="big")


def test_pools_of_a_cluster(sim, session):
    """What is made below a parent is among its children."""
    cluster = sim.make.lke_cluster(label="c")
    pool = sim.make.lke_node_pool(lke_cluster=cluster, count=2)
    assert [each.id for each in session.query(LKENodePool).filter(LKENodePool.lke_cluster == cluster.id)] == [pool.id]
