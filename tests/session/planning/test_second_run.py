"""The second run of a declarative script plans nothing: what is assigned is there already (simulator)."""

from __future__ import annotations

import pytest

from linode_orm import Client, Session
from linode_orm.session.planning.placeholders import Pending, fill, hidden_in
from linode_orm.simulator import Simulator
from tests.session.planning.test_random_graphs import Graph, _above


@pytest.mark.slow
def test_it_plans_nothing(full, tell):
    """Random graphs of every class are created; then every attribute gets the value that it was created with."""
    assigned = 0
    for seed in range(400 if full else 40):
        with Simulator(job_seconds=0) as sim:
            client = Client("any", transport=sim.transport, clock=sim.clock)
            assigned += _run_twice(client, Graph(seed).grow(2), seed)
    tell(f"second runs of declarative scripts: {assigned} values assigned, 0 changes planned")


def _run_twice(client, new, seed):
    with Session(client=client) as session:
        session.add_all(new)
        tokens = {session._parts.changes.token(each): each for each in new}
        plan = session.plan()
        session.commit()
        ids = {token: each.__state__.identity for token, each in tokens.items()}
        keys = {token: (type(each), each.__state__.identity, each.__state__.parents) for token, each in tokens.items()}
    values = [
        (each.token, each.changes) for step in plan for each in (step, *step.nested_creates) if each.token in keys
    ]
    count = 0
    with Session(client=client) as other:
        for token, changes in values:
            model, identity, parents = keys[token]
            if "get" not in model.__mapper__.verbs:
                continue
            instance = other.load(model, identity, *_above(parents))
            for change in changes:
                field = model.__mapper__.fields[change.name]
                is_shown = not [*hidden_in(change.new)]  # a secret is assigned anew, which is a change
                if field.mutable and not field.is_write_only and is_shown:
                    setattr(instance, change.name, fill(change.new, lambda each: _id(each, ids)))
                    count += 1
        assert str(other.plan()) == "nothing to commit", f"seed {seed}"
    return count


def _id(placeholder, ids):
    assert isinstance(placeholder, Pending)
    identity = ids[placeholder.token]
    return identity[-1] if isinstance(identity, tuple) else identity
