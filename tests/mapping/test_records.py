"""Records: what is read, what is changed, and how the two meet newer bodies (declarations, no API)."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from linode_orm.errors import AttributeMissing, DetachedInstanceError, ReadOnlyAttribute, ResponseError
from linode_orm.mapping import TagList
from linode_orm.mapping.record import changes, encode, merge_body, restore
from tests.mapping.sample_models import SHIP, Boat, Rig, Sail, Ship, detached

READ = [name for name, field in Ship.__mapper__.fields.items() if field.key in SHIP and name != "id"]
WRONG = {"notes": 1 + 2j, "stops": 5, "crew": 5, "tags": 5}


def changed(ship: Ship) -> set[str]:
    return set(changes(ship))


class TestReading:
    def test_values_are_typed(self):
        """Values come out of the body in the types of their declarations."""
        ship = detached()
        assert (ship.id, ship.label, ship.speed, ship.eta) == (7, "anna", 4, "0:0:20")
        assert ship.built == datetime(2018, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert isinstance(ship.tags, TagList)
        assert isinstance(ship.rig, Rig)
        assert isinstance(ship.rig.sails[0], Sail)
        assert ship.class_ == "brig"
        assert ship.home_id == "oslo"

    def test_reading_everything_changes_nothing(self):
        """A read is no change, however deep it goes."""
        ship = detached()
        for name in Ship.__mapper__.fields:
            if name != "berth":
                getattr(ship, name)
        assert ship.rig.sails[0].area == 10
        assert changed(ship) == set()

    def test_a_value_is_one_object(self):
        """A list and a nested value are the same object at every read."""
        ship = detached()
        assert ship.tags is ship.tags
        assert ship.rig is ship.rig
        assert ship.rig.sails[0] is ship.rig.sails[0]

    @pytest.mark.parametrize("start", range(len(READ)))
    @pytest.mark.parametrize("wrong", [None, *sorted(READ)])
    def test_reading_much_is_reading_each(self, start, wrong):
        """In whatever order all is read, each value is what it is when read alone, and a wrong one is told, each time."""
        damage = {} if wrong is None else {Ship.__mapper__.fields[wrong].key: WRONG.get(wrong, [5])}
        ship = detached(**damage)
        seen = {}
        for name in (*READ[start:], *READ[:start]) * 2:
            if name == wrong:
                with pytest.raises(ResponseError, match=rf"Ship 7\.{name}:"):
                    getattr(ship, name)
                continue
            value = getattr(ship, name)
            assert value == getattr(detached(), name)
            assert seen.setdefault(name, value) is value
        assert changed(ship) == set()
        if wrong is None:
            ship.rig.sails[0].area += 1
            ship.stops.append("z")
            assert changed(ship) == {"rig", "stops"}

    def test_few_reads_leave_the_rest(self):
        """A page of which few values are read has no others decoded."""
        page = [detached() for _ in range(20)]
        for ship in page:
            ship.__state__.origin = page[0].__state__.origin
            _ = ship.id, ship.label, ship.rig
            assert set(ship.__dict__) == {"id", "label", "rig"}

    def test_encoding_gives_the_body_back(self):
        """Decoding and encoding every field gives the values of the body."""
        assert encode(detached()) == SHIP

    def test_absent_may_be_none(self):
        """A key that may be absent reads as None, another one raises AttributeMissing."""
        assert detached().draught is None
        with pytest.raises(AttributeMissing, match=r"'label'.*left the key"):
            _ = detached(label=...).label

    def test_a_wrong_type_raises_at_the_read(self):
        """A value of the wrong type is reported when it is read, by type, id and field."""
        ship = detached(label=5)
        assert ship.id == 7
        with pytest.raises(ResponseError, match=r"Ship 7\.label: str expected, not 5"):
            _ = ship.label
        assert detached(rig={"masts": "two"}).rig is not None
        with pytest.raises(ResponseError, match=r"Rig\.masts: int expected"):
            _ = detached(rig={"masts": "two"}).rig.masts

    def test_true_is_no_number(self):
        """A truth value is not taken for an int."""
        with pytest.raises(ResponseError, match="int expected"):
            _ = detached(length=True).length

    def test_new_enum_values_are_accepted(self):
        """A value that the declaration does not list is read all the same."""
        assert detached(state="sunk").state == "sunk"

    def test_references_cost_nothing(self):
        """A reference and its id are there without a request; its slug is its text."""
        ship = detached()
        assert ship.home.id == "oslo"
        assert str(ship.home) == "oslo"
        assert detached(home=None).home is None

    def test_comparing_an_object_with_an_id_is_refused(self):
        """An object compared with a text raises TypeError naming the raw id."""
        with pytest.raises(TypeError, match=r"port_id"):
            _ = detached().home == "oslo"


class TestWriting:
    def test_assigning_is_a_change(self):
        """An assignment is pending, assigning the original back takes it away."""
        ship = detached()
        ship.label = "berta"
        assert changed(ship) == {"label"}
        ship.label = "anna"
        assert changed(ship) == set()

    def test_assigning_the_same_is_none(self):
        """Assigning the value that an attribute has is no change."""
        ship = detached()
        ship.label = "anna"
        ship.tags = ["wood", "old"]
        ship.crew = ["a", "b"]
        assert changed(ship) == set()

    @pytest.mark.parametrize(
        "edit",
        [
            lambda ship: ship.tags.append("new"),
            lambda ship: ship.tags.discard("old"),
            lambda ship: ship.tags.clear(),
        ],
    )
    def test_tag_edits_are_changes(self, edit):
        """Edits of the tag list are tracked like an assignment."""
        ship = detached()
        edit(ship)
        assert changed(ship) == {"tags"}

    @pytest.mark.parametrize(
        ("edit", "name"),
        [
            (lambda ship: ship.crew.append("c"), "crew"),
            (lambda ship: ship.crew.extend(["c"]), "crew"),
            (lambda ship: ship.crew.insert(0, "c"), "crew"),
            (lambda ship: ship.crew.pop(), "crew"),
            (lambda ship: ship.crew.remove("a"), "crew"),
            (lambda ship: ship.crew.reverse(), "crew"),
            (lambda ship: ship.crew.sort(reverse=True), "crew"),
            (lambda ship: ship.crew.__setitem__(0, "z"), "crew"),
            (lambda ship: ship.crew.__setitem__(slice(0, 1), ["z"]), "crew"),
            (lambda ship: ship.crew.__delitem__(0), "crew"),
            (lambda ship: ship.crew.__iadd__(["z"]), "crew"),
            (lambda ship: ship.crew.__imul__(2), "crew"),
            (lambda ship: ship.hold.__setitem__("rum", 4), "hold"),
            (lambda ship: ship.hold.pop("rum"), "hold"),
            (lambda ship: ship.hold.update(tea=1), "hold"),
            (lambda ship: ship.hold.setdefault("tea", 1), "hold"),
            (lambda ship: ship.hold.popitem(), "hold"),
            (lambda ship: ship.hold.clear(), "hold"),
            (lambda ship: ship.hold.__ior__({"tea": 1}), "hold"),
            (lambda ship: ship.hold.__delitem__("rum"), "hold"),
            (lambda ship: setattr(ship.rig, "masts", 3), "rig"),
            (lambda ship: setattr(ship.rig.sails[1], "area", 21), "rig"),
            (lambda ship: ship.rig.sails.append(Sail(area=1)), "rig"),
            (lambda ship: ship.notes["deep"].append(2), "notes"),
            (lambda ship: ship.notes["deep"][1].__setitem__("er", 1), "notes"),
        ],
    )
    def test_edits_inside_are_changes(self, edit, name):
        """A change inside a list, a map or a nested value is tracked like an assignment."""
        ship = detached()
        edit(ship)
        assert changed(ship) == {name}

    def test_undoing_inside_undoes(self):
        """A nested value set back to what it was is no change any more."""
        ship = detached()
        ship.rig.masts = 3
        ship.rig.masts = 2
        assert changed(ship) == set()

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("label", 5, "str expected, not 5"),
            ("label", None, "str expected"),
            ("tags", "abc", "TagList expected"),
            ("tags", [1], "str expected"),
            ("rig", {"mast": 1}, "did you mean 'masts'"),
            ("rig", {"masts": "x"}, "int expected"),
            ("next_id", "x", "int | None expected"),
            ("hold", {"rum": "x"}, "int expected"),
            ("notes", object(), "JSON expected"),
        ],
    )
    def test_a_wrong_type_is_refused_at_once(self, name, value, message):
        """A value of the wrong type is refused by name, and the old one stays."""
        ship = detached()
        before = getattr(ship, name)
        with pytest.raises(TypeError, match=rf"Ship 7\.{name}.*"):
            setattr(ship, name, value)
        assert getattr(ship, name) == before
        assert changed(ship) == set()

    def test_items_are_checked(self):
        """What is put into a list is checked, too."""
        ship = detached()
        with pytest.raises(TypeError, match="str expected, not 5"):
            ship.crew.append(5)
        with pytest.raises(TypeError, match="int expected"):
            ship.hold["x"] = "y"
        assert changed(ship) == set()

    def test_read_only_attributes_refuse_by_name(self):
        """A read-only attribute refuses assignment, naming the action that changes it where there is one."""
        ship = detached()
        with pytest.raises(ReadOnlyAttribute, match=r"Ship 7\.state is read-only"):
            ship.state = "docked"
        with pytest.raises(ReadOnlyAttribute, match=r"length cannot be assigned; stretch\(\) changes it"):
            ship.length = 40
        with pytest.raises(ReadOnlyAttribute, match=r"Ship 7\.home is fixed at creation"):
            ship.home = "bergen"
        with pytest.raises(ReadOnlyAttribute, match="collection"):
            ship.boats = []

    def test_an_unknown_attribute_gets_a_suggestion(self):
        """A misspelt attribute is refused with the one that was meant."""
        with pytest.raises(AttributeError, match="no attribute 'lable'; did you mean 'label'"):
            detached().lable = "x"
        with pytest.raises(TypeError, match="did you mean 'label'"):
            Ship(lable="x")

    def test_a_secret_is_never_shown(self):
        """A refused secret does not stand in the message."""
        with pytest.raises(TypeError) as caught:
            Ship(key=b"hunter2")
        assert "hunter2" not in str(caught.value)

    def test_datetimes_need_a_zone(self):
        """Conditions take aware datetimes only, in any zone."""
        east = timezone(timedelta(hours=2))
        assert "01:00:00" in str(Ship.built > datetime(2020, 1, 1, 3, tzinfo=east))
        with pytest.raises(TypeError, match="time zone"):
            _ = Ship.built > datetime(2020, 1, 1)  # noqa: DTZ001

    def test_tags_are_a_set(self):
        """A tag is on an object once."""
        ship = detached()
        ship.tags.append("old")
        ship.tags.extend(["wood", "fast", "fast"])
        ship.tags.add("fast")
        assert list(ship.tags) == ["old", "wood", "fast"]

    def test_assignment_keeps_the_object(self):
        """A list and a nested value stay the same object through an assignment."""
        ship = detached()
        tags, rig = ship.tags, ship.rig
        ship.tags = ["x"]
        ship.rig = Rig(masts=9)
        assert ship.tags is tags
        assert ship.rig is rig
        assert rig.masts == 9

    def test_a_nested_value_belongs_to_one(self):
        """The nested value of one object given to another is copied."""
        one, other = detached(), detached(id=8)
        other.rig = one.rig
        other.rig.masts = 5
        assert one.rig.masts == 2


class TestMeeting:
    def test_a_newer_body_leaves_pending_changes(self):
        """A response never overwrites what the user changed; all else takes the newer value."""
        ship = detached()
        ship.label = "mine"
        assert ship.crew == ["a", "b"]
        merge_body(ship, {**SHIP, "label": "theirs", "crew": ["z"]})
        assert ship.label == "mine"
        assert ship.crew == ["z"]

    def test_theirs_equal_to_mine_is_clean(self):
        """When the server's value becomes mine, nothing is pending."""
        ship = detached()
        ship.label = "mine"
        merge_body(ship, {**SHIP, "label": "mine"})
        assert changed(ship) == set()

    def test_back_to_the_base_is_a_change_again(self):
        """Assigning the base back is a change once the server has another value."""
        ship = detached()
        ship.label = "mine"
        merge_body(ship, {**SHIP, "label": "theirs"})
        ship.label = "anna"
        assert changed(ship) == {"label"}
        assert changes(ship)["label"].base == "anna"

    def test_mutable_values_are_updated_in_place(self):
        """A held list and a held nested value show the newer values."""
        ship = detached()
        tags, rig, sail = ship.tags, ship.rig, ship.rig.sails[0]
        newer = {**SHIP["rig"], "masts": 4, "sails": [{"area": 11, "colour": "red"}]}
        merge_body(ship, {**SHIP, "tags": ["n"], "rig": newer})
        assert ship.tags is tags
        assert list(tags) == ["n"]
        assert (rig.masts, sail.area, len(rig.sails)) == (4, 11, 1)
        assert ship.rig.sails[0] is sail

    def test_tag_edits_are_made_again_on_the_newest_value(self):
        """Edits of a tag list survive another writer's: both keep theirs."""
        ship = detached()
        ship.tags.add("mine")
        ship.tags.discard("old")
        merge_body(ship, {**SHIP, "tags": ["old", "wood", "theirs"]})
        assert sorted(ship.tags) == ["mine", "theirs", "wood"]
        merge_body(ship, {**SHIP, "tags": ["old", "wood"]})
        assert sorted(ship.tags) == ["mine", "wood"]

    def test_assigned_tags_mean_exactly_those(self):
        """An assignment of tags is that set, whatever the server has."""
        ship = detached()
        ship.tags = ["only"]
        merge_body(ship, {**SHIP, "tags": ["theirs"]})
        assert list(ship.tags) == ["only"]

    def test_order_of_tags_is_no_change(self):
        """The server may give the tags back in another order."""
        ship = detached()
        ship.tags.append("new")
        merge_body(ship, {**SHIP, "tags": ["new", "wood", "old"]})
        assert changed(ship) == set()

    def test_edits_of_unordered_lists_are_made_again(self):
        """A list that is no order is merged like tags; an ordered one stays mine."""
        ship = detached()
        ship.stops.append("mine")
        ship.crew.append("mine")
        merge_body(ship, {**SHIP, "stops": ["x", "theirs"], "crew": ["z"]})
        assert sorted(ship.stops) == ["mine", "theirs", "x"]
        assert ship.crew == ["a", "b", "mine"]

    def test_a_nested_edit_keeps_to_its_leaf(self):
        """Only the changed leaf of a nested value stays mine."""
        ship = detached()
        ship.rig.masts = 9
        merge_body(ship, {**SHIP, "rig": {**SHIP["rig"], "masts": 5, "maker": "new"}})
        assert (ship.rig.masts, ship.rig.maker) == (9, "new")
        assert changed(ship) == {"rig"}

    def test_rollback_restores_in_place(self):
        """Taking everything back restores values, held objects included."""
        ship = detached()
        tags, rig = ship.tags, ship.rig
        ship.label = "x"
        tags.clear()
        rig.sails[0].area = 99
        rig.sails.append(Sail(area=1))
        ship.hold["tea"] = 1
        restore(ship)
        assert changed(ship) == set()
        assert ship.label == "anna"
        assert ship.tags is tags
        assert list(tags) == ["old", "wood"]
        assert [sail.area for sail in rig.sails] == [10, 20]
        assert ship.hold == {"rum": 3}

    def test_null_to_object_and_back(self):
        """A nested value may come and go."""
        ship = detached()
        assert ship.rig.flag is None
        merge_body(ship, {**SHIP, "rig": {**SHIP["rig"], "flag": {"area": 1}}})
        assert ship.rig.flag.area == 1
        merge_body(ship, SHIP)
        assert ship.rig.flag is None


class TestNewObjects:
    def test_only_createable_fields(self):
        """A new object takes what POST takes, the one fixed at creation included."""
        ship = Ship(label="a", length=3, home="oslo", key="secret")
        assert (ship.label, ship.length, ship.home_id) == ("a", 3, "oslo")
        with pytest.raises(ReadOnlyAttribute, match="state is read-only"):
            Ship(state="docked")

    def test_unset_attributes_read_as_none(self):
        """What was not given reads as None, a list as an empty one that can be filled."""
        ship = Ship(label="a")
        assert ship.id is None
        ship.tags.append("x")
        assert changed(ship) == {"label", "tags"}

    def test_a_reference_to_a_new_object_waits(self):
        """A new object may be referred to; the raw id is None until it has one."""
        other = Ship(label="other")
        ship = Ship(label="a", next=other)
        assert ship.next is other
        assert ship.next_id is None
        ship.next = 5
        assert ship.next_id == 5

    def test_children_of_new_objects(self):
        """A new object takes children, which know their parent."""
        ship = Ship(label="a", boats=[Boat(label="b")])
        ship.boats.append(Boat(label="c"))
        assert [boat.label for boat in ship.boats] == ["b", "c"]
        assert ship.boats[0].ship is ship
        with pytest.raises(TypeError, match="takes Boat"):
            ship.boats.append(Ship(label="x"))

    def test_the_wrong_class_is_refused(self):
        """A reference takes objects of its class only."""
        with pytest.raises(TypeError, match="takes Ship, not Boat"):
            Ship(label="a", next=Boat(label="b"))


class TestNoRequestByAccident:
    @pytest.mark.parametrize(
        "look",
        [repr, str, hash, dir, copy.copy, pickle.dumps, lambda x: x == x, lambda x: hasattr(x, "_private")],  # noqa: PLR0124
    )
    def test_looking_sends_nothing(self, look):
        """Neither repr nor copies, pickles, dir or private names ask the owner for anything."""
        reference = detached().home
        look(reference)

    def test_a_detached_reference_says_so(self):
        """What needs a request raises DetachedInstanceError, naming object and attribute."""
        with pytest.raises(DetachedInstanceError, match=r"Port oslo\.country needs a request"):
            _ = detached().home.country

    def test_pickles_keep_values_and_lose_secrets(self):
        """A pickle holds the last values and pending changes, and no secret."""
        ship = detached()
        ship.label = "mine"
        again = pickle.loads(pickle.dumps(ship))
        assert (again.id, again.label, again.rig.masts) == (7, "mine", 2)
        new = pickle.dumps(Ship(label="x", key="hunter2"))
        assert b"hunter2" not in new
        assert "hunter2" not in repr(Ship(label="x", key="hunter2"))
