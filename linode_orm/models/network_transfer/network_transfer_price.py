"""NetworkTransferPrice: a price of network traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class NetworkTransferPricePrice(Nested):
    """What stands under `price` of a NetworkTransferPrice."""

    hourly: ReadOnly[float | None] = ReadOnly(filterable=True)
    monthly: ReadOnly[float | None] = ReadOnly(filterable=True)


class NetworkTransferPriceRegionPrice(Nested):
    """What stands under `region_prices` of a NetworkTransferPrice."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float | None]


class NetworkTransferPrice(Model, path="/network-transfer/prices", verbs="list"):
    """A price of network traffic."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[NetworkTransferPricePrice]
    region_prices: ReadOnly[list[NetworkTransferPriceRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
