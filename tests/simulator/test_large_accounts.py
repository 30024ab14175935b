"""Large accounts: making, listing and filtering cost a fixed amount of work for each row."""

from __future__ import annotations

import json
import sys

import pytest

from linode_orm.simulator import Simulator

FEW, MANY = 150, 600
TIMES = MANY // FEW
ALLOWED = 1.3
"""How much more than in proportion the work may grow: the first rows pay for what is made once."""


def calls(do):
    """Give how many functions, of Python and of C, are called."""
    number = 0

    def counting(_, event, __):
        nonlocal number
        number += event in {"call", "c_call"}

    sys.setprofile(counting)
    try:
        do()
    finally:
        sys.setprofile(None)
    return number


def growth(prepare, do):
    """Give by how much more than in proportion the calls grow with the account."""
    few, many = (prepare(number) for number in (FEW, MANY))
    return calls(lambda: do(many, MANY)) / calls(lambda: do(few, FEW)) / TIMES


def nothing(_):
    """Make an account in which the common lists were read once."""
    made = Simulator()
    made.populate(1)
    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda sim, number: sim.populate(number),
        lambda sim, number: sim.seed(instances=number),
        lambda sim, number: sim.seed(volumes=[{"label": f"disk-{each}"} for each in range(number)]),
        lambda sim, number: [sim.make.instance() for _ in range(number)],
    ],
    ids=["populate", "seed", "described", "make"],
)
def test_making(make):
    """Rows are made without a look at those that there are."""
    assert growth(nothing, make) < ALLOWED


def test_children_that_name_their_parent():
    """A child finds its parent by its id, however many there are."""

    def prepare(number):
        sim = Simulator()
        return sim, [row["id"] for row in sim.seed(domains=number)["domains"]]

    def make(made, _):
        sim, ids = made
        sim.seed(records=[{"domain": each, "type": "A", "target": "192.0.2.1"} for each in ids])

    assert growth(prepare, make) < ALLOWED


@pytest.mark.parametrize("x_filter", [None, {"label": {"+contains": "web"}}, {"tags": "prod", "+order_by": "created"}])
def test_listing(x_filter):
    """A list costs in proportion to its rows, filtered or not."""

    def prepare(number):
        sim = Simulator()
        sim.seed(instances=number)
        return sim

    def read(sim, _):
        reply = sim.exchange("GET", "/linode/instances", x_filter=x_filter, query={"page_size": 500})
        assert json.loads(reply.content)["results"]

    assert growth(prepare, read) < ALLOWED
