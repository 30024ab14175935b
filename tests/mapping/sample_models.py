"""Sample models, so that tests of mapping need no real resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from linode_orm.mapping import (
    JSON,
    UNSET,
    Field,
    Fixed,
    Many,
    Model,
    Nested,
    One,
    ReadOnly,
    Secret,
    TagList,
    Unset,
    act,
    operation,
)
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.transient import DETACHED

if TYPE_CHECKING:
    from datetime import datetime

M = TypeVar("M", bound=Model)


class Sail(Nested):
    """A nested value inside another."""

    area: Field[int]
    colour: Field[str | None] = Field(absent=True)


class Rig(Nested):
    """A nested value."""

    masts: Field[int]
    maker: ReadOnly[str]
    sails: Field[list[Sail]]
    flag: Field[Sail | None]


class Port(Model, path="/ports", reference_data=True):
    """A resource with a text as its id."""

    id: ReadOnly[str] = ReadOnly(filterable=True)
    country: ReadOnly[str]


class Ship(Model, path="/ships"):
    """A resource with every kind of field."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    tags: Field[TagList] = Field(filterable=True)
    rig: Field[Rig]
    crew: Field[list[str]] = Field(ordered=True)
    stops: Field[list[str]] = Field(unordered=True)
    hold: Field[dict[str, int]]
    notes: Field[JSON]
    built: ReadOnly[datetime]
    state: ReadOnly[Literal["afloat", "docked"] | str] = ReadOnly(volatile=True)
    speed: ReadOnly[float]
    length: Fixed[int] = Fixed(changed_by="stretch")
    eta: ReadOnly[int | str | None]
    draught: ReadOnly[int | None] = ReadOnly(absent=True)
    berth: ReadOnly[str] = ReadOnly(only_on_get=True)
    key: Secret[str]
    class_: Field[str | None] = Field(key="class")
    home_id: Fixed[str | None] = Fixed(key="home")
    home: One[Port | None] = One("Port", via="home_id")
    next_id: Field[int | None]
    next: One[Ship | None] = One("Ship", via="next_id")
    boats: Many[Boat] = Many("Boat")

    @operation("POST", "stretch", answers="Ship")
    def stretch(self, *, length: int, dock: str | Unset = UNSET) -> Ship:
        """Make the ship longer."""
        return act(self, "stretch", locals())


class Boat(Model, path="/ships/{ship}/boats", parent="Ship"):
    """A child."""

    id: ReadOnly[int]
    label: Field[str]
    ship: One[Ship] = One("Ship")


class Oar(Model, path="/ships/{ship}/boats/{boat}/oars", parent="Boat"):
    """A child of a child."""

    id: ReadOnly[int]


class Berth(Model, path="/berths", id=("port", "number")):
    """A resource with a composite id."""

    port: ReadOnly[str]
    number: ReadOnly[int]


class Captain(Model, path="/captain", id=None):
    """A singleton."""

    name: Field[str]


SHIP: dict[str, Any] = {
    "id": 7,
    "label": "anna",
    "tags": ["old", "wood"],
    "rig": {"masts": 2, "maker": "olsen", "sails": [{"area": 10, "colour": "red"}, {"area": 20}], "flag": None},
    "crew": ["a", "b"],
    "stops": ["x", "y"],
    "hold": {"rum": 3},
    "notes": {"deep": [1, {"er": None}]},
    "built": "2018-01-02T03:04:05",
    "state": "afloat",
    "speed": 4,
    "length": 30,
    "eta": "0:0:20",
    "class": "brig",
    "home": "oslo",
    "next_id": None,
}


def detached(model: type[M] = Ship, /, **changes: object) -> M:  # type: ignore[assignment]
    """Return a loaded object that no session owns."""
    body = {**SHIP, **changes} if model is Ship else {"id": 1, **changes}
    body = {key: value for key, value in body.items() if value is not ...}
    instance = model.__bare__(body["id"], (), DETACHED, Status.PERSISTENT)
    merge(instance, body, Loaded.WHOLE, None)
    return instance
