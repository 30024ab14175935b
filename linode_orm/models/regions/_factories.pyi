from collections.abc import Mapping, Sequence
from typing import Literal

from linode_orm.models.regions.region import Region, RegionMonitors, RegionPlacementGroupLimits, RegionResolvers
from linode_orm.models.regions.region_availability import RegionAvailability
from linode_orm.models.regions.region_vpc_availability import RegionVPCAvailability

class RegionsFactories:
    def region(
        self,
        *,
        id: str = ...,
        label: str = ...,
        capabilities: Sequence[str] = ...,
        country: str = ...,
        monitors: RegionMonitors | Mapping[str, object] | None = ...,
        placement_group_limits: RegionPlacementGroupLimits | Mapping[str, object] | None = ...,
        resolvers: RegionResolvers | Mapping[str, object] = ...,
        site_type: Literal["core", "distributed"] | str | None = ...,
        status: Literal["ok", "outage"] | str = ...,
    ) -> Region: ...
    def region_availability(
        self, *, region: Region | str = ..., region_id: str = ..., plan: str = ..., available: bool = ...
    ) -> RegionAvailability: ...
    def region_vpc_availability(
        self,
        *,
        region: Region | str = ...,
        region_id: str = ...,
        available: bool = ...,
        available_ipv6_prefix_lengths: Sequence[int] = ...,
    ) -> RegionVPCAvailability: ...
