"""Actions of Linodes: boot, resize, migrate, rebuild, clone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.effects.linode import specs_of
from linode_orm.simulator.effects.linode_addresses import allocate
from linode_orm.simulator.effects.linode_configs import configure_interfaces
from linode_orm.simulator.effects.linode_disks import copy_disks, deploy, fit_disk
from linode_orm.simulator.effects.placement import join, leave, may_join
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import answer, check

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

RUNNING: Final = ({"status": "booting"}, {"status": "running"})


def _profile(call: Call) -> Row | None:
    """Return the profile that a Linode boots: the one that is named, else the first."""
    configs = call.state.below(call.item, "Config")
    wanted = call.given("config_id")
    if wanted is None:
        return configs[0] if configs else None
    found = next((row for row in configs if row.id == wanted), None)
    if found is None:
        raise bad("Configuration profile not found", "config_id")
    return found


@answer("POST /linode/instances/{}/boot")
def _boot(call: Call) -> None:
    """Boot after the create has ended (`TestInstance_Disk_ListMultiple_Primary#2`)."""
    early, config = call.item.body["status"] == "provisioning", _profile(call)
    if not early:
        call.state.refuse_busy(call.item)
    steps = ((0.5 if early else 0.0, RUNNING[0]), (1.0, RUNNING[1]))
    call.state.job(call.item, *steps, action="linode_boot", keeps_busy=True, secondary=config)


@answer("POST /linode/instances/{}/reboot")
def _reboot(call: Call) -> None:
    call.state.refuse_busy(call.item)
    config, steps = _profile(call), ((0.0, {"status": "rebooting"}), (1.0, RUNNING[1]))
    call.state.job(call.item, *steps, action="linode_reboot", keeps_busy=True, secondary=config)


@answer("POST /linode/instances/{}/shutdown")
def _shutdown(call: Call) -> None:
    call.state.refuse_busy(call.item)
    steps = ((0.0, {"status": "shutting_down"}), (1.0, {"status": "offline"}))
    call.state.job(call.item, *steps, action="linode_shutdown", keeps_busy=True)


@answer("POST /linode/instances/{}/rescue")
def _rescue(call: Call) -> None:
    call.state.refuse_busy(call.item)
    call.state.job(call.item, (0.0, RUNNING[0]), (1.0, RUNNING[1]), action="linode_reboot", keeps_busy=True)


@check("POST /linode/instances/{}/resize")
def _may_resize(call: Call) -> None:
    """Refuse a plan whose disk is too small for the disks that there are (API reference, "Resize a Linode")."""
    plan, row = call.state.get("Type", call.given("type")), call.item
    disks = call.state.below(row, "Disk")
    used = sum(int(disk.body["size"]) for disk in disks)
    if plan is not None and used > int(plan.body["disk"]) and not call.given("allow_auto_disk_resize"):
        raise bad("Linode has more disk space allocated than the new plan allows", "type")


@answer("POST /linode/instances/{}/resize")
def _resize(call: Call) -> None:
    state, row = call.state, call.item
    state.refuse_busy(row)
    plan = call.given("type")
    if state.get("Type", plan) is None:
        raise bad("A valid plan type by that ID was not found", "type")
    if plan == row.body["type"]:
        raise bad("Linode is already running this plan", "type")
    specs = specs_of(state, str(plan))
    done = {"type": plan, "specs": specs, "status": row.body["status"]}
    fits = call.given("allow_auto_disk_resize") is True

    def grow() -> None:
        if fits:
            fit_disk(state, row, int(specs["disk"]))

    steps = ((0.0, {"status": "resizing"}), (1.0, done))
    # Cloud Manager (events/factories/linode.tsx): "A warm resize has been initiated" comes before the job
    warm = "warm_" if call.given("migration_type") == "warm" else ""
    state.events.add(f"linode_resize_{warm}create", row)
    state.job(row, *steps, action="linode_resize", keeps_busy=True, then=grow)


@check("POST /linode/instances/{}/migrate")
def _may_migrate(call: Call) -> None:
    state, region = call.state, call.given("region")
    if region is not None and state.get("Region", region) is None:
        raise bad("region is not valid", "region")
    wanted = call.given("placement_group")
    group = _group(call)
    if wanted is not None and group is None:
        raise bad("Placement group not found", "placement_group")
    if group is not None:
        may_join(state, group, str(region or call.item.body["region"]), None, "placement_group")


def _group(call: Call) -> Row | None:
    wanted = call.given("placement_group")
    return call.state.get("PlacementGroup", wanted.get("id") if isinstance(wanted, dict) else wanted)


@answer("POST /linode/instances/{}/migrate")
def _migrate(call: Call) -> None:
    """Move a Linode; a cold migration ends with it powered off (linode_api4: test_linode_initate_migration)."""
    state, row, group = call.state, call.item, _group(call)
    state.refuse_busy(row)
    region = call.given("region") or row.body["region"]
    moves = region != row.body["region"]
    # ansible_linode (instance_backup_enabled) waits for this name
    action = "linode_migrate_datacenter" if call.given("region") is not None else "linode_migrate"
    is_cold = moves and call.given("type") == "cold"
    done = {"region": region, "status": "offline" if is_cold else row.body["status"]}
    old = state.get("PlacementGroup", (row.body.get("placement_group") or {}).get("id"))
    for each, side in ((old if moves or group is not None else None, "outbound"), (group, "inbound")):
        if each is not None:
            _migrating(each, row, side)

    def arrive() -> None:
        if old is not None and (moves or group is not None):
            leave(state, old, row)
        if group is not None:
            join(state, group, row)
        for each in (old, group):
            if each is not None:
                each.change(migrations=None)

    steps = ((0.0, {"status": "migrating"}), (1.0, done))
    if action == "linode_migrate_datacenter":
        state.events.add("linode_migrate_datacenter_create", row)  # Cloud Manager: "A migration has been initiated"
    state.job(row, *steps, action=action, keeps_busy=True, then=arrive)


def _migrating(group: Row, row: Row, side: str) -> None:
    """Show at a group which Linode comes or goes (linode_api4: test_pg_migration)."""
    before = group.body.get("migrations") or {"inbound": [], "outbound": []}
    group.change(migrations={**before, side: [*before[side], {"linode_id": row.id}]})


@answer("POST /linode/instances/{}/mutate")
def _mutate(call: Call) -> None:
    state, row = call.state, call.item
    state.refuse_busy(row)
    steps = ((0.0, {"status": "migrating"}), (1.0, {"status": row.body["status"]}))
    state.events.add("linode_mutate_create", row)  # Cloud Manager: "An upgrade has been initiated"
    state.job(row, *steps, action="linode_mutate", keeps_busy=True)


@check("POST /linode/instances/{}/rebuild")
def _may_rebuild(call: Call) -> None:
    image = call.given("image")
    if image is not None and call.state.get("Image", image) is None:
        raise bad("Image is not valid", "image")


@answer("POST /linode/instances/{}/rebuild")
def _rebuild(call: Call) -> bytes:
    """Rebuild even while a disk is made (`TestInstance_TestCreateLinode...AddDiskAndRebuild#11`)."""
    state, row = call.state, call.item
    for name in ("Config", "Disk"):
        for child in state.below(row, name):
            state.remove(child)
    row.change(image=call.given("image"))
    before = {key: row.body[key] for key in ("type", "specs")}
    resized = dict(before)
    if call.given("type") is not None and state.get("Type", call.given("type")) is not None:
        resized = {"type": call.given("type"), "specs": specs_of(state, str(call.given("type")))}
    row.change(**resized)  # the disks are those of the new plan
    if call.given("disk_encryption") is not None:
        row.change(disk_encryption=call.given("disk_encryption"))
    if (call.given("metadata") or {}).get("user_data"):
        row.change(has_user_data=True)
    if row.body["image"] is not None:
        deploy(state, row, call.body)
    last = RUNNING[1] if call.given("booted") is not False else {"status": "offline"}
    # the plan is shown when it is done (`TestInstance_RebuildWithEncryption#4`)
    steps = ((0.0, {"status": "rebuilding", **before}), (1.0, {**last, **resized}))
    state.job(row, *steps, action="linode_rebuild", keeps_busy=True, secondary=state.get("Image", row.body["image"]))
    return row.encoded()


@answer("POST /linode/instances/{}/clone")
def _clone(call: Call) -> bytes:
    state, row = call.state, call.item
    given = call.given("linode_id")
    target = _copied(call) if given is None else state.need("Instance", given)
    disks = copy_disks(state, row, target, call.given("disks"))
    _copy_profiles(state, row, target, call.given("configs"), disks)
    state.job(target, (0.5, {"status": "cloning"}), (1.0, {"status": "offline"}), action="linode_clone", entity=row)
    return target.encoded()


def _copied(call: Call) -> Row:
    """Make the Linode that a clone without a target makes."""
    state, row = call.state, call.item
    label = call.given("label") or f"{row.body['label']}-clone"
    kept = {key: row.body[key] for key in ("image", "tags", "alerts", "disk_encryption", "maintenance_policy")}
    region, plan = call.given("region") or row.body["region"], call.given("type") or row.body["type"]
    target = state.make("Instance", (), **{**kept, "label": label, "region": region, "type": plan})
    backups = {**target.body["backups"], "enabled": call.given("backups_enabled") is True}
    target.change(status="provisioning", specs=specs_of(state, str(plan)), backups=backups)
    if call.given("private_ip"):
        allocate(state, target, public=False)
    group = state.get("PlacementGroup", (call.given("placement_group") or {}).get("id"))
    if group is not None:
        join(state, group, target)
    return target


def _copy_profiles(state: AccountState, source: Row, target: Row, ids: object, disks: dict[object, Row]) -> None:
    wanted = set(ids) if isinstance(ids, list) else None
    keys = ("label", "kernel", "comments", "helpers", "memory_limit", "root_device", "run_level", "virt_mode")
    for config in state.below(source, "Config"):
        if wanted is not None and config.id not in wanted:
            continue
        slots = {
            name: {"disk_id": disks[slot["disk_id"]].id, "volume_id": None}
            for name, slot in config.body["devices"].items()
            if slot and slot.get("disk_id") in disks
        }
        made = state.make("Config", target.chain, **{key: config.body[key] for key in keys}, devices=slots)
        wired = [each for each in config.body["interfaces"] or () if each["purpose"] != "vpc"]
        configure_interfaces(state, made, wired)


@answer("POST /linode/instances/{}/password")
def _password(call: Call) -> None:
    if call.item.body["status"] != "offline":
        raise bad("Linode must be powered off to reset the root password")
    call.state.job(call.item, action="password_reset")
