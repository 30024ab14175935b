"""A three-tier stack is one commit of the fewest POSTs, and everything that can happen to a commit is covered."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from linode_orm import CommitError, Domain, Plan, Session, later, recover
from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.proofs.faults.stack import POSTS, build, connect, described, zone

POLICIES = ("stop", "continue", "undo")
LOST = ("reset_after", "html502_after", "half_json")
WAYS = ("before", "after")
"""The request at which the process is killed is not done, or done."""


@pytest.fixture
def sim():
    """Return an account with a zone, and nothing else."""
    with Simulator() as made:
        made.domain = zone(made)
        yield made


@pytest.fixture
def session(sim):
    """Return a session of the account."""
    with Session(client=sim.client()) as made:
        yield made


def posts(sim):
    """Return the paths of the POSTs that were done."""
    return [each.path for each in sim.requests if each.method == "POST" and each.status == 200]


def nothing():
    """Return the description of an account with a zone alone."""
    with Simulator() as made:
        zone(made)
        return described(made)


def whole(name="shop"):
    """Return the description of an account with the stack."""
    with Simulator() as made, Session(client=made.client()) as session:
        build(session, Domain(session, zone(made)), name)
        session.commit()
        return described(made)


class TestOneCommit:
    def test_the_fewest_requests(self, sim, session):
        """Twelve objects are six POSTs, and nothing is read: the account has the address and the guarded interfaces."""
        build(session, Domain(session, sim.domain))
        assert len(session.new) == 12
        before, plan = len(sim.requests), session.plan()
        session.commit()
        assert [each.method for each in sim.requests[before:]] == ["POST"] * POSTS
        assert plan.requests == POSTS
        found = described(sim)
        assert found["records"] == ["shop -> shop"]
        assert found["guarded"] == ["interface", "interface"]
        assert not session.new
        assert not session.dirty

    def test_what_waits_for_what(self, sim, session):
        """The plan says it: the record for the address, the NodeBalancer for the Linodes that were named by hand."""
        build(session, Domain(session, sim.domain))
        by_number = {step.number: step for step in session.plan()}
        waits = {step.title: {by_number[each].title for each in step.depends_on} for step in by_number.values()}
        webs = {"new Instance 'shop-1'", "new Instance 'shop-2'"}
        (record,) = (title for title in waits if title.startswith("new DomainRecord A 'shop'"))
        assert waits[record] == {"new NodeBalancer 'shop'"}
        assert waits["new NodeBalancer 'shop'"] == {"new VPC 'shop'", *webs}
        assert all(waits[each] == {"new VPC 'shop'", "new Firewall 'shop'"} for each in webs)

    def test_a_stack_twice(self, sim, session):
        """A second stack of other names stands beside the first; one of the same names is refused and taken back."""
        domain = Domain(session, sim.domain)
        build(session, domain)
        session.commit()
        build(session, domain, "other")
        session.commit()
        both = described(sim)
        assert both["records"] == ["other -> other", "shop -> shop"]
        build(session, domain)
        with pytest.raises(CommitError):
            session.commit(on_error="undo")
        assert described(sim) == both

    def test_undo(self, sim, session):
        """The way back leaves the account as it was."""
        build(session, Domain(session, sim.domain))
        done = session.commit()
        session.undo(done.id).apply(session.client)
        assert described(sim) == nothing()

    def test_a_plan_file(self, sim, session, tmp_path):
        """A saved plan makes the same stack, with as many writes, and can be undone by another process's journal."""
        build(session, Domain(session, sim.domain))
        session.plan().save(tmp_path / "plan")
        session.rollback()
        report = Plan.load(tmp_path / "plan").apply(sim.client(), journal=tmp_path / "journal")
        assert described(sim) == whole()
        assert len(posts(sim)) == POSTS
        with Session(client=sim.client(), journal=tmp_path / "journal") as other:
            other.undo(report.id).apply(other.client)
        assert described(sim) == nothing()


def paths_of_posts():
    """Return method, path and the how-manieth of that path for each request of the stack."""
    with Simulator() as made, Session(client=made.client(workers=1)) as session:
        build(session, Domain(session, zone(made)))
        session.commit()
        sent = posts(made)
    return [(path, sent[: at + 1].count(path)) for at, path in enumerate(sent)]


STEPS = paths_of_posts()


class TestFailures:
    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize(("path", "nth"), STEPS)
    def test_a_step_is_refused(self, sim, session, policy, path, nth):
        """Whatever step fails: nothing is half made, and the next commit sends the rest and nothing twice."""
        objects = build(session, Domain(session, sim.domain))
        sim.faults.add("POST", path, nth, 400)
        with pytest.raises(CommitError) as raised:
            session.commit(on_error=policy)
        error = raised.value
        assert len(error.failed) == 1
        assert not error.in_doubt
        if policy == "undo":
            assert described(sim) == nothing()
            assert len(session.new) == 12
        else:
            assert len(error.applied) + len(error.pending) == POSTS - 1
        session.commit(on_error=policy)
        assert described(sim) == whole()
        assert not session.new
        if policy != "undo":
            assert len(posts(sim)) == POSTS
        assert all(each.id for each in objects)

    @pytest.mark.parametrize("fault", LOST)
    @pytest.mark.parametrize(("path", "nth"), STEPS)
    def test_an_answer_is_lost(self, sim, session, fault, path, nth):
        """The object is looked for, its answer's values with it: one commit, and nothing twice."""
        build(session, Domain(session, sim.domain))
        sim.faults.add("POST", path, nth, fault)
        session.commit()
        assert described(sim) == whole()

    @pytest.mark.parametrize("policy", POLICIES)
    def test_the_address_is_missing(self, sim, session, policy):
        """Where the answer has no address, the record fails before it is sent; the rest follows the policy."""
        *_, entry, record = build(session, Domain(session, sim.domain))
        record.target = later(entry, "lke_cluster", "label")  # it belongs to none
        with pytest.raises(CommitError) as raised:
            session.commit(on_error=policy)
        assert [each.object for each in raised.value.failed] == [record]
        assert f"/domains/{sim.domain}/records" not in posts(sim)
        assert (described(sim) == nothing()) is (policy == "undo")


class Killing(Simulator):
    """An account that kills the process which sends its n-th write."""

    def arm(self, number: int, way: str) -> None:
        """Choose the write; `way` is one of `WAYS`."""
        self.number, self.way, self.seen, self.process = number, way, 0, None

    def exchange(self, method, path, **more):
        """Answer a request, unless it is the chosen one."""
        self.seen += method != "GET" and self.process is not None
        is_chosen = self.process is not None and method != "GET" and self.seen == self.number
        if not is_chosen:
            return super().exchange(method, path, **more)
        process, self.process = self.process, None
        if self.way == "after":
            super().exchange(method, path, **more)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        msg = "its client is gone"
        raise ConnectionError(msg)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills no process so")
class TestKilled:
    def test_at_each_step(self, full, tmp_path):
        """After `kill -9` at a request, `recover()` ends with the whole stack or with none of it, each object once."""
        every = [(number, way, undo) for number in range(1, POSTS + 1) for way in WAYS for undo in (False, True)]
        for number, way, undo in every if full else random.Random(14).sample(every, 8):
            journal = tmp_path / f"{number}-{way}-{undo}"
            made = Killing()
            made.process = None
            domain = zone(made)
            made.arm(number, way)
            with serve(made) as server:
                made.process = subprocess.Popen(
                    [sys.executable, "-m", "tests.proofs.faults.stack", server.url, str(journal), str(domain)],
                    cwd=ROOT,
                    stderr=subprocess.DEVNULL,
                )
                child = made.process
                assert child.wait(60) == -signal.SIGKILL
                with connect(server.url) as client:
                    report = recover(journal, client=client, undo=undo)
            where = f"killed {way} write {number}, undo={undo}: {report}"
            assert described(made) == (nothing() if undo else whole()), where
            assert not report.in_doubt, where
            assert not report.failed, where
            if not undo:
                assert len(posts(made)) == POSTS, where
