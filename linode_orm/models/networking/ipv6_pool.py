"""IPv6Pool: a pool of IPv6 addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class IPv6Pool(Model, path="/networking/ipv6/pools", id="range", verbs="list"):
    """A pool of IPv6 addresses."""

    range: ReadOnly[str]
    prefix: ReadOnly[int]
    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    route_target: ReadOnly[str | None]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, range: str, /) -> None: ...
