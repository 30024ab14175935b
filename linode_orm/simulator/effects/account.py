"""The account: its users, its clients of OAuth, its children and its betas."""

from __future__ import annotations

import secrets
from base64 import b64decode
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.child_accounts import show, token_for
from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.hooks import after, answer, check, fill, instead, ready
from linode_orm.simulator.permissions import forbidden

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body

EMPTY: Final = b"\x89PNG\r\n\x1a\n"  # a picture whose bytes did not come
HIDDEN: Final = "<REDACTED>"  # what the API shows of a secret after the first answer (`TestOAuthClient_GetFound#1`)


@fill("/account")
def _account(call: Call) -> None:
    call.draft.update(
        *[{"first_name": "Sim", "last_name": "Ulated", "company": "Example", "email": "simulated@example.com"}],
        active_since="2018-01-02T03:04:05",
        country="US",
        euuid="A1BC2DEF-34GH-567I-J890KLMN12O34P56",
        billing_source="linode",
        capabilities=["Linodes", "NodeBalancers", "Block Storage", "Object Storage", "Kubernetes"],
    )


@answer("POST /account/cancel")
def _cancel(call: Call) -> Body:
    del call
    return {"survey_link": "https://alinktothesurvey.com"}


@fill("/account/settings")
def _settings(call: Call) -> None:
    """Start as in `TestInstance_Get#3`."""
    call.draft.update(
        object_storage="active",
        interfaces_for_new_linodes="legacy_config_default_but_linode_allowed",
        maintenance_policy="linode/migrate",
        longview_subscription=None,
    )


@after("PUT /account")
def _taxed(call: Call) -> None:
    """Take each tax id for a good one (Cloud Manager, Events/factories/tax.tsx); which are bad is not known."""
    given = call.given("tax_id")
    if given and given != call.before.get("tax_id"):
        call.state.events.add("tax_id_valid", call.item)


@after("POST /account/agreements")
def _agreed(call: Call) -> None:
    """Tell that the EU's model contract was signed (Cloud Manager, Events/factories/account.tsx)."""
    if call.given("eu_model") and not call.before.get("eu_model"):
        call.state.events.add("account_agreement_eu_model", call.state.account)


@answer("POST /account/settings/managed-enable")
def _managed(call: Call) -> None:
    call.state.change(call.item, managed=True)


@instead("POST /account/events/{}/seen")
def _seen(call: Call) -> None:
    """Mark an event and everything before it as seen."""
    row = call.state.need("Event", call.values[0])
    for each in call.state.rows("Event"):
        if each.id <= row.id and not each.body["seen"]:
            each.change(seen=True)


# -- users -------------------------------------------------------------------------------------------------------------


@ready("/account/users")
def _token_user(call: Call) -> None:
    """Make the user whose token is used, unless there is one of that name."""
    state, name = call.state, call.state.credentials.owner.username
    if state.get("User", name) is None:
        state.make("User", (), username=name, email="simulated@example.com", restricted=False)


@fill("/account/users")
def _user(call: Call) -> None:
    call.draft["user_type"] = call.body.get("user_type") or call.state.user_type
    for key in ("last_login", "password_created", "verified_phone_number"):
        call.draft[key] = None


@after("PUT /account/users/{}")
def _renamed(call: Call) -> None:
    """Let the tokens of a user follow the name, and what was granted too."""
    old, new = call.before["username"], call.item.body["username"]
    if old != new:
        call.state.credentials.rename(old, new)


@check("DELETE /account/users/{}")
def _may_go(call: Call) -> None:
    """Refuse to delete who comes from the parent account."""
    if call.item.body.get("user_type") in {"proxy", "delegate"}:
        raise forbidden()


@after("DELETE /account/users/{}")
def _revoked(call: Call) -> None:
    call.state.credentials.forget(call.before["username"])


@check("PUT /account/tfa-optional-users")
def _known(call: Call) -> None:
    ready.run("/account/users", call)
    if any(call.state.get("User", each) is None for each in call.given("usernames") or ()):
        raise bad("User not found", "usernames")


@instead("GET /account/tfa-optional-users")
def _optional(call: Call) -> Body:
    names = call.state.singleton(call.state.store.resources["TFAOptionalUsers"], ()).hidden.get("usernames") or ()
    rows = [{"username": name, "url": f"/v4/account/users/{name}"} for name in names]
    return {"data": rows, "page": 1, "pages": 1, "results": len(rows)}


@after("PUT /account/tfa-optional-users")
def _counted(call: Call) -> Body:
    names = call.given("usernames") or ()
    return {"tfa_optional_users_count": len(names), "url": "/v4/account/tfa-optional-users"}


# -- clients of OAuth --------------------------------------------------------------------------------------------------


@fill("/account/oauth-clients")
def _client(call: Call) -> None:
    call.draft.update(status="active", thumbnail_url=None, secret=HIDDEN)
    call.hidden["once"] = {"secret": _secret()}


def _secret() -> str:
    return secrets.token_hex(32)


@instead("POST /account/oauth-clients/{}/reset-secret", "POST /account/oauth-clients/{}/reset_secret")
def _reset(call: Call) -> Body:
    """Show the new secret once (`TestOAuthClients_Reset#1`); the official library writes the path with `_`."""
    row = call.state.need("OAuthClient", call.values[0])
    call.state.events.add("oauth_client_secret_reset", row)
    return {**row.body, "secret": _secret()}


@instead("GET /account/oauth-clients/{}/thumbnail")
def _thumbnail(call: Call) -> bytes:
    row = call.state.need("OAuthClient", call.values[0])
    if "thumbnail" not in row.hidden:
        raise not_found()
    return b64decode(row.hidden["thumbnail"]) or EMPTY


@instead("PUT /account/oauth-clients/{}/thumbnail")
def _picture(call: Call) -> None:
    row = call.state.need("OAuthClient", call.values[0])
    row.hidden["thumbnail"] = str(call.given("content") or "")
    row.change(thumbnail_url=f"https://api.linode.com/v4/account/clients/{row.id}/thumbnail")


# -- children ----------------------------------------------------------------------------------------------------------


@answer("POST /account/child-accounts/{}/token")
def _proxy(call: Call) -> Body:
    return token_for(call.state, str(call.item.body["euuid"]), user_type="proxy")


@ready("/account/child-accounts")
def _as_they_are(call: Call) -> None:
    """Show child accounts as they show themselves now."""
    for child in call.state.children.values():
        show(call.state, child)


@check("POST /account/payment-methods", "POST /account/payments", "POST /account/promo-codes")
def _may_pay(call: Call) -> None:
    """Refuse child accounts, whose parents pay (the API's changelog of v4.175.0)."""
    if call.state.user_type == "child":
        raise forbidden()


# -- betas -------------------------------------------------------------------------------------------------------------


@check("POST /account/betas")
def _offered(call: Call) -> None:
    if call.state.get("BetaProgram", call.given("id")) is None:
        raise bad("Beta program not found", "id")


@fill("/account/betas")
def _enrolled(call: Call) -> None:
    """Copy the beta program into the enrolment, as in `TestAccountBetaPrograms#3`."""
    draft, program = call.draft, _program(call.state, call.body.get("id") or call.draft["id"])
    draft.update(program, id=call.body.get("id") or draft["id"], enrolled=call.state.now)


def _program(state: AccountState, identity: object) -> Body:
    row = state.get("BetaProgram", identity)
    return {key: row.body[key] for key in ("label", "description", "started", "ended")} if row is not None else {}
