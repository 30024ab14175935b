"""Public rows: what an account sees and does not own is not written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import Refused
from linode_orm.simulator.hooks import after, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body

FORBIDDEN: Final = 403


def _is_own(name: str, body: Body) -> bool:
    """Whether an object of a mixed collection is the account's own."""
    if name == "Image":
        return str(body["id"]).startswith("private/")
    if name == "StackScript":
        return bool(body.get("mine"))
    return body.get("type") != "system"


@check(
    "PUT /images/{}",
    "DELETE /images/{}",
    "POST /images/{}/regions",
    "PUT /linode/stackscripts/{}",
    "DELETE /linode/stackscripts/{}",
    "PUT /monitor/alert-channels/{}",
    "DELETE /monitor/alert-channels/{}",
    "DELETE /monitor/services/{}/alert-definitions/{}",
)
def _refuse(call: Call) -> None:
    """Refuse to write to what is everybody's (linode_api4: test_fails_to_delete_predefined_images)."""
    if not _is_own(call.item.resource.name, call.item.body):
        raise Refused(("Unauthorized", None), status=FORBIDDEN)


@fill("/linode/stackscripts")
def _script(call: Call) -> None:
    """Make a StackScript the user's own (`ExampleCreateStackscript#0`), unless a test says whose it is."""
    draft, state = call.draft, call.state
    draft["username"] = draft["username"] or state.username
    draft["mine"] = draft["username"] == state.username
    draft["user_gravatar_id"] = draft["user_gravatar_id"] or "0" * 32
    draft["user_defined_fields"] = draft.get("user_defined_fields") or []


@after("PUT /linode/stackscripts/{}")
def _revised(call: Call) -> None:
    """Tell of what else a change does (Cloud Manager, Events/factories/stackscript.tsx); the order is a guess."""
    now, before, events = call.item.body, call.before, call.state.events
    if now["is_public"] and not before["is_public"]:
        events.add("stackscript_publicize", call.item)
    if now["script"] != before["script"]:
        events.add("stackscript_revise", call.item)
