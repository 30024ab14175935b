"""RegionAvailability: whether a plan can be had in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Owner, ReadOnly


class RegionAvailability(Model, path="/regions/availability", id=("region_id", "plan"), verbs="list"):
    """Whether a plan can be had in a region."""

    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    plan: ReadOnly[str] = ReadOnly(filterable=True)
    available: ReadOnly[bool] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: Owner, id: tuple[str, str], /) -> None: ...
