"""A savepoint restores what is pending, whatever its block did, and sends nothing."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm import Domain, DomainRecord, Firewall, Instance, InvalidRequestError, Session, Volume, asdict, inspect
from linode_orm.simulator import Simulator

NAMES = ("one", "two", "three")


class StopError(Exception):
    """What a block raises."""


@contextmanager
def stopped():
    """Take the error that ends a block."""
    with pytest.raises(StopError):
        yield


@pytest.fixture(scope="module")
def account():
    """An account in memory that no test writes to."""
    with Simulator() as simulator:
        simulator.seed(instances=3, volumes=2, domains=2, records=2, firewalls=1)
        yield simulator


@pytest.fixture
def session(account):
    """A session over it."""
    with Session(client=account.client()) as session:
        yield session


class Held:
    """A session, the objects that a test changes, and the lists and nested values of them that it holds on to."""

    def __init__(self, session):
        self.session = session
        self.instances = session.query(Instance).order_by(Instance.id).all()
        self.domains = session.query(Domain).order_by(Domain.id).all()
        (self.firewall,) = session.query(Firewall).all()
        self.records = [*self.domains[0].records]
        self.rules = self.firewall.rules
        self.rule = self.rules.inbound[0]
        self.tags = [each.tags for each in self.instances]
        self.made = []

    def everything(self):
        """Give the objects that changes are asked of."""
        return [*self.instances, *self.domains, self.firewall, *self.records]


def copy_of(held):
    """Return all that is pending in a session, in JSON and by identity."""
    session = held.session
    return {
        "new": [id(each) for each in session.new],
        "dirty": sorted(id(each) for each in session.dirty),
        "deleted": [id(each) for each in session.deleted],
        "values": [json.dumps(asdict(each), sort_keys=True) for each in (*held.everything(), *session.new)],
        "states": [(inspect(each).state, each in session) for each in held.everything()],
        "history": [_history(each) for each in held.everything()],
        "tags": [[*tags] for tags in held.tags],
        "same lists": [tags is each.tags for tags, each in zip(held.tags, held.instances, strict=True)],
        "same rules": (held.rules is held.firewall.rules, held.rule is held.firewall.rules.inbound[0]),
        "rule": json.dumps(asdict(held.rule), sort_keys=True),
        "children": [[id(each) for each in domain.records] for domain in held.domains],
        "plan": _plan(session),
    }


def _history(instance):
    """Give base and own value of each changed attribute."""
    return {name: repr((was.base, was.mine)) for name, was in inspect(instance).history.items()}


def _plan(session):
    """Give the plan in JSON, or why there is none."""
    try:
        return json.dumps(session.plan().to_dict(), sort_keys=True)
    except InvalidRequestError as error:
        return str(error)


def assert_alike(one, other):
    """Compare two copies part by part, so that a failure names the part."""
    for name, value in one.items():
        assert value == other[name], name


def _label(held, number):
    held.instances[number % 3].label = f"{NAMES[number % 3]}-{number}"


def _tag(held, number):
    held.tags[number % 3].append(f"t{number}")


def _untag(held, number):
    held.tags[number % 3].discard(f"t{number}")


def _all_tags(held, number):
    held.instances[number % 3].tags = [f"a{number}"]


def _alert(held, number):
    held.instances[number % 3].alerts.cpu = number + 1


def _rule(held, number):
    held.rule.ports = str(number + 1)


def _address(held, number):
    held.rule.addresses.ipv4.append(f"192.0.2.{number}/32")


def _more_rules(held, number):
    addresses = {"ipv4": ["192.0.2.0/24"]}
    held.rules.inbound.append(
        {"label": f"r{number}", "action": "ACCEPT", "protocol": "TCP", "ports": "80", "addresses": addresses}
    )


def _fewer_rules(held, number):
    del number
    if len(held.rules.inbound) > 1:
        held.rules.inbound.pop()


def _create(held, number):
    made = Domain(domain=f"d{number}.example.org", type="master", soa_email="me@example.org", tags=["x"])
    held.made.append(made)
    held.session.add(made)


def _child(held, number):
    parents = [*held.domains, *(each for each in held.made if each in held.session)]
    parents[number % len(parents)].records.append(DomainRecord(type="A", name=f"c{number}", target="192.0.2.1"))


def _change_new(held, number):
    for each in held.session.new[number % 3 : number % 3 + 1]:
        if isinstance(each, Domain):
            each.tags.append(f"n{number}")
            each.description = f"n{number}"
        elif isinstance(each, DomainRecord):
            each.name = f"n{number}"


def _refer(held, number):
    server = Instance(label=f"s{number}", region="us-east", type="g6-nanode-1")
    held.session.add_all([server, Volume(label=f"v{number}", size=20, linode=server)])


def _delete(held, number):
    each = [*held.domains, *held.instances][number % 5]
    if each in held.session:
        held.session.delete(each)


def _keep(held, number):
    for each in held.session.deleted[: number % 2 + 1]:
        held.session.add(each)


def _expunge(held, number):
    if held.session.new:
        held.session.expunge(held.session.new[number % len(held.session.new)])


def _rollback(held, number):
    if number % 4 == 0:
        held.session.rollback()


def _reload(held, number):
    held.session.refresh(held.instances[number % 3])


def _update_all(held, number):
    held.session.query(Instance).update({"tags": [f"u{number}"]})


ACTIONS = (
    _label, _tag, _untag, _all_tags, _alert, _rule, _address, _more_rules, _fewer_rules, _create, _child, _change_new,
    _refer, _delete, _keep, _expunge, _rollback, _reload, _update_all,
)  # fmt: skip
actions = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=8)


def play(held, steps):
    """Do some changes; what an object refuses in its state is skipped, as a program would handle it."""
    for action, number in steps:
        try:
            action(held, number)
        except InvalidRequestError:
            continue


@settings(max_examples=60, deadline=None)
@given(before=actions, inside=actions, nested=actions, after=actions)
def test_it_restores_what_a_copy_of_the_state_holds(account, before, inside, nested, after):
    """Everything pending is as in a copy made at the beginning: objects, values, deletions, children, plan."""
    with Session(client=account.client()) as session:
        held = Held(session)
        play(held, before)
        copied = copy_of(held)
        writes = len(account.requests.writes)
        with stopped(), session.begin_nested():
            play(held, inside)
            inner = copy_of(held)
            with stopped(), session.begin_nested():
                play(held, nested)
                raise StopError
            assert_alike(copy_of(held), inner)
            with session.begin_nested():
                play(held, nested)
            play(held, after)
            raise StopError
        assert_alike(copy_of(held), copied)
        assert len(account.requests.writes) == writes
        play(held, after)
        session.rollback()
        assert (session.new, session.dirty, session.deleted) == ((), (), ())


class TestBlocks:
    """What a block may do, and what its end means."""

    def test_a_clean_end_keeps(self, session):
        """What the block did is pending after it, and what an outer block takes back goes with it."""
        instance = session.query(Instance).first()
        with stopped(), session.begin_nested():
            with session.begin_nested():
                instance.tags.append("inner")
            assert "inner" in instance.tags
            raise StopError
        assert "inner" not in instance.tags
        with session.begin_nested():
            instance.tags.append("kept")
        assert session.dirty == (instance,)

    @pytest.mark.parametrize("name", ["commit", "save", "delete", "action", "begin", "apply"])
    def test_what_writes_is_refused(self, account, session, name):
        """Nothing inside may write, because nothing could take it back."""
        instance = session.query(Instance).first()
        instance.label = "x"
        plan = session.plan()
        calls = {
            "commit": session.commit,
            "save": instance.save,
            "delete": instance.delete,
            "action": instance.reboot,
            "begin": lambda: session.begin().__enter__(),
            "apply": lambda: plan.apply(session.client),
        }
        writes = len(account.requests.writes)
        with session.begin_nested(), pytest.raises(InvalidRequestError, match="inside a begin_nested"):
            calls[name]()
        assert len(account.requests.writes) == writes
        assert session.dirty == (instance,)

    def test_inside_of_a_begin_block(self, session):
        """A savepoint within `begin()` restores, and the outer block goes on."""
        instance = session.query(Instance).first()
        with stopped(), session.begin():
            instance.label = "outer"
            with stopped(), session.begin_nested():
                instance.label = "inner"
                raise StopError
            assert instance.label == "outer"
            raise StopError

    def test_what_was_read_stays_read(self, session):
        """A newer value that the block read is there after it, below the restored edits."""
        with Simulator() as own, Session(client=own.client()) as other:
            own.seed(instances=1)
            instance = other.query(Instance).one()
            instance.tags.append("mine")
            with stopped(), other.begin_nested():
                instance.tags.append("inner")
                own.change(f"/linode/instances/{instance.id}", label="renamed", tags=["theirs"])
                other.refresh(instance)
                raise StopError
            assert instance.label == "renamed"
            assert set(instance.tags) == {"theirs", "mine"}
            other.commit()
            assert set(own.read(f"/linode/instances/{instance.id}")["tags"]) == {"theirs", "mine"}

    def test_orders_by_hand(self, session):
        """What `depends_on` was told in the block goes with it, and what it was told before stays, whatever a rollback did."""
        first, second, third = (
            Domain(domain=f"{name}.example", type="master", soa_email="a@b.example") for name in NAMES
        )
        session.add_all([first, second, third])
        session.depends_on(first, second)
        waits = [step.depends_on for step in session.plan()]
        assert any(waits)
        with stopped(), session.begin_nested():
            session.depends_on(second, third)
            assert [step.depends_on for step in session.plan()] != waits
            raise StopError
        assert [step.depends_on for step in session.plan()] == waits
        with stopped(), session.begin_nested():
            session.rollback()
            assert not session.plan()
            raise StopError
        assert [step.depends_on for step in session.plan()] == waits
        with session.begin_nested():
            session.depends_on(second, third)
        assert sum(map(bool, (step.depends_on for step in session.plan()))) == 2
        session.rollback()

    def test_declared_states(self, session):
        """What upserts and syncs of the block made pending is taken back."""
        zone, *_ = session.query(Domain).order_by(Domain.id)
        kept = [*zone.records]
        twin = Domain(domain=zone.domain, type="master", soa_email="upserted@example.org")
        with stopped(), session.begin_nested():
            assert session.upsert(twin) is zone
            zone.records.sync([DomainRecord(type="A", name="only", target="192.0.2.1")], key=("type", "name"))
            assert (len(session.new), len(session.deleted), len(session.dirty)) == (1, len(kept), 1)
            raise StopError
        assert not [*session.new, *session.deleted, *session.dirty]
        assert [*zone.records] == kept
        with session.begin_nested():
            zone.records.sync([DomainRecord(type="A", name="only", target="192.0.2.1")], key=("type", "name"))
        assert len(session.plan()) == 1 + len(kept)
        session.rollback()

    def test_closing_inside(self, account):
        """A session that is closed in the block has nothing to restore."""
        session = Session(client=account.client())
        instance = session.query(Instance).first()
        with stopped(), session.begin_nested():
            instance.label = "x"
            session.close()
            raise StopError

    def test_an_expunged_object_comes_back(self, session):
        """A changed object that left in the block is in the session again, with its changes."""
        instance = session.query(Instance).first()
        instance.label = "mine"
        with stopped(), session.begin_nested():
            session.expunge(instance)
            assert session.query(Instance).filter(Instance.id == instance.id).one() is not instance
            raise StopError
        assert session.dirty == (instance,)
        assert session.get(Instance, instance.id) is instance
        assert instance.label == "mine"
