"""Client and Session: how they are made, what they share, how they end, and which object is which."""

from __future__ import annotations

import copy
import gc
import inspect as python
import pickle
import threading
import weakref

import pytest

from linode_orm import (
    Client,
    CommitError,
    ConfigError,
    DetachedInstanceError,
    Disk,
    Domain,
    DomainRecord,
    Instance,
    InvalidRequestError,
    IPAddress,
    LKEControlPlaneACL,
    LKETieredVersion,
    NotFound,
    ReadOnlyAttribute,
    Session,
    User,
    UserGrants,
    Volume,
    inspect,
    sessionmaker,
)
from linode_orm.session.verbs.sessionmaker import Options


def ids(sim, name):
    """Give the ids of all objects of a class."""
    return [row.id for row in sim.state.rows(name)]


# -- making them -------------------------------------------------------------------------------------------------------


def test_signatures():
    """The options have the names and defaults of the contract; all but the token are named."""
    options = python.signature(Client).parameters
    expected = {"base_url": None, "workers": 8, "timeout": 30.0, "deadline": 60.0, "read_only": False}
    assert {name: options[name].default for name in expected} == expected
    assert next(iter(options)) == "token"
    assert all(each.kind is each.KEYWORD_ONLY for name, each in options.items() if name != "token")
    options = python.signature(Session).parameters
    expected = {"client": None, "base_url": None, "volatile_ttl": 15.0, "strict_filters": False, "lazy": "batch"}
    assert {name: options[name].default for name in expected} == expected
    assert next(iter(options)) == "token"
    assert all(each.kind is each.KEYWORD_ONLY for name, each in options.items() if name != "token")


def test_a_session_alone_makes_its_client(monkeypatch, tmp_path):
    """`Session()` finds token and address in the environment, and closes the client that it made."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LINODE_CLI_TOKEN", raising=False)
    monkeypatch.setenv("LINODE_TOKEN", "a-token")
    monkeypatch.setenv("LINODE_API_URL", "http://127.0.0.1:1/v4")
    with Session() as session:
        client = session.client
        assert client.base_url == "http://127.0.0.1:1"
        assert client.requests_sent == 0
    with pytest.raises(InvalidRequestError, match="the client is closed"):
        client.request("GET", "/account")
    monkeypatch.delenv("LINODE_TOKEN")
    with pytest.raises(ConfigError, match="LINODE_CLI_TOKEN"):
        Session()


def test_the_profile_of_linode_cli(monkeypatch, tmp_path):
    """`profile` names a user of linode-cli's file."""
    for name in ("LINODE_TOKEN", "LINODE_CLI_TOKEN", "LINODE_API_URL", "XDG_CONFIG_HOME", "LINODE_CLI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "linode-cli").write_text("[DEFAULT]\ndefault-user = a\n[a]\ntoken = of-a\n")
    with Session(profile="a") as session:
        assert session.client.base_url == "https://api.linode.com"
    with pytest.raises(ConfigError, match="'b'"):
        Session(profile="b")


def test_a_given_client_stays_open(sim):
    """A session closes only what is its own, and takes no second token beside a client."""
    client = sim.client()
    with Session(client=client):
        pass
    with Session(client=client) as session:
        assert session.account.email
    with pytest.raises(InvalidRequestError, match="the client has its own"):
        Session("a-token", client=client)


@pytest.mark.parametrize("wrong", [{"lazy": "eager"}, {"on_error": "hope"}])
def test_options_out_of_range(sim, wrong):
    """An option with a value that there is not is refused, naming those that there are."""
    with pytest.raises(InvalidRequestError, match=f"{next(iter(wrong))} is '"):
        Session(client=sim.client(), **wrong)


def test_each_operation_has_its_version(sim, session):
    """An operation of v4beta goes there, whatever the address said."""
    with pytest.raises(NotFound):
        session.load(LKETieredVersion, "1.0", "standard")
    session.get(Instance, 1)
    assert [(each.version, each.path) for each in sim.requests] == [
        ("v4beta", "/lke/tiers/standard/versions/1.0"),
        ("v4", "/linode/instances/1"),
    ]


def test_read_only_sends_nothing_but_gets(sim, sent):
    """A read-only client refuses actions, saves and deletions, each by name, before anything is sent."""
    with Session(client=sim.client(read_only=True)) as session:
        instance = session.query(Instance).first()
        instance.label = "x"
        sent()
        for write in (instance.reboot, instance.save, instance.delete, session.commit):
            with pytest.raises(InvalidRequestError, match="read-only"):
                write()
        assert sent() == []
        assert instance.label == "x"
        assert session.is_modified(instance)


# -- factories, blocks and ends ----------------------------------------------------------------------------------------


def test_a_factory_passes_its_options_on(sim, sent):
    """`sessionmaker` gives sessions of one client with its options; a call may say otherwise."""
    make = sessionmaker(client=sim.client(), lazy="raise")
    one, two, three = make(), make(), make(lazy="batch")
    assert one is not two
    assert one.client is two.client is three.client
    assert sent() == []
    for refusing in (one, two):
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = Instance(refusing, 5).label
    assert sent() == []
    with pytest.raises(NotFound):
        _ = Instance(three, 5).label
    assert sent() == ["GET /linode/instances/5"]


def test_a_factory_knows_its_options(sim):
    """An option that no session has is refused where the factory is made or called."""
    with pytest.raises(TypeError, match=r"no option 'lazzy'; there are .*lazy"):
        sessionmaker(client=sim.client(), lazzy="raise")
    with pytest.raises(TypeError, match="no option 'lazzy'"):
        sessionmaker(client=sim.client())(lazzy="raise")
    assert Options.__annotations__.keys() == python.signature(Session).parameters.keys()


def test_the_end_of_a_session_sends_nothing(sim, sent):
    """`with Session()` closes at the end; what was pending is not sent, and the objects are detached."""
    with Session(client=sim.client()) as session:
        volume = session.query(Volume).first()
        volume.label = "never"
        new = Volume(label="new", region="us-east")
        session.add(new)
        sent()
    assert sent() == []
    assert inspect(volume).detached
    assert volume.size
    with pytest.raises(DetachedInstanceError, match="get it again"):
        volume.save()
    with pytest.raises(InvalidRequestError, match="closed"):
        session.query(Volume)
    assert inspect(new).transient


@pytest.mark.parametrize("how", ["session", "factory"])
def test_a_block_that_cannot_be_committed(sim, how):
    """A `CommitError` at the end of a block leaves the session open, and its commit carries on."""
    sim.faults.add("PUT", "/volumes/*", nth=1, action=400)
    make = sessionmaker(client=sim.client(workers=1))
    with pytest.raises(CommitError) as caught:  # noqa: PT012  the block is the point
        if how == "factory":
            with make.begin() as session:
                for volume in session.query(Volume).all():
                    volume.tags.add("x")
        else:
            with make() as session, session.begin():
                for volume in session.query(Volume).all():
                    volume.tags.add("x")
    error = caught.value
    assert error.session is session
    assert len(error.failed) == 1
    assert len(error.applied) + len(error.failed) + len(error.pending) == 6
    report = error.session.commit()
    assert len(report.applied) == 6 - len(error.applied)
    assert all("x" in row.body["tags"] for row in sim.state.rows("Volume"))


def test_a_block_that_raises(sim, session, sent):
    """A block that raises is rolled back, and nothing is sent."""
    volume = session.query(Volume).first()
    label = volume.label
    sent()
    with pytest.raises(ZeroDivisionError), session.begin():  # noqa: PT012  the block is the point
        volume.label = "never"
        session.add(Volume(label="never", region="us-east"))
        _ = 1 / 0
    assert (volume.label, session.new, session.dirty, sent()) == (label, (), (), [])


def test_what_sends_at_once_is_refused_in_a_block(session, sent):
    """`save()`, `delete()`, `commit()` and another block raise inside a block, and say what to do instead."""
    volume = session.query(Volume).first()
    sent()
    with session.begin():
        for at_once in (volume.save, volume.delete):
            with pytest.raises(InvalidRequestError, match=r"end.*session\.delete\(x\)"):
                at_once()
        with pytest.raises(InvalidRequestError, match="end of the block commits"):
            session.commit()
        with pytest.raises(InvalidRequestError, match="no nested"), session.begin():
            pass
    assert sent() == []


def test_another_thread_may_read_what_is_loaded(session):
    """What is loaded can be read anywhere; whatever asks the session is refused on another thread."""
    instance = session.query(Instance).first()
    volume = session.query(Volume).first()
    caught, seen = [], []

    def use():
        seen.append(instance.label)
        for attempt in (
            lambda: setattr(instance, "label", "x"),
            lambda: len(instance.disks),
            instance.reboot,
            lambda: session.add(Volume(label="x", region="us-east")),
            lambda: session.get(Volume, volume.id),
            session.rollback,
            session.plan,
            session.commit,
        ):
            try:
                attempt()
            except InvalidRequestError as error:
                caught.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [instance.label]
    assert len(caught) == 8
    assert all("make one for each thread" in each for each in caught)
    assert instance.label != "x"
    assert not session.dirty


# -- which object is which ---------------------------------------------------------------------------------------------


def test_ids_are_normalised(session, sim):
    """An id as a text and as a number names one object, as child and as parent."""
    disk = next(iter(sim.state.rows("Disk")))
    parent = int(disk.parents[0])
    assert Disk(session, str(disk.id), str(parent)) is Disk(session, disk.id, Instance(session, parent))
    assert Disk(session, disk.id, (parent,)) is Disk(session, disk.id, parent)
    assert Disk(session, disk.id, parent) is not Disk(session, disk.id, parent + 1)


def test_an_object_that_nobody_needs_may_go(session):
    """The map is weak: what nobody holds and nobody changed is let go."""
    gone = weakref.ref(session.query(Volume).first())
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("change", ["assign", "nested", "list", "delete"])
def test_what_is_changed_is_never_lost(sim, session, change):
    """A changed object stays though nobody holds it, and is committed."""
    instance = session.query(Instance).first()
    identity = instance.id
    if change == "assign":
        instance.label = "changed"
    elif change == "nested":
        instance.alerts.cpu = 91
    elif change == "list":
        instance.tags.append("edge")
    else:
        session.delete(instance)
    del instance
    gc.collect()
    assert len(session.commit().applied) == 1
    if change == "delete":
        assert identity not in ids(sim, "Instance")
    else:
        body = sim.read(f"/linode/instances/{identity}")
        assert (body["label"] == "changed", body["alerts"]["cpu"] == 91, "edge" in body["tags"]).count(True) == 1


@pytest.mark.parametrize("what", ["tags", "alerts"])
def test_what_holds_a_value_holds_its_owner(sim, session, what):
    """An object whose list or nested value is still held is there, and a change of the value is its change."""
    instance = session.query(Instance).first()
    identity, held = instance.id, getattr(instance, what)
    del instance
    gc.collect()
    if what == "tags":
        held.add("late")
    else:
        held.cpu = 77
    assert [each.id for each in session.dirty] == [identity]
    assert getattr(session.dirty[0], what) is held
    session.commit()
    body = sim.read(f"/linode/instances/{identity}")
    assert "late" in body["tags"] or body["alerts"]["cpu"] == 77


def test_one_class_for_each_thing(session, sim, sent):
    """Volumes of an instance are `Volume`s, its addresses `IPAddress`es, those that a query gives."""
    volume = next(each for each in session.query(Volume) if each.linode_id)
    instance = Instance(session, volume.linode_id)
    assert volume in list(instance.volumes)
    assert all(type(each) is Volume for each in instance.volumes)
    addresses = {each.address: each for each in instance.ips}
    assert all(type(each) is IPAddress for each in addresses.values())
    known = session.get(IPAddress, next(iter(addresses)))
    assert known is addresses[known.address]
    assert all(addresses.get(each.address, each) is each for each in session.query(IPAddress))


def test_a_new_name_is_a_new_key(session, sim, sent):
    """A PUT that changes the key keeps the object, under its new key, and its children's paths follow."""
    sim.seed(users=[{"username": "ann", "email": "ann@example.com"}])
    user = session.get(User, "ann")
    grants = UserGrants(session, user)
    user.username = "anna"
    session.commit()
    assert sent()[-1] == "PUT /account/users/ann"
    assert session.get(User, "anna") is user
    assert inspect(user).key == (User, "anna", None)
    assert UserGrants(session, "anna") is grants
    assert grants.user is user
    user.email = "anna@example.com"
    session.commit()
    assert sent() == ["PUT /account/users/anna"]


def test_after_a_delete(session, sim, sent):
    """A deleted object is detached with its values, refuses what needs a request, and its id is free for another."""
    domain = session.query(Domain).first()
    record = domain.records[0]
    values = (domain.domain, list(domain.tags), record.name)
    domain.delete()
    assert sent()[-1] == f"DELETE /domains/{domain.id}"
    assert inspect(domain).detached
    assert inspect(record).detached
    assert (domain.domain, list(domain.tags), record.name) == values
    assert domain not in session
    for attempt in (domain.save, domain.delete, lambda: session.refresh(domain)):
        with pytest.raises((DetachedInstanceError, InvalidRequestError), match="Domain"):
            attempt()
    assert session.get(Domain, domain.id) is None
    assert sent() == [f"GET /domains/{domain.id}"]


# -- children, singletons and references -------------------------------------------------------------------------------


def test_singletons_below_a_parent(session, sim, sent):
    """Below a parent, the parent stands in the id's place."""
    sim.seed(clusters=1)
    (cluster,) = ids(sim, "LKECluster")
    with pytest.raises(NotFound):
        session.load(LKEControlPlaneACL, cluster + 1)
    acl = LKEControlPlaneACL(session, cluster)
    assert LKEControlPlaneACL(session, str(cluster)) is acl
    assert sent() == [f"GET /lke/clusters/{cluster + 1}/control_plane_acl"]
    assert acl.lke_cluster.id == cluster


def test_ids_cost_nothing(session, sim, sent):
    """The id of an object, of its parent and of what it refers to is there without a request."""
    row = next(iter(sim.state.rows("DomainRecord")))
    record = DomainRecord(session, row.id, int(row.parents[0]))
    assert (record.id, record.domain.id) == (row.id, int(row.parents[0]))
    assert sent() == []
    instance = session.query(Instance).first()
    sent()
    assert instance.region.id == instance.region_id
    assert sent() == []


def test_a_transient_object_costs_nothing(session, sent):
    """`Instance(...)` is an object in no session; nothing is sent before the commit."""
    volume = Volume(label="new", region="us-east", size=20)
    assert inspect(volume).transient
    assert (volume.label, volume.region_id, volume.size, volume.id) == ("new", "us-east", 20, None)
    with pytest.raises(DetachedInstanceError, match=r"session\.add"):
        volume.save()
    session.add(volume)
    assert inspect(volume).pending
    assert sent() == []


def test_refresh_and_expire(session, sim, sent):
    """`refresh` sends one GET now; `expire` and `expire_all` let the next read send it."""
    volume = session.query(Volume).first()
    path = f"/volumes/{volume.id}"
    sim.change(path, label="second")
    sent()
    session.refresh(volume)
    assert (sent(), volume.label) == ([f"GET {path}"], "second")
    sim.change(path, label="third")
    session.expire(volume)
    assert sent() == []
    assert volume.id
    assert (volume.label, sent()) == ("third", [f"GET {path}"])
    sim.change(path, label="fourth")
    session.expire_all()
    assert sent() == []
    assert (volume.label, len(sent())) == ("fourth", 1)


def test_copies_are_no_second_object(session, sent):
    """`copy` of an object of a session is detached and shares nothing with it; a pickle too."""
    instance = session.query(Instance).first()
    sent()
    for twin in (copy.copy(instance), copy.deepcopy(instance), pickle.loads(pickle.dumps(instance))):
        assert twin is not instance
        assert inspect(twin).detached
        twin.tags.append("of-the-copy")
        assert "of-the-copy" not in instance.tags
    assert not session.dirty
    assert sent() == []


def test_the_parent_of_a_child_cannot_change(session, sim):
    """A child's parent is part of its key."""
    domain = session.query(Domain).first()
    with pytest.raises(ReadOnlyAttribute, match="parent"):
        domain.records[0].domain = 5
