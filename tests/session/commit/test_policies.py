"""Policies refuse a plan before anything is written: in commits, saves, deletions and applied plans."""

from __future__ import annotations

from decimal import Decimal

import pytest

from linode_orm import Domain, Firewall, Instance, InvalidRequestError, Plan, Session, Volume
from linode_orm.policies import attached_stay, monthly_limit, protected_tags
from linode_orm.simulator import Simulator


@pytest.fixture
def sim():
    """An account in memory."""
    with Simulator() as simulator:
        simulator.seed(instances=3, volumes=3, domains=2, records=2, firewalls=1)
        yield simulator


@pytest.fixture
def session_with(sim):
    """A function from policies to a session."""
    sessions = []

    def make(*policies, **options):
        sessions.append(Session(client=sim.client(), policies=policies, **options))
        return sessions[-1]

    yield make
    for each in sessions:
        each.close()


def no(plan):
    """Refuse everything."""
    return [f"{len(plan)} steps are too many"]


class TestWhereTheyApply:
    """Every way that writes asks them, and nothing is sent."""

    def test_commit_and_plan(self, sim, session_with):
        """A commit raises with every message, and keeps what is pending; the plan shows the messages."""
        session = session_with(no, lambda plan: (f"not {step.title}" for step in plan))
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"
        before = len(sim.requests)
        with pytest.raises(InvalidRequestError, match=r"1 steps are too many\n  not Domain"):
            session.commit()
        assert len(sim.requests) == before
        assert session.dirty == (domain,)
        plan = session.plan()
        assert plan.refusals[0] == "1 steps are too many"
        assert "refused: 1 steps are too many" in str(plan)

    def test_save_and_delete(self, sim, session_with):
        """`save()` and `x.delete()` ask them as well."""
        session = session_with(no)
        domain = session.query(Domain).first()
        domain.soa_email = "new@example.org"
        before = len(sim.requests)
        for call in (domain.save, domain.delete):
            with pytest.raises(InvalidRequestError, match="too many"):
                call()
        assert len(sim.requests.writes) == 0
        assert len(sim.requests) <= before + 1

    def test_a_plan_of_the_session(self, sim, session_with):
        """A plan is applied under the policies of the session that made it, and is not saved if they refuse it."""
        answers = [[], [], ["no longer"]]
        session = session_with(lambda plan: answers.pop(0))
        session.query(Domain).first().soa_email = "new@example.org"
        plan, again = session.plan(), session.plan()
        assert (plan.refusals, again.refusals) == ((), ())
        with pytest.raises(InvalidRequestError, match="no longer"):
            plan.apply(session.client)
        assert len(sim.requests.writes) == 0

    def test_a_refused_plan_is_not_saved(self, session_with, tmp_path):
        """What the policies refuse becomes no file that another process would apply."""
        session = session_with(no)
        session.query(Domain).first().soa_email = "new@example.org"
        with pytest.raises(InvalidRequestError, match="too many"):
            session.plan().save(tmp_path / "plan.json")
        assert not (tmp_path / "plan.json").exists()

    def test_a_plan_file(self, sim, session_with, tmp_path):
        """A file is applied under the policies that are given; they see the objects as they are now."""
        session = session_with()
        volume = session.query(Volume).filter(Volume.linode_id == None).first() or session.query(Volume).first()  # noqa: E711
        session.delete(volume)
        session.plan().save(tmp_path / "plan.json")
        with pytest.raises(InvalidRequestError, match=f"carries the protected tag {volume.tags[0]}"):
            Plan.load(tmp_path / "plan.json").apply(session.client, policies=[protected_tags(*volume.tags)])
        assert len(sim.requests.writes) == 0
        Plan.load(tmp_path / "plan.json").apply(session.client, policies=[protected_tags("other")])
        assert sim.requests.writes.lines == [f"DELETE /volumes/{volume.id}"]

    def test_what_is_allowed_is_sent(self, sim, session_with):
        """No message, an empty list and an empty generator agree."""
        session = session_with(lambda plan: None, lambda plan: [], lambda plan: iter(()))
        session.query(Domain).first().soa_email = "new@example.org"
        session.commit()
        assert len(sim.requests.writes) == 1

    def test_nothing_to_send_asks_nobody(self, session_with):
        """A clean session commits without its policies."""
        assert len(session_with(no).commit()) == 0

    def test_it_is_asked_again_when_everything_is_read(self, sim, session_with):
        """What was tagged elsewhere since it was read is refused as well."""
        session = session_with(protected_tags("keep"))
        domain = session.query(Domain).first()
        session.delete(domain)
        sim.change(f"/domains/{domain.id}", tags=["keep"])
        with pytest.raises(InvalidRequestError, match="carries the protected tag keep"):
            session.commit()
        assert len(sim.requests.writes) == 0
        assert session.deleted == (domain,)


class TestNonsense:
    """What is no policy, raises, or answers nonsense gets a clear error."""

    @pytest.mark.parametrize("given", [[5], "no", None, [None], 7])
    def test_no_functions(self, sim, given):
        """A session refuses what is no list of functions."""
        with pytest.raises(InvalidRequestError, match="policies is a list of functions"):
            Session(client=sim.client(), policies=given)

    def test_one_that_raises(self, sim, session_with):
        """Its error is the cause, and its name is told; nothing is sent."""

        def broken(plan):
            raise KeyError(plan[0].title)

        def late(plan):
            yield from ()
            raise ZeroDivisionError

        for policy, cause in ((broken, KeyError), (late, ZeroDivisionError)):
            session = session_with(policy)
            session.query(Domain).first().soa_email = "new@example.org"
            with pytest.raises(
                InvalidRequestError, match=rf"policy .*{policy.__name__} raised {cause.__name__}"
            ) as caught:
                session.commit()
            assert isinstance(caught.value.__cause__, cause)
        assert len(sim.requests.writes) == 0

    @pytest.mark.parametrize("answer", [True, False, 0, "no", b"no", [1], ["a", None], object()])
    def test_one_that_answers_nonsense(self, sim, session_with, answer):
        """Only lists of messages are answers."""
        session = session_with(lambda plan: answer)
        session.query(Domain).first().soa_email = "new@example.org"
        with pytest.raises(InvalidRequestError, match="gives a list of messages"):
            session.commit()
        assert len(sim.requests.writes) == 0

    @pytest.mark.parametrize("make", [protected_tags, lambda: protected_tags(5), lambda: monthly_limit("x")])
    def test_policies_are_made_of_something(self, make):
        """The shipped ones refuse what they cannot use."""
        with pytest.raises((InvalidRequestError, TypeError)):
            make()

    def test_one_that_was_not_called(self, session_with):
        """`policies=[protected_tags]` without the tags is told, and lets nothing through."""
        session = session_with(protected_tags)
        session.query(Domain).first().soa_email = "new@example.org"
        with pytest.raises(InvalidRequestError, match="policy protected_tags"):
            session.commit()

    def test_secrets_stay_hidden(self, sim, session_with):
        """A policy sees no secret, in what is there and in what is sent."""
        seen = []
        session = session_with(lambda plan: seen.append(repr([(s.current, s.body, s.changes) for s in plan])))
        session.add(
            Instance(
                label="n", region="us-east", type="g6-nanode-1", root_pass="correct-Horse-7", image="linode/debian12"
            )
        )
        session.commit()
        assert seen
        assert "correct-Horse-7" not in "".join(seen)


class TestShipped:
    """The policies of `linode_orm.policies`."""

    def test_attached_stay(self, sim, session_with):
        """An attached volume stays, a free one may go, and one may go together with its Linode."""
        session = session_with(attached_stay)
        volumes = session.query(Volume).all()
        attached = next(each for each in volumes if each.linode_id)
        free = next(each for each in volumes if not each.linode_id)
        session.delete(attached)
        with pytest.raises(InvalidRequestError, match=f"is attached .*{attached.linode_id}"):
            session.commit()
        assert len(sim.requests.writes) == 0
        session.rollback()
        session.delete(free)
        session.commit()
        session.delete(attached)
        session.delete(attached.linode)
        session.commit()
        assert len(sim.requests.writes) == 3

    def test_what_was_never_read_is_read_first(self, sim, session_with):
        """A reference by its id alone is read, so that the policy knows what it is."""
        attached = next(row for row in sim.state.rows("Volume") if row.body["linode_id"])
        session = session_with(attached_stay)
        session.delete(Volume(session, attached.id))
        assert "nothing read tells" in session.plan().refusals[0]
        with pytest.raises(InvalidRequestError, match="is attached"):
            session.commit()
        assert len(sim.requests.writes) == 0

    def test_a_firewall_in_use(self, session_with):
        """A firewall that protects something stays."""
        session = session_with(attached_stay)
        firewall = session.query(Firewall).one()
        session.delete(firewall)
        if firewall.entities:
            with pytest.raises(InvalidRequestError, match="is attached"):
                session.commit()
        else:
            session.commit()
            assert firewall not in session

    def test_monthly_limit(self, sim, session_with):
        """An unknown price is refused; a known one is compared with the limit, and deletions count against it."""
        session = session_with(monthly_limit(10))
        session.add(Volume(label="v", region="us-east", size=50))
        with pytest.raises(InvalidRequestError, match="no price is known of Volume 'v'"):
            session.commit()
        assert session.plan(prices=True).monthly_cost == Decimal(5)
        session.add(Volume(label="w", region="us-east", size=80))
        with pytest.raises(InvalidRequestError, match=r"adds \$13.00 a month, and the limit is \$10.00"):
            session.commit()
        assert len(sim.requests.writes) == 0
        session.expunge(next(each for each in session.new if each.label == "w"))
        session.commit()
        assert len(sim.requests.writes) == 1
