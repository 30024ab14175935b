"""The N+1 detector on the simulator: what it reports, with which line and `selectin`, and what it leaves alone."""

from __future__ import annotations

import pytest

from linode_orm import (
    DomainRecord,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    NodeBalancerConfig,
    NPlusOne,
    Session,
    Volume,
    selectin,
    sessionmaker,
)
from linode_orm.testing import no_n_plus_one


def read(objects, *names):
    """Read collections of many objects in a loop."""
    for each in objects:
        for name in names:
            len(getattr(each, name))  # here


def read_nodes(balancers):
    """Read collections of collections in a loop."""
    for balancer in balancers:
        read(balancer.configs, "nodes")


@pytest.fixture
def watched(sim):
    """Open a session whose detector is on."""
    with Session(client=sim.client(), detect_n_plus_one=True) as opened:
        yield opened


def test_it_names_the_line_and_the_selectin(sim, watched):
    """The warning stands at the user's line, shows it, and says which option the query lacks."""
    sim.seed(instances=3, disks=1)
    with pytest.warns(NPlusOne) as caught:
        read(watched.query(Instance), "disks")
    (warning,) = caught
    assert warning.filename == __file__
    assert f"test_n_plus_one.py:{warning.lineno} `len(getattr(each, name))  # here`" in str(warning.message)
    assert "the query of Instance loads it for all of them: .options(selectin(Instance.disks))" in str(warning.message)


def test_its_advice_is_good(sim, watched):
    """With the `selectin` that it names, the same loop sends one list less an object, and nothing is reported."""
    sim.seed(instances=3, volumes=3)
    read(watched.query(Instance).options(selectin(Instance.volumes)), "volumes")
    assert len(sim.requests) == 2


@pytest.mark.parametrize("eager", [(), (NodeBalancer.configs,)], ids=["lazy", "selectin"])
def test_collections_of_collections(sim, watched, eager):
    """A second level is reported with the whole path from the query, whichever way the first one was loaded."""
    sim.seed(nodebalancers=2, nodebalancer_configs=1, nodes=1)
    query = watched.query(NodeBalancer)
    with pytest.warns(NPlusOne) as caught:
        read_nodes(query.options(selectin(*eager)) if eager else query)
    last = "selectin(NodeBalancer.configs, NodeBalancerConfig.nodes)"
    assert last in " ".join(str(each.message) for each in caught)
    read_nodes(query.options(selectin(NodeBalancer.configs, NodeBalancerConfig.nodes)))


def test_collections_of_references(sim, watched):
    """What is reached over a reference is reported with the reference in the path."""
    sim.seed(instances=4)
    for instance in sim.seed(instances=2)["instances"]:
        sim.seed(volumes=[{"linode_id": instance["id"], "linode_label": "a"}])
    with pytest.warns(NPlusOne, match=r"selectin\(Volume.linode, Instance.disks\)"):
        read((each.linode for each in watched.query(Volume)), "disks")


def test_it_reports_once_for_each_query(sim, watched):
    """A loop over many objects is one report; the same loop over another query is another one."""
    sim.seed(instances=5)
    for _ in range(2):
        watched.expire_all()
        with pytest.warns(NPlusOne) as caught:
            read(watched.query(Instance), "disks")
        assert len(caught) == 1


def test_what_is_no_n_plus_one(sim, watched):
    """One object, objects that came alone, references and what was loaded before are not reported."""
    made = sim.seed(instances=3, volumes=9, domains=2, records=2)["instances"]
    read([watched.load(Instance, row["id"]) for row in made], "configs")
    first, *_ = watched.query(Instance)
    read([first, first], "disks")
    assert {each.linode.label for each in watched.query(Volume) if each.linode}
    assert {each.domain.soa_email for each in watched.query(DomainRecord)}


def test_a_collection_read_twice_counts_once(sim, watched):
    """The same object's collection, read again after it expired, is one object's."""
    sim.seed(instances=2)
    instance, _ = watched.query(Instance)
    for _ in range(3):
        len(instance.disks)
        watched.expire(instance)
        watched.refresh(instance)


def test_it_is_off_by_default(sim, session):
    """A session that was not asked to detect anything says nothing."""
    sim.seed(instances=3)
    assert sum(len(each.disks) for each in session.query(Instance)) == 0


def test_its_option_is_checked(sim):
    """`detect_n_plus_one` is True or False, of a factory too."""
    with pytest.raises(InvalidRequestError, match="detect_n_plus_one is True or False, not 'yes'"):
        Session(client=sim.client(), detect_n_plus_one="yes")
    with pytest.raises(InvalidRequestError, match="detect_n_plus_one"):
        sessionmaker(client=sim.client(), detect_n_plus_one=1)()


def test_refused_in_a_block(sim, session):
    """`no_n_plus_one` raises at the end of its block with every line, without an option of the session."""
    sim.seed(instances=2)
    with pytest.raises(AssertionError) as raised, no_n_plus_one(session):
        read(session.query(Instance), "disks", "configs")
    assert str(raised.value).count("test_n_plus_one.py:") == 2
    assert "selectin(Instance.configs)" in str(raised.value)
    assert len(sim.requests) == 5


def test_a_block_without_one(sim, session):
    """A block that loads everything at once passes, what came before it does not count, and nothing does after it."""
    sim.seed(instances=2)
    one, two = session.query(Instance)
    len(one.disks)
    with no_n_plus_one(session):
        read(session.query(Instance).options(selectin(Instance.configs)), "configs")
    len(two.disks)


def test_an_error_of_the_block_comes_first(sim, session):
    """What the block itself raises is raised as it is."""
    sim.seed(instances=2)
    with pytest.raises(AttributeError, match="nothing"), no_n_plus_one(session):
        read(session.query(Instance), "disks", "nothing")


def test_a_query_over_children(sim, session):
    """Where the children themselves were asked for, the path begins with their class."""
    sim.seed(nodebalancers=1, nodebalancer_configs=2, nodes=1)
    with pytest.raises(AssertionError, match=r"selectin\(NodeBalancerConfig.nodes\)"), no_n_plus_one(session):
        read(session.query(NodeBalancerConfig), "nodes")
