"""Linodes: their jobs and statuses, and the objects that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.effects.linode_addresses import address_of
from linode_orm.simulator.effects.linode_disks import deploy
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, listing

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

# The part of the job time that a Linode without an image takes (docs/api-notes.md#provisioning-times).
BARE: Final = 0.22
# One of these is needed with an image (`TestInstance_TestExpectedErrorIfFieldsAuthorizedUsersAuthorizedKeys...#1`).
_WAYS_IN: Final = ("root_pass", "authorized_keys", "authorized_users")
RUNNING: Final = ({"status": "booting"}, {"status": "running"})


def specs_of(state: AccountState, plan: str) -> Body:
    """Return the resources of a plan."""
    row = state.get("Type", plan)
    body = row.body if row is not None else {"disk": 25600, "memory": 1024, "vcpus": 1, "transfer": 1000, "gpus": 0}
    shown = ("disk", "memory", "vcpus", "transfer", "gpus")
    return {**{key: body.get(key, 0) for key in shown}, "accelerated_devices": 0}


@fill("/linode/instances")
def _new(call: Call) -> None:
    draft, number = call.draft, int(call.draft["id"])
    draft["label"] = draft["label"] or f"linode{number}"
    draft["group"] = draft.get("group") or ""
    draft["hypervisor"] = "kvm"
    draft["host_uuid"] = f"{number:040x}"
    draft["has_user_data"] = bool(call.hidden.get("metadata"))
    draft["ipv4"] = [address_of(number)]
    draft["ipv6"] = f"2001:db8::{number:x}/128"
    draft["specs"] = specs_of(call.state, str(draft["type"]))
    draft["alerts"] = {
        "cpu": 90,
        "io": 10000,
        "network_in": 10,
        "network_out": 10,
        "transfer_quota": 80,
        "system_alerts": [],
        "user_alerts": [],
    }
    draft["watchdog_enabled"] = True
    draft["tags"] = sorted(set(draft["tags"]))
    if call.route.verb == "create":
        draft["status"] = "provisioning"
        draft["backups"] = {**draft["backups"], "enabled": bool(call.hidden.get("backups_enabled"))}


@check("POST /linode/instances")
def _may_create(call: Call) -> None:
    for key, name in (("region", "Region"), ("type", "Type")):
        if call.state.get(name, call.given(key)) is None:
            raise bad(f"{key.capitalize()} is not valid", key)
    _check_policy(call)
    image = call.given("image")
    if image is not None and call.state.get("Image", image) is None:
        raise bad("Image is not valid", "image")
    if image is not None and not any(call.given(key) for key in _WAYS_IN):
        raise bad("Must provide valid root_pass, authorized_keys, or authorized_users")


@check("PUT /linode/instances/{}")
def _check_policy(call: Call) -> None:
    policy = call.given("maintenance_policy")
    if policy is not None and "/" not in str(policy):
        raise bad("Unsupported maintenance policy slug format.", "maintenance_policy")


@after("POST /linode/instances")
def _created(call: Call) -> None:
    state, row = call.state, call.item
    call.hidden["has_event"] = True
    image = row.body["image"]
    if image is None:
        state.job(row, (1.0, {"status": "offline"}), action="linode_create", keeps_busy=True, share=BARE)
        return
    deploy(state, row)
    booted = row.hidden.get("booted", True) is not False
    last = {"status": "running"} if booted else {"status": "offline"}
    state.job(
        row,
        (0.5, {"status": "booting" if booted else "provisioning"}),
        (1.0, last),
        action="linode_create",
        keeps_busy=True,
    )


@after("DELETE /linode/instances/{}")
def _deleted(call: Call) -> None:
    state, gone = call.state, call.item
    for volume in list(state.rows("Volume")):
        if volume.body.get("linode_id") == gone.id:
            state.change(volume, linode_id=None, linode_label=None)
    for device in list(state.rows("FirewallDevice")):
        entity = device.body.get("entity") or {}
        if entity.get("type") == "linode" and entity.get("id") == gone.id:
            state.remove(device)
    for group in list(state.rows("PlacementGroup")):
        members = [each for each in group.body.get("members") or () if each.get("linode_id") != gone.id]
        if members != group.body.get("members"):
            state.change(group, members=members)


@after("PUT /linode/instances/{}")
def _renamed(call: Call) -> None:
    for volume in list(call.state.rows("Volume")):
        if volume.body.get("linode_id") == call.item.id:
            volume.change(linode_label=call.item.body["label"])


@answer("POST /linode/instances/{}/boot")
def _boot(call: Call) -> None:
    """Boot after the create has ended (`TestInstance_Disk_ListMultiple_Primary#2`)."""
    early = call.item.body["status"] == "provisioning"
    if not early:
        call.state.refuse_busy(call.item)
    steps = ((0.5 if early else 0.0, RUNNING[0]), (1.0, RUNNING[1]))
    call.state.job(call.item, *steps, action="linode_boot", keeps_busy=True)


@answer("POST /linode/instances/{}/reboot")
def _reboot(call: Call) -> None:
    call.state.refuse_busy(call.item)
    steps = ((0.0, {"status": "rebooting"}), (1.0, RUNNING[1]))
    call.state.job(call.item, *steps, action="linode_reboot", keeps_busy=True)


@answer("POST /linode/instances/{}/shutdown")
def _shutdown(call: Call) -> None:
    call.state.refuse_busy(call.item)
    steps = ((0.0, {"status": "shutting_down"}), (1.0, {"status": "offline"}))
    call.state.job(call.item, *steps, action="linode_shutdown", keeps_busy=True)


@answer("POST /linode/instances/{}/rescue")
def _rescue(call: Call) -> None:
    call.state.refuse_busy(call.item)
    call.state.job(call.item, (0.0, RUNNING[0]), (1.0, RUNNING[1]), action="linode_reboot", keeps_busy=True)


@answer("POST /linode/instances/{}/resize")
def _resize(call: Call) -> None:
    state, row = call.state, call.item
    state.refuse_busy(row)
    plan = call.given("type")
    if state.get("Type", plan) is None:
        raise bad("A valid plan type by that ID was not found", "type")
    if plan == row.body["type"]:
        raise bad("Linode is already running this plan", "type")
    before = row.body["status"]
    done = {"type": plan, "specs": specs_of(state, str(plan)), "status": before}
    state.job(row, (0.0, {"status": "resizing"}), (1.0, done), action="linode_resize", keeps_busy=True)


@answer("POST /linode/instances/{}/migrate", "POST /linode/instances/{}/mutate")
def _migrate(call: Call) -> None:
    state, row = call.state, call.item
    state.refuse_busy(row)
    region = call.given("region") or row.body["region"]
    done = {"region": region, "status": row.body["status"]}
    state.job(row, (0.0, {"status": "migrating"}), (1.0, done), action="linode_migrate", keeps_busy=True)


@answer("POST /linode/instances/{}/rebuild")
def _rebuild(call: Call) -> bytes:
    """Rebuild even while a disk is made (`TestInstance_TestCreateLinode...AddDiskAndRebuild#11`)."""
    state, row = call.state, call.item
    for name in ("Config", "Disk"):
        for child in state.below(row, name):
            state.remove(child)
    row.change(image=call.given("image"))
    if call.given("disk_encryption") is not None:
        row.change(disk_encryption=call.given("disk_encryption"))
    if row.body["image"] is not None:
        deploy(state, row)
    steps = ((0.0, {"status": "rebuilding"}), (1.0, RUNNING[1]))
    state.job(row, *steps, action="linode_rebuild", keeps_busy=True)
    return row.encoded()


@answer("POST /linode/instances/{}/clone")
def _clone(call: Call) -> bytes:
    state, row = call.state, call.item
    if call.given("linode_id") is not None:
        target = state.need("Instance", call.given("linode_id"))
    else:
        label = call.given("label") or f"{row.body['label']}-clone"
        kept = {key: row.body[key] for key in ("image", "tags", "alerts")}
        region, plan = call.given("region") or row.body["region"], call.given("type") or row.body["type"]
        target = state.make("Instance", (), **{**kept, "label": label, "region": region, "type": plan})
        target.change(status="provisioning", specs=specs_of(state, str(plan)))
    for child in state.below(row, "Disk"):
        state.make("Disk", target.chain, **{key: child.body[key] for key in ("label", "size", "filesystem")})
    state.job(target, (0.5, {"status": "cloning"}), (1.0, {"status": "offline"}), action="linode_clone")
    return target.encoded()


@answer("POST /linode/instances/{}/password")
def _password(call: Call) -> None:
    if call.item.body["status"] != "offline":
        raise bad("Linode must be powered off to reset the root password")


@listing("GET /linode/instances/{}/volumes")
def _volumes(call: Call) -> list[Row]:
    return [row for row in call.state.rows("Volume") if row.body.get("linode_id") == call.item.id]


@listing("GET /linode/instances/{}/firewalls")
def _firewalls(call: Call) -> list[Row]:
    return behind(call.state, "linode", call.item.id)


@listing("GET /linode/instances/{}/nodebalancers")
def _nodebalancers(call: Call) -> list[Row]:
    mine = set(call.item.body["ipv4"])
    nodes = call.state.rows("NodeBalancerNode")
    ids = {node.chain[0] for node in nodes if str(node.body["address"]).rpartition(":")[0] in mine}
    return [row for row in call.state.rows("NodeBalancer") if str(row.id) in ids]


def behind(state: AccountState, kind: str, identity: object) -> list[Row]:
    """Return the firewalls whose device is the entity of that type and id."""
    found = []
    for device in state.rows("FirewallDevice"):
        entity = device.body.get("entity") or {}
        if entity.get("type") == kind and entity.get("id") == identity:
            found.append(state.need("Firewall", device.chain[0]))
    return found
