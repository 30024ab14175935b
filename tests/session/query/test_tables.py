"""`query.table()` gives the server's values column by column: what the query's objects would show, without them."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest

from linode_orm import (
    Disk,
    DomainRecord,
    Event,
    Instance,
    InvalidRequestError,
    NodeBalancerNode,
    PartialResult,
    Region,
    Session,
    Volume,
    models,
)
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.values import UNREADABLE
from linode_orm.session.query.columns import Reach, cell_reader, default_columns
from linode_orm.simulator import Simulator

ALL = [lookup(name) for name in models.INDEX]


@pytest.fixture
def simulator():
    """Give a simulated account with a few of everything."""
    with Simulator() as simulator:
        simulator.populate(12)
        yield simulator


@pytest.fixture
def session(simulator):
    """Give a session on it."""
    with Session(client=simulator.client()) as session:
        yield session


def sent(simulator, action):
    """Give what an action returns, and the paths that it asked for."""
    before = len(simulator.requests)
    found = action()
    return found, [each.path for each in simulator.requests[before:]]


def test_every_cell_is_what_an_object_shows(session):
    """Each default column holds what the attribute of the same name reads, whatever its depth."""
    instances = session.query(Instance).order_by(Instance.id).all()
    table = session.query(Instance).order_by(Instance.id).table()
    assert len(table) == len(instances)
    for row, instance in zip(table, instances, strict=True):
        for column in default_columns(Instance):
            value = instance
            for field in column.path:
                value = None if value is None else getattr(value, field.name)
            assert row[column.name] == value, column.name
    assert {"region", "specs.memory", "created", "lke_cluster_id"} <= set(table.columns)
    assert not {"tags", "root_pass", "specs"} & set(table.columns)
    assert table[0].region == table[0].region_id == table[0]["region"]


def test_no_object_is_made(session):
    """A table leaves no object in the session, and one page costs one request."""
    gc.collect()
    session.query(Instance).table()
    assert list(session) == []


def test_the_query_counts(simulator, session):
    """Conditions, order, limit and offset mean the same as for objects."""
    query = session.query(Instance).filter(Instance.label.contains("-")).order_by(Instance.label.desc())
    query = query.offset(1).limit(3)
    assert [row.id for row in query.table(Instance.id)] == [each.id for each in query.all()]
    assert session.query(Instance).limit(0).table(Instance.label).columns == ("label",)
    one, paths = sent(simulator, lambda: session.query(Instance).limit(1).table(Instance.label, Instance.tags))
    assert (len(one), len(paths)) == (1, 1)
    assert isinstance(one[0].tags, list)


def test_pending_values_are_not_in_it(session):
    """A table holds what the server answered, whatever was assigned here."""
    instance = session.query(Instance).first()
    instance.label = "pending"
    assert "pending" not in [row.label for row in session.query(Instance).table(Instance.label)]


def test_across_a_relation(simulator, session):
    """A column across a relation costs one list of the other class, and its row is the object referred to."""
    session.query(Region).all()
    query = session.query(Volume)
    columns = Volume.label, Volume.linode, Volume.linode.label, Volume.linode.specs.memory, Volume.linode.region.label
    table, paths = sent(simulator, lambda: query.table(*columns))
    assert paths == ["/volumes", "/linode/instances"]
    assert table.columns == ("label", "linode", "linode.label", "linode.specs.memory", "linode.region.label")
    for row, volume in zip(table, query, strict=True):
        linode = volume.linode
        wanted = (None,) * 4 if linode is None else (linode.id, linode.label, linode.specs.memory, linode.region.label)
        assert tuple(row[1:]) == wanted
    assert {row.linode for row in table} > {None}


def test_across_the_parent(simulator, session):
    """The parents of a fan-out are read for it, and their columns cost nothing; of named parents one list is read."""
    query = session.query(Disk)
    table, paths = sent(simulator, lambda: query.table(Disk.label, Disk.instance, Disk.instance.label))
    assert paths.count("/linode/instances") == 1
    assert [(row.instance, row["instance.label"]) for row in table] == [
        (disk.instance.id, disk.instance.label) for disk in query
    ]
    some = session.query(Disk).filter(Disk.instance.in_([table[0].instance, table[-1].instance]))
    again = some.table(Disk.id, Disk.instance.label)
    assert {row["instance.label"] for row in again} == {table[0]["instance.label"], table[-1]["instance.label"]}


def test_across_two_parents(session):
    """A parent's parent is reached, too."""
    nodes = session.query(NodeBalancerNode)
    table = nodes.table(NodeBalancerNode.id, NodeBalancerNode.node_balancer_config.node_balancer.label)
    assert [row[1] for row in table] == [each.node_balancer_config.node_balancer.label for each in nodes]


def test_a_relation_that_is_refused(simulator, session):
    """Where the other list is refused, its columns are null, the query says so, and the rest stands."""
    simulator.faults.add("GET", "/linode/instances", 1, 403)
    query = session.query(Volume)
    with pytest.warns(PartialResult, match="/linode/instances"):
        table = query.table(Volume.label, Volume.linode.label)
    assert [row[1] for row in table] == [None] * len(table)
    assert [each.path for each in query.skipped] == ["/linode/instances"]
    assert table.skipped == query.skipped


def test_a_list_of_children_that_is_refused(simulator, session):
    """A refused list of children is left out and named, as for objects."""
    first = session.query(Instance).first()
    simulator.faults.add("GET", f"/linode/instances/{first.id}/disks", 1, 403)
    with pytest.warns(PartialResult):
        table = session.query(Disk).table(Disk.instance)
    assert first.id not in {row.instance for row in table}
    assert len(table.skipped) == 1


def test_values_that_cannot_be_read(simulator, session):
    """A value of a wrong type is null and a problem, and so is one without a way to it; the other cells stand."""
    ids = [each.id for each in session.query(Instance).order_by(Instance.id)]
    simulator.change(f"/linode/instances/{ids[0]}", created="yesterday", specs=["no object"], label=5)
    table = (
        session.query(Instance)
        .order_by(Instance.id)
        .table(Instance.id, Instance.label, Instance.created, Instance.specs.memory, Instance.tags)
    )
    assert tuple(table[0][:4]) == (ids[0], None, None, None)
    assert isinstance(table[1].created, datetime)
    assert table[1].created.tzinfo is UTC
    assert [(each.row, each.column) for each in table.problems] == [(0, "label"), (0, "created"), (0, "specs.memory")]
    assert "yesterday" in str(table.problems[1])


def test_missing_and_null_alike():
    """A key that a row lacks is null, and so is everything inside a null; what is no object has no way into it."""
    columns = {each.name: each for each in default_columns(Instance)}
    memory, label, region = (columns[name].path for name in ("specs.memory", "label", "region"))
    rows = [{"specs": {"memory": 5}, "label": "a"}, {"specs": None, "label": None}, {"specs": [1]}, {}, None]
    taken = Reach([memory, label, region]).take(rows)
    assert taken["specs", "memory"] == [5, None, UNREADABLE, None, None]
    assert taken["label",] == ["a", None, None, None, None]
    assert taken["region",] == [None] * 5


def test_secrets_are_masked():
    """A secret is never in a cell: neither one that a declaration marks, nor one in an open document."""
    document = cell_reader((Event.__mapper__.fields["entity"],))
    assert document.cells("entity", [{"label": "a", "db_password": "x"}], 0, []) == [
        {"label": "a", "db_password": "***"}
    ]
    secret = [
        (model, column)
        for model in ALL
        for column in default_columns(model)
        if any(field.is_secret for field in column.path)
    ]
    assert secret, "no column is a secret: the test shows nothing"
    for model, column in secret:
        assert cell_reader(column.path).cells(column.name, ["plain", None], 0, []) == ["***", None], (model, column)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ((Disk.root_pass,), "only requests have"),
        ((Disk.label, Volume.label), "no column of a query of Disk"),
        ((Disk.label, Disk.label), "named twice"),
        (("label",), "takes attributes such as Disk.id"),
        ((Disk.image,), "only requests have"),
    ],
)
def test_what_is_no_column(simulator, session, columns, words):
    """What no list can fill is refused before anything is sent."""
    before = len(simulator.requests)
    with pytest.raises(InvalidRequestError, match=words):
        session.query(Disk).table(*columns)
    assert len(simulator.requests) == before


@pytest.mark.parametrize("use", [lambda a: a == "x", lambda a: a.in_(["x"]), lambda a: a.asc(), lambda a: a.desc()])
def test_a_column_across_a_relation_is_no_condition(use):
    """It is refused, and the message says what to write."""
    with pytest.raises(AttributeError, match=r"Volume\.linode\.has\(Instance\.label|sort the rows"):
        use(Volume.linode.label)


def test_names_across_a_relation():
    """A typing error is refused with a suggestion; a collection with the condition that it can be, or its reason."""
    with pytest.raises(AttributeError, match="did you mean 'label'"):
        _ = Volume.linode.lable
    with pytest.raises(AttributeError, match=r"Volume\.linode\.has\(Instance\.disks"):
        _ = Volume.linode.disks
    with pytest.raises(AttributeError, match="collection"):
        _ = NodeBalancerNode.node_balancer_config.node_balancer.configs
    with pytest.raises(AttributeError):
        _ = Volume.linode.specs.memmory


@pytest.mark.parametrize("model", ALL, ids=[each.__name__ for each in ALL])
def test_columns_of_every_class(model):
    """The default columns of a class have different names, also for a database, which knows no case."""
    names = [each.name for each in default_columns(model)]
    assert len({name.lower() for name in names}) == len(names)


def test_records_of_every_zone(session):
    """A child class without its parent is read below all of them."""
    table = session.query(DomainRecord).table(DomainRecord.domain.domain, DomainRecord.name)
    assert len(table) == session.query(DomainRecord).count()
