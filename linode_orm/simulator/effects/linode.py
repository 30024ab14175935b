"""Linodes: their jobs and statuses, and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, listing

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row
    from linode_orm.simulator.world import World

RUNNING: Final = ({"status": "booting"}, {"status": "running"})
SWAP: Final = 512


def specs_of(world: World, plan: str) -> Body:
    """Give what a plan has to offer."""
    row = world.get("Type", plan)
    body = row.body if row is not None else {"disk": 25600, "memory": 1024, "vcpus": 1, "transfer": 1000, "gpus": 0}
    shown = ("disk", "memory", "vcpus", "transfer", "gpus")
    return {**{key: body.get(key, 0) for key in shown}, "accelerated_devices": 0}


def _address(number: int) -> str:
    return f"203.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


@fill("/linode/instances")
def _new(call: Call) -> None:
    draft, number = call.draft, int(call.draft["id"])
    draft["label"] = draft["label"] or f"linode{number}"
    draft["group"] = draft.get("group") or ""
    draft["hypervisor"] = "kvm"
    draft["host_uuid"] = f"{number:040x}"
    draft["has_user_data"] = bool(call.hidden.get("metadata"))
    draft["ipv4"] = [_address(number)]
    draft["ipv6"] = f"2001:db8::{number:x}/128"
    draft["specs"] = specs_of(call.world, str(draft["type"]))
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
        if call.world.get(name, call.given(key)) is None:
            raise bad(f"{key.capitalize()} is not valid", key)
    _check_policy(call)
    image = call.given("image")
    if image is not None and call.world.get("Image", image) is None:
        raise bad("Image is not valid", "image")


@check("PUT /linode/instances/{}")
def _check_policy(call: Call) -> None:
    policy = call.given("maintenance_policy")
    if policy is not None and "/" not in str(policy):
        raise bad("Unsupported maintenance policy slug format.", "maintenance_policy")


@check("POST /linode/instances/{}/disks", "DELETE /linode/instances/{}/disks/{}")
def _disks_wait(call: Call) -> None:
    call.world.refuse_busy(call.parent)


@after("POST /linode/instances")
def _created(call: Call) -> None:
    world, row = call.world, call.item
    call.hidden["told"] = True
    image = row.body["image"]
    if image is None:
        world.job(row, (1.0, {"status": "offline"}), action="linode_create", keeps_busy=True)
        return
    _deploy(world, row)
    booted = row.hidden.get("booted", True) is not False
    last = {"status": "running"} if booted else {"status": "offline"}
    world.job(
        row,
        (0.5, {"status": "booting" if booted else "provisioning"}),
        (1.0, last),
        action="linode_create",
        keeps_busy=True,
    )


def _deploy(world: World, row: Row) -> None:
    """Give a Linode the disks and the profile that a deployment makes."""
    if "Disk" not in world.store.resources:
        return
    size, swap = int(row.body["specs"]["disk"]), int(row.hidden.get("swap_size") or SWAP)
    label = str(row.body["image"]).rpartition("/")[2]
    root = world.make("Disk", row.chain, label=f"{label} Disk", size=size - swap, filesystem="ext4", status="ready")
    page = world.make("Disk", row.chain, label=f"{swap} MB Swap Image", size=swap, filesystem="swap", status="ready")
    slots: dict[str, Any] = {
        "sda": {"disk_id": root.id, "volume_id": None},
        "sdb": {"disk_id": page.id, "volume_id": None},
        **{f"sd{letter}": None for letter in "cdefgh"},
    }
    if "Config" in world.store.resources:
        world.make("Config", row.chain, label=f"My {label} Disk Profile", devices=slots, root_device="/dev/sda")


@after("DELETE /linode/instances/{}")
def _deleted(call: Call) -> None:
    world, gone = call.world, call.item
    for volume in list(world.rows("Volume")):
        if volume.body.get("linode_id") == gone.id:
            world.change(volume, linode_id=None, linode_label=None)
    for device in list(world.rows("FirewallDevice")):
        entity = device.body.get("entity") or {}
        if entity.get("type") == "linode" and entity.get("id") == gone.id:
            world.remove(device)
    for address in list(world.rows("IPAddress")):
        if address.body.get("linode_id") == gone.id:
            world.remove(address)
    for group in list(world.rows("PlacementGroup")):
        members = [each for each in group.body.get("members") or () if each.get("linode_id") != gone.id]
        if members != group.body.get("members"):
            world.change(group, members=members)


@after("PUT /linode/instances/{}")
def _renamed(call: Call) -> None:
    for volume in list(call.world.rows("Volume")):
        if volume.body.get("linode_id") == call.item.id:
            volume.change(linode_label=call.item.body["label"])


@answer("POST /linode/instances/{}/boot")
def _boot(call: Call) -> None:
    call.world.refuse_busy(call.item)
    call.world.job(call.item, (0.0, RUNNING[0]), (1.0, RUNNING[1]), action="linode_boot", keeps_busy=True)


@answer("POST /linode/instances/{}/reboot")
def _reboot(call: Call) -> None:
    call.world.refuse_busy(call.item)
    steps = ((0.0, {"status": "rebooting"}), (1.0, RUNNING[1]))
    call.world.job(call.item, *steps, action="linode_reboot", keeps_busy=True)


@answer("POST /linode/instances/{}/shutdown")
def _shutdown(call: Call) -> None:
    call.world.refuse_busy(call.item)
    steps = ((0.0, {"status": "shutting_down"}), (1.0, {"status": "offline"}))
    call.world.job(call.item, *steps, action="linode_shutdown", keeps_busy=True)


@answer("POST /linode/instances/{}/rescue")
def _rescue(call: Call) -> None:
    call.world.refuse_busy(call.item)
    call.world.job(call.item, (0.0, RUNNING[0]), (1.0, RUNNING[1]), action="linode_reboot", keeps_busy=True)


@answer("POST /linode/instances/{}/resize")
def _resize(call: Call) -> None:
    world, row = call.world, call.item
    world.refuse_busy(row)
    plan = call.given("type")
    if world.get("Type", plan) is None:
        raise bad("A valid plan type by that ID was not found", "type")
    if plan == row.body["type"]:
        raise bad("Linode is already running this plan", "type")
    before = row.body["status"]
    done = {"type": plan, "specs": specs_of(world, str(plan)), "status": before}
    world.job(row, (0.0, {"status": "resizing"}), (1.0, done), action="linode_resize", keeps_busy=True)


@answer("POST /linode/instances/{}/migrate", "POST /linode/instances/{}/mutate")
def _migrate(call: Call) -> None:
    world, row = call.world, call.item
    world.refuse_busy(row)
    region = call.given("region") or row.body["region"]
    done = {"region": region, "status": row.body["status"]}
    world.job(row, (0.0, {"status": "migrating"}), (1.0, done), action="linode_migrate", keeps_busy=True)


@answer("POST /linode/instances/{}/rebuild")
def _rebuild(call: Call) -> bytes:
    world, row = call.world, call.item
    world.refuse_busy(row)
    for name in ("Config", "Disk"):
        for child in world.below(row, name):
            world.remove(child)
    row.change(image=call.given("image"))
    if row.body["image"] is not None:
        _deploy(world, row)
    steps = ((0.0, {"status": "rebuilding"}), (1.0, RUNNING[1]))
    world.job(row, *steps, action="linode_rebuild", keeps_busy=True)
    return row.encoded()


@answer("POST /linode/instances/{}/clone")
def _clone(call: Call) -> bytes:
    world, row = call.world, call.item
    if call.given("linode_id") is not None:
        target = world.need("Instance", call.given("linode_id"))
    else:
        label = call.given("label") or f"{row.body['label']}-clone"
        kept = {key: row.body[key] for key in ("image", "tags", "alerts")}
        region, plan = call.given("region") or row.body["region"], call.given("type") or row.body["type"]
        target = world.make("Instance", (), **{**kept, "label": label, "region": region, "type": plan})
        target.change(status="provisioning", specs=specs_of(world, str(plan)))
    for child in world.below(row, "Disk"):
        world.make("Disk", target.chain, **{key: child.body[key] for key in ("label", "size", "filesystem")})
    world.job(target, (0.5, {"status": "cloning"}), (1.0, {"status": "offline"}), action="linode_clone")
    return target.encoded()


@answer("POST /linode/instances/{}/password")
def _password(call: Call) -> None:
    if call.item.body["status"] != "offline":
        raise bad("Linode must be powered off to reset the root password")


@answer("POST /linode/instances/{}/backups/enable")
def _enable_backups(call: Call) -> None:
    call.world.change(call.item, backups={**call.item.body["backups"], "enabled": True})


@answer("POST /linode/instances/{}/backups/cancel")
def _cancel_backups(call: Call) -> None:
    call.world.change(call.item, backups={**call.item.body["backups"], "enabled": False})


@fill("/linode/instances/{}/disks")
def _disk(call: Call) -> None:
    draft = call.draft
    draft["label"] = draft["label"] or f"disk{draft['id']}"
    draft["filesystem"] = draft["filesystem"] if call.route.verb == "make" else draft.get("filesystem") or "ext4"
    draft["status"] = "ready" if call.route.verb == "make" else "not ready"


@after("POST /linode/instances/{}/disks")
def _disk_made(call: Call) -> None:
    call.hidden["told"] = True
    call.world.job(call.item, (1.0, {"status": "ready"}), action="disk_create", entity=call.parent, secondary=call.item)


@answer("POST /linode/instances/{}/disks/{}/resize")
def _disk_resize(call: Call) -> None:
    call.world.refuse_busy(call.parent)
    call.world.job(call.item, (0.0, {"status": "not ready"}), (1.0, {"status": "ready", "size": call.given("size")}))


@answer("POST /linode/instances/{}/disks/{}/clone")
def _disk_clone(call: Call) -> bytes:
    kept = {key: call.item.body[key] for key in ("size", "filesystem")}
    copy = call.world.make("Disk", call.parent.chain, label=f"{call.item.body['label']} copy", **kept)
    return copy.encoded()


@fill("/linode/instances/{}/configs")
def _config(call: Call) -> None:
    draft = call.draft
    draft["kernel"] = draft["kernel"] or "linode/latest-64bit"
    draft["root_device"] = draft["root_device"] or "/dev/sda"
    draft["virt_mode"] = draft["virt_mode"] or "paravirt"
    draft["run_level"] = draft["run_level"] or "default"


@listing("GET /linode/instances/{}/volumes")
def _volumes(call: Call) -> list[Row]:
    return [row for row in call.world.rows("Volume") if row.body.get("linode_id") == call.item.id]


@listing("GET /linode/instances/{}/firewalls")
def _firewalls(call: Call) -> list[Row]:
    return behind(call.world, "linode", call.item.id)


@listing("GET /linode/instances/{}/nodebalancers")
def _nodebalancers(call: Call) -> list[Row]:
    mine = set(call.item.body["ipv4"])
    nodes = call.world.rows("NodeBalancerNode")
    ids = {node.chain[0] for node in nodes if str(node.body["address"]).rpartition(":")[0] in mine}
    return [row for row in call.world.rows("NodeBalancer") if str(row.id) in ids]


def behind(world: World, kind: str, identity: object) -> list[Row]:
    """Give the firewalls that a device of that kind and id is behind."""
    found = []
    for device in world.rows("FirewallDevice"):
        entity = device.body.get("entity") or {}
        if entity.get("type") == kind and entity.get("id") == identity:
            found.append(world.need("Firewall", device.chain[0]))
    return found


@after("POST /linode/instances")
def _addressed(call: Call) -> None:
    if "IPAddress" in call.world.store.resources:
        _own_address(call.world, call.item, str(call.item.body["ipv4"][0]), public=True)


def _own_address(world: World, host: Row, address: str, *, public: bool) -> Row:
    return world.make(
        "IPAddress", (), address=address, type="ipv4", public=public, linode_id=host.id, region=host.body["region"]
    )


@listing("GET /linode/instances/{}/ips")
def _addresses(call: Call) -> dict[str, object]:
    world, host = call.world, call.item
    mine = [row for row in world.rows("IPAddress") if row.body.get("linode_id") == host.id]
    if not any(row.body["address"] in host.body["ipv4"] for row in mine):  # a seeded one
        mine += [_own_address(world, host, str(each), public=True) for each in host.body["ipv4"]]
    groups: dict[str, list[Body]] = {"public": [], "private": [], "shared": [], "reserved": []}
    for row in mine:
        reserved = bool(row.body.get("reserved"))
        groups["reserved" if reserved else "public" if row.body["public"] else "private"].append(row.body)
    plain = {"gateway": "fe80::1", "subnet_mask": "ffff:ffff:ffff:ffff::", "prefix": 64, "type": "ipv6", "rdns": None}
    common = {**plain, "linode_id": host.id, "region": host.body["region"], "reserved": False, "interface_id": None}
    address = str(host.body["ipv6"]).partition("/")[0]
    slaac = {**common, "address": address, "public": True}
    local = {**common, "address": f"fe80::{host.id:x}", "public": False}
    return {"ipv4": {**groups, "vpc": []}, "ipv6": {"slaac": slaac, "link_local": local, "global": []}}


@check("POST /linode/instances/{}/ips")
def _may_allocate(call: Call) -> None:
    """Refuse as recorded in `TestInstance_AddReservedIPToInstanceVariants`."""
    address = call.given("address")
    if address is None:
        return
    if not call.given("public"):
        raise bad("Cannot reserve a private address.", "address")
    if not address:
        raise bad("Must provide a valid reserved address", "address")
    row = call.world.get("IPAddress", address)
    if row is None or not row.body.get("reserved") or row.body.get("linode_id") is not None:
        raise bad("Address must be reserved and must be currently unassigned.", "address")
    if row.body["region"] != call.item.body["region"]:
        raise bad("Address must belong to same region as linode.", "address")


@answer("POST /linode/instances/{}/ips")
def _allocate(call: Call) -> bytes:
    number = int(call.item.id) + 65_536 * (1 + len(call.item.body["ipv4"]))
    row = call.world.get("IPAddress", call.given("address"))
    if row is None:
        row = _own_address(call.world, call.item, _address(number), public=bool(call.given("public")))
    row.change(linode_id=call.item.id)
    call.item.change(ipv4=[*call.item.body["ipv4"], row.body["address"]])
    return row.encoded()


@answer("DELETE /linode/instances/{}/ips/{}")
def _release(call: Call) -> None:
    address = call.values[1]
    row = call.world.need("IPAddress", address)
    call.world.remove(row)
    call.item.change(ipv4=[each for each in call.item.body["ipv4"] if each != address])
