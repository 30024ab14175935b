"""NodeBalancerType: a kind of NodeBalancer and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class NodeBalancerTypePrice(Nested):
    """What stands under `price` of a NodeBalancerType."""

    hourly: ReadOnly[float | None] = ReadOnly(filterable=True)
    monthly: ReadOnly[float | None] = ReadOnly(filterable=True)


class NodeBalancerTypeRegionPrice(Nested):
    """What stands under `region_prices` of a NodeBalancerType."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class NodeBalancerType(Model, path="/nodebalancers/types", verbs="list"):
    """A kind of NodeBalancer and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    price: ReadOnly[NodeBalancerTypePrice]
    region_prices: ReadOnly[list[NodeBalancerTypeRegionPrice]] = ReadOnly(rows_of="Region")
    transfer: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
