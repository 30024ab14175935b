"""Region: a data centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Many, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region_availability import RegionAvailability


class RegionMonitors(Nested):
    """What stands under `monitors` of a Region."""

    alerts: ReadOnly[list[Literal["Linodes", "Managed Databases", "NodeBalancers", "Object Storage"] | str]]
    metrics: ReadOnly[
        list[Literal["Linodes", "Managed Databases", "Network LoadBalancer", "NodeBalancers", "Object Storage"] | str]
    ]


class RegionPlacementGroupLimits(Nested):
    """What stands under `placement_group_limits` of a Region."""

    maximum_linodes_per_flexible_pg: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True)
    maximum_linodes_per_pg: ReadOnly[int | None]
    maximum_pgs_per_customer: ReadOnly[int | None]


class RegionResolvers(Nested):
    """What stands under `resolvers` of a Region."""

    ipv4: ReadOnly[str]
    ipv6: ReadOnly[str]


class Region(Model, path="/regions", verbs="list get", reference_data=True):
    """A data centre."""

    id: ReadOnly[str]
    label: ReadOnly[str]
    capabilities: ReadOnly[list[str]] = ReadOnly(unordered=True)
    country: ReadOnly[str] = ReadOnly(filterable=True)
    monitors: ReadOnly[RegionMonitors | None] = ReadOnly(absent=True)
    placement_group_limits: ReadOnly[RegionPlacementGroupLimits | None] = ReadOnly(absent=True)
    resolvers: ReadOnly[RegionResolvers]
    site_type: ReadOnly[Literal["core", "distributed"] | str | None] = ReadOnly(filterable=True, absent=True)
    status: ReadOnly[Literal["ok", "outage"] | str] = ReadOnly(volatile=True)
    availability: Many[RegionAvailability] = Many("RegionAvailability", path="availability", envelope="array")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
