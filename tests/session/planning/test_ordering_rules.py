"""The table of orders that the API refuses, and what has to be free before it is taken (simulator)."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import permutations

import pytest

from linode_orm import (
    VPC,
    Client,
    CommitError,
    Config,
    Disk,
    Domain,
    DomainRecord,
    Instance,
    NodeBalancer,
    NodeBalancerConfig,
    ObjectStorageBucket,
    ObjectStorageKey,
    ResourceLock,
    Session,
    Tag,
    Volume,
    VPCSubnet,
)
from linode_orm.mapping.model import resource
from linode_orm.models._index import INDEX
from linode_orm.session.planning import deletions
from linode_orm.session.planning.holders import named_in, paths_of
from linode_orm.session.planning.ordering import Cycle, Strength, Wait, settled
from linode_orm.session.planning.ordering_rules import ENTITY_TYPES, HELD_BY, HOLDER_RULES, KIN
from linode_orm.simulator import Simulator
from tests.session.planning.test_random_graphs import REGION, TYPE, Graph


@pytest.fixture
def session(sim):
    """Open a session that sends one request after another."""
    with Session(client=Client("any", transport=sim.transport, clock=sim.clock, workers=1)) as opened:
        yield opened


def committed(session, *new):
    """Create objects, and give them."""
    session.add_all(new)
    session.commit()
    return new


def methods(session):
    """Give the methods of a plan in order."""
    return [step.method for step in session.plan()]


class TestTable:
    """Each row names classes that exist, can be deleted, and has a source."""

    def test_holders(self):
        """The rows of what the API refuses."""
        for rule in HOLDER_RULES:
            assert "delete" in resource(rule.target).__mapper__.verbs
            assert all(INDEX[name] for name in rule.holders)
            assert rule.source.startswith("https://") or "#" in rule.source
            assert not rule.known_by or rule.known_by in resource(rule.target).__mapper__.keys

    def test_inverse_references(self):
        """Each is a path of its class that leads to an id."""
        for name, path in HELD_BY:
            assert path in [".".join(each.keys) for each in paths_of(name)], f"{name} {path}"

    def test_types_of_entities(self):
        """Each is a class, or one of its kin is what can be deleted."""
        for name in ENTITY_TYPES.values():
            classes = KIN.get(name, (name,))
            assert any("delete" in resource(each).__mapper__.verbs for each in classes)

    @pytest.mark.slow
    def test_without_the_rules_orders_are_refused(self, monkeypatch):
        """The simulator refuses what the rules prevent: without them random graphs cannot be deleted."""
        monkeypatch.setattr(deletions, "HOLDER_RULES", ())
        monkeypatch.setattr(deletions, "named_in", lambda *_: ())
        refused = set()
        for seed in range(30):
            with Simulator(job_seconds=0) as sim, Session(client=sim.client()) as session:
                new = Graph(seed).grow(2)
                committed(session, *new)
                random.Random(seed).shuffle(new)
                for each in new:
                    session.delete(each)
                with suppress(CommitError):
                    session.commit()
                refused |= {each.path.split("/")[1] for each in sim.requests if each.status == 400}
        assert {"vpcs", "linode", "monitor", "volumes"} <= refused


class TestWhatIsNamed:
    """Ids are found in nested values, lists and rows, with the type beside them."""

    def test_devices(self):
        """A configuration names disks and volumes."""
        body = {"devices": {"sda": {"disk_id": 5}, "sdb": {"volume_id": 6}, "sdc": None}}
        assert {(each.model, each.identity) for each in named_in("Config", body)} == {("Disk", 5), ("Volume", 6)}

    def test_a_type_beside_the_id(self):
        """What a lock or a device is about is told by the type."""
        body = {"entity": {"type": "nodebalancer", "id": 7}}
        for name in ("ResourceLock", "FirewallDevice"):
            assert ("NodeBalancer", 7) in {(each.model, each.identity) for each in named_in(name, body)}

    def test_grants(self):
        """The list in which a grant stands tells its class."""
        body = {"linode": [{"id": 5, "permissions": "read_only"}], "firewall": [{"id": 6}]}
        assert {(each.model, each.identity) for each in named_in("UserGrants", body)} == {
            ("Instance", 5),
            ("Firewall", 6),
        }

    def test_who_holds_it(self):
        """Rows of a subnet and members of a group are holders."""
        (row,) = named_in("PlacementGroup", {"members": [{"linode_id": 5}]})
        assert (row.model, row.identity, row.path.is_inverse) == ("Instance", 5, True)


class TestLettingGo:
    """What holds something is changed, or goes, before what it holds."""

    def test_undo_deletes_a_lock_first(self, sim):
        """What was created below a locked Linode is deleted after the lock."""
        with Session(
            client=Client("any", transport=sim.transport, clock=sim.clock, workers=1), on_error="undo"
        ) as session:
            linode = Instance(label="web", region=REGION, type=TYPE)
            lock = ResourceLock(entity_type="linode", entity_id=linode, lock_type="cannot_delete_with_subresources")
            session.add_all([linode, lock, Disk(label="d", size=500, instance=linode), VPC(label="v", region=REGION)])
            sim.faults.add("POST", "/vpcs", nth=1, action=400)
            with pytest.raises(CommitError):
                session.commit()
            assert all(request.status == 200 for request in sim.requests if request.method == "DELETE")
            assert not [*sim.state.rows("Instance")]

    def test_a_configuration_lets_go_of_a_disk(self, session):
        """A change that takes a disk out of a device goes before the disk is deleted."""
        (linode,) = committed(session, Instance(label="web", region=REGION, type=TYPE))
        one, two = committed(session, *(Disk(label=each, size=500, instance=linode) for each in "ab"))
        (config,) = committed(session, Config(label="boot", devices={"sda": {"disk_id": one}}, instance=linode))
        session.delete(one)
        config.devices = {"sda": {"disk_id": two}}
        assert methods(session) == ["PUT", "DELETE"]
        put, delete = session.plan()
        assert delete.depends_on == (put.number,)

    def test_an_attached_volume_goes_after_its_linode(self, session):
        """The other way round it would be refused."""
        linode = Instance(label="web", region=REGION, type=TYPE)
        (volume, linode) = committed(session, Volume(label="data", size=20, linode=linode), linode)
        for each in (volume, linode):
            session.delete(each)
        assert [step.path.split("/")[1] for step in session.plan()] == ["linode", "volumes"]

    def test_other_regions_do_not_wait(self, session):
        """Where regions are known to differ nothing is held, so nothing waits."""
        vpc, linode = committed(
            session, VPC(label="v", region="us-west"), Instance(label="web", region=REGION, type=TYPE)
        )
        for each in (vpc, linode):
            session.delete(each)
        assert all(not step.depends_on for step in session.plan())


class TestWhatIsFreed:
    """What frees a unique thing goes before what takes it."""

    def test_ports(self, session):
        """A port is free before another configuration takes it; a swap is refused by name; UDP has ports of its own."""
        front = NodeBalancer(label="front", region=REGION)
        one, two = (NodeBalancerConfig(port=each, protocol="tcp", node_balancer=front) for each in (80, 443))
        committed(session, front, one, two)
        one.port, two.port = 8080, 80
        assert [step.body["port"] for step in session.plan()] == [8080, 80]
        one.port = 443
        with pytest.raises(Exception, match="the port 443 is free"):
            session.plan()
        session.rollback()
        session.delete(one)
        session.add(NodeBalancerConfig(port=80, protocol="udp", node_balancer=front))
        assert all(not step.depends_on for step in session.plan())

    @pytest.mark.parametrize(("old", "new"), [*permutations(("A", "CNAME", "TXT"), 2), ("CNAME", "CNAME")])
    @pytest.mark.parametrize("name", ["app", "APP", "app.example.org", "app.example.org."])
    def test_names(self, session, old, new, name):
        """A record gives way to one of its name, however the name is written."""
        (zone,) = committed(session, Domain(domain="example.org", type="master", soa_email="a@example.com"))
        (record,) = committed(session, DomainRecord(type=old, name="app", target="192.0.2.1", domain=zone))
        session.add(DomainRecord(type=new, name=name, target="192.0.2.2", domain=zone))
        session.delete(record)
        if "CNAME" in {old, new}:
            assert methods(session) == ["DELETE", "POST"]

    def test_a_record_is_renamed(self, session):
        """A name that a change frees counts like one that a deletion frees."""
        (zone,) = committed(session, Domain(domain="example.org", type="master", soa_email="a@example.com"))
        (record,) = committed(session, DomainRecord(type="CNAME", name="app", target="b.example.net", domain=zone))
        session.add(DomainRecord(type="A", name="app", target="192.0.2.2", domain=zone))
        record.name = "old"
        assert methods(session) == ["PUT", "POST"]
        session.commit()

    @pytest.mark.parametrize("wanted", ["10.0.0.0/25", "10.0.0.0/16", "10.0.0.0/24"])
    def test_ranges(self, session, wanted):
        """A subnet gives way to one whose range overlaps with its own."""
        (vpc,) = committed(session, VPC(label="v", region=REGION))
        (subnet,) = committed(session, VPCSubnet(label="a", ipv4="10.0.0.0/24", vpc=vpc))
        session.add(VPCSubnet(label="b", ipv4=wanted, vpc=vpc))
        session.delete(subnet)
        assert methods(session) == ["DELETE", "POST"]
        session.commit()

    def test_labels_in_another_case(self, session):
        """The name of a zone knows no case."""
        (zone,) = committed(session, Domain(domain="example.org", type="master", soa_email="a@example.com"))
        session.add(Domain(domain="Example.ORG", type="master", soa_email="a@example.com"))
        session.delete(zone)
        assert methods(session) == ["DELETE", "POST"]

    def test_a_key_comes_after_its_bucket(self, session):
        """By the name of the bucket, and by the bucket itself."""
        bucket = ObjectStorageBucket(label="logs", region=REGION)
        for name in ("logs", bucket):
            limit = {"bucket_name": name, "region": REGION, "permissions": "read_only"}
            session.add(ObjectStorageKey(label="k", bucket_access=[limit]))
        session.add(bucket)
        assert session.plan()[0].path == "/object-storage/buckets"
        session.commit()

    def test_a_tag_goes_after_what_replaces_it(self, sim):
        """Nothing is lost of which nobody knows what carried it; each policy keeps the old tag where the new one fails."""
        for policy in ("stop", "continue", "undo"):
            with Session(client=sim.client(), on_error=policy) as session:
                (linode,) = committed(session, Instance(label=policy, region=REGION, type=TYPE, tags=[f"old-{policy}"]))
                linode.tags.add("new")
                linode.tags.discard(f"old-{policy}")
                session.delete(Tag(session, f"old-{policy}"))
                sim.faults.add("PUT", f"/linode/instances/{linode.id}", nth=1, action=403)
                with pytest.raises(CommitError):
                    session.commit()
                assert not sim.requests.matching("DELETE", "/tags/*")


class TestCycles:
    """Where waits leave no order, some give way."""

    def test_the_weakest_waits_give_way(self):
        """Of a cycle the guessed waits go first, then the likely ones; others stay, and what is certain is refused."""
        certain, likely, guessed = (Wait("", each) for each in (Strength.CERTAIN, Strength.LIKELY, Strength.GUESSED))
        waits = [{1: certain}, {2: guessed}, {0: likely, 3: guessed}, {}]
        assert settled(waits) == [1, 0, 3, 2]
        assert waits == [{1: certain}, {}, {0: likely, 3: guessed}, {}]
        waits = [{1: likely}, {0: certain}]
        assert settled(waits) == [0, 1]
        with pytest.raises(Cycle):
            settled([{1: certain}, {0: certain}])
