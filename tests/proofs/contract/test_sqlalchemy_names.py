"""Names of SQLAlchemy that are not here say what to write instead, and none is forgotten."""

from __future__ import annotations

import re

import pytest

import linode_orm
from linode_orm import Client, Collection, Instance, InvalidRequestError, Query, Session, Volume, inspect
from linode_orm._sqlalchemy_names import TABLES
from linode_orm.simulator import Simulator
from tests.places import ROOT

GUIDE = ROOT / "docs" / "from-sqlalchemy.md"

INTERNAL = re.compile(
    r"^(is_|get_|allows_|apply_|enable_assertions|dispatch|ext$|logg|memoized|only_return|supports_|uses_|load_options"
    r"|lazy_loaded|instances$|label$|merge_result|column_descriptions|selectable|set_label|reset_joinpoint|with_labels"
    r"|with_session|with_transformation|with_hint|with_statement_hint|prefix_with|suffix_with|bind_|connection_callable"
    r"|adapt|has_op|hasparent|any_op|of_type_op|impl|inherit_cache|info$|key$|parent$|prop|comparator|expression"
    r"|extension_type|operate|reverse_operate|timetuple|unique_params|params$|class_$|entity$|mapper$|selected_)"
)
"""What users of SQLAlchemy do not write: hooks of its own machinery, and dialects."""


@pytest.fixture
def session():
    with Simulator() as sim:
        sim.seed(instances=1, volumes=1)
        with Session(client=sim.client()) as opened:
            yield opened


def places(session):
    """Give what has the names of each table."""
    return {
        "Query": session.query(Instance),
        "Session": session,
        "attribute": Instance.label,
        "to one": Volume.linode,
        "to many": Instance.volumes,
        "collection": Instance(session, 1).volumes,
        "class": Instance,
        "package": linode_orm,
    }


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, table in TABLES.items() for name in table])
def test_every_name_says_what_to_write(session, kind, name):
    """Each name of the table is no attribute of what it is about, and its error quotes the table; nothing is sent."""
    place = places(session)[kind]
    with pytest.raises(AttributeError) as caught:
        getattr(place, name)
    text = str(caught.value)
    assert name in text
    assert "write instead: " in text
    assert not hasattr(place, name)


def missing(theirs, ours, table):
    """Give the public names of one of SQLAlchemy's classes that are neither here nor in a table."""
    names = {name for name in dir(theirs) if not name.startswith("_") and not INTERNAL.match(name)}
    return names - set(dir(ours)) - table.keys()


def test_no_name_is_forgotten():
    """Every name that users write on SQLAlchemy's queries, sessions and attributes is here, or in the table."""
    orm = pytest.importorskip("sqlalchemy.orm", reason="an extra of the benchmarks")
    sql = pytest.importorskip("sqlalchemy")
    operators = sql.sql.operators.ColumnOperators
    assert not missing(orm.Query, Query, TABLES["Query"])
    assert not missing(orm.Session, Session, TABLES["Session"])
    assert not missing(operators, Instance.label, TABLES["attribute"])
    assert not missing(orm.RelationshipProperty.Comparator, Volume.linode, TABLES["to one"])
    public = {name for module in (sql, orm) for name in getattr(module, "__all__", dir(module))}
    loading = {name for name in public if re.fullmatch(r"\w*load|load_only|defer|undefer", name)}
    assert not loading - TABLES["package"].keys() - set(dir(linode_orm))


@pytest.mark.parametrize(
    ("write", "kind", "says"),
    [
        (lambda s: s.query(Instance.label), InvalidRequestError, "[each.label|.table(Instance.label)"),
        (lambda s: s.query(Instance, Volume), InvalidRequestError, "takes one class|selectin"),
        (lambda s: s.query(Instance).join(Volume), AttributeError, "has() or any()"),
        (lambda s: "prod" in Instance.tags, TypeError, "Instance.tags.contains('prod')"),
        (lambda s: 5 in Instance.volumes, TypeError, "Instance.volumes.any(Volume.id"),
        (lambda s: Instance.lable == "x", AttributeError, "did you mean 'label'?"),
        (lambda s: Instance.specs.memry > 5, AttributeError, "did you mean 'memory'?"),
        (lambda s: Volume.linode.label == "x", AttributeError, "Volume.linode.has(Instance.label == 'x')"),
        (lambda s: Instance.volumes.size > 5, AttributeError, "Instance.volumes.any(Volume.size == ...)"),
        (lambda s: Instance.watchdog_enabled and Instance.label == "x", TypeError, "and_, or_, not_"),
        (lambda s: not Instance.watchdog_enabled, TypeError, "no truth value"),
        (lambda s: (Instance.label == "x") and (Instance.id == 5), TypeError, "and_, or_, not_"),
        (lambda s: s.query(Instance).filter(Instance.watchdog_enabled), TypeError, "Instance.watchdog_enabled.is_(True)"),
        (lambda s: s.query(Instance).filter(False), TypeError, "Python has evaluated it"),
        (lambda s: s.querry(Instance), AttributeError, "did you mean 'query'?"),
        (lambda s: s.query(Instance).filtr(), AttributeError, "did you mean 'filter'?"),
        (lambda s: linode_orm.Instanc, AttributeError, "did you mean 'Instance'?"),
        (lambda s: Instance.bot, AttributeError, "did you mean 'boot'?"),
    ],
)  # fmt: skip
def test_habits(session, write, kind, says):
    """What a user of SQLAlchemy writes is refused with the way to write it, and nothing is sent."""
    with pytest.raises(kind) as caught:
        write(session)
    assert any(each in str(caught.value) for each in says.split("|"))


def test_private_names_are_plain():
    """A name with an underscore is refused without a hint, so that tools that probe for it cost nothing."""
    for place in (Instance, Instance.label, Volume.linode, Instance.volumes, Client, linode_orm):
        with pytest.raises(AttributeError) as caught:
            _ = place._nothing
        assert "instead" not in str(caught.value)
        assert "mean" not in str(caught.value)


def test_what_is_written_instead_exists():
    """The names that the table tells to write are there: methods of sessions, queries, attributes and collections."""
    known = {*dir(Session), *dir(Query), *dir(Instance.label), *dir(Collection), *dir(inspect), *dir(linode_orm)}
    known |= {
        *dir(Instance.volumes),
        *dir(Volume.linode),
        *dir(Instance),
        *dir(Volume),
        *dir(inspect(Volume(label="x"))),
    }
    known |= {"Counter", "items", "mean", "x_filter", "has", "any", "table", "index"}
    for table in TABLES.values():
        for instead in table.values():
            calls = set(re.findall(r"\.(\w+)\(", instead))
            assert calls <= known, calls - known


def test_the_guide_names_the_tables():
    """The page for users of SQLAlchemy has the habits that are met most."""
    text = GUIDE.read_text(encoding="utf-8")
    for name in ("join", "group_by", "distinct", "flush", "scalars", "selectinload", "query(Model.column)"):
        assert name in text
