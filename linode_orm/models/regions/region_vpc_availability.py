"""RegionVPCAvailability: what VPCs can do in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Owner, ReadOnly


class RegionVPCAvailability(
    Model,
    path="/regions/vpc-availability",
    id="region_id",
    item="/regions/{region_id}/vpc-availability",
    verbs="list get",
):
    """What VPCs can do in a region."""

    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    available: ReadOnly[bool]
    available_ipv6_prefix_lengths: ReadOnly[list[int]]

    if TYPE_CHECKING:

        def __init__(self, session: Owner, region_id: str, /) -> None: ...
