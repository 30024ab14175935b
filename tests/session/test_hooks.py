"""Hooks tell of commits, loaded objects and conflicts, and whatever one raises, nothing is lost."""

from __future__ import annotations

import pytest

from linode_orm import CommitError, ConflictError, Domain, DomainRecord, Instance, InvalidRequestError, Session
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    """An account in memory."""
    with Simulator() as simulator:
        simulator.seed(instances=5, domains=2, records=2)
        yield simulator


@pytest.fixture
def session(sim):
    """A session over it."""
    with Session(client=sim.client()) as session:
        yield session


def boom(_):
    """Raise what no other code raises."""
    raise LookupError("boom")


class TestEvents:
    """What each hook gets, and when."""

    def test_an_audit(self, sim, session):
        """The plan comes before the first write, the report after the last one."""
        seen = []
        session.on("before_commit", lambda plan: seen.append((len(plan), len(sim.requests.writes))))
        session.on("after_commit", lambda report: seen.append((report.counts, len(sim.requests.writes))))
        session.query(Domain).first().soa_email = "new@example.org"
        report = session.commit()
        assert seen == [(1, 0), (report.counts, 1)]

    def test_save_delete_and_plans(self, session):
        """Every way that writes calls them; nothing to send calls none."""
        seen = []
        session.on("after_commit", lambda report: seen.append(report.id))
        first, second = session.query(Domain)
        session.commit()
        first.soa_email = "new@example.org"
        first.save()
        second.delete()
        first.soa_email = "other@example.org"
        session.plan().apply(session.client)
        assert len(set(seen)) == 3

    def test_a_plan_knows_its_session(self, session):
        """A hook before a commit reaches the session through the plan."""
        seen = []
        session.on("before_commit", lambda plan: seen.append(plan.source.session))
        session.query(Domain).first().soa_email = "new@example.org"
        session.commit()
        assert seen == [session]

    def test_what_is_loaded(self, session):
        """Each object of a list and of a GET is told, with its values."""
        seen = []
        session.on("loaded", lambda instance: seen.append((type(instance).__name__, instance.id)))
        found = session.query(Instance).all()
        assert seen == [("Instance", each.id) for each in found]
        session.refresh(found[0])
        assert seen[-1] == ("Instance", found[0].id)
        assert len(seen) == 6

    def test_what_a_hook_loads_itself(self, session):
        """It calls no hook, so that none runs for ever."""
        seen = []

        def again(instance):
            seen.append(instance.id)
            session.refresh(instance)

        session.on("loaded", again)
        found = session.query(Domain).all()
        assert seen == [each.id for each in found]

    def test_a_conflict(self, sim, session):
        """It is told before it is raised, where the commit finds it and where a step does."""
        seen = []
        session.on("conflict", lambda error: seen.append([each.attribute for each in error.conflicts]))
        domain = session.query(Domain).first()
        domain.soa_email = "mine@example.org"
        sim.change(f"/domains/{domain.id}", soa_email="theirs@example.org")
        with pytest.raises(ConflictError):
            session.commit(conflicts="check")
        assert seen == [["soa_email"]]

    def test_a_commit_that_fails(self, sim, session):
        """The report of an incomplete commit comes too, before the error is raised."""
        seen = []
        session.on("after_commit", lambda report: seen.append(report.counts))
        sim.faults.add("PUT", "/domains/*", nth=1, action=400)
        session.query(Domain).first().soa_email = "new@example.org"
        with pytest.raises(CommitError):
            session.commit()
        assert seen == [{"failed": 1}]


class TestRegistering:
    """Hooks come and go."""

    def test_removing(self, session):
        """Each registration is removed by itself, and the second time does nothing."""
        seen = []
        remove = session.on("loaded", seen.append)
        session.on("loaded", seen.append)
        session.query(Domain).first()
        both = len(seen)
        remove()
        remove()
        session.query(Domain).first()
        assert len(seen) == both + both // 2

    @pytest.mark.parametrize("event", ["before_comit", "load", "", None, 5])
    def test_unknown_events(self, session, event):
        """A wrong name is refused with the events there are; a close one is suggested."""
        with pytest.raises(InvalidRequestError, match="before_commit, after_commit, loaded, conflict") as caught:
            session.on(event, print)
        if event == "before_comit":
            assert "did you mean 'before_commit'?" in str(caught.value)

    def test_no_function(self, session):
        """What cannot be called is refused."""
        with pytest.raises(InvalidRequestError, match="takes a function"):
            session.on("loaded", "print")

    def test_sessions_have_their_own(self, sim, session):
        """A hook hears of its session alone."""
        seen = []
        session.on("loaded", seen.append)
        with Session(client=sim.client()) as other:
            other.query(Domain).all()
        assert seen == []


class TestRaising:
    """What a hook raises is raised, and nothing is lost."""

    def test_before(self, sim, session):
        """Nothing was sent, and everything is still pending."""
        remove = session.on("before_commit", boom)
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"
        with pytest.raises(LookupError, match="boom"):
            session.commit()
        assert len(sim.requests.writes) == 0
        assert session.dirty == (domain,)
        remove()
        session.commit()
        assert len(sim.requests.writes) == 1

    def test_after(self, sim, session):
        """The commit is complete, the session clean, and the error has the report."""
        session.on("after_commit", boom)
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"
        with pytest.raises(LookupError, match="boom") as caught:
            session.commit()
        assert caught.value.report.counts == {"applied": 1}
        assert "the commit itself is complete" in caught.value.__notes__[0]
        assert session.dirty == ()
        assert sim.read(f"/domains/{domain.id}")["soa_email"] == "new@example.org"

    def test_after_a_commit_that_fails(self, sim, session):
        """The commit's own error wins, with a note of the hook's."""
        session.on("after_commit", boom)
        sim.faults.add("PUT", "/domains/*", nth=1, action=400)
        session.query(Domain).first().soa_email = "new@example.org"
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert any("boom" in each for each in caught.value.__notes__)
        assert len(session.dirty) == 1

    def test_conflict(self, sim, session):
        """The conflict is raised all the same."""
        session.on("conflict", boom)
        domain = session.query(Domain).first()
        domain.soa_email = "mine@example.org"
        sim.change(f"/domains/{domain.id}", soa_email="theirs@example.org")
        with pytest.raises(ConflictError) as caught:
            session.commit(conflicts="check")
        assert any("boom" in each for each in caught.value.__notes__)

    def test_loaded(self, session):
        """The read raises, the objects are there, and the next read goes on."""
        remove = session.on("loaded", boom)
        with pytest.raises(LookupError):
            session.query(Domain).all()
        remove()
        assert len(session.query(Domain).all()) == 2

    def test_loaded_while_a_commit_runs(self, sim, session):
        """No answer is lost: every object that was created has its id, and the error comes at the end."""
        session.on("loaded", boom)
        domain = Domain(domain="example.org", type="master", soa_email="me@example.org")
        records = [DomainRecord(type="A", name=f"h{n}", target="192.0.2.1", domain=domain) for n in range(5)]
        session.add_all([domain, *records])
        with pytest.raises(LookupError, match="boom") as caught:
            session.commit()
        assert caught.value.report.counts == {"applied": 6}
        assert all(each.id for each in [domain, *records])
        assert session.new == ()

    def test_a_hook_that_commits(self, session):
        """It is refused, because the session is at work."""
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"
        remove = session.on("before_commit", lambda plan: session.commit())
        with pytest.raises(InvalidRequestError, match="a before_commit hook cannot commit"):
            session.commit()
        remove()
        session.commit()

    def test_a_hook_that_changes_what_is_sent(self, sim, session):
        """Nothing is sent, because the plan that the hook saw is no longer what is pending."""
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"

        def change(plan):
            domain.soa_email = "other@example.org"

        remove = session.on("before_commit", change)
        with pytest.raises(InvalidRequestError, match="changed what the commit sends"):
            session.commit()
        assert len(sim.requests.writes) == 0
        remove()
        session.commit()
        assert sim.read(f"/domains/{domain.id}")["soa_email"] == "other@example.org"


def test_no_hook_costs_nothing(session):
    """A session without hooks has no object for them, and a page is hydrated without a call for each row."""
    assert session._parts.loader.hooks is None
    session.query(Instance).all()
    assert session._parts.loader.hooks is None
