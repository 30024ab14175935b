"""Conditions: how they are built, shown and refused (declarations, no API)."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from linode_orm.mapping import and_, not_, or_, selectin
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Comparison
from tests.mapping.sample_models import Berth, Boat, Captain, Oar, Port, Ship, detached


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (Ship.label == "a", "Ship.label == 'a'"),
        (Ship.label != "a", "Ship.label != 'a'"),
        (Ship.length > 3, "Ship.length > 3"),
        (Ship.length.between(1, 3), "and_(Ship.length >= 1, Ship.length <= 3)"),
        (Ship.label.contains("x"), "Ship.label.contains('x')"),
        (Ship.label.startswith("x"), "Ship.label.startswith('x')"),
        (Ship.tags.contains("x"), "Ship.tags.contains('x')"),
        (Ship.label.in_(["b", "a", "b"]), "Ship.label.in_(['b', 'a'])"),
        (Ship.next_id.in_([1, None]), "or_(Ship.next_id.in_([1]), Ship.next_id.is_(None))"),
        (Ship.next_id == None, "Ship.next_id.is_(None)"),  # noqa: E711  as in SQLAlchemy
        (Ship.next_id != None, "not_(Ship.next_id.is_(None))"),  # noqa: E711  as in SQLAlchemy
        (Ship.home == "oslo", "Ship.home_id == 'oslo'"),
        (Ship.home.in_(["oslo"]), "Ship.home_id.in_(['oslo'])"),
        (Ship.next == detached(), "Ship.next_id == 7"),
        (Ship.rig.masts >= 2, "Ship.rig.masts >= 2"),
        (Ship.built < datetime(2020, 1, 1, tzinfo=UTC), "Ship.built < '2020-01-01T00:00:00'"),
        ((Ship.length > 1) & (Ship.length < 3) & ~(Ship.label == "a"), None),
        (Boat.ship == 5, "Boat.ship is 5"),
        (Boat.ship == detached(), "Boat.ship is 7"),
    ],
)
def test_conditions_show_what_they_ask(condition, shown):
    """A condition's text reads like the code that made it."""
    assert shown is None or str(condition) == shown


@pytest.mark.parametrize(
    "condition",
    [Ship.label == "a", Ship.rig.masts >= 2, Ship.rig == None, Ship.built.desc(), Ship.home == "oslo"],  # noqa: E711  as in SQLAlchemy
)
def test_a_pickle_names_the_declaration(condition):
    """A condition, or an order, arrives with the declared fields themselves, and without what they are made of."""
    written = pickle.dumps(condition)
    again = pickle.loads(written)
    assert str(again) == str(condition)
    assert again.attribute.path == condition.attribute.path
    assert b"codecs" not in written


def test_an_option_arrives_with_its_relations():
    """What is to be loaded with a query is known after a pickle."""
    assert pickle.loads(pickle.dumps(selectin(Ship.boats, Boat.ship))).path == (Ship.boats, Boat.ship.relation)


def test_any_number_of_conditions():
    """and_ and or_ take any number, nested ones are one."""
    a, b, c = Ship.length > 1, Ship.length > 2, Ship.length > 3
    assert len(and_(a, and_(b, c)).parts) == 3
    assert isinstance(or_(a, and_(b, c)), Or)
    assert and_(a) is a
    assert isinstance(not_(and_(a, b)), Not)
    assert not_(not_(a)) is a
    assert isinstance(and_(), And)


def test_a_condition_has_no_truth_value():
    """Python's own `and`, `or`, `not` and `if` are refused, so that no condition is dropped in silence."""
    with pytest.raises(TypeError, match="and_, or_, not_"):
        _ = (Ship.length > 1) and (Ship.length < 3)
    with pytest.raises(TypeError, match="no truth value"):
        _ = not (Ship.length > 1)
    with pytest.raises(TypeError, match="no truth value"):
        _ = 1 < Ship.length < 3


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Ship.label == 3, r"Ship\.label: str expected, not 3 \(int\)"),
        (lambda: Ship.length == "3", "int expected"),
        (lambda: Ship.length > True, "int expected"),
        (lambda: Ship.built == "2020-01-01", "datetime expected"),
        (lambda: Ship.label.in_("abc"), "takes a collection of values"),
        (lambda: Ship.length.in_(["x"]), "int expected"),
        (lambda: Ship.length.contains("x"), "needs a text or a list"),
        (lambda: Ship.label.startswith(3), "takes a str"),
        (lambda: Ship.tags.contains(3), "str expected"),
        (lambda: Ship.tags > ["a"], "has no order"),
        (lambda: Ship.length > None, "has no order"),
        (lambda: Ship.label == Ship.class_, "not with another attribute"),
        (lambda: Ship.label.is_("x"), "takes None"),
        (lambda: and_("x"), r"and_\(\) takes conditions"),
        (lambda: Ship.next == Boat(label="x"), "takes Ship, not Boat"),
        (lambda: Boat.ship != 5, "only == and in_"),
        (lambda: Boat.ship == Ship(label="x"), "no id yet"),
        (Boat.ship.desc, "not ordered by"),
    ],
)
def test_wrong_conditions_are_refused_when_built(build, message):
    """A value of the wrong type is refused where the condition is written, by attribute."""
    with pytest.raises(TypeError, match=message):
        build()


def test_unknown_nested_attributes_are_refused():
    """A misspelt nested attribute is refused by name."""
    with pytest.raises(AttributeError, match=r"Ship\.rig has no attribute 'mast'"):
        _ = Ship.rig.mast


def test_a_comparison_holds_json_values():
    """Values stand in a condition as they stand in JSON."""
    moment = datetime(2020, 1, 1, 12, tzinfo=UTC)
    comparison = Ship.built == moment
    assert isinstance(comparison, Comparison)
    assert comparison.value == "2020-01-01T12:00:00"
    assert comparison.attribute.keys == ("built",)
    assert (Ship.class_ == "x").attribute.keys == ("class",)


class TestKeysAndPaths:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            (lambda: Ship.__mapper__.path_for(7), "/ships/7"),
            (lambda: Port.__mapper__.path_for("linode/debian12"), "/ports/linode%2Fdebian12"),
            (lambda: Port.__mapper__.path_for("2600:3c01::"), "/ports/2600%3A3c01%3A%3A"),
            (lambda: Port.__mapper__.path_for("../x"), "/ports/..%2Fx"),
            (lambda: Port.__mapper__.path_for(".."), "/ports/%2E%2E"),
            (lambda: Boat.__mapper__.path_for(1, (7,)), "/ships/7/boats/1"),
            (lambda: Oar.__mapper__.path_for(1, (7, 2)), "/ships/7/boats/2/oars/1"),
            (lambda: Berth.__mapper__.path_for(("oslo", 3)), "/berths/oslo/3"),
            (lambda: Captain.__mapper__.path_for(None), "/captain"),
            (lambda: Oar.__mapper__.collection_path((7, 2)), "/ships/7/boats/2/oars"),
        ],
    )
    def test_paths_are_quoted(self, path, expected):
        """Ids are quoted whole: whatever they hold is data."""
        assert path() == expected

    @pytest.mark.parametrize(
        ("mapper", "given", "expected"),
        [
            (Ship.__mapper__, "7", 7),
            (Ship.__mapper__, 7, 7),
            (Port.__mapper__, "oslo", "oslo"),
            (Berth.__mapper__, ("oslo", "3"), ("oslo", 3)),
            (Ship.__mapper__, detached(), 7),
        ],
    )
    def test_ids_take_the_type_of_their_field(self, mapper, given, expected):
        """An id is normalised before it becomes a key."""
        assert mapper.identity(given) == expected

    @pytest.mark.parametrize(
        ("mapper", "given"),
        [
            (Ship.__mapper__, "../x"),
            (Ship.__mapper__, 1.5),
            (Ship.__mapper__, True),
            (Ship.__mapper__, None),
            (Ship.__mapper__, "७"),
            (Port.__mapper__, 5),
            (Port.__mapper__, ""),
            (Berth.__mapper__, "oslo"),
            (Captain.__mapper__, 5),
        ],
    )
    def test_ids_of_another_type_are_refused(self, mapper, given):
        """What cannot be an id is refused before any request."""
        from linode_orm.errors import InvalidRequestError

        with pytest.raises(InvalidRequestError):
            mapper.identity(given)

    def test_parents_are_counted_and_checked(self):
        """A child needs the ids of its parents, of their types, from the outermost in."""
        from linode_orm.errors import InvalidRequestError

        assert Oar.__mapper__.check_parents(("7", "2")) == (7, 2)
        with pytest.raises(InvalidRequestError, match="ship, boat"):
            Oar.__mapper__.check_parents((7,))
        with pytest.raises(InvalidRequestError, match="int expected"):
            Boat.__mapper__.check_parents(("../x",))
