"""Nested creates: new children are sent in the POST of their new parent, and the account ends as without (in the simulator)."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm import (
    VPC,
    Firewall,
    Instance,
    LinodeInterface,
    LKECluster,
    LKENodePool,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    Session,
    VPCSubnet,
    recover,
)
from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError
from linode_orm.mapping.registry import lookup
from linode_orm.models.linode.linode_interface import LinodeInterfacePublic, LinodeInterfaceVlan
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.session.planning.nesting_rules import NESTING_RULES
from linode_orm.session.planning.plan import Plan
from linode_orm.simulator import Simulator

RULES = {"inbound_policy": "ACCEPT", "outbound_policy": "ACCEPT", "inbound": [], "outbound": []}
LB = "/nodebalancers"


def sent(sim, method="POST"):
    """Give the paths of the requests of a method."""
    return [each.path for each in sim.requests if each.method == method]


def network(label="net", subnets=3):
    made = [VPCSubnet(label=f"s{at}", ipv4=f"10.0.{at}.0/24") for at in range(subnets)]
    return VPC(label=label, region="us-east", subnets=made)


def nodes(count, **more):
    return [NodeBalancerNode(label=f"node{at}", address=f"192.168.0.{at}:80", **more) for at in range(count)]


def balancer(*ports, count=3, **more):
    configs = [NodeBalancerConfig(port=port, protocol="http", nodes=nodes(count), **more) for port in ports]
    return NodeBalancer(region="us-east", label="front", configs=configs)


def server(label, *interfaces, **more):
    return Instance(region="us-east", type="g6-nanode-1", label=label, interfaces=interfaces, **more)


def public(**more):
    return LinodeInterface(public=LinodeInterfacePublic(), **more)


def described(sim):
    """Give what is in the account by what people call it, without ids and moments."""
    state, found = sim.state, {}
    for vpc in state.rows("VPC"):
        subnets = [row.body for row in state.below(vpc, "VPCSubnet")]
        found["vpc", vpc.body["label"]] = sorted((row["label"], row["ipv4"]) for row in subnets)
        assert sorted(row["label"] for row in vpc.body["subnets"]) == sorted(row["label"] for row in subnets)
    for lb in state.rows("NodeBalancer"):
        configs = {}
        for config in state.below(lb, "NodeBalancerConfig"):
            inside = [row.body for row in state.below(config, "NodeBalancerNode")]
            keys = ("label", "address", "weight", "mode")
            shown = {key: config.body[key] for key in ("protocol", "cipher_suite", "check")}
            configs[config.body["port"]] = shown, sorted(tuple(row[key] for key in keys) for row in inside)
        found["nodebalancer", lb.body["label"]] = configs
    for machine in state.rows("Instance"):
        inside = [row.body for row in state.below(machine, "LinodeInterface")]
        kinds = sorted("public" if row["public"] else json.dumps(row["vlan"]) for row in inside)
        found["instance", machine.body["label"]] = kinds
    for cluster in state.rows("LKECluster"):
        inside = [row.body for row in state.below(cluster, "LKENodePool")]
        pools = sorted((row["type"], row["count"], len(row["nodes"]), row["tags"]) for row in inside)
        found["cluster", cluster.body["label"]] = pools
    devices = [row.body["entity"]["type"] for row in state.rows("FirewallDevice")]
    return found | {"devices": sorted(devices), "histories": len(list(state.rows("LinodeInterfaceHistory")))}


def everything(session, wall):
    """Add a VPC with 3 subnets, a NodeBalancer with 2 configs of 3 nodes, 2 Linodes with firewall and interfaces."""
    vlan = LinodeInterface(vlan=LinodeInterfaceVlan(vlan_label="inner"))
    machines = [server("web-a", public(firewall=wall), vlan, firewall=wall), server("web-b", public(), firewall=wall)]
    session.add_all([network(), balancer(80, 443), *machines])


class TestFigure:
    """A whole environment in four POSTs."""

    def test_requests_and_end(self):
        """Its POSTs are 4 instead of 15, nothing else is sent, and the account is the same."""
        ends, plans = [], []
        for fold in (True, False):
            with Simulator() as sim, Session(client=sim.client(), fold=fold) as session:
                wall = session.load(Firewall, sim.add("/networking/firewalls", label="wall", rules=RULES)["id"])
                everything(session, wall)
                before = len(sim.requests)
                plans.append(session.plan())
                session.commit()
                assert len(sim.requests) - before == plans[-1].requests
                assert (session.new, session.dirty) == ((), ())
                posts = len(sent(sim))
                ends.append((posts, described(sim)))
        (folded, end), (single, other) = ends
        assert (folded, single) == (4, 15)
        assert [each.requests for each in plans] == [4, 15]
        assert end == other
        assert end["devices"] == ["interface", "linode", "linode"]

    def test_objects(self, sim, session):
        """Every object has its own id and is the one that its collection gives."""
        lb = balancer(80, 443)
        config, *_ = configs = [*lb.configs]
        made = [each for config in configs for each in config.nodes]
        session.add(lb)
        session.commit()
        assert len({each.id for each in made}) == 6
        before = len(sim.requests)
        assert {(each.port, each.nodebalancer_id) for each in configs} == {(80, lb.id), (443, lb.id)}
        assert [each.label for each in config.nodes] == ["node0", "node1", "node2"]
        assert all(each.config_id == config.id for each in config.nodes)
        assert len(sim.requests) == before
        config.nodes.refresh()
        assert [*config.nodes] == made[:3]

    def test_answered(self, sim, session):
        """The answer shows a VPC's subnets: nothing more is read."""
        vpc = network()
        subnets = [*vpc.subnets]
        session.add(vpc)
        session.commit()
        assert [each.method for each in sim.requests] == ["POST"]
        assert [*vpc.subnets] == subnets
        assert [each.ipv4 for each in subnets] == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
        assert [each.vpc for each in subnets] == [vpc] * 3


class TestPlan:
    """The plan says what rides where."""

    def test_text(self, session):
        """Riders stand below the step that makes them."""
        session.add(network(subnets=1))
        assert str(session.plan()) == (
            "1. create VPC 'net'  (POST /vpcs)\n"
            '   label: "net"\n'
            '   region: "us-east"\n'
            "   with new VPCSubnet 's0'\n"
            '     label: "s0"\n'
            '     ipv4: "10.0.0.0/24"\n'
            "\n"
            "1 write, at least 0 reads, at least 0.0 s"
        )

    def test_off(self, session):
        """Without folding each has its own step."""
        session.add(network(subnets=1))
        with Session(client=session.client, fold=False) as other:
            other.add(network(subnets=1))
            assert [each.path for each in other.plan()] == ["/vpcs", "/vpcs/{new:1}/subnets"]
            other.commit(fold=True)
        assert len(session.plan()) == 1

    def test_file(self, sim, session, tmp_path):
        """It goes through a file and back, and is applied by another session; ids are no secrets."""
        wall = sim.add("/networking/firewalls", label="wall", rules=RULES)["id"]
        session.add_all([balancer(80), server("web-a", public(firewall_id=wall))])
        plan = session.plan()
        plan.save(tmp_path / "plan.json")
        again = Plan.load(tmp_path / "plan.json")
        assert again == plan
        assert plan.secrets == ()
        again.apply(sim.client())
        assert described(sim)["devices"] == ["interface"]
        assert len(sent(sim)) == 2

    def test_a_write_only_value_of_a_rider(self, sim, session):
        """It is taken from the rider, and no secret where it is an id."""
        wall = sim.add("/networking/firewalls", label="wall", rules=RULES)["id"]
        vlan = LinodeInterface(vlan=LinodeInterfaceVlan(vlan_label="inner"))
        session.add(server("web-a", vlan, public(firewall_id=wall)))
        assert f'"firewall_id": {wall}' in json.dumps(session.plan().to_dict())
        session.commit()
        [post] = [each for each in sim.requests if each.method == "POST"]
        assert [each.get("firewall_id") for each in post.body["interfaces"]] == [None, wall]


class TestWhatDoesNotRide:
    """A child has a POST of its own where the parent's would lose something of it."""

    def test_an_attribute_that_the_parent_does_not_take(self, sim, session):
        """The config goes apart, and takes its nodes along; a node with a mode goes apart from both."""
        lb = balancer(80, cipher_suite="legacy")
        lb.configs[0].nodes.append(NodeBalancerNode(label="new", address="192.168.0.9:80", mode="backup"))
        session.add(lb)
        session.commit()
        config = f"{LB}/{lb.id}/configs"
        assert sent(sim) == [LB, config, f"{config}/{lb.configs[0].id}/nodes"]
        assert described(sim)["nodebalancer", "front"][80][0]["cipher_suite"] == "legacy"

    def test_a_parent_that_exists(self, sim, session):
        """It has no POST any more."""
        vpc = network(subnets=0)
        session.add(vpc)
        session.commit()
        vpc.subnets.append(VPCSubnet(label="late", ipv4="10.0.9.0/24"))
        session.commit()
        assert sent(sim) == ["/vpcs", f"/vpcs/{vpc.id}/subnets"]

    def test_interfaces_of_the_other_generation(self, session):
        """The body of such a Linode takes interfaces of another kind."""
        session.add(server("web-a", public(), interface_generation="legacy_config"))
        assert len(session.plan()) == 2

    def test_beside_plain_children(self, session):
        """A list that was given as the API takes it stays as it is."""
        vpc = VPC(label="net", region="us-east", subnets=[{"label": "plain", "ipv4": "10.0.0.0/24"}])
        vpc.subnets.append(VPCSubnet(label="own", ipv4="10.0.1.0/24"))
        session.add(vpc)
        assert [each.path for each in session.plan()] == ["/vpcs", "/vpcs/{new:1}/subnets"]
        session.commit()
        assert sorted(each.label for each in vpc.subnets) == ["own", "plain"]

    def test_a_reference_to_a_rider(self, sim, session):
        """A node in a new subnet waits for the VPC that makes the subnet, and rides with its id."""
        vpc = network(subnets=1)
        config = NodeBalancerConfig(port=80, nodes=nodes(1, subnet=vpc.subnets[0]))
        session.add_all([NodeBalancer(region="us-east", label="front", configs=[config]), vpc])
        plan = session.plan()
        assert [(each.path, each.depends_on) for each in plan] == [("/vpcs", ()), (LB, (1,))]
        session.commit()
        [_, post] = [each for each in sim.requests if each.method == "POST"]
        assert post.body["configs"][0]["nodes"][0]["subnet_id"] == vpc.subnets[0].id

    def test_what_no_row_tells(self, session):
        """Of two interfaces that differ in their firewall alone, which no answer shows, one goes apart."""
        session.add(server("web-a", public(), public(firewall_id=5)))
        assert [len(each.nested_creates) for each in session.plan()] == [1, 0]

    def test_equal_names(self, session):
        """Two nested children that want the same unique label are refused, as two steps are."""
        vpc = network(subnets=1)
        vpc.subnets.append(VPCSubnet(label="s0", ipv4="10.0.9.0/24"))
        session.add(vpc)
        with pytest.raises(InvalidRequestError, match="both want the label 's0'"):
            session.plan()


@pytest.mark.parametrize(("parent", "child"), NESTING_RULES)
def test_the_table(parent, child):
    """What the table names are attributes that a new child can have, and lists of children that its POST takes."""
    rule, mapper = NESTING_RULES[parent, child], lookup(child).__mapper__
    lists = {each.create_key for each in mapper.relations.values() if getattr(each, "create_key", "")}
    assert rule.takes - lists <= {key for key, field in mapper.keys.items() if field.createable}
    assert mapper.parent == parent
    assert rule.kinds <= rule.takes
    assert rule.unless.keys() <= lookup(parent).__mapper__.keys.keys()


class TestPools:
    """A cluster is made with the pools that were appended to it."""

    def test_they_are_the_node_pools(self, sim, session):
        """The cluster needs no plain ones; pools that are alike are told apart by nothing, and are two."""
        cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
        pools = [LKENodePool(type="g6-standard-1", count=1), LKENodePool(type="g6-standard-1", count=1)]
        other = LKENodePool(type="g6-standard-2", count=2, tags=["x"])
        for each in (*pools, other):
            cluster.pools.append(each)
        session.add(cluster)
        session.commit()
        assert [(each.method, each.path) for each in sim.requests] == [("POST", "/lke/clusters")]
        assert len({each.id for each in (*pools, other)}) == 3
        assert [each.path for each in sim.requests[1:]] == [f"/lke/clusters/{cluster.id}/pools"]
        assert (other.count, other.tags) == (2, ["x"])

    def test_without_folding(self, sim, session):
        """They ride all the same, for there is no cluster without."""
        cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
        cluster.pools.append(LKENodePool(type="g6-standard-1", count=1))
        session.add(cluster)
        session.commit(fold=False)
        assert sent(sim) == ["/lke/clusters"]

    def test_saved_alone(self, sim, session):
        """`save()` of the cluster takes its pools along, and nothing else."""
        cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
        cluster.pools.append(LKENodePool(type="g6-standard-1", count=1))
        vpc = network()
        session.add_all([cluster, vpc])
        cluster.save()
        assert sent(sim) == ["/lke/clusters"]
        assert session.new == (vpc, *vpc.subnets)

    def test_none(self, session):
        """A cluster without any pool is refused."""
        session.add(LKECluster(label="k", region="us-east", k8s_version="1.33"))
        with pytest.raises(InvalidRequestError, match="without node_pools"):
            session.plan()


class TestFaults:
    """Nothing is lost and nothing is doubled when answers are."""

    @pytest.mark.parametrize("fault", ["reset_after", "html502_after", "half_json"])
    def test_a_lost_answer(self, sim, session, fault):
        """The NodeBalancer is found by its label, and its nested children in their lists."""
        sim.faults.add("POST", LB, 1, fault)
        lb = balancer(80, 443)
        session.add(lb)
        session.commit()
        assert sent(sim) == [LB]
        assert all(node.id for config in lb.configs for node in config.nodes)
        assert (session.new, session.dirty) == ((), ())

    def test_in_a_later_commit(self, sim, session):
        """An answer that stays lost is looked for by the next commit, the nested children with it."""
        sim.faults.add("POST", LB, 1, "reset_after")
        sim.faults.add("GET", LB, None, "html502")
        lb = balancer(80)
        config = lb.configs[0]
        session.add(lb)
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert [each.status for each in caught.value.report] == ["in doubt"]
        assert len(session.new) == 5
        config.port = 81
        sim.faults.clear()
        session.commit()
        assert sent(sim) == [LB]
        assert sent(sim, "PUT") == [f"{LB}/{lb.id}/configs/{config.id}"]
        assert list(described(sim)["nodebalancer", "front"]) == [81]

    def test_a_list_that_cannot_be_read(self, sim, session):
        """What was sent inside stays in doubt, and is told; the next commit finds it."""
        sim.faults.add("GET", f"{LB}/*/configs", None, "html502")
        lb = balancer(80, count=2)
        session.add(lb)
        with pytest.raises(CommitError, match="could not be looked for") as caught:
            session.commit(verify=True)
        assert [each.status for each in caught.value.report] == ["applied", *["in doubt"] * 3]
        assert (lb.id is not None, len(session.new)) == (True, 3)
        sim.faults.clear()
        report = session.commit()
        assert (len(report), session.new, sent(sim)) == (0, (), [LB])
        assert len({each.id for each in lb.configs[0].nodes}) == 2

    def test_what_nothing_tells_apart(self, sim, session):
        """A row too many leaves those in doubt that are like it; the others are found."""
        cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
        alike, other = LKENodePool(type="g6-standard-1", count=1), LKENodePool(type="g6-standard-2", count=2)
        cluster.pools.append(alike)
        cluster.pools.append(other)
        session.add(cluster)
        sim.faults.add("GET", "/lke/clusters/*/pools", None, "html502")
        with pytest.raises(CommitError):
            session.commit(verify=True)
        sim.add(f"/lke/clusters/{cluster.id}/pools", type="g6-standard-1", count=1)
        sim.faults.clear()
        with pytest.raises(CommitError, match="alike"):
            session.commit()
        assert other.id is not None
        assert session.new == (alike,)
        assert sent(sim) == ["/lke/clusters"]

    def test_undo(self, sim, session):
        """The way back deletes the parent, which deletes the nested children too; the next commit makes all again."""
        sim.add("/volumes", label="taken", size=20, region="us-east")
        vpc, lb = network(), balancer(80)
        machine = server("web-a", public())
        session.add_all([vpc, lb, machine])
        sim.faults.add("POST", "/linode/instances", 1, 400)
        with pytest.raises(CommitError):
            session.commit(on_error="undo")
        assert [key for key in described(sim) if isinstance(key, tuple)] == []
        assert len(session.new) == 4 + 5 + 2
        report = session.commit(on_error="undo")
        assert len(report) == 3
        assert all(each.id for each in (*vpc.subnets, *lb.configs[0].nodes, *machine.interfaces))
        session.undo(report.id).apply(session.client)
        assert [key for key in described(sim) if isinstance(key, tuple)] == []

    def test_verify(self, session):
        """What rode is read back, too."""
        session.add(network())
        assert session.commit(verify=True).not_held == ()


class TestJournal:
    """A journal knows the ids of nested children, and recovery finds those that it does not know."""

    def test_undone_from_the_journal(self, sim, tmp_path):
        """Another session undoes a commit in which something waited for a rider."""
        with Session(client=sim.client(), journal=tmp_path / "j") as session:
            lb = balancer(80)
            lb.configs[0].nodes.append(NodeBalancerNode(label="new", address="192.168.0.9:80", mode="backup"))
            session.add(lb)
            report = session.commit()
            assert len(report) == 2
        with Session(client=sim.client(), journal=tmp_path / "j") as session:
            session.undo(report.id).apply(session.client)
        assert [key for key in described(sim) if isinstance(key, tuple)] == []

    @pytest.mark.parametrize("fault", ["reset_after", None])
    def test_recovery(self, sim, tmp_path, fault):
        """After an interruption the NodeBalancer is found, its nested children too, and what waits for one of them is sent."""
        with Session(client=sim.client(workers=1), journal=tmp_path / "j") as session:
            lb = balancer(80)
            lb.configs[0].nodes.append(NodeBalancerNode(label="new", address="192.168.0.9:80", mode="backup"))
            session.add(lb)
            if fault:
                sim.faults.add("POST", LB, 1, fault)
                sim.faults.add("GET", LB, None, "html502")

            def press(*_):
                raise KeyboardInterrupt

            with pytest.raises(CommitInterrupted):
                session.commit(progress=press)
        sim.faults.clear()
        report = recover(tmp_path / "j", client=sim.client())
        assert [each.status for each in report] == ["applied", "applied"]
        assert len(sent(sim)) == 2
        assert len(described(sim)["nodebalancer", "front"][80][1]) == 4

    @pytest.mark.slow
    @pytest.mark.parametrize("at", range(1, 7))
    def test_a_crash_at_any_write_of_the_journal(self, sim, tmp_path, monkeypatch, at):
        """Recovery ends in the same account, with each POST sent once."""

        class Killed(BaseException):
            """The process ends here."""

        whole, writes = SqliteJournal._transaction, []

        def dying(journal):
            writes.append(journal)
            if len(writes) >= at:
                raise Killed
            return whole(journal)

        lb, vpc = balancer(80, 443), network()
        lb.configs[0].nodes.append(NodeBalancerNode(label="new", address="192.168.0.9:80", mode="backup"))
        client = sim.client(workers=1)
        with Session(client=client, journal=tmp_path / "j") as session:
            session.add_all([lb, vpc])
            with monkeypatch.context() as patch, suppress(Killed):
                patch.setattr(SqliteJournal, "_transaction", dying)
                session.commit()
            client.close()
        recover(tmp_path / "j", client=sim.client())
        posts = sent(sim)
        if not posts:
            assert at == 1
            return
        assert len(posts) == len(set(posts)) == 3
        found = described(sim)
        assert found["vpc", "net"] == [(f"s{each}", f"10.0.{each}.0/24") for each in range(3)]
        assert [len(inside) for _, inside in found["nodebalancer", "front"].values()] == [4, 3]

    def test_nested_creates_that_are_not_written_down(self, sim, tmp_path):
        """Where their list could not be read, recovery reads it."""
        with Session(client=sim.client(), journal=tmp_path / "j") as session:
            session.add(balancer(80))
            sim.faults.add("GET", f"{LB}/*/configs", None, "html502")
            with pytest.raises(CommitError):
                session.commit(verify=True)
        sim.faults.clear()
        [entry] = recover(tmp_path / "j", client=sim.client())
        assert entry.status == "applied"
        assert recover(tmp_path / "j", client=sim.client()).entries == ()
        assert sent(sim) == [LB]


WORLDS = st.fixed_dictionaries(
    {
        "subnets": st.lists(st.sampled_from("abcd"), unique=True, max_size=4),
        "configs": st.lists(
            st.tuples(
                st.integers(1, 99),
                st.sampled_from([{}, {"cipher_suite": "legacy"}, {"check": "connection"}]),
                st.lists(st.sampled_from([{}, {"mode": "backup"}, {"weight": 5}, {"subnet": True}]), max_size=4),
            ),
            unique_by=lambda each: each[0],
            max_size=3,
        ),
        "interfaces": st.lists(st.sampled_from(["public", "vlan", "wall"]), max_size=3),
        "pools": st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from([(), ("x",)])), min_size=1, max_size=4),
    }
)


def build(session, wall, shape):
    vpc = VPC(
        label="net",
        region="us-east",
        subnets=[VPCSubnet(label=each, ipv4=f"10.0.{at}.0/24") for at, each in enumerate(shape["subnets"])],
    )
    configs = []
    for port, more, inside in shape["configs"]:
        made = []
        for at, extra in enumerate(inside):
            given = dict(extra)
            if given.pop("subnet", None) and shape["subnets"]:
                given["subnet"] = vpc.subnets[0]
            made.append(NodeBalancerNode(label=f"node{at % 2}", address="192.168.0.1:80", **given))
        configs.append(NodeBalancerConfig(port=port, protocol="http", nodes=made, **more))
    kinds = {
        "public": public,
        "vlan": lambda: LinodeInterface(vlan=LinodeInterfaceVlan(vlan_label="v")),
        "wall": lambda: public(firewall=wall),
    }
    machine = server("web", *(kinds[each]() for each in shape["interfaces"]), firewall=wall)
    cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
    for count, tags in shape["pools"]:
        cluster.pools.append(LKENodePool(type="g6-standard-1", count=count, tags=tags))
    session.add_all([machine, NodeBalancer(region="us-east", label="front", configs=configs), vpc, cluster])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(shape=WORLDS, lost=st.sets(st.sampled_from(["/vpcs", LB])))
def test_the_end_is_the_same(shape, lost):
    """Whatever rides and whatever answers are lost: folded and one at a time, the same account and a clean session."""
    ends, posts = [], []
    for fold in (True, False):
        with Simulator() as sim, Session(client=sim.client(), fold=fold) as session:
            wall = session.load(Firewall, sim.add("/networking/firewalls", label="wall", rules=RULES)["id"])
            build(session, wall, shape)
            new = session.new
            for path in lost:
                sim.faults.add("POST", path, 1, "reset_after")
            session.commit()
            assert (session.new, session.dirty) == ((), ())
            assert len({(type(each), each.id) for each in new}) == len(new)
            ends.append(described(sim))
            posts.append(len(sent(sim)))
    assert ends[0] == ends[1]
    assert posts[0] <= posts[1]
