"""Images: made from disks and uploads, replicated to regions, and shared in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.hooks import after, answer, check, fill, instead, listing

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row


def _sharing(image: object, groups: int) -> Body:
    """Return the value of `image_sharing` (`TestImage_CloudInit#3`)."""
    url = f"/images/{image}/sharegroups"
    return {"shared_with": {"sharegroup_count": groups, "sharegroup_list_url": url}, "shared_by": None}


@fill("/images")
def _new(call: Call) -> None:
    draft = call.draft
    if isinstance(draft["id"], str) and "/" not in draft["id"]:
        draft["id"] = f"private/{int(draft['id'], 16)}"
        draft["status"], draft["type"] = "available", "manual"
        draft["is_public"], draft["created_by"] = False, call.state.username
        draft["image_sharing"] = _sharing(draft["id"], 0)
        draft["capabilities"] = ["cloud-init"] if call.body.get("cloud_init") else []
        draft["vendor"] = draft["expiry"] = draft["eol"] = None
    draft["is_shared"] = False
    draft["tags"] = sorted(set(draft.get("tags") or ()))
    draft["regions"] = draft.get("regions") or []


@check("POST /images")
def _may_create(call: Call) -> None:
    if call.state.guesses and _disk(call.state, call.given("disk_id")) is None:
        raise bad("disk_id is not valid", "disk_id")


def _disk(state: AccountState, identity: object) -> Row | None:
    return next((row for row in state.rows("Disk") if row.id == identity), None)


@after("POST /images")
def _created(call: Call) -> None:
    disk = _disk(call.state, call.given("disk_id"))
    size = int(disk.body["size"]) if disk is not None else 1500
    call.item.change(size=size, total_size=size)
    host = call.state.get("Instance", disk.parents[0]) if disk is not None else None
    steps = ((0.0, {"status": "creating"}), (1.0, {"status": "available"}))
    if host is None:
        call.state.job(call.item, *steps)
    else:
        call.state.job(call.item, *steps, action="disk_imagize", entity=host, keeps_busy=True, secondary=call.item)


@answer("POST /images/upload")
def _upload(call: Call) -> dict[str, object]:
    kept = {key: call.body[key] for key in ("label", "description", "tags") if key in call.body}
    image = call.state.make("Image", (), **kept)
    able = ["cloud-init"] if call.given("cloud_init") else []
    image.change(status="pending_upload", capabilities=able, size=0, total_size=0)
    return {"image": image.body, "upload_to": f"{call.state.base}/uploads/{image.id}"}


@instead("PUT /uploads/{}")
def _uploaded(call: Call) -> None:
    """Accept the file; the image is available a job later (`TestImage_Replicate#2`)."""
    image = call.state.need("Image", call.values[0])
    if image.body["status"] != "pending_upload":
        raise bad("The image has its file already")
    size = max(1, int(call.given("size") or 0) // 1_048_576)
    done = {"status": "available", "size": size, "total_size": size}
    call.state.job(image, (1.0, done), action="image_upload")


@answer("POST /images/{}/regions")
def _replicate(call: Call) -> bytes:
    """Keep the regions that have the image; the others are pending (`TestImage_Replicate#5`)."""
    have = {each["region"]: each for each in call.item.body.get("regions") or ()}
    usual = {"status": "pending replication"}
    regions = [have.get(each) or {"region": each, **usual} for each in call.given("regions") or ()]
    call.state.change(call.item, regions=regions)
    return call.item.encoded()


# -- groups ------------------------------------------------------------------------------------------------------------


@fill("/images/sharegroups")
def _group(call: Call) -> None:
    number = int(call.draft["id"])
    call.draft.update(uuid=f"{number:08x}-51a6-4f0e-9a1c-8d4b7a6f0c42", is_suspended=False, expiry=None, updated=None)
    call.draft["images_count"] = call.draft["members_count"] = 0


@after("POST /images/sharegroups")
def _with_images(call: Call) -> None:
    _count(call.state, call.item)


def _count(state: AccountState, group: Row) -> None:
    images, members = state.below(group, "ImageShareGroupImage"), state.below(group, "ImageShareGroupMember")
    group.change(images_count=len(images), members_count=len(members))


@fill("/images/sharegroups/{}/images")
def _shared(call: Call) -> None:
    """Show a copy of the image under an id of its own (`TestImageSharing_Suite#12`)."""
    state, draft, group = call.state, call.draft, call.parent
    source = state.get("Image", draft["id"])
    number = state.store.new_id("ImageShareGroupImage")
    if source is not None:
        kept = {key: each for key, each in source.body.items() if key in draft and key not in {"label", "description"}}
        draft.update(kept)
        draft["label"] = draft.get("label") or source.body["label"]
        draft["description"] = draft.get("description") or source.body["description"]
    by = {"sharegroup_id": group.id, "sharegroup_label": group.body["label"], "sharegroup_uuid": group.body["uuid"]}
    origin = {"source_image_id": source.id if source is not None else draft["id"]}
    label = source.body["label"] if source is not None else draft["label"]
    draft["image_sharing"] = {"shared_by": {**by, **origin, "source_image_label": label}, "shared_with": None}
    draft.update(is_shared=None, created_by=None, vendor=None, expiry=None, eol=None, status="available")
    draft["id"] = f"shared/{number}"


@after("POST /images/sharegroups/{}/images")
def _listed(call: Call) -> Body:
    """Answer with a page of what was added (`TestImageSharing_Suite#12`)."""
    state, group = call.state, call.parent
    state.store.drop(call.item)
    rows = [_share(state, group, each) for each in call.given("images") or ()]
    _count(state, group)
    return {"data": [row.body for row in rows], "page": 1, "pages": 1, "results": len(rows)}


def _share(state: AccountState, group: Row, given: Body) -> Row:
    if state.get("Image", given.get("id")) is None:
        raise not_found()
    known = {key: given[key] for key in ("label", "description") if given.get(key)}
    row = state.make("ImageShareGroupImage", group.chain, **known)
    source = state.need("Image", given["id"])
    shown = {key: each for key, each in source.body.items() if key in row.body and key not in {"id", "image_sharing"}}
    sharing: dict[str, Any] = {**row.body["image_sharing"]["shared_by"]}
    sharing |= {"source_image_id": source.id, "source_image_label": source.body["label"]}
    hidden = {"is_shared": None, "created_by": None, "vendor": None, "expiry": None, "eol": None}
    row.change(**{**shown, **hidden, **known}, image_sharing={"shared_by": sharing, "shared_with": None})
    return row


@after("DELETE /images/sharegroups/{}/images/{}", "DELETE /images/sharegroups/{}/members/{}")
def _fewer(call: Call) -> None:
    _count(call.state, call.parent)


@fill("/images/sharegroups/{}/members")
def _member(call: Call) -> None:
    call.draft.update(status="active", expiry=None, updated=None)


@after("POST /images/sharegroups/{}/members")
def _joined(call: Call) -> None:
    _count(call.state, call.parent)


@fill("/images/sharegroups/tokens")
def _token(call: Call) -> None:
    """Set the group that the token is for; the token itself is shown once."""
    draft = call.draft
    wanted = draft.get("valid_for_sharegroup_uuid")
    group = next((row for row in call.state.rows("ImageShareGroup") if row.body["uuid"] == wanted), None)
    number = call.state.store.new_id("ImageShareGroupToken")
    draft["token_uuid"] = f"{number:08x}-13c2-4a4e-8f5b-0d9c1f7e6a42"
    draft.update(status="active" if group is not None else "pending", expiry=None, updated=None)
    draft["sharegroup_label"] = group.body["label"] if group is not None else None
    draft["sharegroup_uuid"] = group.body["uuid"] if group is not None else None
    call.hidden["once"] = {"token": f"{number:064x}"}
    draft["token"] = ""


@answer("GET /images/sharegroups/tokens/{}/sharegroup")
def _of_token(call: Call) -> Body:
    group = _group_of(call)
    shown = ("id", "uuid", "label", "description", "is_suspended", "created", "updated")
    return {key: group.body.get(key) for key in shown}


def _group_of(call: Call) -> Row:
    wanted = call.item.body["valid_for_sharegroup_uuid"]
    group = next((row for row in call.state.rows("ImageShareGroup") if row.body["uuid"] == wanted), None)
    if group is None:
        raise not_found()
    return group


@listing("GET /images/sharegroups/tokens/{}/sharegroup/images")
def _through_token(call: Call) -> list[Row]:
    return call.state.below(_group_of(call), "ImageShareGroupImage")


@listing("GET /images/{}/sharegroups")
def _groups(call: Call) -> list[Row]:
    shared = call.state.rows("ImageShareGroupImage")
    mine = [row for row in shared if row.body["image_sharing"]["shared_by"]["source_image_id"] == call.item.id]
    return [call.state.need("ImageShareGroup", row.parents[0]) for row in mine]
