"""Batch requests: many changes of nodes in one rebuild, one tag on many objects in one POST, with the end that single ones have."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm import Domain, Instance, NodeBalancer, NodeBalancerNode, Session, Volume, recover
from linode_orm.errors import CommitError, CommitInterrupted, ConflictError, InvalidRequestError
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.session.planning.plan import Plan
from linode_orm.simulator import Simulator

LB = "/nodebalancers"
REBUILD = f"{LB}/*/configs/*/rebuild"
NODES = f"{LB}/*/configs/*/nodes"
ONE = f"{LB}/*/configs/*/nodes/*"
CONFIG = f"{LB}/*/configs/*"


def balancer(sim, count=6, **config):
    """Put a NodeBalancer with one configuration and some nodes into the account; give the configuration's path."""
    lb = sim.add(LB, region="us-east", label="front")["id"]
    made = sim.add(f"{LB}/{lb}/configs", **{"port": 80, "protocol": "http", "check_path": "/up"} | config)["id"]
    path = f"{LB}/{lb}/configs/{made}"
    for at in range(count):
        sim.add(f"{path}/nodes", label=f"node{at}", address=f"192.168.0.{at}:80")
    return path


def opened(session):
    """Give the configuration and its nodes as the session reads them."""
    config = session.query(NodeBalancer).one().configs[0]
    return config, sorted(config.nodes, key=lambda each: each.label)


def edited(session):
    """Make six changes of nodes: three of values, two deletions, one new; give the configuration and the new one."""
    config, nodes = opened(session)
    nodes[0].mode, nodes[1].weight, nodes[2].label = "drain", 75, "xx2"
    session.delete(nodes[3])
    session.delete(nodes[4])
    new = NodeBalancerNode(node_balancer_config=config, label="node9", address="192.168.0.99:80")
    session.add(new)
    return config, new


EDITED = [
    ("node0", "192.168.0.0:80", "drain", 50),
    ("node1", "192.168.0.1:80", "accept", 75),
    ("node5", "192.168.0.5:80", "accept", 50),
    ("node9", "192.168.0.99:80", "accept", 50),
    ("xx2", "192.168.0.2:80", "accept", 50),
]
BEFORE = [(f"node{at}", f"192.168.0.{at}:80", "accept", 50) for at in range(6)]


def nodes_in(sim):
    rows = (row.body for row in sim.state.rows("NodeBalancerNode"))
    return sorted((row["label"], row["address"], row["mode"], row["weight"]) for row in rows)


def sent(sim, *methods):
    """Give the requests of some methods, numbers left out of their paths."""
    wanted = methods or ("POST", "PUT", "DELETE")
    return [f"{each.method} {pattern(each.path)}" for each in sim.requests if each.method in wanted]


def blind_after(sim, path, reads):
    """Let nothing be read at a path any more after so many reads."""
    for nth in range(reads + 1, 99):
        sim.faults.add("GET", path, nth, "html502")


def pattern(path):
    return "/".join("*" if part.isdigit() else part for part in path.split("/"))


def clean(session):
    return (session.new, session.dirty, session.deleted) == ((), (), ())


class TestRebuild:
    """Many changes of the nodes of one configuration are one rebuild."""

    def test_requests(self, sim, session):
        """Six changes are one POST, with a look before and one after, where six requests would be needed."""
        path = balancer(sim)
        edited(session)
        plan, before = session.plan(), len(sim.requests)
        report = session.commit()
        requests = sim.requests[before:]
        assert [f"{each.method} {each.path}" for each in requests] == [
            f"GET {path}/nodes",
            f"GET {path}",
            f"GET {path}/nodes",
            f"POST {path}/rebuild",
            f"GET {path}/nodes",
        ]
        assert plan.requests == len(requests)
        assert [(each.status, each.object) for each in report] == [("applied", opened(session)[0])]
        assert nodes_in(sim) == EDITED
        assert clean(session)

    def test_what_is_sent(self, sim, session):
        """The configuration as it is, and every node that stays, with its id and its mode."""
        balancer(sim, check_interval=44)
        config, _ = edited(session)
        ids = {each.label: each.id for each in config.nodes}
        session.commit()
        (body,) = [each.body for each in sim.requests if each.path.endswith("/rebuild")]
        assert (body["check_interval"], body["check_path"], body["protocol"]) == (44, "/up", "http")
        assert "check_body" not in body
        assert sorted(body["nodes"], key=lambda each: each["label"]) == [
            {"id": ids["node0"], "address": "192.168.0.0:80", "label": "node0", "mode": "drain", "weight": 50},
            {"id": ids["node1"], "address": "192.168.0.1:80", "label": "node1", "mode": "accept", "weight": 75},
            {"id": ids["node5"], "address": "192.168.0.5:80", "label": "node5", "mode": "accept", "weight": 50},
            {"address": "192.168.0.99:80", "label": "node9"},
            {"id": ids["xx2"], "address": "192.168.0.2:80", "label": "xx2", "mode": "accept", "weight": 50},
        ]

    def test_objects(self, sim, session):
        """Changed nodes are up to date without a further request, the new one has its id, deleted ones are gone."""
        balancer(sim)
        config, new = edited(session)
        nodes = {each.label: each for each in config.nodes}
        session.commit()
        before = len(sim.requests)
        assert (nodes["node0"].mode, nodes["node1"].weight, nodes["xx2"].label) == ("drain", 75, "xx2")
        assert session.get(NodeBalancerNode, new.id, config) is new
        assert (new.weight, len(sim.requests)) == (50, before)
        assert nodes["node3"] not in session

    def test_the_configuration_goes_along(self, sim, session):
        """What is changed of it is in the same POST."""
        balancer(sim)
        config, _ = edited(session)
        config.check_interval = 77
        report = session.commit()
        assert sent(sim)[-1:] == [f"POST {REBUILD}"]
        assert (len(report), config.check_interval) == (1, 77)
        assert next(iter(sim.state.rows("NodeBalancerConfig"))).body["check_interval"] == 77

    def test_every_node_changed(self, sim, session):
        """Without anything new there is no look at what was there before."""
        balancer(sim)
        for node in opened(session)[1]:
            node.weight = 7
        assert session.plan().requests == 4
        session.commit()
        assert {weight for *_, weight in nodes_in(sim)} == {7}

    def test_what_others_did_stays(self, sim, session):
        """A node that somebody else added, and values that somebody else changed, are in the rebuild."""
        path = balancer(sim)
        _, nodes = opened(session)
        for node in nodes[:5]:
            node.weight = 7
        sim.add(f"{path}/nodes", label="theirs", address="192.168.0.50:80")
        sim.change(f"{path}/nodes/{nodes[5].id}", mode="reject")
        sim.change(f"{path}/nodes/{nodes[0].id}", mode="backup")
        sim.change(path, check_interval=99)
        session.commit()
        assert [each for each in sent(sim) if "rebuild" in each] == [f"POST {REBUILD}"]
        assert nodes_in(sim) == [
            ("node0", "192.168.0.0:80", "backup", 7),
            *((f"node{at}", f"192.168.0.{at}:80", "accept", 7) for at in range(1, 5)),
            ("node5", "192.168.0.5:80", "reject", 50),
            ("theirs", "192.168.0.50:80", "accept", 50),
        ]
        assert nodes[0].mode == "backup"
        assert next(iter(sim.state.rows("NodeBalancerConfig"))).body["check_interval"] == 99

    def test_verify(self, sim, session):
        """What a rebuild wrote is read back."""
        balancer(sim)
        edited(session)
        assert session.commit(verify=True).not_held == ()

    def test_conflicts(self, sim, session):
        """A node that somebody else changed in the same attribute stops the commit before anything is written."""
        path = balancer(sim)
        _, nodes = opened(session)
        for node in nodes:
            node.weight = 7
        sim.change(f"{path}/nodes/{nodes[2].id}", weight=33)
        count = len(sent(sim))
        with pytest.raises(ConflictError, match="theirs 33, mine 7"):
            session.commit(conflicts="check")
        assert len(sent(sim)) == count

    def test_max_deletes(self, sim, session):
        """Deletions inside a rebuild are counted."""
        balancer(sim)
        edited(session)
        with pytest.raises(InvalidRequestError, match="would delete 2 objects"):
            session.commit(max_deletes=1)


class TestPlan:
    """A plan says what a bundle stands for, and keeps it in a file."""

    def test_text(self, sim, session):
        """Each request that is saved is named, with what it changes."""
        balancer(sim)
        edited(session)
        text = str(session.plan())
        assert "6 changes of its nodes" in text
        assert 'mode: "accept" -> "drain"' in text
        assert text.count("instead of") == 6
        assert "cannot be undone" not in text

    def test_file(self, sim, session, tmp_path):
        """Saved, loaded and applied by another session it ends in the same account."""
        balancer(sim)
        edited(session)
        plan = session.plan()
        plan.save(tmp_path / "plan")
        loaded = Plan.load(tmp_path / "plan")
        assert loaded.to_dict() == plan.to_dict()
        parts = json.loads((tmp_path / "plan").read_text())["steps"][0]["parts"]
        assert sorted(each["method"] for each in parts) == ["DELETE", "DELETE", "POST", "PUT", "PUT", "PUT"]
        loaded.apply(sim.client())
        assert nodes_in(sim) == EDITED

    def test_a_file_after_the_account_has_changed(self, sim, session, tmp_path):
        """What was changed elsewhere refuses the plan; nothing is sent."""
        path = balancer(sim)
        _, nodes = opened(session)
        for node in nodes:
            node.weight = 7
        session.plan().save(tmp_path / "plan")
        sim.change(f"{path}/nodes/{nodes[2].id}", weight=33)
        count = len(sent(sim))
        with pytest.raises(ConflictError):
            Plan.load(tmp_path / "plan").apply(sim.client())
        assert len(sent(sim)) == count


class TestSingle:
    """What is not known to fit in a rebuild goes by itself."""

    def changed(self, sim, session, count=6):
        before = len(sent(sim))
        for node in opened(session)[1][:count]:
            node.weight = 7
        session.commit()
        return sent(sim)[before:]

    @pytest.mark.parametrize("count", [1, 4])
    def test_few(self, sim, session, count):
        """A rebuild would be as many requests."""
        balancer(sim)
        assert self.changed(sim, session, count) == [f"PUT {ONE}"] * count

    def test_a_certificate(self, sim, session):
        """It cannot be read, so it could not be sent back."""
        balancer(sim, protocol="https", ssl_cert="c", ssl_key="k")
        assert self.changed(sim, session) == [f"PUT {ONE}"] * 6

    def test_a_vpc(self, sim, session):
        """Neither can the subnet of a node."""
        path = balancer(sim)
        _, nodes = opened(session)
        sim.change(f"{path}/nodes/{nodes[0].id}", vpc_config_id=5)
        session.expire_all()
        assert self.changed(sim, session) == [f"PUT {ONE}"] * 6

    def test_fold_off(self, sim):
        """Nothing is folded where nobody wants it."""
        balancer(sim)
        with Session(client=sim.client(), fold=False) as session:
            assert self.changed(sim, session) == [f"PUT {ONE}"] * 6

    def test_a_configuration_that_was_never_read(self, sim, session):
        """Nobody knows whether it has a certificate."""
        path = balancer(sim)
        _, _, lb, _, config = path.split("/")
        for row in [*sim.state.rows("NodeBalancerNode")]:
            session.load(NodeBalancerNode, row.id, (int(lb), int(config))).weight = 7
        session.commit()
        assert sent(sim)[-6:] == [f"PUT {ONE}"] * 6


class TestTakenApart:
    """What the API does not take together goes by itself, and nothing is lost."""

    def test_refused(self, sim, session):
        """A rebuild that is refused is six requests."""
        balancer(sim)
        edited(session)
        sim.faults.add("POST", REBUILD, 1, 400)
        report = session.commit()
        assert len(report) == 6
        assert {each.status for each in report} == {"applied"}
        assert nodes_in(sim) == EDITED
        assert clean(session)

    def test_a_node_that_is_gone(self, sim, session):
        """The others are changed all the same, with `on_error="continue"`."""
        path = balancer(sim)
        _, nodes = opened(session)
        for node in nodes:
            node.weight = 7
        sim.remove(f"{path}/nodes/{nodes[0].id}")
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        assert caught.value.report.counts == {"failed": 1, "applied": 5}
        assert {weight for *_, weight in nodes_in(sim)} == {7}
        assert session.dirty == (nodes[0],)

    def test_a_deleted_node_that_is_gone(self, sim, session):
        """There is nothing to do about it."""
        path = balancer(sim)
        edited(session)
        gone = next(each for each in session.deleted if each.label == "node3")
        sim.remove(f"{path}/nodes/{gone.id}")
        session.commit()
        assert nodes_in(sim) == EDITED

    def test_a_certificate_since(self, sim, session):
        """The configuration that is there now cannot be sent back."""
        path = balancer(sim)
        edited(session)
        sim.change(path, protocol="https", ssl_cert="<REDACTED>", ssl_key="<REDACTED>")
        session.commit()
        assert not [each for each in sent(sim) if "rebuild" in each]
        assert nodes_in(sim) == EDITED

    def test_every_node_deleted(self, sim, session):
        """Whether the API takes an empty list is not known."""
        balancer(sim)
        for node in opened(session)[1]:
            session.delete(node)
        session.commit()
        assert not [each for each in sent(sim) if "rebuild" in each]
        assert nodes_in(sim) == []

    def test_an_attribute_that_it_ignores(self, sim):
        """What does not hold after the rebuild is sent by itself."""
        path = balancer(sim)

        def ignore(request, _, *__):
            if request.path.endswith("/rebuild"):
                (first,) = [row.id for row in sim.state.rows("NodeBalancerNode") if row.body["label"] == "node0"]
                sim.change(f"{path}/nodes/{first}", mode="accept")

        with Session(client=sim.client(after=[ignore])) as session:
            edited(session)
            session.commit()
        assert sent(sim)[-2:] == [f"POST {REBUILD}", f"PUT {ONE}"]
        assert nodes_in(sim) == EDITED

    def test_nothing_new_after_a_failure(self, sim, session):
        """With the usual policy a part that is refused stops those that were not sent; the next commit sends them."""
        balancer(sim)
        edited(session)
        sim.faults.add("POST", REBUILD, 1, 400)
        sim.faults.add("PUT", ONE, 1, 400)
        with Session(client=sim.client(workers=1)) as slow:
            edited(slow)
            with pytest.raises(CommitError) as caught:
                slow.commit()
            assert set(caught.value.report.counts) >= {"failed", "pending"}
            slow.commit()
            assert clean(slow)
        assert nodes_in(sim) == EDITED


FAULTS = ["reset_after", "timeout_after", "html502_after", "half_json", "empty", "wrong_content_type", "delayed_effect"]


class TestFaults:
    """Nothing is lost and nothing is doubled when answers are."""

    @pytest.mark.parametrize("fault", [*FAULTS, "reset_before", "html502", 500, 503, 429])
    def test_the_answer(self, sim, session, fault):
        """What the rebuild did is looked for; it is sent again only where that can be told."""
        balancer(sim)
        _, new = edited(session)
        sim.faults.add("POST", REBUILD, 1, fault)
        session.commit()
        sim.clock.sleep(300)
        session.client.request("GET", "/profile")  # what is late has arrived by then
        assert nodes_in(sim) == EDITED
        assert clean(session)
        assert new.id in {row.id for row in sim.state.rows("NodeBalancerNode")}

    @pytest.mark.parametrize("fault", ["reset_after", "timeout_before", "html502_after"])
    def test_in_doubt(self, sim, session, fault):
        """Where nothing can be read the end is in doubt, and the next commit finds it."""
        balancer(sim)
        _, new = edited(session)
        sim.faults.add("POST", REBUILD, 1, fault)
        blind_after(sim, CONFIG, 3)
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert [each.status for each in caught.value.report] == ["in doubt"]
        sim.faults.clear()
        session.commit()
        assert nodes_in(sim) == EDITED
        assert clean(session)
        assert len([row for row in sim.state.rows("NodeBalancerNode") if row.body["label"] == "node9"]) == 1
        assert new.id is not None

    def test_the_list_before(self, sim, session):
        """What cannot be read first fails, and nothing is sent; the next commit does all."""
        balancer(sim)
        edited(session)
        blind_after(sim, CONFIG, 0)
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert [each.status for each in caught.value.report] == ["failed"]
        assert nodes_in(sim) == BEFORE
        sim.faults.clear()
        session.commit()
        assert nodes_in(sim) == EDITED

    def test_the_list_after(self, sim, session):
        """What is new stays in doubt, all else is done; the next commit finds it."""
        balancer(sim)
        edited(session)
        blind_after(sim, NODES, 2)
        with pytest.raises(CommitError, match="could not be looked for") as caught:
            session.commit()
        assert caught.value.report.counts == {"applied": 5, "in doubt": 1}
        sim.faults.clear()
        report = session.commit()
        assert (len(report), clean(session)) == (0, True)
        assert nodes_in(sim) == EDITED


class TestUndo:
    """The way back of a bundle is that of its parts."""

    def test_of_a_commit(self, sim, session):
        """What can be brought back is, and the plan says what cannot."""
        balancer(sim)
        _, nodes = opened(session)
        for node in nodes[:5]:
            node.weight = 7
        session.add(NodeBalancerNode(node_balancer_config=opened(session)[0], label="node9", address="192.168.0.99:80"))
        report = session.commit()
        back = session.undo(report.id)
        assert (len(back), back.lost) == (6, ())
        back.apply(session.client)
        assert nodes_in(sim) == BEFORE

    def test_deletions(self, sim, session):
        """They are named as lost."""
        balancer(sim)
        edited(session)
        back = session.undo(session.commit().id)
        assert sorted(each.split("'")[1] for each in back.lost) == ["node3", "node4"]
        assert len(back) == 4

    @pytest.mark.parametrize("deletes", [False, True])
    def test_policy(self, sim, session, deletes):
        """A failure elsewhere puts everything back; a rebuild that deletes is not sent before all else succeeded."""
        balancer(sim)
        _, nodes = opened(session)
        for node in nodes[:5]:
            node.weight = 7
        session.add(NodeBalancerNode(node_balancer_config=opened(session)[0], label="node9", address="192.168.0.99:80"))
        if deletes:
            session.delete(nodes[5])
        session.add(Volume(label="v", size=20, region="us-east"))
        sim.faults.add("POST", "/volumes", 1, 400)
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="undo")
        assert nodes_in(sim) == BEFORE
        assert len(session.dirty) == 5
        if deletes:
            assert not [each for each in sent(sim) if "rebuild" in each]
        assert not caught.value.report.not_undone
        session.commit(on_error="undo")
        assert clean(session)
        assert len(nodes_in(sim)) == 7 - deletes

    def test_a_failure_after_a_rebuild_that_deletes(self, sim, session):
        """What was deleted stays so, the rest is put back; the session has what is to be done again."""
        balancer(sim)
        edited(session)
        volume = session.load(Volume, sim.add("/volumes", label="v", size=20, region="us-east")["id"])
        session.delete(volume)
        sim.faults.add("DELETE", "/volumes/*", 1, 400)
        with Session(client=sim.client(workers=1)) as slow:
            edited(slow)
            slow.delete(slow.query(Volume).one())
            with pytest.raises(CommitError) as caught:
                slow.commit(on_error="undo")
            (entry,) = caught.value.report.not_undone
            assert "cannot be brought back" in entry.note
            assert nodes_in(sim) == [each for each in BEFORE if each[0] not in {"node3", "node4"}]
            slow.commit()
            assert clean(slow)
        assert nodes_in(sim) == EDITED


class TestJournal:
    """A journal knows bundles, and recovery ends them."""

    def test_undone_from_the_journal(self, sim, tmp_path):
        """Another session undoes a rebuild, also one that was taken apart."""
        balancer(sim)
        ids = []
        for fault in (None, 400):
            if fault:
                sim.faults.add("POST", REBUILD, 1, fault)
            with Session(client=sim.client(), journal=tmp_path / "j") as session:
                config, nodes = opened(session)
                for node in nodes[:5]:
                    node.weight = 7
                session.add(NodeBalancerNode(node_balancer_config=config, label="node9", address="192.168.0.99:80"))
                ids.append(session.commit().id)
            assert len(nodes_in(sim)) == 7
            with Session(client=sim.client(), journal=tmp_path / "j") as session:
                session.undo(ids[-1]).apply(session.client)
            assert nodes_in(sim) == BEFORE

    @pytest.mark.slow
    @pytest.mark.parametrize("undo", [False, True])
    @pytest.mark.parametrize("apart", [False, True])
    @pytest.mark.parametrize("at", range(1, 9))
    def test_a_crash_at_any_write(self, sim, tmp_path, monkeypatch, at, apart, undo):  # noqa: PLR0917  fixtures
        """Recovery ends in the account that was planned, or in the one before; no node is made twice."""

        class Killed(BaseException):
            """The process ends here."""

        whole, writes = SqliteJournal._transaction, []

        def dying(journal):
            writes.append(journal)
            if len(writes) >= at:
                raise Killed
            return whole(journal)

        balancer(sim)
        if apart:
            sim.faults.add("POST", REBUILD, 1, 400)
        client = sim.client(workers=1)
        with Session(client=client, journal=tmp_path / "j") as session:
            config, nodes = opened(session)
            for node in nodes[:5]:
                node.weight = 7
            session.add(NodeBalancerNode(node_balancer_config=config, label="node9", address="192.168.0.99:80"))
            with monkeypatch.context() as patch, suppress(Killed):
                patch.setattr(SqliteJournal, "_transaction", dying)
                session.commit()
            client.close()
        count = len(sent(sim))
        report = recover(tmp_path / "j", client=sim.client(), undo=undo)
        if at == 1:
            assert (len(report), len(sent(sim))) == (0, count)
            return
        assert not report.in_doubt
        ended = not len(report)
        if undo and not ended:
            assert nodes_in(sim) == BEFORE
        else:
            assert [each[0] for each in nodes_in(sim)] == [*(f"node{each}" for each in range(6)), "node9"]
            assert sorted(each[3] for each in nodes_in(sim)) == [7] * 5 + [50, 50]

    @pytest.mark.parametrize("undo", [False, True])
    @pytest.mark.parametrize("fault", ["reset_after", "timeout_before"])
    def test_a_lost_answer(self, sim, tmp_path, fault, undo):
        """A rebuild of which nobody knows the end is looked for in the list."""
        balancer(sim)
        with Session(client=sim.client(), journal=tmp_path / "j") as session:
            edited(session)
            sim.faults.add("POST", REBUILD, 1, fault)
            blind_after(sim, CONFIG, 3)
            with pytest.raises(CommitError):
                session.commit()
        sim.faults.clear()
        recover(tmp_path / "j", client=sim.client(), undo=undo)
        if not undo:
            assert nodes_in(sim) == EDITED
        elif fault == "timeout_before":
            assert nodes_in(sim) == BEFORE
        else:
            assert nodes_in(sim) == [each for each in BEFORE if each[0] not in {"node3", "node4"}]
        assert recover(tmp_path / "j", client=sim.client()).entries == ()

    def test_ctrl_c(self, sim, tmp_path):
        """Interrupted between bundles, the rest is done by recovery."""
        balancer(sim)
        with Session(client=sim.client(workers=1), journal=tmp_path / "j") as session:
            session.add(Volume(label="v", size=20, region="us-east"))
            edited(session)

            def press(*_):
                raise KeyboardInterrupt

            with pytest.raises(CommitInterrupted):
                session.commit(progress=press)
        recover(tmp_path / "j", client=sim.client())
        assert nodes_in(sim) == EDITED


class TestTags:
    """One new tag on many objects is one POST, for who asks for it."""

    @pytest.fixture
    def fleet(self, sim, session):
        for at in range(4):
            sim.add("/linode/instances", label=f"vm{at}", region="us-east", type="g6-nanode-1", tags=["old"])
        sim.add("/domains", domain="example.org", type="master", soa_email="a@example.org")
        sim.add("/volumes", label="v", size=20, region="us-east")
        return [*session.query(Instance).all(), *session.query(Domain).all(), *session.query(Volume).all()]

    def tags(self, sim):
        return [sorted(row.body["tags"]) for name in ("Instance", "Domain", "Volume") for row in sim.state.rows(name)]

    def test_requests(self, sim, session, fleet):
        """Six objects of three kinds take one request."""
        for each in fleet:
            each.tags.add("new")
        assert len(session.plan()) == 6
        before = len(sim.requests)
        report = session.commit(fold_tags=True)
        assert [f"{each.method} {each.path}" for each in sim.requests[before:]] == ["POST /tags"]
        assert sorted(sim.requests[-1].body) == ["domains", "label", "linodes", "volumes"]
        assert [each.step.title for each in report] == ["Tag 'new' on 6 objects"]
        assert self.tags(sim) == [["new", "old"]] * 4 + [["new"]] * 2
        assert clean(session)
        assert sorted(fleet[0].tags) == ["new", "old"]

    def test_a_tag_that_is_there(self, sim, session, fleet):
        """The POST is refused, and each object gets it by its own PUT."""
        sim.add("/tags", label="new")
        for each in fleet:
            each.tags.add("new")
        report = session.commit(fold_tags=True)
        assert (len(report), clean(session)) == (6, True)
        assert self.tags(sim) == [["new", "old"]] * 4 + [["new"]] * 2

    @pytest.mark.parametrize("fault", [*FAULTS, "reset_before", 500, 403])
    def test_a_lost_answer(self, sim, session, fleet, fault):
        """A PUT each does no more than it may have done."""
        for each in fleet:
            each.tags.add("new")
        sim.faults.add("POST", "/tags", 1, fault)
        session.commit(fold_tags=True)
        assert clean(session)
        assert self.tags(sim) == [["new", "old"]] * 4 + [["new"]] * 2

    def test_others_wait(self, sim, fleet):
        """Who gets the tag with something else gets it after it was made."""
        with Session(client=sim.client(workers=1), fold_tags=True) as session:
            first, *others = session.query(Instance).all()
            first.tags.add("new")
            first.tags.add("more")
            for each in others:
                each.tags.add("new")
            session.add(Volume(label="w", size=20, region="us-east", tags=["new"]))
            plan = session.plan()
            assert [each.method for each in plan].count("POST") == 2
            assert plan[0].path == "/tags"
            session.commit()
        assert len(fleet) == 6
        assert sent(sim)[-3:][0] == "POST /tags"
        assert self.tags(sim)[0] == ["more", "new", "old"]

    def test_what_is_assigned(self, sim, session, fleet):
        """A whole list, a tag taken off, or other changes stay PUTs; so does a tag on one object."""
        one, two, three, four, *_ = fleet
        one.tags = ["new"]
        two.tags.add("new")
        two.tags.discard("old")
        three.tags.add("new")
        three.label = "other"
        four.tags.add("new")
        session.commit(fold_tags=True)
        assert "POST /tags" not in sent(sim)
        assert self.tags(sim)[:4] == [["new"], ["new"], ["new", "old"], ["new", "old"]]

    def test_undo(self, sim, session, fleet):
        """The tag goes off every object."""
        for each in fleet:
            each.tags.add("new")
        report = session.commit(fold_tags=True)
        session.undo(report.id).apply(session.client)
        assert self.tags(sim) == [["old"]] * 4 + [[]] * 2

    def test_two_writers(self, sim, session, fleet):
        """Tags that others put on meanwhile stay."""
        for each in fleet:
            each.tags.add("new")
        for row in sim.state.rows("Instance"):
            sim.change(f"/linode/instances/{row.id}", tags=["old", "theirs"])
        session.commit(fold_tags=True)
        assert self.tags(sim)[:4] == [["new", "old", "theirs"]] * 4


EDITS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["mode", "weight", "label", "delete", "new", "twin", "config"])),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    edits=EDITS,
    faults=st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*FAULTS, "reset_before", 400])), max_size=2),
)
def test_the_end_is_the_same(edits, faults):
    """Whatever is changed and whatever goes wrong: in one rebuild and one at a time, the same nodes and a clean session."""
    ends = []
    for fold in (True, False):
        with Simulator() as sim, Session(client=sim.client(), fold=fold) as session:
            balancer(sim, 8)
            config, nodes = opened(session)
            for number, (at, kind) in enumerate(edits):
                node = nodes[at]
                if kind == "delete":
                    session.delete(node)
                elif kind in {"new", "twin"}:
                    label = "twin" if kind == "twin" else f"new{number}"
                    made = NodeBalancerNode(node_balancer_config=config, label=label, address="192.168.0.99:80")
                    session.add(made)
                elif kind == "config":
                    config.check_interval = 10 + number
                elif node not in session.deleted:
                    setattr(node, kind, {"mode": "drain", "weight": 10 + number, "label": f"label{number}"}[kind])
            for nth, fault in faults:
                sim.faults.add("POST", REBUILD, nth, fault)
            session.commit()
            assert clean(session)
            ends.append((nodes_in(sim), next(iter(sim.state.rows("NodeBalancerConfig"))).body["check_interval"]))
    assert ends[0] == ends[1]
