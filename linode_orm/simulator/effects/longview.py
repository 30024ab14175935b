"""Longview: the account's plan and the keys of its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


@fill("/longview/clients")
def _client(call: Call) -> None:
    draft, number = call.draft, int(call.draft["id"])
    draft["label"] = draft["label"] or f"longview{number}"
    draft["api_key"] = f"{number:08X}-BFA5-4E7A-91FC8B7C6A1C0D42"
    draft["install_code"] = f"{number:08X}-AFDB-46A1-5A8F0D7A3D1B7C55"
    draft["apps"] = {"apache": False, "mysql": False, "nginx": False}


@after("POST /longview/clients")
def _numbers(call: Call) -> Body:
    """Answer with numbers where a GET has truth values (`TestLongviewClient_Create#0`)."""
    return {**call.item.body, "apps": {"apache": 0, "nginx": 0, "mysql": 0}}


@check("PUT /longview/plan")
def _known(call: Call) -> None:
    wanted = call.given("longview_subscription")
    if wanted is not None and call.state.get("LongviewSubscription", wanted) is None:
        raise bad("longview_subscription is not valid", "longview_subscription")


@after("PUT /longview/plan")
def _chosen(call: Call) -> Body:
    """Return the plan, or nothing if it was removed (`TestLongviewPlan_Update#2`)."""
    row = call.state.get("LongviewSubscription", call.given("longview_subscription"))
    settings = call.state.singleton(call.state.store.resources["AccountSettings"], ())
    settings.change(longview_subscription=row.id if row is not None else None)
    return dict(row.body) if row is not None else {}


@answer("GET /longview/plan")
def _plan(call: Call) -> Body:
    settings = call.state.singleton(call.state.store.resources["AccountSettings"], ())
    row = call.state.get("LongviewSubscription", settings.body.get("longview_subscription"))
    return dict(row.body) if row is not None else {}
