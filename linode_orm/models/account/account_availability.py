"""AccountAvailability: what the account may use in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class AccountAvailability(Model, path="/account/availability", id="region_id", verbs="list get"):
    """What the account may use in a region."""

    region_id: ReadOnly[str] = ReadOnly(key="region")
    region: One[Region] = One("Region", via="region_id")
    available: ReadOnly[list[str]] = ReadOnly(unordered=True)
    unavailable: ReadOnly[list[str]] = ReadOnly(unordered=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, region_id: str, /) -> None: ...
