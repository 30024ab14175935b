"""RegionVPCAvailability: what VPCs can do in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class RegionVPCAvailability(
    Model,
    path="/regions/vpc-availability",
    id="region_id",
    item="/regions/{region_id}/vpc-availability",
    verbs="list get",
):
    """What VPCs can do in a region."""

    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    available: ReadOnly[bool]
    available_ipv6_prefix_lengths: ReadOnly[list[int]]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, region_id: str, /) -> None: ...
