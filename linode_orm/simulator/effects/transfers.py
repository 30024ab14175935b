"""Transfers of Linodes between accounts: asked for in one, accepted with the token in another, cancelled or stale."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.clock import text
from linode_orm.simulator.effects.vlan_events import vlans_of
from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.firewall_devices import devices_of
from linode_orm.simulator.hooks import after, check, fill, instead
from linode_orm.simulator.permissions import forbidden

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

COLLECTIONS: Final = ("/account/service-transfers", "/account/entity-transfers")
HOURS: Final = 24.0
"""How long a transfer can be accepted (API reference, "Get a service transfer": `expiry`)."""
_UNFINISHED: Final = frozenset({"pending", "accepted"})


# -- asking ------------------------------------------------------------------------------------------------------------


@check(*(f"POST {path}" for path in COLLECTIONS))
def _may_leave(call: Call) -> None:
    """Refuse Linodes that are held (API reference, "Request a service transfer"); the texts are guesses."""
    _refuse_restricted(call)
    for identity in _wanted(call.body) if call.state.limits else ():
        row = call.state.get("Instance", identity)
        held = _held(call.state, row) if row is not None else None
        if held is not None:
            raise bad(f"Linode {identity} {held}", "entities.linodes")


def _refuse_restricted(call: Call) -> None:
    """Refuse restricted users, whatever was granted to them (API reference, "Request a service transfer")."""
    if call.state.permissions is not None:
        raise forbidden()


def _wanted(body: Body) -> list[object]:
    return list((body.get("entities") or {}).get("linodes") or ())


def _held(state: AccountState, host: Row) -> str | None:
    """Say what keeps a Linode from leaving its account."""
    asked = (row.body for name in ("ServiceTransfer", "EntityTransfer") for row in state.rows(name))
    if any(each["status"] in _UNFINISHED and host.id in _wanted(each) and each["is_sender"] for each in asked):
        return "is part of another transfer"
    if any(row.body.get("linode_id") == host.id for row in state.rows("Volume")):
        return "has attached volumes"
    if devices_of(state, "linode", host.id):
        return "is assigned to a firewall"
    if vlans_of(state, host):
        return "is attached to a VLAN"
    own = set(host.body["ipv4"])
    if any(str(row.body["address"]).rpartition(":")[0] in own for row in state.rows("NodeBalancerNode")):
        return "is assigned to a NodeBalancer"
    if host.body.get("locks"):
        return "has a resource lock"
    return _held_address(state, host)


def _held_address(state: AccountState, host: Row) -> str | None:
    for row in state.rows("IPAddress"):
        shared = row.hidden.get("shared") or ()
        if host.id in shared or (row.body.get("linode_id") == host.id and shared):
            return "has shared IP addresses"
        if row.body.get("linode_id") == host.id and row.body.get("reserved"):
            return "has a reserved IP address"
    if any(host.id in (row.body.get("linodes") or ()) for row in state.rows("IPv6Range")):
        return "has assigned IPv6 ranges"
    return None


@fill(*COLLECTIONS)
def _transfer(call: Call) -> None:
    given = call.body if call.route.verb == "make" else {}
    number = call.state.store.new_id(call.resource.name)
    call.draft["token"] = f"{number:08X}-8D3E-4E7A-91FC-8B7C6A1C0D42"
    call.draft.update(status=given.get("status") or "pending", is_sender=given.get("is_sender", True))
    call.draft["expiry"] = given.get("expiry") or text(call.state.clock.now() + timedelta(hours=HOURS))


@after(*(f"POST {path}" for path in COLLECTIONS))
def _asked(call: Call) -> None:
    """Let a transfer that nobody accepts become stale when its time is over."""
    state, row = call.state, call.item

    def expire() -> None:
        if row.body["status"] == "pending":
            row.change(status="stale", updated=state.now)
            state.events.add("entity_transfer_stale", row)

    state.jobs.later(HOURS * 3600, expire)


# -- looking, accepting, cancelling ------------------------------------------------------------------------------------


def _found(call: Call) -> tuple[AccountState, Row]:
    """Return a transfer of this account, else the pending one that another account offers; 404 where there is none."""
    _refuse_restricted(call)
    name = call.resource.name
    own = call.state.get(name, call.values[0])
    if own is not None:
        return call.state, own
    for state in call.state.neighbours:
        state.jobs.settle()
        row = state.get(name, call.values[0])
        if row is not None and row.body["status"] == "pending" and row.body["is_sender"]:
            return state, row
    raise not_found()


@instead(*(f"GET {path}/{{}}" for path in COLLECTIONS))
def _look(call: Call) -> Body:
    """Show a pending transfer to every account (API reference, "Get a service transfer")."""
    owner, row = _found(call)
    return {**row.body, "is_sender": row.body["is_sender"] and owner is call.state}


@instead(*(f"POST {path}/{{}}/accept" for path in COLLECTIONS))
def _accept(call: Call) -> None:
    """Accept what another account offers; Linodes move at the end of a job (API reference, "Accept a ...")."""
    owner, row = _found(call)
    _pending(row)
    if row.body["is_sender"] and owner is call.state:
        raise bad("You cannot accept a transfer that was created by your own account")
    if owner is call.state:  # what a test has made, and no account of an estate offers
        _begin(call.state, {call.state: row}, None)
        return
    for identity in _wanted(row.body):
        host = owner.get("Instance", identity)
        if host is None:
            raise bad(f"Linode {identity} is not owned by the account that created the transfer")
    kept = {key: row.body[key] for key in ("token", "entities", "expiry", "created")}
    mine = call.state.make(call.resource.name, (), **kept)
    mine.change(**kept, is_sender=False)
    _begin(call.state, {owner: row, call.state: mine}, owner)


def _begin(state: AccountState, rows: dict[AccountState, Row], owner: AccountState | None) -> None:
    """Begin the move: each side has its own event (Cloud Manager, Events/factories/entity.tsx)."""
    failure = state.job_rules.failure("entity_transfer_accept")
    lasts = state.job_rules.seconds(state.job_seconds)
    for each, row in rows.items():
        row.change(status="accepted", updated=each.now)
        each.events.add("entity_transfer_accept" if each is owner else "entity_transfer_accept_recipient", row)

    def end() -> None:
        if any(row.body["status"] != "accepted" for row in rows.values()):
            return  # the other account's time came first
        for each, row in rows.items():
            row.change(status="completed" if failure is None else "failed", updated=each.now)
            if failure is not None:
                each.events.add("entity_transfer_fail", row)
        if owner is None or failure is not None:
            return
        hosts = [owner.get("Instance", identity) for identity in _wanted(rows[state].body)]
        for host in filter(None, hosts):
            _move(owner, state, host)

    for each in rows:
        each.jobs.later(lasts, end)


def _move(owner: AccountState, taker: AccountState, host: Row) -> None:
    """Let a Linode change its account, with everything below it and its addresses; backups come along."""
    host.change(placement_group=None)
    for group in owner.rows("PlacementGroup"):
        members = [each for each in group.body.get("members") or () if each.get("linode_id") != host.id]
        if members != group.body.get("members"):
            group.change(members=members)
    addresses = [row for row in owner.rows("IPAddress") if row.body.get("linode_id") == host.id]
    moved = [host, *owner.store.under(host), *addresses]
    for row in (host, *addresses):
        owner.store.drop(row)
    for row in moved:
        row.gone, row.resource = False, taker.store.resources[row.resource.name]
        taker.store.put(row)


@instead(*(f"DELETE {path}/{{}}" for path in COLLECTIONS))
def _call_off(call: Call) -> None:
    """Cancel a transfer of this account: it stays, with the status of a cancelled one."""
    _refuse_restricted(call)
    row = call.state.need(call.resource.name, call.values[0])
    if not row.body["is_sender"]:
        raise not_found()
    _pending(row).change(status="canceled", updated=call.state.now)
    call.state.events.add("entity_transfer_cancel", row)


def _pending(row: Row) -> Row:
    if row.body["status"] != "pending":
        raise bad(f"Transfer is {row.body['status']}")
    return row
