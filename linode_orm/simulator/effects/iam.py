"""Identity and access: the entities of the account, and who of it may work in its child accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.simulator.child_accounts import token_for
from linode_orm.simulator.entities import entities
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import instead, listing
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row


@listing("GET /entities")
def _all(call: Call) -> list[Body]:
    return list(entities(call.state))


@instead("GET /iam/users/{}/entities/{}")
def _of_user(call: Call) -> list[Body]:
    """Give all of them for a user without restrictions, else those that the user has a role for."""
    state, (name, kind) = call.state, call.values
    user = state.need("User", name)
    access = _access(call).get("entity_access") or ()
    allowed = {(each["type"], each["id"]) for each in access if each.get("roles")}
    found = [each for each in entities(state) if each["type"] == kind]
    return [each for each in found if not user.body.get("restricted") or (kind, each["id"]) in allowed]


@instead("GET /iam/users/{}/permissions/account")
def _on_account(call: Call) -> bytes:
    """Give what the user's roles permit, as a bare list (docs/api-notes.md#bare-lists)."""
    given = _access(call).get("account_access") or ()
    return encode(_permitted(call.state, "account_access", given))


@instead("GET /iam/users/{}/permissions/{}/{}")
def _on_entity(call: Call) -> bytes:
    _, kind, identity = call.values
    access = _access(call).get("entity_access") or ()
    given = [role for each in access if (each["type"], str(each["id"])) == (kind, identity) for role in each["roles"]]
    return encode(_permitted(call.state, "entity_access", given))


def _access(call: Call) -> Body:
    """Give the roles of the user whom a path names."""
    call.state.need("User", call.values[0])
    return call.state.singleton(call.state.store.resources["UserRolePermissions"], call.values[:1]).body


def _permitted(state: AccountState, kind: str, roles: Iterable[str]) -> list[str]:
    """Give the permissions of roles, as the account's own list of roles has them."""
    known = state.singleton(state.store.resources["AccountRolePermissions"], ()).body[kind] or ()
    return sorted(
        {name for each in known for role in each["roles"] if role["name"] in roles for name in role["permissions"]}
    )


# -- delegation --------------------------------------------------------------------------------------------------------


def _delegates(child: Row) -> list[str]:
    names: list[str] = child.hidden.get("delegates") or []
    return names


def _shown(children: Iterator[Row] | list[Row]) -> list[Body]:
    return [{"euuid": child.body["euuid"], "company": child.body["company"]} for child in children]


def _of(state: AccountState, username: str) -> list[Row]:
    return [child for child in state.rows("ChildAccount") if username in _delegates(child)]


@listing("GET /iam/delegation/child-accounts")
def _children(call: Call) -> list[Body]:
    with_users = call.query.get("users") == "true"
    rows = _shown(call.state.rows("ChildAccount"))
    users = [{"users": _delegates(child)} if with_users else {} for child in call.state.rows("ChildAccount")]
    return [{**row, **more} for row, more in zip(rows, users, strict=True)]


@instead("GET /iam/delegation/child-accounts/{}/users")
def _users(call: Call) -> list[str]:
    return _delegates(call.state.need("ChildAccount", call.values[0]))


@instead("PUT /iam/delegation/child-accounts/{}/users")
def _delegate(call: Call) -> dict[str, Any]:
    child, wanted = call.state.need("ChildAccount", call.values[0]), call.given("users")
    if not isinstance(wanted, list) or not wanted:
        raise bad("Must contain at least one user", "users")
    if any(name != call.state.username and call.state.get("User", name) is None for name in wanted):
        raise bad("User not found", "users")
    child.hidden["delegates"] = sorted(set(wanted))
    names = _delegates(child)
    return {"data": names, "page": 1, "pages": 1, "results": len(names)}


@instead("GET /iam/delegation/users/{}/child-accounts")
def _of_one(call: Call) -> list[Body]:
    return _shown(_of(call.state, call.values[0]))


@listing("GET /iam/delegation/profile/child-accounts")
def _mine(call: Call) -> list[Body]:
    return [_whole(call.state, child) for child in _of(call.state, call.state.username)]


@instead("GET /iam/delegation/profile/child-accounts/{}")
def _one_of_mine(call: Call) -> Body:
    return _whole(call.state, call.state.need("ChildAccount", call.values[0]))


def _whole(state: AccountState, child: Row) -> Body:
    """Give a child account as an account shows itself."""
    known = state.store.resources["DelegatedAccount"].fields
    return {key: child.body[key] for key in known if key in child.body}


@instead("POST /iam/delegation/profile/child-accounts/{}/token")
def _token(call: Call) -> Body:
    """Answer as `POST /account/child-accounts/{euuid}/token` does (`TestAccountChild_basic#2`)."""
    state = call.state
    child = state.need("ChildAccount", call.values[0])
    if state.username not in _delegates(child):
        raise bad("The user is no delegate of this child account")
    return token_for(state, str(child.body["euuid"]), user_type="delegate")
