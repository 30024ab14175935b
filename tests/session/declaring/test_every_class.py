"""Random graphs of every class with a key are upserted twice: the second run finds all of them, and plans nothing."""

from __future__ import annotations

import pytest

from linode_orm import Client, Session
from linode_orm.mapping.model import resource
from linode_orm.models._index import INDEX
from linode_orm.simulator import Simulator
from tests.session.planning.test_random_graphs import MAKERS, Graph


def keyed(seed):
    """Give new objects that declare a key, and refer to such alone."""
    new = Graph(seed).grow(2)
    known = {id(each) for each in new if each.__mapper__.natural_key}
    return [each for each in new if id(each) in known and set(map(id, _targets(each))) <= known]


def _targets(instance):
    from linode_orm.session.declaring.wanted import targets

    return [*targets(instance)]


def run_twice(seed):
    """Upsert a graph, and an equal one in another session; give how many objects were found."""
    with Simulator(job_seconds=0) as sim:
        client = Client("any", transport=sim.transport, clock=sim.clock)
        with Session(client=client) as session:
            first = session.upsert_all(keyed(seed))
            session.commit()
            kinds = {type(each).__name__ for each in first}
        with Session(client=client) as session:
            wanted = keyed(seed)
            found = session.upsert_all(wanted)
            assert not session.new, f"seed {seed}: {session.new}"
            assert str(session.plan()) == "nothing to commit", f"seed {seed}"
            assert [type(each) for each in found] == [type(each) for each in wanted]
            assert len({id(each) for each in found}) == len(found)
        return len(found), kinds


@pytest.mark.slow
def test_the_second_run_finds_every_object(full, tell):
    """Whatever the classes refer to, at any depth, the second run of a script plans nothing."""
    results = [run_twice(seed) for seed in range(200 if full else 20)]
    kinds = set.union(*(kinds for _, kinds in results))
    declared = {name for name in MAKERS if resource(name).__mapper__.natural_key}
    assert kinds == declared
    tell(f"second runs of upserts: {sum(count for count, _ in results)} objects of {len(kinds)} classes, 0 planned")


def test_the_declared_keys_are_attributes_that_users_give():
    """A natural key consists of fields that a creation takes and that a list shows."""
    keys = {name: resource(name).__mapper__.natural_key for name in INDEX}
    assert keys["NodeBalancerConfig"] == ("port",)
    assert keys["DomainRecord"] == ()
    assert keys["Instance"] == ("label",)
    assert keys["ObjectStorageBucket"] == ("region_id", "label")
    for name, key in keys.items():
        mapper = resource(name).__mapper__
        if "create" in mapper.verbs and "list" in mapper.verbs:
            for each in key:
                assert mapper.fields[each].createable, (name, each)
                assert not mapper.fields[each].is_write_only, (name, each)
