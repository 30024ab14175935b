"""How answers of the API change an object: each verb of `mapping.lifecycle`, without a session."""

from __future__ import annotations

import pickle

import pytest

from linode_orm.errors import DetachedInstanceError, ResponseError
from linode_orm.mapping import Model, ReadOnly
from linode_orm.mapping.lifecycle import (
    admit,
    detach,
    expire,
    hydrate,
    invalidate,
    keep_one_time_values,
    make_transient,
    merge,
    rekey,
)
from linode_orm.mapping.record import changes, encoded_value, pending_reference, raw_value, value_of
from linode_orm.mapping.state import Loaded, Origin, Status, state_of
from linode_orm.mapping.transient import DETACHED
from linode_orm.mapping.values import ABSENT
from tests.mapping.sample_models import SHIP, Boat, Ship, detached


def page(*bodies, table=None):
    """Make the objects of one page."""
    origin = Origin(DETACHED, (), Status.PERSISTENT, Loaded.WHOLE)
    return hydrate(Ship, bodies, {} if table is None else table, origin)


class TestHydrate:
    def test_the_objects_of_a_page_share_their_origin(self):
        """What the objects of a page have in common is held once."""
        one, other = page(SHIP, {**SHIP, "id": 8})
        assert state_of(one).origin is state_of(other).origin
        assert (state_of(one).key, state_of(other).key) == ((7,), (8,))

    def test_a_known_object_is_brought_up_to_date(self):
        """An object that the table holds is the same one again, with its pending changes and the newer values."""
        table = {}
        (ship,) = page(SHIP, table=table)
        ship.label = "mine"
        (again,) = page({**SHIP, "label": "theirs", "length": 31}, table=table)
        assert again is ship
        assert (ship.label, ship.length) == ("mine", 31)

    def test_a_row_without_an_id_is_refused(self):
        """A row whose id is missing, or of another type, makes no object."""
        for body in ({"label": "x"}, {**SHIP, "id": "7"}, {**SHIP, "id": None}):
            with pytest.raises(ResponseError, match="as 'id', which is no id"):
                page(body)


class TestExpire:
    def test_held_values_come_back_in_place(self):
        """A list that the user holds of an expired object shows the newer value after the next read."""
        ship = detached()
        held, label = ship.tags, ship.label
        expire(ship)
        assert not state_of(ship).is_loaded
        assert (value_of(ship, "label"), raw_value(ship, "label")) == (None, ABSENT)
        merge(ship, {**SHIP, "tags": ["newer"]}, Loaded.WHOLE, None)
        assert ship.tags is held
        assert list(held) == ["newer"]
        assert label == ship.label

    def test_pending_changes_stay(self):
        """What was assigned is still pending, and still reads as it was assigned."""
        ship = detached()
        ship.label = "mine"
        expire(ship)
        assert (ship.label, list(changes(ship))) == ("mine", ["label"])


def test_rows_of_several_shapes():
    """A key that no declaration knows is readable of each row that has it, whichever rows stand before it."""
    plain, odd = {"id": 1, "name": "a"}, {"id": 2, "name": "b", "sails_of_rows": 3}
    ships = page(plain, odd, {**plain, "id": 3}, {**odd, "id": 4}, {"oars_of_rows": 5, **odd, "id": 5})
    assert [getattr(each, "sails_of_rows", None) for each in ships] == [None, 3, None, 3, 3]
    assert ships[4].oars_of_rows == 5


def test_an_invalidated_value_is_sent_again():
    """A value that was sent and never answered is a change, even where it equals what was read before."""
    ship = detached()
    ship.label = "sent"
    invalidate(ship, ["label"])
    ship.label = SHIP["label"]
    assert list(changes(ship)) == ["label"]
    assert not state_of(ship).is_loaded


class Badge(Model, path="/badges"):
    """A resource with a value that its creation shows once."""

    id: ReadOnly[int]
    token: ReadOnly[str] = ReadOnly(redacted=True)


def test_one_time_values_outlast_masked_ones():
    """A value that an answer shows once stays when a later answer masks it."""
    badge = Badge.__bare__(5, (), DETACHED, Status.PERSISTENT)
    keep_one_time_values(badge, {"id": 5, "token": "whole"})
    merge(badge, {"id": 5, "token": "wh***"}, Loaded.WHOLE, None)
    assert badge.token == "whole"


class TestAdmit:
    def test_a_new_object_gets_its_key(self):
        """After its creation an object has its id and its parents, and lets its parent object go."""
        boat = Boat(ship=Ship(label="new"))
        assert state_of(boat).pending_parent is boat.ship
        admit(boat, 3, (7,))
        assert (state_of(boat).key, state_of(boat).status) == ((7, 3), Status.PERSISTENT)
        assert (state_of(boat).pending_parent, dict(state_of(boat).body)) == (None, {"id": 3})

    def test_another_id(self):
        """An object that gets another id has it in its body, too."""
        ship = detached()
        rekey(ship, 8)
        assert (state_of(ship).key, raw_value(ship, "id"), raw_value(ship, "label")) == ((8,), 8, SHIP["label"])


def test_a_detached_object_keeps_its_values():
    """What left its session reads as before, and asks nobody for the rest."""
    ship = detached()
    detach(ship)
    assert (ship.label, state_of(ship).status) == (SHIP["label"], Status.DETACHED)
    expire(ship)
    with pytest.raises(DetachedInstanceError):
        _ = ship.label


def test_a_transient_object_is_new_again():
    """A pending object that leaves its session can be added to another one."""
    ship = Ship(label="x")
    state_of(ship).attach(DETACHED, Status.PENDING)
    make_transient(ship)
    assert (state_of(ship).status, ship.label) == (Status.TRANSIENT, "x")


class TestReferences:
    def test_a_new_object_stands_for_its_id(self):
        """A raw id that waits for a new object reads None, and is a change without a value."""
        first, second = Ship(label="first"), Ship(label="second")
        first.next = second
        assert (first.next, first.next_id) == (second, None)
        assert pending_reference(first, "next_id") is second
        assert (list(changes(first)), encoded_value(first, "next_id")) == (["label", "next_id"], None)

    def test_an_id_takes_its_place(self):
        """An id that is assigned afterwards is the value; the object is forgotten."""
        ship = Ship(label="first")
        ship.next = Ship(label="second")
        ship.next_id = 9
        assert (ship.next_id, pending_reference(ship, "next_id")) == (9, None)

    def test_a_pickle_leaves_it_out(self):
        """A new object that refers to another new one can be pickled; the reference has no id to keep."""
        ship = Ship(label="first")
        ship.next = Ship(label="second")
        again = pickle.loads(pickle.dumps(ship))
        assert (again.label, raw_value(again, "next_id")) == ("first", ABSENT)


class TestParents:
    def test_an_id_replaces_an_object(self):
        """A parent given by id replaces one that was given as an object."""
        boat = Boat(ship=Ship(label="new"))
        boat.ship = 7
        assert (state_of(boat).pending_parent, state_of(boat).parents) == (None, (7,))
