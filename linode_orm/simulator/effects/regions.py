"""Regions: which plans are available in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.hooks import instead
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call


@instead("GET /regions/{}/availability")
def _available(call: Call) -> bytes:
    """Answer with a bare list, as the description and the official library have it."""
    region = call.state.need("Region", call.values[0])
    rows = [row for row in call.state.rows("RegionAvailability") if row.body["region"] == region.id]
    return encode([row.body for row in rows])
