"""Operators are one table: each row is complete, and a new operator is one more row."""

from __future__ import annotations

import pickle
import re

import attrs
import pytest

from linode_orm import Instance, Session, Volume, models, not_
from linode_orm.mapping.expressions import Not
from linode_orm.mapping.operators import OPERATORS, Comparison, Operator, method, on_text, text_operand
from linode_orm.mapping.server_filters import NO_OPERATOR, Rule, Rules, here, part
from linode_orm.simulator import Simulator
from tests.places import ROOT

QUERYING = ROOT / "docs" / "querying.md"
WRITTEN = {"in": "in_", "is_null": "is_"}
TYPES = sorted(
    {
        field.codec.bare.filter_type
        for name in models.INDEX
        for field in getattr(models, name).__mapper__.fields.values()
    }
)

ENDSWITH = Operator(
    name="endswith",
    shown=method("endswith"),
    check=text_operand("endswith"),
    test=on_text(str.endswith),
    rules=Rules({"string": Rule(part, "documented", "sent as +contains, which holds them all")}, here("not on record")),
    negated_rules=NO_OPERATOR,
)
"""A row that the table does not have: all that a new operator takes beside a line of docs/querying.md."""


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=str)
class TestTheTable:
    def test_a_row_is_complete(self, operator):
        """A row says everything about its operator, and nothing is left to a default but what two of them share."""
        defaults = [each.name for each in attrs.fields(Operator) if each.default is not attrs.NOTHING]
        assert defaults == ["tests_null", "names_values"]
        assert callable(operator.shown)
        assert callable(operator.check)
        assert callable(operator.test)

    @pytest.mark.parametrize("filter_type", [*TYPES, "no such type"])
    def test_a_rule_for_every_type(self, operator, filter_type):
        """Of every type of value it is known, with its source, whether the server does it and its opposite."""
        for rules in (operator.rules, operator.negated_rules):
            rule = rules.of(filter_type)
            assert rule.note
            assert rule.source in {"recorded", "documented", "assumed"}
            assert rule.write is None or filter_type != "no such type"

    def test_a_pickle_names_the_row(self, operator):
        """A condition arrives with the operator of the table itself."""
        assert pickle.loads(pickle.dumps(operator)) is operator

    def test_it_is_documented(self, operator):
        """The page on querying has every operator in its table."""
        written = WRITTEN.get(operator.name, operator.name)
        table = re.search(r"\| to ask \|.*?\n\n", QUERYING.read_text(encoding="utf-8"), re.DOTALL)[0]
        assert f"`{written}`" in table or f".{written}(" in table


def test_a_condition_of_an_earlier_version():
    """A condition that was pickled when operators were names has the operator of that name."""
    made = Comparison.__new__(Comparison)
    made.__setstate__({"attribute": Volume.size, "operator": ">=", "value": 5})
    assert made.operator is OPERATORS[">="]
    assert str(made) == "Volume.size >= 5"


class TestANewRow:
    @pytest.fixture
    def sim(self):
        with Simulator() as sim:
            for label in ("web-1", "web-2", "db-1"):
                sim.add("/volumes", label=label, region="us-east")
            yield sim

    def test_it_is_queried(self, sim):
        """It is checked, sent where its rule says so, evaluated, shown and negated like any other."""
        with Session(client=sim.client()) as session:
            query = session.query(Volume).filter(Volume.label.op(ENDSWITH, "-1"))
            assert {each.label for each in query} == {"web-1", "db-1"}
            assert query.x_filter == {"label": {"+contains": "-1"}}
            assert "server:  Volume.label.endswith('-1')  (documented: sent as +contains" in str(query.explain())
            opposite = session.query(Volume).filter(not_(Volume.label.op(ENDSWITH, "-1")))
            assert isinstance(opposite.condition, Not)
            assert [each.label for each in opposite] == ["web-2"]
            assert opposite.x_filter == {}
            assert session.query(Volume).filter(Volume.region.op(ENDSWITH, "east")).count() == 3

    def test_wrong_operands_are_refused(self):
        """Its operand is checked where the condition is written."""
        with pytest.raises(TypeError, match=r"Volume\.label: endswith\(\) takes a str, not 5"):
            Volume.label.op(ENDSWITH, 5)
        with pytest.raises(TypeError, match=r"Instance\.id: endswith\(\) needs a text"):
            Instance.id.op(ENDSWITH, "5")
