"""A commit of creates reads nothing: ids and rows that no answer shows are read at their first use."""

from __future__ import annotations

import copy
import gc
import pickle

import pytest

from linode_orm import (
    CommitError,
    Instance,
    InvalidRequestError,
    LinodeInterface,
    LKECluster,
    LKENodePool,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    NotFound,
    Session,
    asdict,
    inspect,
    recover,
)
from linode_orm.models.linode.linode_interface import LinodeInterfacePublic

LB = "/nodebalancers"


def balancer(*ports, count=2):
    """Return a new NodeBalancer with configs, and nodes in each of them."""
    configs = [
        NodeBalancerConfig(
            port=port,
            protocol="http",
            nodes=[NodeBalancerNode(label=f"n{at}", address=f"192.168.0.{at}:80") for at in range(count)],
        )
        for port in ports
    ]
    return NodeBalancer(region="us-east", label="lb-1", configs=configs)


def reads(sim):
    """Return the paths that were read."""
    return [each.path for each in sim.requests if each.method == "GET"]


@pytest.fixture
def lb(session):
    """Return a NodeBalancer that was just committed, with two configs of two nodes."""
    made = balancer(80, 443)
    session.add(made)
    session.commit()
    return made


class TestFirstUse:
    def test_the_commit_reads_nothing(self, sim, session, lb):
        """One POST makes seven objects, and no list is read."""
        assert [(each.method, each.path) for each in sim.requests] == [("POST", LB)]
        assert session.new == session.dirty == ()
        assert all(inspect(each).persistent for config in lb.configs for each in (config, *config.nodes))
        assert len(sim.requests) == 1

    def test_an_id(self, sim, lb):
        """The first id reads the list of its siblings once, for all of them."""
        one, other = lb.configs
        assert one.id != other.id
        assert (one.port, other.port) == (80, 443)
        assert reads(sim) == [f"{LB}/{lb.id}/configs"]

    def test_an_attribute(self, sim, lb):
        """An attribute comes with the same row as the id."""
        assert lb.configs[1].algorithm
        assert reads(sim) == [f"{LB}/{lb.id}/configs"]

    def test_below_what_was_not_read(self, sim, lb):
        """A node reads the list of its config, whose own id is read first."""
        config = lb.configs[0]
        assert config.nodes[1].address == "192.168.0.1:80"
        assert reads(sim) == [f"{LB}/{lb.id}/configs", f"{LB}/{lb.id}/configs/{config.id}/nodes"]
        assert config.nodes[0].node_balancer_config is config

    def test_a_parent_needs_no_id(self, sim, lb):
        """The way to the parent costs nothing."""
        config = lb.configs[0]
        assert config.node_balancer is lb
        assert config.nodes[0].node_balancer_config is config
        assert reads(sim) == []

    def test_a_change(self, sim, session, lb):
        """A change reads the id, so that the plan sends nothing; the PUT holds the change alone."""
        lb.configs[0].port = 81
        before = len(sim.requests)
        (step,) = session.plan()
        assert (step.body, len(sim.requests)) == ({"port": 81}, before)
        session.commit()
        assert [(each.method, each.path) for each in sim.requests[before:]] == [("PUT", step.path)]
        assert step.path == f"{LB}/{lb.id}/configs/{lb.configs[0].id}"

    def test_a_change_in_place(self, sim, session):
        """A list that the user holds since before the commit is a change of the row."""
        cluster = LKECluster(label="k", region="us-east", k8s_version="1.33")
        pool = LKENodePool(type="g6-standard-1", count=1, tags=["a"])
        cluster.pools.append(pool)
        tags = pool.tags
        session.add(cluster)
        session.commit()
        tags.append("b")
        assert pool.tags is tags
        (step,) = session.plan()
        assert step.path == f"/lke/clusters/{cluster.id}/pools/{pool.id}"
        session.commit()
        assert [*pool.tags] == ["a", "b"]

    def test_a_deletion(self, sim, session, lb):
        """A deletion of one of them reads its id when it is marked."""
        config = lb.configs[1]
        session.delete(config)
        before = len(sim.requests)
        (step,) = session.plan()
        assert len(sim.requests) == before
        session.commit()
        assert step.path == f"{LB}/{lb.id}/configs/{config.id}"
        assert [each.port for each in lb.configs] == [80]

    def test_a_new_child(self, sim, session, lb):
        """A child that is added later reads the id of its parent."""
        lb.configs[0].nodes.append(NodeBalancerNode(label="late", address="192.168.0.9:80"))
        session.commit()
        assert {each.label for each in lb.configs[0].nodes} == {"n0", "n1", "late"}

    def test_a_step_that_needs_an_id(self, sim, session):
        """Where another step of the commit needs an id, its list is read, and no other one."""
        made = balancer(80, 443)
        made.configs[0].nodes.append(NodeBalancerNode(label="node-x", address="192.168.0.9:80", mode="backup"))
        session.add(made)
        assert session.plan().requests == 4
        session.commit()
        config = made.configs[0]
        assert reads(sim) == [f"{LB}/{made.id}/configs", f"{LB}/{made.id}/configs/{config.id}/nodes"]


class TestNoRequest:
    def test_what_never_sends(self, sim, lb):
        """Repr, comparison, copies, pickles, inspection and `asdict` send nothing."""
        config = lb.configs[0]
        for each in (config, config.nodes[0]):
            assert "not read" in repr(each)
            assert "not read" in str(each)
            assert each == each  # noqa: PLR0124  the comparison is what is tested
            assert hash(each)
            assert inspect(each).key is None
            assert not inspect(each).history
            assert inspect(pickle.loads(pickle.dumps(each))).detached
            assert inspect(copy.copy(each)).detached
            asdict(each)
            dir(each)
            each._repr_html_()
        assert reads(sim) == []

    def test_lists_that_are_known(self, sim, lb):
        """The collections hold their objects."""
        assert [len(config.nodes) for config in lb.configs] == [2, 2]
        assert reads(sim) == []


class TestOneObject:
    def test_a_list(self, sim, session, lb):
        """A list that is read otherwise gives the objects of the commit, at no further request."""
        configs = [*lb.configs]
        lb.configs.refresh()
        assert [*lb.configs] == configs
        assert len(reads(sim)) == 1
        assert [each.id for each in configs]
        assert len(reads(sim)) == 1

    def test_a_query_with_a_condition(self, session, lb):
        """A filtered list does so too."""
        one, other = lb.configs
        assert session.query(NodeBalancerConfig).filter(NodeBalancerConfig.port == 443).all() == [other]
        assert one.id != other.id

    def test_by_its_id(self, sim, session, lb):
        """Who has the id from elsewhere gets the object of the commit."""
        config = lb.configs[0]
        row = next(each.body for each in sim.state.rows("NodeBalancerConfig") if each.body["port"] == 80)
        assert session.get(NodeBalancerConfig, row["id"], lb) is config

    def test_nodes_of_a_query(self, session, lb):
        """A query over all nodes gives the objects of the commit, whatever was read before."""
        nodes = {id(node) for config in lb.configs for node in config.nodes}
        assert {id(each) for each in session.query(NodeBalancerNode)} == nodes

    def test_nobody_holds_them(self, sim, session):
        """What nobody holds is forgotten, and read like anything else."""
        session.add(balancer(80))
        session.commit()
        gc.collect()
        (config,) = session.query(NodeBalancer).one().configs
        assert config.port == 80


class TestEnds:
    def test_the_parent_is_deleted(self, sim, session, lb):
        """Its children are detached with it, and read nothing."""
        config = lb.configs[0]
        node = config.nodes[0]
        session.delete(lb)
        session.commit()
        assert [inspect(each).state for each in (lb, config, node)] == ["detached"] * 3
        assert reads(sim) == []

    def test_the_session_is_closed(self, sim):
        """What was never used is detached."""
        with Session(client=sim.client()) as session:
            made = balancer(80)
            session.add(made)
            session.commit()
            config = made.configs[0]
        assert inspect(config).detached

    def test_expunge_and_rollback(self, sim, session, lb):
        """An object leaves its session without a request; a rollback changes nothing."""
        config = lb.configs[0]
        session.rollback()
        assert inspect(config).persistent
        session.expunge(config)
        assert inspect(config).detached
        assert reads(sim) == []

    def test_what_is_gone_meanwhile(self, sim, session, lb):
        """An object that somebody else deleted is told by name; the others are found."""
        one, other = lb.configs
        row = next(each.body for each in sim.state.rows("NodeBalancerConfig") if each.body["port"] == 443)
        sim.remove(f"{LB}/{lb.id}/configs/{row['id']}")
        assert one.id
        with pytest.raises(InvalidRequestError, match="no row of GET"):
            other.id  # noqa: B018  the read is what is tested
        assert session.query(NodeBalancerConfig).all() == [one]

    def test_the_list_is_refused(self, sim, lb):
        """An error of the list is raised by the use, and the next use asks again."""
        sim.faults.add("GET", f"{LB}/*/configs", 1, 404)
        with pytest.raises(NotFound):
            lb.configs[0].id  # noqa: B018  the read is what is tested
        assert lb.configs[0].id

    def test_a_commit_that_is_undone(self, sim, session):
        """After `undo` they are pending again, and the next commit makes them."""
        sim.faults.add("POST", "/linode/instances", 1, 400)
        made = balancer(80)
        machine = Instance(label="web", region="us-east", type="g6-nanode-1")
        machine.interfaces.append(LinodeInterface(public=LinodeInterfacePublic()))
        session.add_all([made, machine])
        with pytest.raises(CommitError):
            session.commit(on_error="undo")
        assert len(session.new) == 6
        session.commit()
        assert reads(sim) == []
        assert all(each.id for each in (*made.configs, *made.configs[0].nodes, *machine.interfaces))


class TestAtOnce:
    def test_a_session_that_refuses_implicit_requests(self, sim):
        """`lazy="raise"` could not read them later, so the commit reads them."""
        with Session(client=sim.client(), lazy="raise") as session:
            made = balancer(80)
            session.add(made)
            plan = session.plan()
            session.commit()
            assert len(sim.requests) == plan.requests == 3
            assert made.configs[0].nodes[0].id
            assert len(sim.requests) == 3

    def test_verify(self, sim, session):
        """Who wants everything read back has the ids."""
        made = balancer(80)
        session.add(made)
        session.commit(verify=True)
        before = len(sim.requests)
        assert made.configs[0].nodes[0].id
        assert len(sim.requests) == before

    def test_recovery_reads_none(self, sim, tmp_path):
        """A recovery finds the parent, and does not ask what nobody needs."""
        with Session(client=sim.client(workers=1), journal=tmp_path / "j") as session:
            session.add(balancer(80))
            sim.faults.add("POST", LB, 1, "reset_after")
            sim.faults.add("GET", LB, None, "html502")
            with pytest.raises(CommitError):
                session.commit()
        sim.faults.clear()
        before = len(sim.requests)
        (entry,) = recover(tmp_path / "j", client=sim.client())
        assert entry.status == "applied"
        assert not [each.path for each in sim.requests[before:] if each.path.endswith(("configs", "nodes"))]
