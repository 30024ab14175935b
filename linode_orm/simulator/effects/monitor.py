"""Monitoring: streams of logs and where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


@check("POST /monitor/streams")
def _leads_somewhere(call: Call) -> None:
    if not call.given("destinations"):
        raise bad("Must contain one item", "destinations")


@fill("/monitor/streams")
def _stream(call: Call) -> None:
    found = []
    for each in call.draft.get("destinations") or ():
        row = None if isinstance(each, dict) else call.world.get("StreamDestination", each)
        found.append(each if row is None else {key: row.body[key] for key in ("id", "type", "label", "details")})
    call.draft["destinations"] = found
    call.draft["status"] = "provisioning"


@check("DELETE /monitor/streams/destinations/{}")
def _is_free(call: Call) -> None:
    for stream in call.world.rows("Stream"):
        if any(each.get("id") == call.item.id for each in stream.body["destinations"] if isinstance(each, dict)):
            raise bad("Unable to delete Destination attached to active or inactive Stream")


@answer("POST /monitor/services/{}/token")
def _token(call: Call) -> Body:
    return {"token": f"{len(call.item.key):064x}"}
