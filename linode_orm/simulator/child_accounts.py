"""Parent and child accounts: users of a parent act in a child by tokens that end soon."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.clock import text
from linode_orm.simulator.credentials import Credential

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body, Row

SECONDS: Final = 900.0
"""How long a token for a child account lasts. A guess: the API says that such tokens are short-lived, and no more."""
# A proxy user is called by the first 15 characters of the parent's company and the first 16 of a hash.
_COMPANY, _HASH = 15, 16


def adopt(parent: AccountState, child: AccountState) -> None:
    """Make one account the child of another, with the proxy user by which the parent acts in it."""
    parent.user_type, child.user_type = "parent", "child"
    parent.children[str(child.account.body["euuid"])] = child
    for state in (parent, child):
        for user in state.rows("User"):
            user.change(user_type=state.user_type)
    child.make("User", (), username=proxy_name(parent, child), email="", restricted=False, user_type="proxy")
    show(parent, child)


def show(parent: AccountState, child: AccountState) -> Row:
    """Bring up to date what the parent shows of a child account."""
    shown = child.account.body
    row = parent.get("ChildAccount", shown["euuid"])
    known = {key: shown[key] for key in parent.store.resources["ChildAccount"].fields if key in shown}
    if row is None:
        return parent.make("ChildAccount", (), **known)
    row.change(**known)
    return row


def proxy_name(parent: AccountState, child: AccountState) -> str:
    """Return the name of the user by which a parent acts in a child (the API's reference, post-child-account-token)."""
    company = str(parent.account.body["company"])
    return f"{company[:_COMPANY]}_{_hashed(company, child)}"


def delegate_name(username: str, child: AccountState) -> str:
    """Return the name of the user by which one user of the parent acts in a child; its form is a guess."""
    return f"{username}_{_hashed(username, child)}"


def token_for(parent: AccountState, euuid: str, *, user_type: str) -> Body:
    """Return a new token of the proxy user or of a delegate in a child account (`TestAccountChild_basic#2`)."""
    number = parent.store.new_id("Token")
    end = parent.clock.now() + timedelta(seconds=SECONDS)
    token = f"{secrets.randbits(256):064x}"
    child = parent.children.get(euuid)
    if child is not None:
        name = proxy_name(parent, child) if user_type == "proxy" else delegate_name(parent.username, child)
        if child.get("User", name) is None:
            child.make("User", (), username=name, email="", restricted=False, user_type=user_type)
        child.credentials.add(token, Credential(name, expires=end))
    label = f"{parent.account.body['company']}_{number}"
    return {"id": number, "scopes": "*", "created": parent.now, "label": label, "token": token, "expiry": text(end)}


def _hashed(name: str, child: AccountState) -> str:
    return sha256(f"{name}{child.account.body['euuid']}".encode()).hexdigest()[:_HASH]
