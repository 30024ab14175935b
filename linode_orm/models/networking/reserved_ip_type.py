"""ReservedIPType: a kind of reserved address and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ReservedIPTypePrice(Nested):
    """What stands under `price` of a ReservedIPType."""

    hourly: ReadOnly[float]
    monthly: ReadOnly[float | None]


class ReservedIPTypeRegionPrice(Nested):
    """What stands under `region_prices` of a ReservedIPType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class ReservedIPType(Model, path="/networking/reserved/ips/types", verbs="list"):
    """A kind of reserved address and its price."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    price: ReadOnly[ReservedIPTypePrice]
    region_prices: ReadOnly[list[ReservedIPTypeRegionPrice]] = ReadOnly(rows_of="Region")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
