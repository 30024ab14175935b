"""The count of the functions that one dirty scalar runs through: what is in it, and what is not."""

from __future__ import annotations

import pytest

from tests.proofs.counting.dirty_scalar import Counting, counted, tree

MOST = 252


@pytest.fixture(scope="module")
def counting() -> Counting:
    return counted()


def test_it_begins_at_the_assignment_and_goes_through_all_threads(counting):
    """The first call is the assignment, and what a worker runs is counted too."""
    assert counting.calls[0].function.endswith("__setattr__")
    assert counting.calls[0].depth == 0
    assert len({call.thread for call in counting.calls}) > 1
    assert ("linode_orm.session.verbs.session", "Session.commit") in counting.functions


def test_nothing_but_functions_of_the_package_is_in_it(counting):
    """The simulator, what it calls, modules that are being imported, comprehensions and constructors are not counted."""
    assert not [name for name in counting.modules if name.startswith("linode_orm.simulator")]
    assert all(name.startswith("linode_orm.") for name in counting.modules)
    assert not [function for _, function in counting.functions if function.endswith(".__init__")]
    assert not [function for _, function in counting.functions if function.endswith(">") and "<lambda>" not in function]


def test_it_is_the_same_each_time(counting):
    """A second count in the same process gives the same functions."""
    assert counted().functions.keys() == counting.functions.keys()


def test_they_are_a_third_fewer_than_in_the_first_version(counting):
    """At most 252 calls are made, two thirds of the 378 before the rooms of a session were moved."""
    assert len(counting.calls) <= MOST


def test_the_tree_shows_every_call(counting):
    """The tree has a line for each call and for each thread."""
    threads = {call.thread for call in counting.calls}
    assert len(tree(counting).splitlines()) == len(counting.calls) + len(threads)
