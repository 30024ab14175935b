from collections.abc import Mapping, Sequence
from typing import Literal

from linode_orm.models.placement.placement_group import PlacementGroup, PlacementGroupMember, PlacementGroupMigrations
from linode_orm.models.regions.region import Region

class PlacementFactories:
    def placement_group(
        self,
        *,
        id: int = ...,
        label: str = ...,
        is_compliant: bool = ...,
        members: Sequence[PlacementGroupMember | Mapping[str, object]] = ...,
        migrations: PlacementGroupMigrations | Mapping[str, object] | None = ...,
        placement_group_policy: Literal["strict", "flexible"] | str = ...,
        placement_group_type: Literal["anti_affinity:local"] | str = ...,
        region: Region | str = ...,
        region_id: str = ...,
    ) -> PlacementGroup: ...
