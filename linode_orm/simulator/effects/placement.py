"""Placement groups: which Linodes are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import answer

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call


@answer("POST /placement/groups/{}/assign")
def _assign(call: Call) -> bytes:
    members = list(call.item.body["members"])
    for identity in call.given("linodes") or ():
        host = call.state.get("Instance", identity)
        if host is None or host.body["region"] != call.item.body["region"]:
            raise bad(f"Linode {identity} is not in the region of the placement group", "linodes")
        if all(each["linode_id"] != identity for each in members):
            members.append({"linode_id": identity, "is_compliant": True})
    call.state.change(call.item, members=members)
    return call.item.encoded()


@answer("POST /placement/groups/{}/unassign")
def _unassign(call: Call) -> bytes:
    gone = set(call.given("linodes") or ())
    call.state.change(call.item, members=[each for each in call.item.body["members"] if each["linode_id"] not in gone])
    return call.item.encoded()
