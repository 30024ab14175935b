"""ObjectStorageType: a kind of object storage and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ObjectStorageTypePrice(Nested):
    """What stands under `price` of an ObjectStorageType."""

    hourly: ReadOnly[float | None] = ReadOnly(filterable=True)
    monthly: ReadOnly[float | None] = ReadOnly(filterable=True)


class ObjectStorageTypeRegionPrice(Nested):
    """What stands under `region_prices` of an ObjectStorageType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class ObjectStorageType(Model, path="/object-storage/types", verbs="list"):
    """A kind of object storage and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[ObjectStorageTypePrice]
    region_prices: ReadOnly[list[ObjectStorageTypeRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
