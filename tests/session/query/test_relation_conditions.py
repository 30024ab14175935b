"""Conditions on relations one by one: what is sent, what is unknown, what is refused, and how they are shown."""

from __future__ import annotations

import json
import pickle

import pytest

from linode_orm import (
    VPC,
    Config,
    ConfigInterface,
    ConflictError,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Firewall,
    Forbidden,
    Instance,
    InvalidRequestError,
    LKENode,
    LKENodePool,
    NodeBalancer,
    NotFilterable,
    NotFound,
    PartialResult,
    PartialResultError,
    Region,
    Session,
    Volume,
    VPCSubnet,
    and_,
    not_,
    or_,
)
from linode_orm.models.linode.config import ConfigInterfaceBody
from linode_orm.models.lke.lke_node_pool import LKENodePoolNode
from linode_orm.models.networking.firewall import FirewallEntity
from linode_orm.simulator import Simulator
from tests.ids import short
from tests.session.query.list_server import ListServer

HOSTS = [
    {"id": at, "label": f"w{at}", "region": "us-east" if at < 3 else "eu-west", "type": None} for at in range(1, 6)
]
VOLUMES = [{"id": at, "label": f"v{at}", "size": 10 * at, "linode_id": at if at < 4 else None} for at in range(1, 7)]
WALLS = [
    {"id": 1, "label": "a", "entities": [{"id": 1, "type": "linode"}, {"id": 2, "type": "nodebalancer"}]},
    {"id": 2, "label": "b", "entities": [{"id": 1, "type": "linode"}, {"id": 3, "type": "linode"}]},
    {"id": 3, "label": "c", "entities": [None, {"type": "linode"}, {"id": 4, "type": "interface"}]},
]


@pytest.fixture
def server():
    lists = {"/linode/instances": HOSTS, "/volumes": VOLUMES, "/networking/firewalls": WALLS}
    lists |= {f"/linode/instances/{at}/disks": [{"id": 10 * at, "size": at}] if at % 2 else [] for at in range(1, 6)}
    lists |= {f"/linode/instances/{at}/firewalls": [WALLS[1]] if at in {1, 3} else [] for at in range(1, 6)}
    lists["/regions"] = [{"id": "us-east", "country": "us"}, {"id": "eu-west", "country": "gb"}]
    return ListServer({path: [dict(row) for row in rows] for path, rows in lists.items()})


@pytest.fixture
def session(server):
    with Session(client=server, volatile_ttl=None) as opened:
        yield opened


def ids(query):
    return [each.id for each in query]


def paths(server):
    sent = [each.path for each in server.requests]
    server.requests.clear()
    return sent


class TestWhatIsSent:
    def test_one_list_for_conditions_that_share_it(self, server, session):
        """Several conditions on one relation read its list once, filtered by what any of them wants."""
        small, large = Instance.volumes.any(Volume.label == "v1"), Instance.volumes.any(Volume.label.startswith("v3"))
        assert ids(
            session.query(Instance).filter(or_(small, large, not_(Instance.volumes.any(Volume.label == "v2"))))
        ) == [1, 3, 4, 5]
        assert json.loads(json.dumps(server.requests[1].x_filter)) == {
            "+or": [{"label": "v1"}, {"label": {"+contains": "v3"}}, {"label": "v2"}]
        }
        assert paths(server) == ["/linode/instances", "/volumes"]

    def test_only_rows_that_nothing_else_decides(self, server, session):
        """Lists of each object are read for those that the cheaper conditions leave open."""
        query = session.query(Instance).filter(Instance.disks.any(), Instance.firewalls.any(), Instance.label != "w1")
        assert ids(query) == [3]
        assert paths(server) == ["/linode/instances", "/networking/firewalls", "/linode/instances/3/disks"]
        either = session.query(Instance).filter(or_(Instance.disks.any(), Instance.region == "us-east"))
        assert ids(either) == [1, 2, 3, 5]
        assert paths(server)[1:] == [f"/linode/instances/{at}/disks" for at in (3, 4, 5)]

    def test_one_object_is_asked_for_its_own_list(self, server, session):
        """Where one object is left open, its own list tells in one request, however long the list of all is."""
        assert ids(session.query(Instance).filter(Instance.id == 3, Instance.firewalls.any())) == [3]
        assert paths(server) == ["/linode/instances", "/linode/instances/3/firewalls"]

    def test_a_long_list_is_not_read_for_few(self, server, session):
        """The list of all objects is read where it has fewer pages than objects are left open."""
        server.lists["/volumes"] = [{"id": at, "size": 10, "linode_id": 1} for at in range(1, 2_001)]
        for at in (1, 2):
            server.lists[f"/linode/instances/{at}/volumes"] = server.lists["/volumes"] if at == 1 else []
        assert ids(session.query(Instance).filter(Instance.id < 3, Instance.volumes.any())) == [1]
        assert paths(server)[:4] == [
            "/linode/instances",
            "/volumes",
            "/linode/instances/1/volumes",
            "/linode/instances/2/volumes",
        ]

    def test_ids_that_fill_many_requests(self, server, session):
        """Objects that are referred to are read by their ids, or by what meets the condition where that takes less."""
        server.lists["/linode/instances"] = [{"id": at, "label": f"w{at}", "region": "x"} for at in range(1, 901)]
        server.lists["/volumes"] = [{"id": at, "linode_id": at} for at in range(1, 901)]
        assert ids(session.query(Volume).filter(Volume.linode.has(Instance.label == "w5"))) == [5]
        assert paths(server) == ["/volumes", "/volumes", "/linode/instances"]
        assert session.query(Volume).filter(Volume.linode.has(Instance.region == "x")).count() == 900
        assert sorted(set(paths(server))) == ["/linode/instances", "/volumes"]

    def test_parents_are_read_once_and_narrow(self, server, session):
        """A condition on the parent reads the parents that meet it, and the lists of children below these alone."""
        assert ids(session.query(Disk).filter(Disk.instance.has(Instance.label == "w3"))) == [30]
        assert paths(server) == ["/linode/instances", "/linode/instances/3/disks"]
        opposite = session.query(Disk).filter(not_(Disk.instance.has(Instance.region == "us-east")))
        assert ids(opposite) == [30, 50]
        assert paths(server) == ["/linode/instances", *(f"/linode/instances/{at}/disks" for at in (3, 4, 5))]
        named = session.query(Disk).filter(Disk.instance.in_([1, 3]), Disk.instance.has(Instance.region == "eu-west"))
        assert ids(named) == [30]
        assert paths(server) == ["/linode/instances", "/linode/instances/3/disks"]

    def test_reference_data_is_kept(self, server, session):
        """Regions come from the list that the client keeps."""
        query = session.query(Instance).filter(Instance.region.has(Region.country == "gb"))
        assert ids(query) == [3, 4, 5]
        assert query.count() == 3
        assert paths(server).count("/regions") == 1

    def test_a_limit_reads_no_more_than_it_needs(self, server, session):
        """With a limit, rows are asked for as they arrive."""
        server.lists["/linode/instances"] = [{"id": at, "label": f"w{at}"} for at in range(1, 2_001)]
        server.lists["/networking/firewalls"] = [
            {"id": 1, "entities": [{"id": at, "type": "linode"} for at in range(1, 40)]}
        ]
        assert ids(session.query(Instance).filter(Instance.firewalls.any()).limit(2)) == [1, 2]
        assert paths(server).count("/networking/firewalls") == 1

    def test_explained(self, session):
        """`explain()` and the plan name the lists, their filter and their number."""
        query = session.query(Volume).filter(
            or_(not_(Volume.linode.has(Instance.firewalls.any(Firewall.label == "a"))), Volume.size > 5)
        )
        explained = query.explain()
        assert [each.paths for each in explained.plan.relations] == [
            ("/linode/instances",),
            ("/networking/firewalls", "/linode/instances/{id}/firewalls"),
        ]
        assert explained.plan.relations[1].x_filter == {"label": "a"}
        assert 'GET /networking/firewalls X-Filter {"label": "a"} for Instance.firewalls.any(' in str(explained)
        assert "not_(Volume.linode.has(" in str(explained)
        assert json.loads(json.dumps(explained.to_dict()))["relations"][0]["paths"] == ["/linode/instances"]

    def test_strict_filters(self, server):
        """What only this side can evaluate is refused where the session says so, before anything is sent."""
        with (
            Session(client=server, strict_filters=True) as strict,
            pytest.raises(NotFilterable, match=r"Volume\.linode\.has"),
        ):
            strict.query(Volume).filter(Volume.linode.has()).all()
        assert not server.requests


class TestWhatIsUnknown:
    @pytest.mark.parametrize("condition", [Instance.firewalls.any(), not_(Instance.firewalls.any())], ids=short)
    def test_one_of_the_account(self, server, session, condition):
        """Neither the condition nor its negation gives a row, the list is named, and nothing is deleted or counted."""
        server.refused["/networking/firewalls"] = Forbidden("not yours", status=403)
        query = session.query(Instance).filter(condition)
        with pytest.warns(PartialResult, match="not yours"):
            assert query.all() == []
        (skipped,) = query.skipped
        assert (skipped.path, skipped.parent) == ("/networking/firewalls", None)
        for call in (query.count, query.delete, query.one, query.one_or_none, lambda: query.update({"label": "x"})):
            with pytest.warns(PartialResult), pytest.raises(PartialResultError):
                call()
        assert not session.deleted
        assert not session.dirty
        with pytest.warns(PartialResult):
            assert query.delete(partial=True) == 0

    def test_one_list_of_many(self, server, session):
        """A list of one object that is refused leaves that object unknown, and others as they are."""
        server.refused["/linode/instances/2/disks"] = Forbidden("no", status=403)
        query = session.query(Instance).filter(not_(Instance.disks.any()))
        with pytest.warns(PartialResult):
            assert ids(query) == [4]
        assert [(each.path, each.parent.id) for each in query.skipped] == [("/linode/instances/2/disks", 2)]
        volumes = session.query(Volume).filter(not_(Volume.linode.has(Instance.disks.any())))
        with pytest.warns(PartialResult):
            assert ids(volumes) == [4, 5, 6]
        known = session.query(Instance).filter(or_(Instance.disks.any(), Instance.id == 2))
        assert ids(known) == [1, 2, 3, 5]
        assert known.skipped == ()

    def test_what_is_gone_is_no_refusal(self, server, session):
        """A list of what was deleted meanwhile is empty: there is nothing that meets a condition."""
        del server.lists["/linode/instances/3/disks"]
        with pytest.raises(NotFound):
            server._answer(type("R", (), {"path": "/linode/instances/3"}))
        query = session.query(Instance).filter(not_(Instance.disks.any()))
        assert ids(query) == [2, 3, 4]
        assert query.skipped == ()

    def test_null_makes_no_relation_unknown(self, server, session):
        """`has` and `any` are true or false: what is unknown of an object is not met by it."""
        server.lists["/linode/instances"][0]["label"] = None
        odd = Volume.linode.has(Instance.label != "w2")
        assert ids(session.query(Volume).filter(odd)) == [3]
        assert ids(session.query(Volume).filter(not_(odd))) == [1, 2, 4, 5, 6]

    def test_an_id_of_another_type(self, server, session):
        """A reference that cannot be read is unknown, and ends nothing."""
        server.lists["/volumes"][0]["linode_id"] = "one"
        assert ids(session.query(Volume).filter(Volume.linode.has())) == [2, 3]
        assert ids(session.query(Volume).filter(not_(Volume.linode.has()))) == [4, 5, 6]


class TestDeletions:
    """What `query.delete()` marked is looked at again before it is deleted, with the lists of its relations."""

    @pytest.fixture
    def sim(self):
        with Simulator() as sim:
            (host,) = sim.seed(instances=1)["instances"]
            for made in sim.seed(volumes=[{"label": label} for label in "abc"])["volumes"]:
                sim.change(f"/volumes/{made['id']}", linode_id=host["id"] if made["label"] == "a" else None)
            yield sim

    def test_what_still_meets_it_is_deleted(self, sim):
        """An anti-join deletes what it found, after one more look at both lists."""
        with Session(client=sim.client()) as session:
            assert session.query(Volume).filter(not_(Volume.linode.has())).delete() == 2
            sim.requests.clear()
            session.commit()
            reads = [line for line in sim.requests.lines if line.startswith("GET")]
            assert reads == ["GET /volumes"]  # neither refers to a Linode, so that no list of them is needed
            assert [each.label for each in session.query(Volume)] == ["a"]

    def test_what_does_not_is_kept(self, sim):
        """An object that a relation leads to by now is not deleted, and nothing is sent."""
        with Session(client=sim.client()) as session:
            query = session.query(Volume).filter(Volume.label != "c", not_(Volume.linode.has()))
            assert query.delete() == 1
            (marked,) = session.deleted
            host = session.query(Instance).one()
            sim.change(f"/volumes/{marked.id}", linode_id=host.id)
            with pytest.raises(ConflictError, match=r"Volume\.linode\.has\(\)"):
                session.commit()
            assert session.query(Volume).count() == 3

    def test_a_list_that_is_refused_meanwhile(self, sim):
        """What can not be looked at any more is not deleted."""
        with Session(client=sim.client()) as session:
            session.query(Volume).filter(Volume.linode.has()).delete()
            sim.faults.add("GET", "/linode/instances", None, 403)
            with pytest.raises(Forbidden):
                session.commit()
            assert session.query(Volume).count() == 3


class TestListsInsideABody:
    def test_on_either_class(self, server, session):
        """A condition is written on the class that the list is declared with, or on the resource that its objects are."""
        server.lists["/lke/clusters"] = [{"id": 1}]
        nodes = [[{"id": "a", "status": "ready"}], [{"id": "b", "status": "not_ready"}, 5], [], None, "x"]
        server.lists["/lke/clusters/1/pools"] = [{"id": at, "nodes": each} for at, each in enumerate(nodes, 1)]
        for cls in (LKENode, LKENodePoolNode):
            ready = LKENodePool.nodes.any(cls.status == "ready")
            assert ids(session.query(LKENodePool).filter(ready)) == [1]
            assert ids(session.query(LKENodePool).filter(not_(ready))) == [2, 3, 4]
        assert ids(session.query(LKENodePool).filter(LKENodePool.nodes.any())) == [1, 2]

    def test_a_relation_of_what_is_listed(self, server, session):
        """Objects of a list that are resources have their relations, too."""
        rows = [
            {"id": 7, "nodes": [{"id": "a", "instance_id": 1}]},
            {"id": 8, "nodes": [{"id": "b", "instance_id": 9}]},
        ]
        server.lists |= {"/lke/clusters": [{"id": 1}], "/lke/clusters/1/pools": rows}
        query = session.query(LKENodePool).filter(LKENodePool.nodes.any(LKENode.instance.has(Instance.label == "w1")))
        assert ids(query) == [7]
        assert paths(server) == ["/lke/clusters", "/lke/clusters/1/pools", "/linode/instances"]

    def test_a_list_deep_inside(self, server, session):
        """A list inside of a nested value is asked like one at the top; entities are told apart by their fields."""
        attached = Firewall.entities.any(and_(FirewallEntity.type == "linode", FirewallEntity.id == 3))
        assert ids(session.query(Firewall).filter(attached)) == [2]

    def test_subnets_stand_in_the_rows_of_vpcs(self, server, session):
        """No list but that of the VPCs is read for their subnets, in either direction."""
        subnets = [{"id": 3, "label": "s", "linodes": [{"id": 1}]}]
        server.lists |= {"/vpcs": [{"id": 1, "subnets": subnets}, {"id": 2, "subnets": []}], "/vpcs/1/subnets": subnets}
        assert ids(session.query(VPC).filter(VPC.subnets.any(VPCSubnet.label == "s"))) == [1]
        assert ids(session.query(VPC).filter(VPC.subnets.any(VPCSubnet.linodes.any(Instance.id == 1)))) == [1]
        assert paths(server) == ["/vpcs", "/vpcs"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("build", "kind", "says"),
        [
            (lambda: Volume.linode.has(Volume.size > 5), InvalidRequestError, "Volume.linode leads to Instance"),
            (lambda: Instance.volumes.any(Instance.id == 5), InvalidRequestError, "Instance.volumes leads to Volume"),
            (lambda: Volume.linode.has(True), TypeError, r"Volume\.linode\.has\(\) takes conditions"),
            (Instance.firewall.has, InvalidRequestError, r"Instance\.firewalls\.any"),
            (Instance.tags.any, TypeError, "needs a list of objects"),
            (Instance.label.any, TypeError, "needs a list of objects"),
            (lambda: LKENodePool.nodes.any(Instance.id == 5), InvalidRequestError, "or those of LKENode"),
            (lambda: Firewall.entities.any(Event.id == 5), InvalidRequestError, "lists FirewallEntity"),
            (lambda: VPCSubnet.linodes.any(Instance.label == "x"), InvalidRequestError, "shows only id, interfaces"),
            (lambda: Config.interfaces.any("x"), TypeError, r"Config\.interfaces\.any\(\) takes conditions"),
        ],
        ids=range(10),
    )
    def test_when_written(self, build, kind, says):
        """A condition about another class, or about what no answer shows, is refused where it is written."""
        with pytest.raises(kind, match=says):
            build()

    def test_about_the_class_of_the_query(self, session):
        """A query refuses a condition on the relation of another class."""
        with pytest.raises(InvalidRequestError, match="is about Volume"):
            session.query(Instance).filter(Volume.linode.has()).all()

    def test_shown_and_pickled(self):
        """A condition reads like the code that made it, after a pickle as well."""
        for condition in (
            Volume.linode.has(Instance.region == "us-east"),
            not_(Instance.firewalls.any()),
            LKENodePool.nodes.any(LKENode.status == "ready"),
            Config.interfaces.any(or_(ConfigInterfaceBody.purpose == "vpc", ConfigInterfaceBody.active.is_(True))),
        ):
            assert str(pickle.loads(pickle.dumps(condition))) == str(condition)
        assert (
            str(Volume.linode.has(Instance.region == "us-east")) == "Volume.linode.has(Instance.region_id == 'us-east')"
        )
        assert str(Config.interfaces.any(ConfigInterface.purpose == "vpc")).startswith(
            "Config.interfaces.any(ConfigInterface"
        )

    def test_an_item_that_is_named_like_an_operator(self):
        """A field that is named like an operator is reached as an item, by its key or its name."""
        assert str(NodeBalancer.transfer["in"] > 5) == "NodeBalancer.transfer.in_ > 5"
        assert str(NodeBalancer.transfer["total"] > 5) == str(NodeBalancer.transfer.total > 5)
        with pytest.raises(AttributeError, match="no attribute 'inn'"):
            _ = NodeBalancer.transfer["inn"]

    def test_never(self, server, session):
        """A condition that nothing can meet sends nothing, and its negation reads no list of the relation."""
        assert session.query(Instance).filter(Instance.volumes.any(Volume.id.in_([]))).all() == []
        assert not server.requests
        assert session.query(Domain).filter(Domain.records.any(DomainRecord.id.in_([]))).count() == 0
