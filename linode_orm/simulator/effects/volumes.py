"""Volumes: each is attached to one Linode at most, and none shrinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row


ENCRYPTION: Final = "Block Storage Encryption"


@fill("/volumes")
def _new(call: Call) -> None:
    draft = call.draft
    draft["size"] = draft["size"] or 20
    draft["filesystem_path"] = f"/dev/disk/by-id/scsi-0Linode_Volume_{draft['label']}"
    draft["status"] = "creating" if call.route.verb == "create" else "active"
    draft["tags"] = sorted(set(draft["tags"]))
    host = call.state.get("Instance", draft.get("linode_id"))
    if host is not None:
        draft["linode_label"] = host.body["label"]
        draft["region"] = draft["region"] or host.body["region"]


@after("POST /volumes")
def _encrypted(call: Call) -> None:
    """Encrypt where the region can, unless the body says otherwise (`TestVolume_List#1`)."""
    place = call.state.get("Region", call.item.body["region"])
    if not call.given("encryption") and place is not None and ENCRYPTION not in place.body["capabilities"]:
        call.item.change(encryption="disabled")


@check("POST /volumes")
def _may_create(call: Call) -> None:
    if call.given("region") is None and call.given("linode_id") is None:
        raise bad("Must provide a region or a Linode ID", "region")
    if call.given("region") is not None and call.state.get("Region", call.given("region")) is None:
        raise bad("Region is not valid", "region")
    if call.given("linode_id") is not None and call.state.get("Instance", call.given("linode_id")) is None:
        raise bad("Linode not found", "linode_id")


@after("POST /volumes")
def _created(call: Call) -> None:
    call.hidden["has_event"] = True
    call.state.job(call.item, (1.0, {"status": "active"}), action="volume_create")


@answer("POST /volumes/{}/attach")
def _attach(call: Call) -> bytes:
    state, row = call.state, call.item
    host = state.get("Instance", call.given("linode_id"))
    if host is None:
        raise bad("Linode not found", "linode_id")
    if row.body["linode_id"] is not None:
        raise bad("Volume is already attached")
    if host.body["region"] != row.body["region"]:
        raise bad("Volume and Linode must be in the same region", "linode_id")
    state.change(row, linode_id=host.id, linode_label=host.body["label"])
    state.events.add("volume_attach", row)
    return row.encoded()


@answer("POST /volumes/{}/detach")
def _detach(call: Call) -> None:
    _let_go(call, call.item)
    call.state.events.add("volume_detach", call.item)


def _let_go(call: Call, row: Row) -> None:
    call.state.change(row, linode_id=None, linode_label=None)


@answer("POST /volumes/{}/resize")
def _resize(call: Call) -> bytes:
    row, size = call.item, call.given("size")
    if not isinstance(size, int) or size <= row.body["size"]:
        raise bad("Storage volumes can only be resized up", "size")
    call.state.job(
        row, (0.0, {"status": "resizing", "size": size}), (1.0, {"status": "active"}), action="volume_resize"
    )
    return row.encoded()


@answer("POST /volumes/{}/clone")
def _clone(call: Call) -> bytes:
    row = call.item
    kept = {key: row.body[key] for key in ("region", "size", "tags")}
    copy = call.state.make("Volume", (), **{**kept, "label": call.given("label")})
    call.state.job(copy, (0.0, {"status": "creating"}), (1.0, {"status": "active"}), action="volume_clone")
    return copy.encoded()


@check("DELETE /volumes/{}")
def _may_delete(call: Call) -> None:
    if call.item.body["linode_id"] is not None:
        raise bad("Volume must be detached before deletion")
