"""VolumeType: a kind of volume and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class VolumeTypePrice(Nested):
    """What stands under `price` of a VolumeType."""

    hourly: ReadOnly[float | None] = ReadOnly(filterable=True)
    monthly: ReadOnly[float | None] = ReadOnly(filterable=True)


class VolumeTypeRegionPrice(Nested):
    """What stands under `region_prices` of a VolumeType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class VolumeType(Model, path="/volumes/types", verbs="list"):
    """A kind of volume and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[VolumeTypePrice]
    region_prices: ReadOnly[list[VolumeTypeRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
