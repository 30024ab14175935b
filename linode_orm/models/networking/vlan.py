"""VLAN: a private network in one region."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class VLAN(Model, path="/networking/vlans", id=("region_id", "label"), verbs="list delete"):
    """A private network in one region."""

    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    label: ReadOnly[str] = ReadOnly(filterable=True)
    created: ReadOnly[datetime]
    linodes: ReadOnly[list[int]] = ReadOnly(refers="Instance")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: tuple[str, str], /) -> None: ...
