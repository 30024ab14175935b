"""The order of a commit: every dependency is kept, nothing else is, and what has no order is refused (no network)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm.errors import InvalidRequestError
from linode_orm.session.planning import planner
from linode_orm.session.planning.ordering import Cycle, ordered
from tests.session.fake_api import Cargo, Crane, Dock, Paper, Sailor, Session

if TYPE_CHECKING:
    import random


@st.composite
def graphs(draw: st.DrawFn) -> list[set[int]]:
    """Give for each node the nodes it waits for, cycles allowed."""
    size = draw(st.integers(0, 12))
    nodes = st.integers(0, max(0, size - 1))
    return [draw(st.sets(nodes, max_size=3)) - {at} for at in range(size)]


def closes(waits: list[set[int]]) -> bool:
    """Whether some node waits for itself through others, found the slow way."""
    reach = [set(others) for others in waits]
    for _ in waits:
        reach = [others | {far for load_origin in others for far in reach[load_origin]} for others in reach]
    return any(at in others for at, others in enumerate(reach))


class TestGraph:
    @pytest.mark.slow
    @given(graphs())
    def test_order_or_cycle(self, waits):
        """Each node comes after what it waits for; there is no order exactly where there is a cycle."""
        try:
            order = ordered(waits)
        except Cycle as cycle:
            assert closes(waits)
            around = [*cycle.nodes, cycle.nodes[0]]
            assert all(other in waits[one] for one, other in pairwise(around))
            return
        assert not closes(waits)
        place = {node: at for at, node in enumerate(order)}
        assert sorted(order) == list(range(len(waits)))
        assert all(place[other] < place[node] for node, others in enumerate(waits) for other in others)

    @given(st.integers(0, 30))
    def test_what_is_free_keeps_its_order(self, size):
        """Nodes that wait for nothing stay as they were given."""
        assert ordered([()] * size) == list(range(size))

    @pytest.mark.slow
    def test_is_linear(self):
        """A chain of 200,000 nodes is ordered without recursion."""
        size = 200_000
        assert ordered([(at + 1,) if at + 1 < size else () for at in range(size)])[0] == size - 1


LETTERS = "abcdef"


@st.composite
def harbours(draw: st.DrawFn) -> tuple[dict[int, str], dict[int, str | None], list[str]]:
    """Give docks with their labels, what becomes of some (a new label, None for gone), and labels of new ones."""
    labels = draw(st.lists(st.sampled_from(LETTERS), unique=True))
    docks = dict(enumerate(labels, 1))
    fates = {dock: draw(st.sampled_from([..., None, *LETTERS])) for dock in docks}
    changes = {dock: fate for dock, fate in fates.items() if fate is not ... and fate != docks[dock]}
    return docks, changes, draw(st.lists(st.sampled_from(LETTERS), max_size=3))


def some_order_exists(docks: dict[int, str], changes: dict[int, str | None], new: list[str]) -> bool:
    """Do whatever can be done until nothing can: whether everything got done."""
    held, left = dict(docks), [*changes.items(), *((f"new {at}", label) for at, label in enumerate(new))]
    progress = True
    while left and progress:
        progress = False
        for dock, label in list(left):
            if label is None or label not in held.values():
                held.pop(dock, None) if label is None else held.__setitem__(dock, label)
                left.remove((dock, label))
                progress = True
    return not left


class TestUnique:
    @settings(max_examples=300)
    @given(harbours(), st.randoms(use_true_random=False))
    def test_a_label_is_free_before_it_is_taken(self, shared_dock, chance: random.Random):
        """However independent steps are shuffled, no label is ever held twice; without an order nothing is planned."""
        docks, fates, new = shared_dock
        session = Session()
        known = {dock: session.loaded(Dock, {"id": dock, "label": label}) for dock, label in docks.items()}
        for label in new:
            session.add(Dock(label=label, place="x"))
        for dock, fate in fates.items():
            if fate is None:
                session.delete(known[dock])
            else:
                known[dock].label = fate
        stay = {label for dock, label in docks.items() if dock not in fates}
        wanted = [label for label in [*fates.values(), *new] if label is not None]
        if stay & set(wanted):
            return
        if not some_order_exists(docks, fates, new):
            with pytest.raises(InvalidRequestError):
                planner.plan(session._parts.changes)
            return
        plan = planner.plan(session._parts.changes)
        held = dict(docks)
        done: set[int] = set()
        left = list(plan)
        while left:
            step = chance.choice([step for step in left if done.issuperset(step.depends_on)])
            dock = step.token if isinstance(step.token, str) else step.token.identity
            held.pop(dock, None)
            if step.operation != "delete":
                held[dock] = step.body["label"]
            assert len(set(held.values())) == len(held)
            left.remove(step)
            done.add(step.number)

    def test_a_swap_is_refused_by_name(self):
        """Two labels that change places have no order, and the message names both objects."""
        session = Session()
        one, two = (session.loaded(Dock, {"id": at, "label": label}) for at, label in ((1, "a"), (2, "b")))
        one.label, two.label = "b", "a"
        with pytest.raises(InvalidRequestError, match=r"Dock 1.*Dock 2"):
            planner.plan(session._parts.changes)

    def test_two_that_want_one_label_are_refused(self):
        """A label can be wanted once only in each collection."""
        session = Session()
        for _ in range(2):
            session.add(Dock(label="a", place="x"))
        with pytest.raises(InvalidRequestError, match="both want the label 'a'"):
            planner.plan(session._parts.changes)

    def test_labels_of_children_are_unique_below_their_parent(self):
        """The same label below two parents, new or known, is no clash."""
        session = Session()
        known = session.loaded(Dock, {"id": 1, "label": "a"})
        for parent in (known, session.add(Dock(label="b", place="x"))):
            child = Crane(label="same")
            child.dock = parent
            session.add(child)
        assert len(planner.plan(session._parts.changes)) == 3
        again = Crane(label="same")
        again.dock = known
        session.add(again)
        with pytest.raises(InvalidRequestError, match="both want"):
            planner.plan(session._parts.changes)

    def test_an_unread_label_may_be_the_one(self):
        """A create waits for the deletion of an object of which nobody knows the label."""
        session = Session()
        session.delete(session._parts.owner.reference(Dock, 5, (), None))
        session.add(Dock(label="a", place="x"))
        assert [step.method for step in planner.plan(session._parts.changes)] == ["DELETE", "POST"]

    def test_a_guess_never_closes_a_cycle(self):
        """Waiting for a label that may become free is given up where it would leave no order."""
        session = Session()
        deleted = session._parts.owner.reference(Dock, 5, (), None)
        cargo = session.loaded(Cargo, {"id": 1, "name": "n", "weight": 1, "dock_id": 5})
        cargo.dock = session.add(Dock(label="a", place="x"))
        session.delete(deleted)
        assert [step.method for step in planner.plan(session._parts.changes)] == ["POST", "PUT", "DELETE"]


class TestReferences:
    @given(st.lists(st.one_of(st.none(), st.integers(0, 7)), max_size=8))
    def test_what_is_referred_to_comes_first(self, pair):
        """New objects follow those that they refer to; a cycle of references is refused."""
        session = Session()
        all_ = [Cargo(name=str(at), weight=1) for at in range(len(pair))]
        for one in all_:
            session.add(one)
        links = {at: twin for at, twin in enumerate(pair) if twin is not None and twin < len(all_)}
        for at, twin in links.items():
            all_[at].twin = all_[twin]
        if closes([{links[at]} if at in links else set() for at in range(len(all_))]):
            with pytest.raises(InvalidRequestError, match="cannot be put in an order"):
                planner.plan(session._parts.changes)
            return
        place = {step.title: step.number for step in planner.plan(session._parts.changes)}
        assert all(place[f"new Cargo '{twin}'"] < place[f"new Cargo '{at}'"] for at, twin in links.items())

    def test_deletions_go_the_other_way_round(self):
        """What refers to a deleted object is changed or deleted first."""
        session = Session()
        dock = session.loaded(Dock, {"id": 1, "label": "a"})
        gone, moved = (session.loaded(Cargo, {"id": at, "name": "n", "weight": 1, "dock_id": 1}) for at in (2, 3))
        session.delete(dock)
        session.delete(gone)
        moved.dock = None
        assert [f"{step.method} {step.path}" for step in planner.plan(session._parts.changes)] == [
            "PUT /cargo/3",
            "DELETE /cargo/2",
            "DELETE /docks/1",
        ]

    def test_two_that_refer_to_one_another_can_be_deleted(self):
        """Deleting a ring of references is possible in either order, and not refused."""
        session = Session()
        for one, other in ((1, 2), (2, 1)):
            session.delete(session.loaded(Cargo, {"id": one, "name": "n", "weight": 1, "twin_id": other}))
        assert len(planner.plan(session._parts.changes)) == 2

    def test_what_is_below_comes_before_a_new_key(self):
        """Changes below an object are sent while its old key still holds."""
        session = Session()
        sailor = session.loaded(Sailor, {"nick": "ann", "rank": "mate"})
        paper = session.loaded(Paper, {"id": 1, "text": "t"}, "ann")
        sailor.nick = "bea"
        paper.text = "u"
        assert [step.path for step in planner.plan(session._parts.changes)] == ["/sailors/ann/papers/1", "/sailors/ann"]

    def test_equals_keep_the_order_of_the_calls(self):
        """Where nothing decides, steps stand as the user made the changes."""
        session = Session()
        for label in "dacb":
            session.add(Dock(label=label, place="x"))
        assert [step.body["label"] for step in planner.plan(session._parts.changes)] == list("dacb")
