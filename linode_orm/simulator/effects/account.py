"""The account: events that were seen, and the secrets of OAuth clients, shown once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.hooks import answer, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call

MASKED: Final = "<REDACTED>"


@fill("/account/oauth-clients")
def _oauth_client(call: Call) -> None:
    """Show the secret in the answer of the POST alone (TestOAuthClient_GetFound#1)."""
    call.draft["secret"] = MASKED
    call.draft["status"] = "active"
    call.hidden["once"] = {"secret": secrets.token_hex(32)}


@answer("POST /account/oauth-clients/{}/reset-secret")
def _reset_secret(call: Call) -> dict[str, Any]:
    return {**call.item.body, "secret": secrets.token_hex(32)}


@answer("POST /account/events/{}/seen")
def _seen(call: Call) -> None:
    """Mark the event and all before it, as the API's page of the operation says."""
    for event in call.world.rows("Event"):
        if event.body["id"] <= call.item.body["id"]:
            event.change(seen=True)
