"""The account: events that were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.hooks import answer

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call


@answer("POST /account/events/{}/seen")
def _seen(call: Call) -> None:
    """Mark the event and all before it, as the API's page of the operation says."""
    for event in call.world.rows("Event"):
        if event.body["id"] <= call.item.body["id"]:
            event.change(seen=True)
