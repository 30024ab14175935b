"""Placement groups: which Linodes are in them, and what a Linode shows of its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row


def shown_group(group: Row) -> Body:
    """Return a group as a Linode in it shows it (linode_api4: test_pg_assignment)."""
    keys = ("id", "label", "placement_group_type", "placement_group_policy")
    return {**{key: group.body[key] for key in keys}, "migrating_to": None}


def may_join(state: AccountState, group: Row, region: str, host: Row | None, field: str) -> None:
    """Refuse a Linode that cannot be in a group: of another region, in another group, or one too many."""
    if region != group.body["region"]:
        raise bad("Linode is not in the region of the placement group", field)
    held = (host.body.get("placement_group") or {}).get("id") if host is not None else None
    if held not in {None, group.id}:
        raise bad("Linode is already in a placement group", field)
    place = state.get("Region", region)
    most = ((place.body.get("placement_group_limits") if place is not None else None) or {}).get(
        "maximum_linodes_per_flexible_pg"
        if group.body["placement_group_policy"] == "flexible"
        else "maximum_linodes_per_pg"
    )
    if held is None and most is not None and len(group.body["members"]) >= most:
        raise bad("Placement group has its maximum number of Linodes", field)


def join(state: AccountState, group: Row, host: Row) -> None:
    """Make a Linode a member of a group."""
    members = list(group.body["members"])
    if all(each["linode_id"] != host.id for each in members):
        members.append({"linode_id": host.id, "is_compliant": True})
        state.change(group, members=members)
    host.change(placement_group=shown_group(group))


def leave(state: AccountState, group: Row, host: Row) -> None:
    """Take a Linode out of a group."""
    members = [each for each in group.body.get("members") or () if each.get("linode_id") != host.id]
    if members != group.body.get("members"):
        state.change(group, members=members)
    if (host.body.get("placement_group") or {}).get("id") == group.id:
        host.change(placement_group=None)


@answer("POST /placement/groups/{}/assign")
def _assign(call: Call) -> bytes:
    state, found = call.state, []
    for identity in call.given("linodes") or ():
        host = state.get("Instance", identity)
        if host is None:
            raise bad(f"Linode {identity} not found", "linodes")
        may_join(state, call.item, host.body["region"], host, "linodes")
        found.append(host)
    for host in found:
        join(state, call.item, host)
    return call.item.encoded()


@answer("POST /placement/groups/{}/unassign")
def _unassign(call: Call) -> bytes:
    state = call.state
    members = {each["linode_id"] for each in call.item.body["members"]}
    for identity in call.given("linodes") or ():
        if identity not in members:
            raise bad(f"Linode {identity} is not in the placement group", "linodes")
    for identity in call.given("linodes") or ():
        leave(state, call.item, state.need("Instance", identity))
    return call.item.encoded()


@check("POST /placement/groups")
def _can_place(call: Call) -> None:
    region = call.state.get("Region", call.given("region"))
    if region is not None and "Placement Group" not in region.body["capabilities"]:
        raise bad("Placement groups are not available in this region", "region")


@after("PUT /placement/groups/{}")
def _renamed(call: Call) -> None:
    """Show the new label at the members."""
    for each in call.item.body["members"]:
        host = call.state.get("Instance", each["linode_id"])
        if host is not None:
            host.change(placement_group=shown_group(call.item))
