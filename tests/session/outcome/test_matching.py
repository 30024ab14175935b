"""Matching nested children with rows: the quick way finds what the plain way finds, and takes time that grows with them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from linode_orm import NodeBalancerNode, VPCSubnet
from linode_orm.session.outcome import matching
from linode_orm.session.outcome.lookup import LookupCriteria, differences
from linode_orm.session.outcome.matching import match
from linode_orm.wire.api_time import ApiTime

SINCE = ApiTime(datetime(2026, 1, 1, tzinfo=UTC))


def criteria(model: type, sent: dict[str, object]) -> LookupCriteria:
    return LookupCriteria(model, (1,), sent, SINCE, is_listed=True)


def fitting(each: LookupCriteria, there: dict[int, dict[str, object]]) -> list[int]:
    key = {each.model.__mapper__.fields[name].key: value for name, value in each.key.items()}
    return [
        identity
        for identity, row in sorted(there.items())
        if all(row.get(name) == value for name, value in key.items()) and not differences(each, row)
    ]


def plainly(these: list[LookupCriteria], there: dict[int, dict[str, object]]) -> set[int]:
    """Give the places of those that can be told: each group of competitors that can have a row each, and none is left."""
    fits = [fitting(each, there) for each in these]
    left, matched = set(range(len(these))), set()
    while left:
        group, ids = {min(left)}, set(fits[min(left)])
        while more := {at for at in left - group if ids & {*fits[at]}}:
            group |= more
            ids |= {identity for at in more for identity in fits[at]}
        left -= group
        if len(group) == len(ids) and can_have(sorted(group), fits):
            matched |= group
    return matched


def can_have(group: list[int], fits: list[list[int]]) -> bool:
    owner: dict[int, int] = {}

    def place(at: int, tried: set[int]) -> bool:
        for identity in fits[at]:
            if identity not in tried:
                tried.add(identity)
                if identity not in owner or place(owner[identity], tried):
                    owner[identity] = at
                    return True
        return False

    return all(place(at, set()) for at in group)


def some(**values: list[object]) -> st.SearchStrategy[dict[str, object]]:
    """Bodies that hold some of these attributes."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(those) for name, those in values.items()})


NODES = {
    "label": ["a", "b"],
    "address": ["10.0.0.1:80", "10.0.0.2:80"],
    "weight": [1, 2, None],
    "mode": ["accept", {"id": "accept"}],
}
SUBNETS = {"label": ["a", "b", "c"], "ipv4": ["10.0.0.0/24", "10.0.1.0/24", None]}


@given(
    st.sampled_from([(NodeBalancerNode, NODES), (VPCSubnet, SUBNETS)]).flatmap(
        lambda kind: st.tuples(
            st.just(kind[0]),
            st.lists(some(**kind[1]), min_size=1, max_size=7),
            st.lists(some(**kind[1]), max_size=7),
        )
    )
)
@example((NodeBalancerNode, [{"label": "a"}, {}, {"label": "a"}], [{"label": "a"}, {"label": "b"}, {"label": "a"}]))
@example((NodeBalancerNode, [{}, {"label": "a"}], [{"label": "a"}, {"label": "b"}]))
@example((NodeBalancerNode, [{"weight": 1}], [{"weight": True}]))
def test_as_the_plain_way(case):
    """The same objects are told, each has a row that fits, and no two the same."""
    model, bodies, rows = case
    these = [criteria(model, body) for body in bodies]
    there = {5 + at: {"id": 5 + at, **row} for at, row in enumerate(rows)}
    found, absent = match(these, there)
    assert found.keys() == plainly(these, there)
    assert len({*found.values()}) == len(found)
    assert all(identity in fitting(these[at], there) for at, identity in found.items())
    assert absent == {at for at, each in enumerate(these) if not fitting(each, there)}


def test_alike_ones_keep_their_order():
    """What was sent first has the smaller id, where nothing else tells."""
    these = [criteria(NodeBalancerNode, {"label": "a"}) for _ in range(5)]
    there = {identity: {"id": identity, "label": "a"} for identity in (10, 9, 8, 7, 6)}
    assert match(these, there).found == {0: 6, 1: 7, 2: 8, 3: 9, 4: 10}


def test_a_long_chain_of_moves():
    """Each has to leave its row to the one before, and the last one to take the row that is free."""
    many = 3000
    rows = {at: {"id": at, "label": f"n{(at + 1) // 2}", "weight": at // 2} for at in range(many + 1)}
    bodies = [{"weight": at // 2} if at % 2 == 0 else {"label": f"n{(at + 1) // 2}"} for at in range(many)]
    found, _ = match([criteria(NodeBalancerNode, body) for body in [*bodies, {"label": "n0"}]], rows)
    assert found == {**{at: at + 1 for at in range(many)}, many: 0}


def test_many_are_not_compared_with_all(monkeypatch):
    """2,000 with names of their own are compared with their own rows; 2,000 alike with one."""
    looks = [0]

    def counted(*args):
        looks[0] += 1
        return differences(*args)

    monkeypatch.setattr(matching, "differences", counted)
    many = 2000
    bodies = [{"label": f"n{at}", "address": f"10.0.{at // 250}.{at % 250}:80", "weight": 5} for at in range(many)]
    there = {at: {"id": at, **body} for at, body in enumerate(reversed(bodies))}
    found, _ = match([criteria(NodeBalancerNode, body) for body in bodies], there)
    assert found == {at: many - 1 - at for at in range(many)}
    assert looks[0] == many
    alike = [criteria(NodeBalancerNode, {"label": "n"}) for _ in range(many)]
    found, _ = match(alike, {at: {"id": at, "label": "n", "weight": at} for at in range(many)})
    assert found == {at: at for at in range(many)}
    assert looks[0] == many + 1
