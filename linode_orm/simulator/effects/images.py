"""Images: where a file is uploaded to, and which regions keep a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.hooks import after, answer, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call


@fill("/images")
def _new(call: Call) -> None:
    draft = call.draft
    if isinstance(draft["id"], str) and "/" not in draft["id"]:
        draft["id"] = f"private/{int(draft['id'], 16)}"
        draft["status"], draft["type"] = "available", "manual"
        draft["is_public"], draft["created_by"] = False, call.world.username
    draft["tags"] = sorted(set(draft.get("tags") or ()))


@after("POST /images")
def _created(call: Call) -> None:
    call.world.job(call.item, (0.0, {"status": "creating"}), (1.0, {"status": "available"}))


@answer("POST /images/upload")
def _upload(call: Call) -> dict[str, object]:
    kept = {key: call.body[key] for key in ("label", "description", "tags") if key in call.body}
    image = call.world.make("Image", (), **kept)
    image.change(status="pending_upload")
    return {"image": image.body, "upload_to": f"https://upload.example.com/{image.id}"}


@answer("POST /images/{}/regions")
def _replicate(call: Call) -> bytes:
    regions = [{"region": region, "status": "pending replication"} for region in call.given("regions") or ()]
    call.world.change(call.item, regions=regions)
    return call.item.encoded()
