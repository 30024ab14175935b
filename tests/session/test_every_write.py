"""Every way that writes is one: policies are asked, hooks are told, and a savepoint or a hook keeps it from sending."""

from __future__ import annotations

import pytest

from linode_orm import Domain, DomainRecord, Instance, InvalidRequestError, Plan, Session
from linode_orm.simulator import Simulator


class Gate:
    """A policy that agrees until it is closed."""

    def __init__(self):
        self.is_closed, self.asked = False, 0

    def __call__(self, plan):
        self.asked += 1
        return [f"{len(plan)} steps are too many"] if self.is_closed else []


@pytest.fixture
def gate():
    """The policy of the session."""
    return Gate()


@pytest.fixture
def sim():
    """An account in memory."""
    with Simulator(job_seconds=0) as simulator:
        simulator.seed(instances=3, domains=2, records=2)
        yield simulator


@pytest.fixture
def session(sim, gate):
    """A session over it, with the policy."""
    with Session(client=sim.client(), policies=[gate]) as session:
        session.query(Domain).all()
        yield session


def changed(session):
    """Change a zone."""
    zone = session.query(Domain).first()
    zone.soa_email = "new@example.org"
    return zone


# -- the ways: each prepares a write, and returns what sends it ---------------------------------------------------------


def commit(session, tmp_path):
    """A commit."""
    changed(session)
    return session.commit


def block(session, tmp_path):
    """The end of a block."""

    def run():
        with session.begin():
            changed(session)

    return run


def save(session, tmp_path):
    """One object is saved."""
    return changed(session).save


def delete(session, tmp_path):
    """One object is deleted."""
    return session.query(Domain).first().delete


def temporary(session, tmp_path):
    """The creations at the beginning of a block."""
    zone, held = session.query(Domain).first(), []

    def run():
        held.append(session.temporary(DomainRecord(domain=zone, type="TXT", name="a", target="b")))
        held[-1].__enter__()

    run.held = held  # a block that nobody holds ends
    return run


def end_of_temporary(session, tmp_path):
    """The deletions at the end of that block."""
    block = session.temporary(DomainRecord(domain=session.query(Domain).first(), type="TXT", name="a", target="b"))
    block.__enter__()
    return lambda: block.__exit__(None, None, None)


def plan(session, tmp_path):
    """A plan of the session."""
    changed(session)
    wanted = session.plan()
    return lambda: wanted.apply(session.client)


def act(session, tmp_path):
    """Actions on many objects."""
    found = session.query(Instance).all()
    return lambda: session.act(found, Instance.reboot)


def plan_of_actions(session, tmp_path):
    """A plan of actions."""
    wanted = session.act(session.query(Instance).all(), Instance.reboot, dry_run=True)
    return lambda: wanted.apply(session.client)


def undo(session, tmp_path):
    """The way back of a commit."""
    changed(session)
    wanted = session.undo(session.commit().id)
    return lambda: wanted.apply(session.client)


WAYS = (commit, block, save, delete, temporary, end_of_temporary, plan, act, plan_of_actions, undo)


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request):
    """One way that writes."""
    return request.param


CALLS = tuple(way for way in WAYS if way is not end_of_temporary)
"""The ways that are calls: the end of a block is none, and comes when its time has come."""


def files(session, tmp_path):
    """Plan files, of changes and of actions."""
    changed(session)
    session.plan().save(tmp_path / "changes.json")
    session.act(session.query(Instance).all(), Instance.reboot, dry_run=True).save(tmp_path / "actions.json")
    return [tmp_path / "changes.json", tmp_path / "actions.json"]


class TestPolicies:
    """What a policy refuses is not sent."""

    def test_it_refuses(self, sim, session, gate, way, tmp_path):
        """Nothing is written, and the message of the policy is raised."""
        call = way(session, tmp_path)
        before = len(sim.requests.writes)
        gate.is_closed = True
        with pytest.raises(InvalidRequestError, match=r"refuse this; nothing was sent:\n  \d steps are too many"):
            call()
        assert len(sim.requests.writes) == before

    def test_what_it_allows_is_sent(self, sim, session, gate, way, tmp_path):
        """It is asked, agrees, and the write goes out."""
        call = way(session, tmp_path)
        before, asked = len(sim.requests.writes), gate.asked
        call()
        assert len(sim.requests.writes) > before
        assert gate.asked > asked

    def test_plan_files(self, sim, session, gate, tmp_path):
        """A file is applied under the policies that are given with it."""
        for path in files(session, tmp_path):
            gate.is_closed = True
            before = len(sim.requests.writes)
            with pytest.raises(InvalidRequestError, match="too many"):
                Plan.load(path).apply(session.client, policies=[gate])
            assert len(sim.requests.writes) == before
            gate.is_closed = False
            Plan.load(path).apply(session.client, policies=[gate])
            assert len(sim.requests.writes) > before

    def test_a_look_shows_the_refusal(self, session, gate, tmp_path):
        """Plans of changes, of actions and of a way back name what would refuse them."""
        changed(session)
        report = session.commit()
        gate.is_closed = True
        changed(session).description = "other"
        found = session.query(Instance).all()
        for wanted in (session.plan(), session.act(found, Instance.reboot, dry_run=True), session.undo(report.id)):
            assert "refused: " in str(wanted)
            assert wanted.refusals[0].endswith("steps are too many")


class TestHooks:
    """Whoever writes, the hooks know."""

    def test_they_are_called(self, sim, session, way, tmp_path):
        """The plan comes before the first write, and the report when the last one is answered."""
        call = way(session, tmp_path)
        before, seen = len(sim.requests.writes), []
        session.on("before_commit", lambda plan: seen.append((len(plan), len(sim.requests.writes))))
        session.on("after_commit", lambda report: seen.append((len(report.applied), len(sim.requests.writes))))
        call()
        after = len(sim.requests.writes)
        count = after - before
        assert count > 0
        assert seen == [(count, before), (count, after)]

    def test_one_that_raises_before(self, sim, session, way, tmp_path):
        """Nothing is sent."""
        call = way(session, tmp_path)
        before = len(sim.requests.writes)

        def no(plan):
            raise LookupError(plan)

        session.on("before_commit", no)
        with pytest.raises(LookupError):
            call()
        assert len(sim.requests.writes) == before

    def test_one_that_raises_after(self, sim, session, way, tmp_path):
        """What was done is done, and the error has the report of it."""
        call = way(session, tmp_path)

        def no(report):
            if not hasattr(no, "report"):
                no.report = report
                raise LookupError(report)

        session.on("after_commit", no)
        with pytest.raises(LookupError) as caught:
            call()
        assert caught.value.report is no.report
        assert caught.value.report.applied

    @pytest.mark.parametrize("way", CALLS, ids=lambda way: way.__name__)
    def test_none_can_write_itself(self, sim, session, way, tmp_path):
        """In a hook every way is refused: the session is at work."""
        call = way(session, tmp_path)
        before = len(sim.requests.writes)
        errors = []

        def write(_):
            try:
                call()
            except InvalidRequestError as error:
                errors.append(str(error))

        session.on("loaded", write)
        session.refresh(session.query(Instance).first())
        assert errors
        assert all("a loaded hook cannot commit, save, delete or act" in each for each in errors)
        assert len(sim.requests.writes) == before


class TestSavepoints:
    """A savepoint could not take back what is sent."""

    @pytest.mark.parametrize("way", CALLS, ids=lambda way: way.__name__)
    def test_nothing_is_sent_inside(self, sim, session, way, tmp_path):
        """Every way is refused inside of a `begin_nested()` block, and works after it."""
        call = way(session, tmp_path)
        before = len(sim.requests.writes)
        with session.begin_nested():
            with pytest.raises(InvalidRequestError, match=r"inside a begin_nested\(\) block"):
                call()
            assert len(sim.requests.writes) == before
        call()
        assert len(sim.requests.writes) > before
