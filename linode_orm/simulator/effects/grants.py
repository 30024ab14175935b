"""Grants: what restricted users may do, as their accounts' administrators set it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.entities import is_own
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, instead
from linode_orm.simulator.permissions import GRANTED, Permissions, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

KINDS: Final = sorted(set(GRANTED.values()))
LEVELS: Final = (None, "read_only", "read_write")


def _rows(state: AccountState, kind: str) -> Iterator[Row]:
    for name, named in GRANTED.items():
        if named == kind:
            yield from (row for row in state.rows(name) if is_own(row))


def _whole(state: AccountState, username: str) -> Body:
    """Give the grants of a user: every entity of the account, with what the user may do to it."""
    permissions = Permissions(state, username)
    shown: Body = {"global": state.singleton(state.store.resources["UserGrants"], (username,)).body["global"]}
    for kind in KINDS:
        found = [(number_of(row), row) for row in _rows(state, kind)]
        shown[kind] = [
            {"id": number, "label": state.events.label(row), "permissions": permissions.level(kind, number)}
            for number, row in found
        ]
    return shown


@fill("/account/users/{}/grants")
def _none_yet(call: Call) -> None:
    """Give a new user no grants."""
    known = call.draft["global"] or {}
    call.draft["global"] = {key: (False if isinstance(value, bool) else None) for key, value in known.items()}


@answer("GET /account/users/{}/grants")
def _grants(call: Call) -> Body:
    return _whole(call.state, call.values[0])


@check("PUT /account/users/{}/grants")
def _known(call: Call) -> None:
    """Refuse levels that there are not, and entities that the account does not have."""
    for kind in KINDS:
        numbers = {number_of(row) for row in _rows(call.state, kind)} if call.given(kind) else set()
        for each in _given(call, kind):
            if each.get("permissions") not in LEVELS:
                raise bad("Must be one of: read_only, read_write, null", f"{kind}.permissions")
            if each.get("id") not in numbers:
                raise bad("Invalid entity", f"{kind}.id")
    access = (call.given("global") or {}).get("account_access")
    if access not in LEVELS:
        raise bad("Must be one of: read_only, read_write, null", "global.account_access")


@after("PUT /account/users/{}/grants")
def _granted(call: Call) -> Body:
    """Keep what is given; kinds and entities that are left out stay as they are."""
    state, name = call.state, call.values[0]
    permissions = Permissions(state, name)
    for kind in KINDS:
        levels = {each["id"]: each.get("permissions") for each in _given(call, kind)}
        for row in _rows(state, kind):
            if number_of(row) in levels:
                permissions.give(row, levels[number_of(row)])
    return _whole(state, name)


def _given(call: Call, kind: str) -> list[dict[str, Any]]:
    return [each for each in call.given(kind) or () if isinstance(each, dict)]


@instead("GET /profile/grants")
def _own(call: Call) -> Body | bytes:
    """Answer an unrestricted user with 204 and no body (`TestGrantsList#0`)."""
    state = call.state
    return b"" if state.permissions is None else _whole(state, state.username)
