"""LKEType: a kind of cluster and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class LKETypePrice(Nested):
    """What stands under `price` of a LKEType."""

    hourly: ReadOnly[float | None] = ReadOnly(filterable=True)
    monthly: ReadOnly[float | None] = ReadOnly(filterable=True)


class LKETypeRegionPrice(Nested):
    """What stands under `region_prices` of a LKEType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class LKEType(Model, path="/lke/types", verbs="list"):
    """A kind of cluster and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[LKETypePrice]
    region_prices: ReadOnly[list[LKETypeRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
