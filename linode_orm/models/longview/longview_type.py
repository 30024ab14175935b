"""LongviewType: a kind of Longview subscription and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class LongviewTypePrice(Nested):
    """What stands under `price` of a LongviewType."""

    hourly: ReadOnly[float] = ReadOnly(filterable=True)
    monthly: ReadOnly[float] = ReadOnly(filterable=True)


class LongviewTypeRegionPrice(Nested):
    """What stands under `region_prices` of a LongviewType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class LongviewType(Model, path="/longview/types", verbs="list"):
    """A kind of Longview subscription and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[LongviewTypePrice]
    region_prices: ReadOnly[list[LongviewTypeRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
