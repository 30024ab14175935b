"""Clauses: joined, written and split, they never hold fewer rows than the condition that they were made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linode_orm.session.loading.lists.xfilter import AllOf, AnyOf, Leaf, all_of, any_of, divided, weight, written

NAMES = ["a", "b.c", "label"]
ROWS = [dict(zip(NAMES, values, strict=True)) for values in [(0, 0, 0), (0, 1, 2), (1, 1, 0), (2, 0, 1), (2, 2, 2)]]

leaf = st.builds(Leaf, st.sampled_from(NAMES), st.integers(0, 2) | st.builds(lambda n: {"+gte": n}, st.integers(0, 2)))
clauses = st.recursive(
    leaf,
    lambda part: (
        st.lists(part, min_size=1, max_size=4).map(all_of) | st.lists(part, min_size=1, max_size=40).map(any_of)
    ),
    max_leaves=60,
)


def meets(clause: Any, row: dict[str, int]) -> bool:
    """Evaluate a clause."""
    if clause is None:
        return True
    if isinstance(clause, AllOf):
        return all(meets(part, row) for part in clause.parts)
    if isinstance(clause, AnyOf):
        return any(meets(part, row) for part in clause.parts)
    return row[clause.name] >= clause.test["+gte"] if isinstance(clause.test, dict) else row[clause.name] == clause.test


def answers(payload: dict[str, Any], row: dict[str, int]) -> bool:
    """Evaluate an X-Filter as the API's description reads it."""
    for name, test in payload.items():
        if name == "+and":
            holds = all(answers(each, row) for each in test)
        elif name == "+or":
            holds = any(answers(each, row) for each in test)
        else:
            holds = row[name] >= test["+gte"] if isinstance(test, dict) else row[name] == test
        if not holds:
            return False
    return True


@pytest.mark.slow
@given(clauses)
def test_written_means_the_same(clause):
    """What is written as X-Filter holds for the same rows as the clause."""
    assert [answers(written(clause), row) for row in ROWS] == [meets(clause, row) for row in ROWS]


@pytest.mark.slow
@given(clauses, st.integers(120, 400))
def test_parts_hold_every_row(clause, largest):
    """Every part of a divided clause fits, and together they hold every row of the whole."""
    parts = divided(clause, largest)
    assert parts
    assert all(weight(part) <= largest for part in parts)
    for row in ROWS:
        assert not meets(clause, row) or any(meets(part, row) for part in parts)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=300, unique=True), st.booleans())
def test_choices_are_cut_evenly(values, with_more):
    """A long choice alone, or beside a short condition, is cut into little more than the fewest parts, losing nothing."""
    choice = any_of([Leaf("id", value) for value in values])
    clause = all_of([choice, Leaf("label", "x")]) if with_more else choice
    parts = divided(clause, 600)
    sent = [test for part in parts for test in _tests(written(part))]
    assert sorted(sent) == sorted(values)
    assert len(parts) <= 2 + weight(clause) // 450


def _tests(payload: dict[str, Any]) -> list[int]:
    return [payload["id"]] if "id" in payload else [each["id"] for each in payload["+or"]]
