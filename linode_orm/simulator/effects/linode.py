"""Linodes: their jobs and statuses, and the objects that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.effects.linode_addresses import address_of
from linode_orm.simulator.effects.linode_configs import check_interfaces
from linode_orm.simulator.effects.linode_disks import deploy
from linode_orm.simulator.effects.linode_interfaces import check_linode_interfaces
from linode_orm.simulator.effects.placement import join, leave, may_join, shown_group
from linode_orm.simulator.errors import Refused, bad
from linode_orm.simulator.firewall_devices import behind, devices_of
from linode_orm.simulator.hooks import after, check, fill, listing

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

# The part of the job time that a Linode without an image takes (docs/api-notes.md#provisioning-times).
BARE: Final = 0.22
# One of these is needed with an image (`TestInstance_TestExpectedErrorIfFieldsAuthorizedUsersAuthorizedKeys...#1`).
_WAYS_IN: Final = ("root_pass", "authorized_keys", "authorized_users")


def specs_of(state: AccountState, plan: str) -> Body:
    """Return the resources of a plan."""
    row = state.get("Type", plan)
    body = row.body if row is not None else {"disk": 25600, "memory": 1024, "vcpus": 1, "transfer": 1000, "gpus": 0}
    shown = ("disk", "memory", "vcpus", "transfer", "gpus")
    return {**{key: body.get(key, 0) for key in shown}, "accelerated_devices": 0}


@fill("/linode/instances")
def _new(call: Call) -> None:
    draft, number, state = call.draft, int(call.draft["id"]), call.state
    draft["label"] = draft["label"] or f"linode{number}"
    draft["group"] = draft.get("group") or ""
    draft["hypervisor"] = "kvm"
    draft["host_uuid"] = f"{number:040x}"
    draft["has_user_data"] = bool((call.hidden.get("metadata") or {}).get("user_data"))
    draft["ipv4"] = [address_of(number)]
    draft["ipv6"] = f"2001:db8::{number:x}/128"
    draft["specs"] = specs_of(state, str(draft["type"]))
    draft["alerts"] = _alerts(int(draft["specs"]["vcpus"]))
    draft["watchdog_enabled"] = True
    draft["tags"] = sorted(set(draft["tags"]))
    draft["backups"] = {**draft["backups"], "schedule": {"day": None, "window": None}, "last_successful": None}
    settings = account_settings(state)
    if draft.get("maintenance_policy") is None:
        draft["maintenance_policy"] = settings.get("maintenance_policy") or "linode/migrate"
    place = state.get("Region", draft["region"])
    if place is not None:  # `TestFirewallDevice_Delete#1`: what the region can do
        draft["capabilities"] = [each for each in draft["capabilities"] if each in place.body["capabilities"]]
    group = state.get("PlacementGroup", (draft.get("placement_group") or {}).get("id"))
    draft["placement_group"] = shown_group(group) if group is not None else None
    if call.route.verb == "create":
        enabled = call.hidden.get("backups_enabled")
        draft["status"] = "provisioning"
        draft["backups"] = {
            **draft["backups"],
            "enabled": bool(settings.get("backups_enabled") if enabled is None else enabled),
            "available": False,
        }


def _alerts(processors: int) -> Body:
    """Return the first alerts: 90 % of each processor (`TestInstance_MaintenancePolicy#5`)."""
    usual = {"io": 10000, "network_in": 10, "network_out": 10, "transfer_quota": 80}
    return {"cpu": 90 * processors, **usual, "system_alerts": [], "user_alerts": []}


def account_settings(state: AccountState) -> Body:
    """Return the settings of the account."""
    resource = state.store.resources.get("AccountSettings")
    return state.singleton(resource, ()).body if resource is not None else {}


@check("POST /linode/instances")
def _may_create(call: Call) -> None:
    """Refuse all at once, the type first (linode_api4: test_error_400)."""
    state = call.state
    wrong = []
    if state.get("Type", call.given("type")) is None:
        wrong.append(("A valid plan type by that ID was not found", "type"))
    if state.get("Region", call.given("region")) is None:
        wrong.append(("region is not valid", "region"))
    image = call.given("image")
    if image is not None and state.get("Image", image) is None:
        wrong.append(("Image is not valid", "image"))
    if wrong:
        raise Refused(*wrong)
    _check_policy(call)
    if image is not None and not any(call.given(key) for key in _WAYS_IN):
        raise bad("Must provide valid root_pass, authorized_keys, or authorized_users")
    if _is_new_generation(call):
        check_linode_interfaces(state, call.given("interfaces"))
    else:
        check_interfaces(state, call.given("interfaces"))
    group = state.get("PlacementGroup", (call.given("placement_group") or {}).get("id"))
    if group is not None:
        may_join(state, group, str(call.given("region")), None, "placement_group.id")


def _is_new_generation(call: Call) -> bool:
    """Whether the Linode has interfaces of its own, by its body or by the account's settings."""
    wanted = call.given("interface_generation")
    if wanted is None and call.given("interfaces"):
        return not any("purpose" in each for each in call.given("interfaces") if isinstance(each, dict))
    return bool(wanted == "linode")


@check("PUT /linode/instances/{}")
def _check_policy(call: Call) -> None:
    policy = call.given("maintenance_policy")
    if policy is not None and "/" not in str(policy):
        raise bad("Unsupported maintenance policy slug format.", "maintenance_policy")


@after("POST /linode/instances")
def _created(call: Call) -> None:
    state, row = call.state, call.item
    call.hidden["has_event"] = True
    row.hidden.pop("interfaces", None)
    if _is_new_generation(call):
        row.change(interface_generation="linode")
    group = state.get("PlacementGroup", (row.body.get("placement_group") or {}).get("id"))
    if group is not None:
        join(state, group, row)
    image = row.body["image"]
    restored = state.get("Instance", None) if call.given("backup_id") is None else row
    if image is None and restored is None:
        state.job(row, (1.0, {"status": "offline"}), action="linode_create", keeps_busy=True, share=BARE)
        return
    config = deploy(state, row, call.body)
    booted = row.hidden.get("booted", True) is not False
    last = {"status": "running"} if booted else {"status": "offline"}
    state.job(
        row,
        (0.5, {"status": "booting" if booted else "provisioning"}),
        (1.0, last),
        action="linode_create",
        keeps_busy=True,
        secondary=state.get("Image", image),
        event_share=0.5 if booted else 1.0,
    )
    if booted:
        state.events.add("linode_boot", row, secondary=config, begins=0.5 * state.job_seconds, lasts=state.job_seconds)


@after("DELETE /linode/instances/{}")
def _deleted(call: Call) -> None:
    let_go(call.state, call.item)


def let_go(state: AccountState, gone: Row) -> None:
    """Take a Linode that was deleted out of what it was part of: volumes, firewalls, placement groups."""
    for volume in list(state.rows("Volume")):
        if volume.body.get("linode_id") == gone.id:
            state.change(volume, linode_id=None, linode_label=None)
    for device in devices_of(state, "linode", gone.id):
        state.remove(device)
    for group in list(state.rows("PlacementGroup")):
        leave(state, group, gone)


@after("PUT /linode/instances/{}")
def _renamed(call: Call) -> None:
    for volume in list(call.state.rows("Volume")):
        if volume.body.get("linode_id") == call.item.id:
            volume.change(linode_label=call.item.body["label"])


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
