"""What queries send: how many requests, which, and how large."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from linode_orm import (
    Disk,
    Domain,
    DomainRecord,
    Event,
    Instance,
    NodeBalancer,
    NodeBalancerNode,
    Region,
    Session,
    Volume,
    and_,
    not_,
    or_,
    selectin,
)
from tests.ids import short

HEADER = 8_000
"""Servers refuse header lines from here on."""

HALF = datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)


def lines(arrivals):
    """Give requests as `METHOD path`."""
    return [f"{each.method} {each.path}" for each in arrivals]


def attached(sim, instances, volumes):
    """Seed volumes that hang on Linodes in turn."""
    hosts = [each["id"] for each in sim.seed(instances=instances)["instances"]]
    sim.seed(volumes=[{"label": f"v{at:03}", "linode_id": hosts[at % instances]} for at in range(volumes)])


@pytest.mark.parametrize("order", [(), (Volume.label,), (Volume.size.desc(), Volume.label)], ids=short)
def test_references_load_together_in_any_order(sim, session, sent, order):
    """A plain loop over references costs two requests, whether the query has an order or none."""
    attached(sim, instances=40, volumes=60)
    labels = [volume.linode.label for volume in session.query(Volume).order_by(*order)]
    assert len(labels) == 60
    assert lines(sent()) == ["GET /volumes", "GET /linode/instances"]


@pytest.mark.parametrize("order", [(), (Instance.label,)], ids=short)
def test_selectin_reads_each_relation_once(sim, session, sent, order):
    """`selectin` reads one list for all results, though they came on several pages."""
    attached(sim, instances=1_100, volumes=30)
    query = session.query(Instance).order_by(*order).options(selectin(Instance.volumes))
    found = query.all()
    assert sum(len(instance.volumes) for instance in found) == 30
    assert lines(sent()) == ["GET /linode/instances"] * 3 + ["GET /volumes"]


def test_selectin_over_children_of_many_parents(sim, session, sent):
    """Over a fan-out, `selectin` runs once for the children of all parents."""
    sim.seed(nodebalancers=8, nodebalancer_configs=2, nodes=1)
    found = session.query(NodeBalancerNode).options(selectin(NodeBalancerNode.node_balancer_config)).all()
    sent()
    assert {node.node_balancer_config.protocol for node in found}
    assert sent() == []


def test_fan_out_reads_parents_once(sim, session, sent):
    """A query over children reads the parents' list and one list each, and the parents stay at hand."""
    sim.seed(domains=20, records=3)
    names = [record.domain.domain for record in session.query(DomainRecord)]
    assert len(names) == 60
    assert len(set(names)) == 20
    asked = lines(sent())
    assert len(asked) == 21
    assert asked[0] == "GET /domains"


def test_fan_out_over_two_levels(sim, session, sent):
    """Grandchildren are reached through both levels, and their ancestors stay at hand."""
    sim.seed(nodebalancers=3, nodebalancer_configs=2, nodes=2)
    query = session.query(NodeBalancerNode)
    assert query.explain().requests == (
        "GET /nodebalancers",
        "GET /nodebalancers/{node_balancer}/configs for each",
        "GET /nodebalancers/{node_balancer}/configs/{node_balancer_config}/nodes for each",
    )
    assert "number:  1 + 1 for each NodeBalancer + 1 for each NodeBalancerConfig" in str(query.explain())
    labels = [node.node_balancer_config.node_balancer.label for node in query]
    assert len(labels) == 12
    assert len(sent()) == 1 + 3 + 6


def test_fan_out_in_order_keeps_parents(sim, session, sent):
    """An order over the children of several parents mixes them and loses no parent."""
    sim.seed(domains=5, records=4)
    found = session.query(DomainRecord).order_by(DomainRecord.id.desc()).limit(15).all()
    assert [each.id for each in found] == sorted((each.id for each in found), reverse=True)
    assert len({each.domain.domain for each in found}) > 1
    assert len(sent()) == 6


def test_a_parent_narrows(sim, session, sent):
    """A condition on the parent reads only its list; several parents read theirs side by side."""
    ids = [each["id"] for each in sim.seed(domains=6, records=2)["domains"]]
    one = session.query(DomainRecord).filter(DomainRecord.domain == ids[0])
    assert {record.domain.id for record in one} == {ids[0]}
    assert lines(sent()) == [f"GET /domains/{ids[0]}/records"]
    few = session.query(DomainRecord).filter(DomainRecord.domain.in_(ids[:3]))
    assert len(few.all()) == 6
    assert "number:  3, and 1 for each further page" in str(few.explain())
    assert len(sent()) == 3
    either = or_(DomainRecord.domain == ids[1], and_(DomainRecord.domain == ids[2], DomainRecord.type == "CAA"))
    assert {record.domain.id for record in session.query(DomainRecord).filter(either)} == {ids[1]}
    assert sorted(lines(sent())) == [f"GET /domains/{each}/records" for each in sorted(ids[1:3])]


def test_a_parent_in_one_branch_does_not_narrow(sim, session, sent):
    """A choice between a parent and something else reads every parent, and `explain()` does not say otherwise."""
    ids = [each["id"] for each in sim.seed(domains=3, records=2)["domains"]]
    query = session.query(DomainRecord).filter(or_(DomainRecord.domain == ids[0], DomainRecord.id > 0))
    assert {note.where for note in query.explain().plan.notes} == {"here"}
    assert sent() == []
    assert query.count() == 6
    assert len(sent()) == 4


def test_one_parent_is_read_once(sim, session, sent):
    """The parent that a condition names by its id is read once for all children, and only when it is asked for."""
    ids = [each["id"] for each in sim.seed(domains=2, records=5)["domains"]]
    found = [record.domain.domain for record in session.query(DomainRecord).filter(DomainRecord.domain == ids[0])]
    assert len(found) == 5
    assert lines(sent()) == [f"GET /domains/{ids[0]}/records", f"GET /domains/{ids[0]}"]


def test_reading_stops_early(sim, session, sent):
    """`first`, `exists`, `limit` and an abandoned loop ask for one small page and no more."""
    sim.seed(instances=1_200)
    query = session.query(Instance)
    assert query.first() is not None
    assert query.exists()
    assert len(query.offset(10).limit(30).all()) == 30
    next(iter(query))
    sizes = [each.query["page_size"] for each in sent()]
    assert sizes == ["25", "25", "40", "500"]


def test_limit_evaluated_here(sim, session, sent):
    """Under a condition that runs here a limit still stops the reading, of pages as large as may be."""
    sim.seed(instances=1_200)
    assert len(session.query(Instance).filter(Instance.status == "running").limit(2).all()) == 2
    (asked,) = sent()
    assert asked.query["page_size"] == "500"
    assert asked.x_filter is None


def test_order_under_a_limit(sim, session, sent):
    """Order with limit goes to the server for numbers and moments, and costs one small request."""
    sim.seed(instances=700)
    found = session.query(Instance).order_by(Instance.id.desc()).limit(25).all()
    assert [each.id for each in found] == sorted((row.id for row in sim.state.rows("Instance")), reverse=True)[:25]
    (asked,) = sent()
    assert asked.x_filter == {"+order_by": "id", "+order": "desc"}
    assert asked.query["page_size"] == "26"
    session.query(Instance).order_by(Instance.label).limit(3).all()
    assert [each.x_filter for each in sent()] == [None, None]


def test_count(sim, session, sent):
    """`count` is one request without a condition, and reads where the condition runs here."""
    sim.seed(instances=1_200)
    assert session.query(Instance).count() == 1_200
    assert lines(sent()) == ["GET /linode/instances"]
    assert session.query(Instance).offset(1_100).count() == 100
    assert session.query(Instance).limit(7).count() == 7
    sent()
    running = session.query(Instance).filter(Instance.status == "running")
    assert running.count() == len(running.all())
    assert session.query(Instance).filter(Instance.id.in_([])).count() == 0


def test_nothing_is_sent_for_nothing(session, sent):
    """A limit of zero, an empty choice and a parent that contradicts another send nothing."""
    assert session.query(Instance).limit(0).all() == []
    assert session.query(Instance).filter(Instance.label.in_([])).first() is None
    both = and_(DomainRecord.domain == 1, DomainRecord.domain == 2)
    assert session.query(DomainRecord).filter(both).all() == []
    assert session.query(DomainRecord).filter(both).explain().number == "0"
    assert sent() == []


@pytest.mark.slow
@pytest.mark.parametrize("count", [10, 400, 3_000])
def test_a_long_choice_is_split(sim, session, sent, count):
    """A long `in_` is sent in as many parts as fit into headers, and gives each object once."""
    ids = [each["id"] for each in sim.seed(instances=30)["instances"]]
    wanted = [*ids[::2], *range(9_000_001, 9_000_001 + count)]
    query = session.query(Instance).filter(Instance.id.in_(wanted), Instance.label.contains("-"))
    assert sorted(each.id for each in query) == sorted(ids[::2])
    asked = sent()
    assert max(len(json.dumps(each.x_filter)) for each in asked) < HEADER
    assert len(asked) <= 1 + count // 150
    assert len(asked) == len(query.explain().plan.filters)


def test_catalogues_are_read_once(sim, session, sent):
    """Queries over a catalogue run here on one list, which other sessions of the client share."""
    us = session.query(Region).filter(Region.country == "us")
    assert us.count() == len(us.all()) > 0
    assert us.order_by(Region.id).first().country == "us"
    with Session(client=session.client) as other:
        assert other.query(Region).filter(Region.country == "us").exists()
    assert lines(sent()) == ["GET /regions"]


def test_explaining_sends_nothing(session, sent):
    """`explain()` and `x_filter` send nothing, and tell the server's part from ours."""
    query = session.query(Event).filter(Event.entity.id == 5, Event.message.contains("x"))
    assert query.x_filter == {"entity.id": 5}
    explained = query.explain()
    assert [note.part for note in explained.server] == ["Event.entity.id == 5"]
    assert [note.part for note in explained.local] == ["Event.message.contains('x')"]
    assert json.loads(json.dumps(explained.to_dict()))["number"] == "1, and 1 for each further page"
    assert sent() == []


def test_firewalls_of_all_linodes(sim, session, sent):
    """The list of all firewalls answers a condition on those of each Linode, and loads them: p(n) + p(F) requests."""
    hosts = [each["id"] for each in sim.seed(instances=600)["instances"]]
    for at, wall in enumerate(sim.seed(firewalls=60)["firewalls"]):
        sim.add(f"/networking/firewalls/{wall['id']}/devices", type="linode", id=hosts[3 * at])
    sent()
    wanted = ["GET /linode/instances", "GET /linode/instances", "GET /networking/firewalls"]
    assert session.query(Instance).filter(Instance.firewalls.any()).count() == 60
    assert lines(sent()) == wanted
    assert session.query(Instance).filter(not_(Instance.firewalls.any())).count() == 540
    assert lines(sent()) == wanted
    fleet = session.query(Instance).options(selectin(Instance.firewalls)).all()
    assert sum(len(each.firewalls) for each in fleet) == 60
    assert lines(sent()) == wanted


def test_collections_are_queried_by_their_own_list(sim, session, sent):
    """`.query()` of a collection reads the list below the parent, filtered there where it is known to filter."""
    key = sim.seed(instances=2, disks=3)["instances"][0]["id"]
    disks = Instance(session, key).disks.query()
    assert disks.count() == 3
    assert {disk.instance.id for disk in disks.order_by(Disk.size.desc())} == {key}
    assert set(lines(sent())) == {f"GET /linode/instances/{key}/disks"}
    sim.seed(domains=1, records=2)
    domain = session.query(Domain).one()
    records = domain.records.query().filter(DomainRecord.name == "www")
    assert records.x_filter == {"name": "www"}


def test_unparented_lists_stay_apart(sim, session, sent):
    """Objects of the same id below different parents are different objects, each below its own."""
    sim.seed(nodebalancers=2, nodebalancer_configs=2)
    for balancer in session.query(NodeBalancer).options(selectin(NodeBalancer.configs)):
        assert {config.node_balancer for config in balancer.configs} == {balancer}
    assert len(sent()) == 3


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        (Event.created >= HALF, {"+gte": "2026-01-02T03:04:05"}),
        (Event.created > HALF, {"+gte": "2026-01-02T03:04:05"}),
        (Event.created < HALF, {"+lt": "2026-01-02T03:04:06"}),
        (Event.created <= HALF, {"+lt": "2026-01-02T03:04:06"}),
        (not_(Event.created < HALF), {"+gte": "2026-01-02T03:04:05"}),
    ],
)
def test_a_moment_between_seconds_is_left_to_the_server(session, condition, sent):
    """`datetime.now(UTC) - timedelta(days=1)` does not read every event: the second that holds it is asked for."""
    assert session.query(Event).filter(condition).x_filter == {"created": sent}
    assert session.query(Event).filter(Event.created == HALF).x_filter == {}
