"""The profile: tokens whose secret is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.hooks import after, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call

SHOWN: Final = 16


@fill("/profile/tokens")
def _token(call: Call) -> None:
    secret = f"{int(call.draft['id']):064x}"[::-1]
    call.draft["token"] = secret[:SHOWN]
    call.draft["scopes"] = call.draft["scopes"] or "*"
    call.draft["expiry"] = call.draft["expiry"] or "2999-12-12T05:00:00"
    call.hidden["once"] = {"token": secret}


@after("POST /profile/tokens")
def _token_is_good(call: Call) -> None:
    call.world.tokens[call.item.hidden["once"]["token"]] = call.item


@fill("/profile")
def _profile(call: Call) -> None:
    call.draft.update(username=call.world.username, email="simulated@example.com", timezone="UTC", restricted=False)


@fill("/account")
def _account(call: Call) -> None:
    call.draft.update(
        *[{"first_name": "Sim", "last_name": "Ulated", "company": "Example", "email": "simulated@example.com"}],
        country="US",
        euuid="A1BC2DEF-34GH-567I-J890KLMN12O34P56",
    )
