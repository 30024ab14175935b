"""Log streams and their destinations, and the history of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.effects.object_storage import keep
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call

KINDS: Final = ("akamai_object_storage", "custom_https")
# The details of a destination that no answer shows (`TestLogStream_Create_TwoDestinations#6`).
SECRET: Final = ("access_key_secret",)


@check("POST /monitor/streams", "PUT /monitor/streams/{}")
def _leads_somewhere(call: Call) -> None:
    """Refuse as in `TestLogStream_Create_TwoDestinations#8` and `TestLogStream_Create_InvalidDestination#1`."""
    if call.row is not None and call.item.body["status"] in {"provisioning", "deactivating"}:
        raise bad("Unable to edit Stream at this time")
    wanted = call.given("destinations")
    if call.row is not None and wanted is None:
        return
    if not isinstance(wanted, list) or len(wanted) != 1:
        raise bad("Must contain one item", "destinations")
    if isinstance(wanted[0], int) and call.state.get("StreamDestination", wanted[0]) is None:
        raise bad("Destination not found", "destination")


def _led(state: AccountState, wanted: object) -> list[Any]:
    found = []
    for each in wanted if isinstance(wanted, list) else ():
        row = None if isinstance(each, dict) else state.get("StreamDestination", each)
        found.append(each if row is None else {key: row.body[key] for key in ("id", "type", "label", "details")})
    return found


@fill("/monitor/streams")
def _stream(call: Call) -> None:
    draft = call.draft
    draft["destinations"] = _led(call.state, draft.get("destinations"))
    draft["status"] = "provisioning" if call.route.verb == "create" else "active"
    draft.update(version=1, created_by=call.state.username, updated_by=call.state.username)


@after("POST /monitor/streams")
def _started(call: Call) -> None:
    _write_down(call, "StreamHistory")
    call.state.job(call.item, (1.0, {"status": "active"}))


@after("PUT /monitor/streams/{}")
def _changed(call: Call) -> None:
    """Start the job that a change begins (`TestLogStream_Update_LabelAndStatus#7`)."""
    row, before = call.item, call.before["status"]
    row.change(version=int(row.body["version"]) + 1, updated_by=call.state.username)
    if "destinations" in call.body:
        row.change(destinations=_led(call.state, call.given("destinations")))
    wanted = call.given("status") or before
    first = {"inactive": "deactivating"}.get(str(wanted), "provisioning")
    if "destinations" in call.body or wanted != before:
        call.state.job(row, (0.0, {"status": first}), (1.0, {"status": wanted}))
    _write_down(call, "StreamHistory")


@check("POST /monitor/streams/destinations")
def _known(call: Call) -> None:
    if call.given("type") not in KINDS:
        raise bad(f"Must be one of {', '.join(KINDS)}", "type")


@fill("/monitor/streams/destinations")
def _destination(call: Call) -> None:
    draft = call.draft
    draft.update(status="active", version=1, created_by=call.state.username, updated_by=call.state.username)
    draft["type"] = draft["type"] or KINDS[0]
    draft["details"] = {key: each for key, each in (draft.get("details") or {}).items() if key not in SECRET}


@after("POST /monitor/streams/destinations")
def _tried(call: Call) -> None:
    """Put the object of a test delivery into the bucket (`TestLogStream_Create_TwoDestinations#12`)."""
    state, label = call.state, (call.item.body["details"] or {}).get("bucket_name")
    name = f"cloud-logs-test-connection-{state.clock.now():%Y%m%dT%H%M%S}"
    for bucket in state.rows("ObjectStorageBucket"):
        if bucket.body["label"] == label:
            keep(state, bucket, name, 9)


@after("POST /monitor/streams/destinations", "PUT /monitor/streams/destinations/{}")
def _kept(call: Call) -> None:
    row = call.item
    if call.before:
        row.change(version=int(row.body["version"]) + 1, updated_by=call.state.username)
    row.change(details={key: each for key, each in (row.body["details"] or {}).items() if key not in SECRET})
    _write_down(call, "StreamDestinationHistory")


def _write_down(call: Call, name: str) -> None:
    call.state.make(name, call.item.chain, **call.item.body)


@check("DELETE /monitor/streams/destinations/{}")
def _is_free(call: Call) -> None:
    for stream in call.state.rows("Stream"):
        if any(each.get("id") == call.item.id for each in stream.body["destinations"] if isinstance(each, dict)):
            raise bad("Unable to delete Destination attached to active or inactive Stream")
