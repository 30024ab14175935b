"""Operators are one table: each row is complete, and a new operator is one more row."""

from __future__ import annotations

import pickle
import re

import attrs
import pytest

from linode_orm import Instance, Session, Volume, models, not_
from linode_orm.mapping.expressions import Not
from linode_orm.mapping.operands import method, on_text, text_operand
from linode_orm.mapping.operators import OPERATORS, Comparison, Operator
from linode_orm.mapping.server_filters import NO_OPERATOR, Rule, Rules, here, part
from linode_orm.session.query.evaluate import compile_condition
from linode_orm.simulator import Simulator
from tests.ids import short
from tests.places import ROOT

QUERYING = ROOT / "docs" / "querying.md"
WRITTEN = {"in": "in_", "is_null": "is_", "is": "is_"}
TYPES = sorted(
    {
        field.codec.bare.filter_type
        for name in models.INDEX
        for field in getattr(models, name).__mapper__.fields.values()
    }
)

BEHIND = Operator(
    name="behind",
    shown=method("behind"),
    check=text_operand("behind"),
    test=on_text(lambda value, part: value.find(part) > 0),
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
            query = session.query(Volume).filter(Volume.label.op(BEHIND, "-1"))
            assert {each.label for each in query} == {"web-1", "db-1"}
            assert query.x_filter == {"label": {"+contains": "-1"}}
            assert "server:  Volume.label.behind('-1')  (documented: sent as +contains" in str(query.explain())
            opposite = session.query(Volume).filter(not_(Volume.label.op(BEHIND, "-1")))
            assert isinstance(opposite.condition, Not)
            assert [each.label for each in opposite] == ["web-2"]
            assert opposite.x_filter == {}
            assert session.query(Volume).filter(Volume.region.op(BEHIND, "east")).count() == 3

    def test_wrong_operands_are_refused(self):
        """Its operand is checked where the condition is written."""
        with pytest.raises(TypeError, match=r"Volume\.label: behind\(\) takes a str, not 5"):
            Volume.label.op(BEHIND, 5)
        with pytest.raises(TypeError, match=r"Instance\.id: behind\(\) needs a text"):
            Instance.id.op(BEHIND, "5")


TEXTS = ["web-1", "WEB-2", "web_1", "50%", "straße", "a\nb", "", "\\"]


class TestPatterns:
    @pytest.mark.parametrize(
        ("condition", "found"),
        [
            (Volume.label.like("web%"), ["web-1", "web_1"]),
            (Volume.label.like("web_1"), ["web-1", "web_1"]),
            (Volume.label.like(r"web\_1", escape="\\"), ["web_1"]),
            (Volume.label.like("web#_1", escape="#"), ["web_1"]),
            (Volume.label.like("50%%", escape="%"), ["50%"]),
            (Volume.label.like("%#%", escape="#"), ["50%"]),
            (Volume.label.like("\\"), ["\\"]),
            (Volume.label.like("web"), []),
            (Volume.label.like("a%b"), ["a\nb"]),
            (Volume.label.like(""), [""]),
            (Volume.label.like("%"), TEXTS),
            (Volume.label.ilike("WEB%"), ["web-1", "WEB-2", "web_1"]),
            (Volume.label.ilike("%STRASSE"), ["straße"]),
            (not_(Volume.label.ilike("%b%")), ["50%", "straße", "", "\\"]),
            (Volume.label.icontains("EB-"), ["web-1", "WEB-2"]),
            (Volume.label.istartswith("WeB-"), ["web-1", "WEB-2"]),
            (Volume.label.iendswith("B-2"), ["WEB-2"]),
            (Volume.label.endswith("1"), ["web-1", "web_1"]),
            (Volume.label.not_in(["web-1", "50%", ""]), ["WEB-2", "web_1", "straße", "a\nb", "\\"]),
            (Volume.tags.icontains("PROD"), ["50%"]),
            (Volume.tags.contains("PROD"), []),
        ],
        ids=short,
    )
    def test_what_matches(self, condition, found):
        """A pattern is held against the whole text; names with `i` take upper and lower case for the same."""
        holds = compile_condition(Volume, condition)
        bodies = [{"label": text, "tags": ["Prod"] if text == "50%" else ["x"]} for text in TEXTS]
        assert [body["label"] for body in bodies if holds(body, ())] == found

    @pytest.mark.parametrize(
        ("build", "message"),
        [
            (lambda: Volume.label.like("a#", escape="#"), "ends in its escape character"),
            (lambda: Volume.label.like("a", escape="##"), "escape is one character"),
            (lambda: Volume.label.like(5), "takes a str"),
            (lambda: Volume.size.ilike("5%"), "needs a text"),
            (lambda: Volume.size.is_(True), "where the attribute is a truth value"),
            (lambda: Volume.label.is_("x"), "takes None"),
        ],
    )
    def test_wrong_operands(self, build, message):
        """A pattern that is none, and an operand of another type, are refused where they are written."""
        with pytest.raises(TypeError, match=message):
            build()

    def test_a_pattern_is_shown_and_pickled(self):
        """A condition with a pattern reads like the code that made it, after a pickle as well."""
        for condition in (Volume.label.like("a%"), Volume.label.ilike("a#%", escape="#")):
            assert str(pickle.loads(pickle.dumps(condition))) == str(condition)
        assert str(Volume.label.like("a#%", escape="#")) == "Volume.label.like('a#%', escape='#')"

    def test_what_the_server_gets(self):
        """The longest literal of a pattern goes to the server; names with `i` stay here."""
        with Simulator() as sim, Session(client=sim.client()) as session:
            query = session.query(Volume)
            assert query.filter(Volume.label.like("w%eb-#_1%", escape="#")).x_filter == {
                "label": {"+contains": "eb-_1"}
            }
            assert query.filter(Volume.label.endswith("x")).x_filter == {"label": {"+contains": "x"}}
            for condition in (Volume.label.ilike("a%"), Volume.label.icontains("a"), Volume.label.like("%_%")):
                assert query.filter(condition).x_filter == {}


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (Instance.watchdog_enabled.is_(True), [True, False, False, False, None]),
        (Instance.watchdog_enabled.is_not(True), [False, True, True, True, None]),
        (Instance.watchdog_enabled.is_not(None), [True, True, False, False, None]),
        (Instance.watchdog_enabled.not_in([True]), [False, True, None, None, None]),
        (Instance.watchdog_enabled.not_in([True, None]), [False, True, False, False, None]),
    ],
    ids=short,
)
def test_truth_values_and_null(condition, values):
    """`is_` and `is_not` are true or false of null, and `not_in` is unknown of it, as in SQL."""
    holds = compile_condition(Instance, condition)
    bodies = [{"watchdog_enabled": True}, {"watchdog_enabled": False}, {"watchdog_enabled": None}, {}]
    assert [holds(body, ()) for body in [*bodies, {"watchdog_enabled": "yes"}]] == values
