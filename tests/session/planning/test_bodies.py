"""What new objects and assignments put into a body: null, children as plain dicts, and objects named by their ids."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    VPC,
    CommitError,
    Config,
    ConfigInterface,
    Domain,
    Firewall,
    Instance,
    IPv6Range,
    LinodeInterface,
    NodeBalancer,
    NodeBalancerVPCConfig,
    ObjectStorageKey,
    Session,
    Stream,
    StreamDestination,
    Volume,
    VPCSubnet,
)
from linode_orm.errors import ReadOnlyAttribute
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.state import Loaded
from linode_orm.models.object_storage.object_storage_key import ObjectStorageKeyRegion
from linode_orm.wire import Client, Response

MOMENT = "2018-01-02T03:04:05"


def sent(sim):
    """Give the body of the last write."""
    return [each.body for each in sim.requests if each.method != "GET"][-1]


class TestNull:
    """`None` for a list or a map is sent as null, the API's empty one (docs/api-notes.md#null-for-a-list)."""

    def test_a_new_object(self, sim, session):
        """It reads as empty, is sent as null, and comes back empty."""
        domain = Domain(domain="example.com", type="master", soa_email="a@example.com", tags=None, axfr_ips=None)
        assert domain.tags == domain.axfr_ips == []
        session.add(domain)
        session.commit()
        assert sent(sim)["tags"] is None
        assert sent(sim)["axfr_ips"] is None
        assert domain.axfr_ips == []

    def test_a_reference_that_was_never_read(self, sim, session):
        """Nothing is known of its list, so null is a change; where it is empty, it is none."""
        rows = sim.seed(volumes=[{"label": "a", "tags": ["old"]}, {"label": "b", "tags": []}])["volumes"]
        volume = Volume(session, rows[0]["id"])
        volume.tags = None
        session.commit()
        assert sent(sim) == {"tags": None}
        other = session.load(Volume, rows[1]["id"])
        other.tags = None
        assert other not in session.dirty

    def test_what_is_put_in_counts(self, sim, session):
        """A value that is put into it later makes it a list like any other."""
        volume = Volume(label="data", size=20, region="us-east", tags=None)
        volume.tags.add("old")
        session.add(volume)
        session.commit()
        assert sent(sim)["tags"] == ["old"]


class TestChildrenInside:
    """Children that the parent's POST takes may be given as plain dicts, as the API takes them."""

    def test_they_are_in_the_one_request(self, sim, session):
        """One POST makes the VPC with its subnets, which are in its answer."""
        vpc = VPC(label="net", region="us-east", subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
        session.add(vpc)
        assert "subnets" in str(session.plan())
        session.commit()
        assert sent(sim)["subnets"] == [{"label": "inner", "ipv4": "10.0.0.0/24"}]
        assert [each.label for each in vpc.subnets] == ["inner"]
        assert [each.method for each in sim.requests] == ["POST"]

    def test_another_shape(self, sim, session):
        """The devices of a firewall are lists by kind."""
        rules = {"inbound_policy": "ACCEPT", "outbound_policy": "ACCEPT"}
        session.add(Firewall(label="wall", rules=rules, devices={"linodes": []}))
        session.commit()
        assert sent(sim)["devices"] == {"linodes": []}

    def test_they_are_copied(self, session):
        """What the caller does to the list afterwards changes nothing."""
        given = [{"subnet_id": 1}]
        balancer = NodeBalancer(region="us-east", vpcs=given)
        session.add(balancer)
        given[0]["subnet_id"] = 2
        (step,) = session.plan()
        assert step.body["vpcs"] == [{"subnet_id": 1}]

    @pytest.mark.parametrize("value", ["x", 5])
    def test_other_values(self, value):
        """A text or a number is no list of children."""
        with pytest.raises(TypeError, match="takes a list of VPCSubnet"):
            VPC(label="net", region="us-east", subnets=value)

    def test_not_later(self, sim, session):
        """An object that exists has a collection, which cannot be assigned."""
        row = sim.add("/vpcs", label="net", region="us-east")
        with pytest.raises(ReadOnlyAttribute, match="is a collection"):
            VPC(session, row["id"]).subnets = [{"label": "x"}]


class TestNewChildren:
    """New children of a new parent go into its POST where the answer has them, or where nothing else makes them."""

    def test_the_answer_has_them(self, sim, session):
        """One request makes the VPC and its subnets, each the object that was given."""
        inner, outer = VPCSubnet(label="inner", ipv4="10.0.0.0/24"), VPCSubnet(label="outer", ipv4="10.0.1.0/24")
        vpc = VPC(label="net", region="us-east", subnets=[inner])
        session.add(vpc)
        vpc.subnets.append(outer)
        assert [step.method for step in session.plan()] == ["POST"]
        session.commit()
        assert sent(sim)["subnets"] == [
            {"label": "inner", "ipv4": "10.0.0.0/24"},
            {"label": "outer", "ipv4": "10.0.1.0/24"},
        ]
        assert list(vpc.subnets) == [inner, outer]
        assert (inner.label, outer.label) == ("inner", "outer")
        assert session.get(VPCSubnet, inner.id, vpc.id) is inner
        assert not session.new
        inner.label = "other"
        session.commit()
        assert [f"{each.method} {each.path}" for each in sim.requests][1:] == [f"PUT /vpcs/{vpc.id}/subnets/{inner.id}"]

    def test_who_is_referred_to_comes_first(self, session):
        """A subnet whose id another new object needs is made by its VPC's POST, before that."""
        subnet = VPCSubnet(label="inner", ipv4="10.0.0.0/24")
        session.add(VPC(label="net", region="us-east", subnets=[subnet]))
        instance = session._parts.owner.reference(Instance, 5, (), None)
        session.add(Config(instance=instance, label="c", devices={}, interfaces=[]))
        session.add(ConfigInterface(config=(5, 7), purpose="vpc", subnet=subnet))
        assert [(step.path, step.depends_on) for step in session.plan()] == [
            ("/vpcs", ()),
            ("/linode/instances/5/configs", ()),
            ("/linode/instances/5/configs/7/interfaces", (1,)),
        ]

    def test_nothing_else_makes_them(self, session):
        """How a NodeBalancer reaches into a VPC is given with it alone."""
        balancer = NodeBalancer(region="us-east", vpcs=[NodeBalancerVPCConfig(subnet_id=5, ipv4_range="10.0.0.0/30")])
        session.add(balancer)
        (step,) = session.plan()
        assert step.body == {"region": "us-east", "vpcs": [{"ipv4_range": "10.0.0.0/30", "subnet_id": 5}]}

    def test_the_answer_has_them_not(self, sim, session):
        """The interfaces of a new Linode are made with it, and read at the first use of their ids."""
        public = LinodeInterface(public={})
        instance = Instance(region="us-east", type="g6-nanode-1", interfaces=[public])
        session.add(instance)
        session.commit()
        assert sent(sim)["interfaces"] == [{"public": {}}]
        assert [each.method for each in sim.requests] == ["POST"]
        assert not session.new
        assert list(instance.interfaces) == [public]
        assert public.id

    def test_a_refused_parent_keeps_them(self, sim, session):
        """Nothing was made, and the next commit sends the same again."""
        sim.faults.add("POST", "/vpcs", 1, 400)
        vpc = VPC(label="net", region="us-east", subnets=[VPCSubnet(label="inner", ipv4="10.0.0.0/24")])
        session.add(vpc)
        with pytest.raises(CommitError):
            session.commit()
        assert len(session.new) == 2
        session.commit()
        assert [each.label for each in vpc.subnets] == ["inner"]
        assert not session.new

    def test_a_lost_answer(self, sim, session):
        """The parent is found, and its children with it."""
        sim.faults.add("POST", "/vpcs", 1, "reset_after")
        subnet = VPCSubnet(label="inner", ipv4="10.0.0.0/24")
        session.add(VPC(label="net", region="us-east", subnets=[subnet]))
        session.commit()
        assert not session.new
        assert subnet.id
        assert len([each for each in sim.requests if each.method == "POST"]) == 1


class TestById:
    """Objects of which nothing can be set are sent as their ids (docs/api-notes.md#ids-in-objects-out)."""

    def test_ids_and_objects(self, session):
        """An id, an object, and what an answer held all do."""
        stream = Stream(label="s", type="audit_logs", destinations=[StreamDestination(session, 512)])
        session.add(stream)
        (step,) = session.plan()
        assert step.body["destinations"] == [512]
        assert stream.destinations[0].id == 512

    def test_the_same_objects_are_no_change(self, sim, session):
        """Only ids are compared: the rest of the objects is the server's."""
        key = ObjectStorageKey(session, 7)
        body = {"id": 7, "regions": [{"id": "us-east", "endpoint_type": "E1", "s3_endpoint": "x"}]}
        merge(key, body, Loaded.WHOLE, None)
        key.regions = ["us-east"]
        assert key not in session.dirty
        key.regions = [*key.regions, "de-fra-2"]
        (step,) = session.plan()
        assert step.body == {"regions": ["us-east", "de-fra-2"]}
        assert isinstance(key.regions[1], ObjectStorageKeyRegion)

    @pytest.mark.parametrize("value", [5, None, True, {"id": "us-east"}])
    def test_what_is_no_id(self, session, value):
        """An id of another type is refused at once."""
        with pytest.raises(TypeError, match="ObjectStorageKeyRegion"):
            ObjectStorageKey(session, 7).regions = [value]


class Answers:
    """A transport that answers in turn."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []
        self.bodies = []

    def send(self, request, *, token, timeout):
        self.sent.append(f"{request.method} {request.path}")
        self.bodies.append(request.body)
        return Response(200, {}, json.dumps(self.answers.pop(0)).encode(), request)

    def close(self):
        pass


class TestIncompleteAnswers:
    """An answer to a POST that leaves fields out is not the whole object, which is read again when it is needed."""

    def test_an_ipv6_range(self):
        """Three shapes of one object: its id is the range without its length (TestIPAddress_Instance_Assign#4)."""
        transport = Answers(
            {"data": [], "page": 1, "pages": 1, "results": 0},
            {"range": "2001:db8::/64", "route_target": "2001:db8::1"},
            {"range": "2001:db8::", "prefix": 64, "region": "us-east", "is_bgp": False, "linodes": [5]},
        )
        with Session(client=Client("t", transport=transport)) as session:
            block = IPv6Range(prefix_length=64, linode=5)
            session.add(block)
            session.commit()
            assert transport.sent == ["GET /networking/ipv6/ranges", "POST /networking/ipv6/ranges"]
            assert block.region_id == "us-east"
            assert session.get(IPv6Range, "2001:db8::/64") is block
            assert (block.range, block.prefix, block.linodes) == ("2001:db8::", 64, [5])
        assert transport.sent[2:] == ["GET /networking/ipv6/ranges/2001%3Adb8%3A%3A"]

    def test_what_may_be_missing_is_not_asked_for(self):
        """A field that answers may leave out reads None, without a request (TestIPAddresses_Instance_Get#3)."""
        answer = {"id": 5, "label": "net", "description": "", "region": "us-east", "subnets": [], "created": MOMENT}
        transport = Answers({**answer, "updated": MOMENT})
        with Session(client=Client("t", transport=transport)) as session:
            vpc = VPC(label="net", region="us-east")
            session.add(vpc)
            session.commit()
            assert vpc.ipv4 is None
            assert vpc.label == "net"
        assert transport.sent == ["POST /vpcs"]


class TestChildrenThatAreDoubtfulOrSecret:
    """Children inside a body are no fields of their parent: what looks at fields passes them over."""

    def test_a_lost_answer(self, sim, session):
        """The VPC is found by its label, with the subnets that were made with it."""
        sim.faults.add("POST", "/vpcs", 1, "reset_after")
        vpc = VPC(label="net", region="us-east", subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
        session.add(vpc)
        [entry] = session.commit()
        assert entry.note == "its answer was lost; it was looked for and found"
        assert [each.label for each in vpc.subnets] == ["inner"]
        assert len([each for each in sim.requests if each.method == "POST"]) == 1

    def test_a_key_of_a_certificate(self, session):
        """It stands in no plan, and is sent."""
        configs = [{"port": 443, "protocol": "https", "ssl_cert": "CERT", "ssl_key": "PRIVATE"}]
        session.add(NodeBalancer(region="us-east", configs=configs))
        plan = session.plan()
        assert "PRIVATE" not in str(plan) + repr(plan) + json.dumps(plan.to_dict())
        transport = Answers({"id": 5})
        with Session(client=Client("t", transport=transport)) as other:
            other.add(NodeBalancer(region="us-east", configs=configs))
            other.commit()
        assert transport.bodies == [{"region": "us-east", "configs": configs}]
