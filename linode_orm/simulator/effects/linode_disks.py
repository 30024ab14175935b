"""Disks and configuration profiles of Linodes: made by a deployment, refused while their Linode is busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.effects.linode_configs import configure_interfaces
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

SWAP: Final = 512


@check("POST /linode/instances/{}/disks", "DELETE /linode/instances/{}/disks/{}")
def _disks_wait(call: Call) -> None:
    call.state.refuse_busy(call.parent)


def image_label(state: AccountState, image: object) -> str:
    """Return the label of an image (`TestWaitForResourceFree#2`)."""
    row = state.get("Image", image)
    return str(row.body["label"]) if row is not None else str(image).rpartition("/")[2]


def deploy(state: AccountState, row: Row, given: Body | None = None) -> Row | None:
    """Give a Linode the disks and the profile that a deployment makes; return the profile."""
    if "Disk" not in state.store.resources:
        return None
    body = given or {}
    size = int(row.body["specs"]["disk"])
    swap = int(body.get("swap_size") if body.get("swap_size") is not None else row.hidden.get("swap_size") or SWAP)
    label = image_label(state, row.body["image"])
    encrypted = row.body.get("disk_encryption") or "enabled"
    boot = min(int(body.get("boot_size") or size - swap), size - swap)
    common: Body = {"status": "ready", "disk_encryption": encrypted}
    disks = [state.make("Disk", row.chain, label=f"{label} Disk", size=boot, filesystem="ext4", **common)]
    if swap:
        disks.append(
            state.make("Disk", row.chain, label=f"{swap} MB Swap Image", size=swap, filesystem="swap", **common)
        )
    count_deployment(state, body.get("stackscript_id"))
    slots: dict[str, Any] = {f"sd{letter}": None for letter in "abcdefgh"}
    slots |= {f"sd{letter}": {"disk_id": disk.id, "volume_id": None} for letter, disk in zip("ab", disks, strict=False)}
    if "Config" not in state.store.resources:
        return None
    profile: Body = {"label": f"My {label} Disk Profile", "devices": slots, "root_device": "/dev/sda"}
    if body.get("kernel"):
        profile["kernel"] = body["kernel"]
    config = state.make("Config", row.chain, **profile)
    helper = body.get("network_helper")
    if helper is not None:
        config.change(helpers={**config.body["helpers"], "network": helper})
    wanted = body.get("interfaces") or ()
    if any("purpose" in each for each in wanted if isinstance(each, dict)):
        configure_interfaces(state, config, list(wanted))
    return config


def count_deployment(state: AccountState, stackscript: object) -> None:
    """Count a deployment of a StackScript."""
    row = state.get("StackScript", stackscript)
    if row is not None:
        now = {key: int(row.body[key]) + 1 for key in ("deployments_total", "deployments_active")}
        row.change(**now)


def fit_disk(state: AccountState, host: Row, size: int) -> None:
    """Give a Linode's main disk all the room that a plan leaves (ansible_linode: instance_type_change)."""
    disks = state.below(host, "Disk")
    main = next((disk for disk in disks if disk.body["filesystem"] != "swap"), None)
    if main is not None:
        others = sum(int(disk.body["size"]) for disk in disks if disk is not main)
        main.change(size=size - others)


def copy_disks(state: AccountState, source: Row, target: Row, ids: object) -> dict[object, Row]:
    """Copy the disks of a Linode, or some of them, to another; return the copies by the ids of what they copy."""
    wanted = set(ids) if isinstance(ids, list) else None
    keys = ("label", "size", "filesystem", "disk_encryption")
    return {
        disk.id: state.make("Disk", target.chain, status="ready", **{key: disk.body[key] for key in keys})
        for disk in state.below(source, "Disk")
        if wanted is None or disk.id in wanted
    }


@check("POST /linode/instances/{}/disks", "POST /linode/instances/{}/disks/{}/resize")
def _fits(call: Call) -> None:
    """Refuse a disk that the plan has no room for (API reference, "Create a disk", "Resize a disk")."""
    size, disks = call.given("size"), call.state.below(call.parent, "Disk")
    used = sum(int(disk.body["size"]) for disk in disks if disk is not call.row)
    if isinstance(size, int) and size > int(call.parent.body["specs"]["disk"]) - used:
        raise bad("Insufficient space on the Linode for a disk of this size", "size")


@fill("/linode/instances/{}/disks")
def _disk(call: Call) -> None:
    draft = call.draft
    draft["label"] = draft["label"] or f"disk{draft['id']}"
    draft["status"] = "ready" if call.route.verb == "make" else "not ready"


@after("POST /linode/instances/{}/disks")
def _disk_made(call: Call) -> None:
    """Show the size of the image until the disk is ready (`TestInstance_Disk_ListMultiple_Secondary#13`, `#21`)."""
    call.hidden["has_event"] = True
    state, row, size = call.state, call.item, call.item.body["size"]
    image = state.get("Image", call.given("image"))
    if image is not None and not image.body["is_public"] and image.body["size"]:
        row.change(size=min(int(image.body["size"]), size))
    count_deployment(state, call.given("stackscript_id"))
    state.job(
        row,
        (1.0, {"status": "ready", "size": size}),
        action="disk_create",
        keeps_busy=call.given("image") is not None,
        entity=call.parent,
        secondary=row,
    )


@answer("POST /linode/instances/{}/disks/{}/resize")
def _disk_resize(call: Call) -> None:
    call.state.refuse_busy(call.parent)
    done = {"status": "ready", "size": call.given("size")}
    call.state.job(
        call.item,
        (0.0, {"status": "not ready"}),
        (1.0, done),
        action="disk_resize",
        keeps_busy=True,
        entity=call.parent,
        secondary=call.item,
    )


@answer("POST /linode/instances/{}/disks/{}/clone")
def _disk_clone(call: Call) -> bytes:
    """Make a copy; it is ready in the very answer, as recorded."""
    kept = {key: call.item.body[key] for key in ("size", "filesystem", "disk_encryption")}
    label = f"Copy of {call.item.body['label']}"
    copy = call.state.make("Disk", call.parent.chain, label=label, status="ready", **kept)
    call.state.job(copy, action="disk_duplicate", entity=call.parent, secondary=copy)
    return copy.encoded()


@answer("POST /linode/instances/{}/disks/{}/password")
def _disk_password(call: Call) -> None:
    if call.parent.body["status"] != "offline":
        raise bad("Linode must be powered off to reset the root password")
    call.state.job(call.item, action="password_reset", entity=call.parent, secondary=call.item)
