"""`session.depends_on()` adds an order by hand for the next commit: to creations, changes and deletions."""

from __future__ import annotations

import pytest

from linode_orm import (
    CommitError,
    Domain,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    NodeBalancerConfig,
    NodeBalancerNode,
    NodeBalancerVPCConfig,
    Plan,
    Session,
    Volume,
)


def web(label="web"):
    """Return a new Linode."""
    return Instance(label=label, region="us-east", type="g6-nanode-1")


def zone(name="example.com"):
    """Return a new zone."""
    return Domain(domain=name, type="master", soa_email="a@example.com")


def titles(plan):
    """Return the titles of the steps, and of what each waits for."""
    by_number = {step.number: step.title for step in plan}
    return {step.title: {by_number[each] for each in step.depends_on} for step in plan}


def paths(simulator):
    """Return the requests that changed something, in the order of their arrival."""
    return [f"{each.method} {each.path}" for each in simulator.requests if each.method != "GET"]


class TestOrder:
    def test_of_creations(self, linode_session, linode_simulator):
        """What waits is sent when the answers are there, and the plan says for what."""
        instance, domain, volume = web(), zone(), Volume(label="v", size=10, region="us-east")
        linode_session.add_all([instance, domain, volume])
        linode_session.depends_on(instance, domain, volume)
        assert titles(linode_session.plan())["new Instance 'web'"] == {"new Domain 'example.com'", "new Volume 'v'"}
        linode_session.commit()
        assert paths(linode_simulator)[-1] == "POST /linode/instances"

    def test_of_changes_and_deletions(self, linode_session, linode_simulator):
        """A change waits for a deletion, and another deletion for the change."""
        one, two, three = web("one"), web("two"), zone()
        linode_session.add_all([one, two, three])
        linode_session.commit()
        before = len(paths(linode_simulator))
        linode_session.delete(one)
        linode_session.delete(three)
        two.label = "new"
        linode_session.depends_on(two, one)
        linode_session.depends_on(three, two)
        linode_session.commit()
        sent = paths(linode_simulator)[before:]
        assert [each.partition("/")[0] + each.split("/")[1] for each in sent] == [
            "DELETE linode",
            "PUT linode",
            "DELETE domains",
        ]

    def test_what_dies_with_its_parent(self, linode_session, linode_simulator):
        """An order of a child holds for the deletion of the parent that takes it along."""
        domain, volume = zone(), Volume(label="v", size=10, region="us-east")
        linode_session.add_all([domain, volume])
        linode_session.commit()
        balancer = NodeBalancer(label="balancer", region="us-east", configs=[NodeBalancerConfig(port=80)])
        linode_session.add(balancer)
        linode_session.commit()
        (config,) = balancer.configs
        for each in (config, balancer, volume):
            linode_session.delete(each)
        linode_session.depends_on(config, volume)
        assert [step.model for step in linode_session.plan()] == ["Volume", "NodeBalancer"]

    def test_a_child_keeps_its_own_request(self, linode_session):
        """A child with an order is not nested in its parent's POST, which another object may wait for."""
        balancer, instance = NodeBalancer(label="balancer", region="us-east"), web()
        config = NodeBalancerConfig(port=80)
        balancer.configs.append(config)
        linode_session.add_all([balancer, instance])
        assert len(linode_session.plan()) == 2
        linode_session.depends_on(config, instance)
        assert [step.model for step in linode_session.plan()] == ["NodeBalancer", "Instance", "NodeBalancerConfig"]

    def test_no_batch_breaks_it(self, linode_session):
        """Objects with an order are part of no request for many."""
        config = NodeBalancerConfig(port=80, protocol="http")
        balancer = NodeBalancer(label="balancer", region="us-east", configs=[config])
        linode_session.add(balancer)
        linode_session.commit()
        nodes = [NodeBalancerNode(label=f"n{at}", address=f"192.168.1.{at}:80") for at in range(1, 8)]
        for node in nodes:
            config.nodes.append(node)
        assert len(linode_session.plan()) == 1
        linode_session.depends_on(nodes[3], nodes[5])
        waits = {title: others for title, others in titles(linode_session.plan()).items() if others}
        assert [title.partition(" of ")[0] for title in waits] == ["new NodeBalancerNode 'n4'"]
        assert {title.partition(" of ")[0] for others in waits.values() for title in others} == {
            "new NodeBalancerNode 'n6'"
        }


class TestLifetime:
    def test_it_ends_with_the_commit(self, linode_session):
        """The commit after the next knows nothing of it."""
        instance, domain = web(), zone()
        linode_session.add_all([instance, domain])
        linode_session.depends_on(domain, instance)
        linode_session.commit()
        instance.label, domain.soa_email = "other", "b@example.com"
        assert not any(step.depends_on for step in linode_session.plan())

    def test_it_outlives_a_commit_that_fails(self, linode_session, linode_simulator):
        """What a failed commit left is still sent in that order."""
        linode_simulator.faults.add("POST", "/domains", 1, 400)
        instance, domain, volume = web(), zone(), Volume(label="v", size=10, region="us-east")
        linode_session.add_all([instance, volume, domain])
        linode_session.depends_on(instance, volume)
        linode_session.depends_on(volume, domain)
        with pytest.raises(CommitError):
            linode_session.commit()
        assert [step.model for step in linode_session.plan()] == ["Domain", "Volume", "Instance"]

    def test_rollback_and_expunge_end_it(self, linode_session):
        """What is taken back leaves no order behind."""
        instance, domain = web(), zone()
        linode_session.add_all([instance, domain])
        linode_session.depends_on(domain, instance)
        linode_session.rollback()
        linode_session.add_all([instance, domain])
        assert not any(step.depends_on for step in linode_session.plan())
        linode_session.depends_on(domain, instance)
        linode_session.expunge(instance)
        assert not any(step.depends_on for step in linode_session.plan())

    def test_a_plan_file_keeps_it(self, linode_session, linode_client, linode_simulator, tmp_path):
        """A saved plan is sent in the order that was told, and undone in the other."""
        instance, domain = web(), zone()
        linode_session.add_all([instance, domain])
        linode_session.depends_on(instance, domain)
        linode_session.plan().save(tmp_path / "plan")
        linode_session.rollback()
        Plan.load(tmp_path / "plan").apply(linode_client)
        assert paths(linode_simulator) == ["POST /domains", "POST /linode/instances"]

    def test_undo_turns_it_round(self, linode_session, linode_client, linode_simulator):
        """What was made last is taken away first."""
        instance, domain = web(), zone()
        linode_session.add_all([instance, domain])
        linode_session.depends_on(instance, domain)
        done = linode_session.commit()
        linode_session.undo(done.id).apply(linode_client)
        assert [each.split("/")[1] for each in paths(linode_simulator)[2:]] == ["linode", "domains"]


class TestRefused:
    def test_a_cycle(self, linode_session, linode_simulator):
        """Plan and commit refuse objects that wait for each other, and nothing is sent."""
        one, two, three = web(), zone(), Volume(label="v", size=10, region="us-east")
        linode_session.add_all([one, two, three])
        linode_session.depends_on(one, two)
        linode_session.depends_on(two, three)
        linode_session.depends_on(three, one)
        with pytest.raises(InvalidRequestError, match=r"cannot be put in an order.*depends_on"):
            linode_session.plan()
        with pytest.raises(InvalidRequestError, match="cannot be put in an order"):
            linode_session.commit()
        assert not paths(linode_simulator)

    def test_a_cycle_with_a_reference(self, linode_session):
        """A parent cannot wait for its child, nor what is referred to for what refers to it."""
        balancer, config = NodeBalancer(label="balancer", region="us-east"), NodeBalancerConfig(port=80)
        balancer.configs.append(config)
        linode_session.add(balancer)
        linode_session.depends_on(balancer, config)
        with pytest.raises(InvalidRequestError, match="cannot be put in an order"):
            linode_session.plan()

    def test_an_order_inside_one_request(self, linode_session):
        """Of two objects that only one POST can create, neither waits for the other."""
        balancer = NodeBalancer(label="balancer", region="us-east")
        vpcs = [NodeBalancerVPCConfig(subnet_id=at) for at in (1, 2)]
        for each in vpcs:
            balancer.vpcs.append(each)
        linode_session.add(balancer)
        linode_session.depends_on(*vpcs)
        with pytest.raises(InvalidRequestError, match="one request creates both"):
            linode_session.plan()

    def test_what_is_not_in_the_session(self, linode_session, linode_client):
        """Only what this session would send can wait, and be waited for."""
        instance, alone = web(), zone()
        linode_session.add(instance)
        with Session(client=linode_client) as other:
            foreign = zone("example.org")
            other.add(foreign)
            for each in (alone, foreign, "web", None):
                with pytest.raises(InvalidRequestError):
                    linode_session.depends_on(instance, each)

    def test_nothing_and_itself(self, linode_session):
        """An order has two different objects."""
        instance = web()
        linode_session.add(instance)
        with pytest.raises(InvalidRequestError, match="nothing"):
            linode_session.depends_on(instance)
        with pytest.raises(InvalidRequestError, match="itself"):
            linode_session.depends_on(instance, instance)
