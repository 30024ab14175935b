"""RegionAvailability: whether a plan can be had in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class RegionAvailability(Model, path="/regions/availability", id=("region_id", "plan"), verbs="list"):
    """Whether a plan can be had in a region."""

    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    plan: ReadOnly[str] = ReadOnly(filterable=True)
    available: ReadOnly[bool] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: tuple[str, str], /) -> None: ...
