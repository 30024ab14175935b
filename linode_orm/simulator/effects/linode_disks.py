"""Disks and configuration profiles of Linodes: made by a deployment, refused while their Linode is busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

SWAP: Final = 512


@check("POST /linode/instances/{}/disks", "DELETE /linode/instances/{}/disks/{}")
def _disks_wait(call: Call) -> None:
    call.state.refuse_busy(call.parent)


def deploy(state: AccountState, row: Row) -> None:
    """Give a Linode the disks and the profile that a deployment makes."""
    if "Disk" not in state.store.resources:
        return
    size, swap = int(row.body["specs"]["disk"]), int(row.hidden.get("swap_size") or SWAP)
    label = str(row.body["image"]).rpartition("/")[2]
    root = state.make("Disk", row.chain, label=f"{label} Disk", size=size - swap, filesystem="ext4", status="ready")
    page = state.make("Disk", row.chain, label=f"{swap} MB Swap Image", size=swap, filesystem="swap", status="ready")
    slots: dict[str, Any] = {
        "sda": {"disk_id": root.id, "volume_id": None},
        "sdb": {"disk_id": page.id, "volume_id": None},
        **{f"sd{letter}": None for letter in "cdefgh"},
    }
    if "Config" in state.store.resources:
        state.make("Config", row.chain, label=f"My {label} Disk Profile", devices=slots, root_device="/dev/sda")


@fill("/linode/instances/{}/disks")
def _disk(call: Call) -> None:
    draft = call.draft
    draft["label"] = draft["label"] or f"disk{draft['id']}"
    draft["filesystem"] = draft["filesystem"] if call.route.verb == "make" else draft.get("filesystem") or "ext4"
    draft["status"] = "ready" if call.route.verb == "make" else "not ready"


@after("POST /linode/instances/{}/disks")
def _disk_made(call: Call) -> None:
    call.hidden["has_event"] = True
    call.state.job(
        call.item,
        (1.0, {"status": "ready"}),
        action="disk_create",
        keeps_busy=call.given("image") is not None,
        entity=call.parent,
        secondary=call.item,
    )


@answer("POST /linode/instances/{}/disks/{}/resize")
def _disk_resize(call: Call) -> None:
    call.state.refuse_busy(call.parent)
    call.state.job(call.item, (0.0, {"status": "not ready"}), (1.0, {"status": "ready", "size": call.given("size")}))


@answer("POST /linode/instances/{}/disks/{}/clone")
def _disk_clone(call: Call) -> bytes:
    kept = {key: call.item.body[key] for key in ("size", "filesystem")}
    copy = call.state.make("Disk", call.parent.chain, label=f"Copy of {call.item.body['label']}", **kept)
    return copy.encoded()
