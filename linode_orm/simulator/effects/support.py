"""Support tickets, their replies and attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, fill, instead

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call

ABOUT: Final = {
    "linode_id": "Instance",
    "domain_id": "Domain",
    "firewall_id": "Firewall",
    "lkecluster_id": "LKECluster",
    "longviewclient_id": "LongviewClient",
    "nodebalancer_id": "NodeBalancer",
    "volume_id": "Volume",
    "vpc_id": "VPC",
}


@fill("/support/tickets")
def _ticket(call: Call) -> None:
    draft, state = call.draft, call.state
    draft.update(status="new", closable=True, closed=None, opened=state.now, opened_by=state.username, updated_by=None)
    draft["attachments"], draft["entity"] = [], None
    place = call.given("region")
    if place is not None and state.get("Region", place) is not None:
        draft["entity"] = state.events.entity(state.need("Region", place))
    for name in ("MySQLDatabase", "PostgreSQLDatabase"):
        held = state.get(name, call.given("database_id"))
        if held is not None:
            draft["entity"] = state.events.entity(held)
    for key, name in ABOUT.items():
        if call.given(key) is not None:
            row = state.get(name, call.given(key))
            if row is None:
                raise bad(f"{key} is not valid", key)
            draft["entity"] = state.events.entity(row)


@answer("POST /support/tickets/{}/close")
def _close(call: Call) -> None:
    if call.item.body["status"] == "closed":
        raise bad("Ticket is already closed")
    call.state.change(call.item, status="closed", closed=call.state.now, closable=False, updated_by=call.state.username)
    call.state.events.add("ticket_update", call.item)


@fill("/support/tickets/{}/replies")
def _reply(call: Call) -> None:
    call.draft.update(created_by=call.state.username, from_linode=False)


@after("POST /support/tickets/{}/replies")
def _replied(call: Call) -> None:
    """Reopen the ticket, and tell of the reply (Cloud Manager: "Reply posted to")."""
    call.state.change(call.parent, status="open", updated_by=call.state.username)
    call.state.events.add("ticket_update", call.parent)


@instead("POST /support/tickets/{}/attachments")
def _attach(call: Call) -> None:
    row = call.row = call.state.need("SupportTicket", call.values[0])
    name = str(call.given("filename") or call.given("file") or "attachment").rpartition("/")[2]
    row.change(attachments=[*row.body["attachments"], name], updated=call.state.now)
