"""Interfaces of configuration profiles, which are part of the profile's body and objects of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

FEWEST: Final = 8  # slots that every configuration answers


@fill("/linode/instances/{}/configs")
def _config(call: Call) -> None:
    draft = call.draft
    draft["kernel"] = draft["kernel"] or "linode/latest-64bit"
    draft["root_device"] = draft["root_device"] or "/dev/sda"
    draft["virt_mode"] = draft["virt_mode"] or "paravirt"
    draft["run_level"] = draft["run_level"] or "default"
    draft["devices"] = _devices(call, draft.get("devices"))


def _devices(call: Call, given: object) -> Body:
    """Return the first eight slots, and those up to the last given (`TestInstance_Config_VolumeLimitExtension#11`)."""
    slots = given if isinstance(given, dict) else {}
    names = list(call.resource.fields["devices"].codec.json_type.fields)
    used = max((at for at, name in enumerate(names, 1) if slots.get(name)), default=0)
    shown: Body = dict.fromkeys(names[: max(FEWEST, used)])
    return shown | {key: _slot(value) for key, value in slots.items() if key in shown or value}


def _slot(given: object) -> Body | None:
    return {"disk_id": None, "volume_id": None, **given} if isinstance(given, dict) else None


@check("POST /linode/instances/{}/configs", "PUT /linode/instances/{}/configs/{}")
def _may_configure(call: Call) -> None:
    for each in call.given("interfaces") or ():
        _subnet(call.state, each.get("subnet_id") if isinstance(each, dict) else None)


def _subnet(state: AccountState, identity: object) -> Row | None:
    found = [row for row in state.rows("VPCSubnet") if row.id == identity]
    if identity is not None and not found:
        raise bad("Subnet not found", "subnet_id")
    return found[0] if found else None


@after("POST /linode/instances/{}/configs", "PUT /linode/instances/{}/configs/{}")
def _configured(call: Call) -> None:
    """Make an object of each interface in the body, with an id (`TestInstance_ConfigInterfaces_List#4`)."""
    state, row = call.state, call.item
    if call.before and isinstance(call.given("devices"), dict):
        row.change(devices=_devices(call, call.given("devices") or call.before["devices"]))
    wanted = call.given("interfaces")
    if wanted is None or "ConfigInterface" not in state.store.resources:
        return
    for child in state.below(row, "ConfigInterface"):
        state.store.drop(child)
    for each in wanted:
        state.make("ConfigInterface", row.chain, **{key: value for key, value in each.items() if key != "id"})
    _show(state, row)


def _show(state: AccountState, config: Row) -> None:
    config.change(interfaces=[child.body for child in state.below(config, "ConfigInterface")])


@fill("/linode/instances/{}/configs/{}/interfaces")
def _interface(call: Call) -> None:
    """Complete the fields that go with the purpose (`TestInstance_ConfigInterface_Update#4`)."""
    draft = call.draft
    draft["primary"], draft["active"] = bool(draft.get("primary")), False
    if draft.get("purpose") != "vlan":
        draft.update(label=None, ipam_address=None)
    if draft.get("purpose") != "vpc":
        draft.update(subnet_id=None, vpc_id=None, ipv4=None, ip_ranges=None, ipv6=None)
        return
    subnet = _subnet(call.state, draft.get("subnet_id"))
    draft["vpc_id"] = int(subnet.parents[0]) if subnet is not None else draft.get("vpc_id")
    draft["ipv4"] = _addresses(draft.get("ipv4") or {}, subnet)
    draft["ip_ranges"] = draft.get("ip_ranges") or []
    draft["ipv6"] = None if not (draft.get("ipv6") or {}).get("slaac") else draft["ipv6"]


def _addresses(given: Body, subnet: Row | None) -> Body:
    network = str(subnet.body.get("ipv4") or "10.0.0.0/24") if subnet is not None else "10.0.0.0/24"
    first = f"{network.partition('/')[0].rpartition('.')[0]}.2"
    outside = given.get("nat_1_1")
    return {"vpc": given.get("vpc") or first, "nat_1_1": "203.0.113.77" if outside == "any" else outside or None}


@after(
    "POST /linode/instances/{}/configs/{}/interfaces",
    "PUT /linode/instances/{}/configs/{}/interfaces/{}",
    "DELETE /linode/instances/{}/configs/{}/interfaces/{}",
)
def _shown(call: Call) -> None:
    row = call.item
    if row.body.get("purpose") == "vpc" and row.body.get("ipv4") and not row.gone:
        row.change(ipv4=_addresses(row.body["ipv4"], _subnet(call.state, row.body.get("subnet_id"))))
    _show(call.state, call.parent)


@answer("POST /linode/instances/{}/configs/{}/interfaces/order")
def _order(call: Call) -> None:
    state, config = call.state, call.item
    table = state.store.table(state.store.resources["ConfigInterface"], config.chain)
    wanted: list[Any] = [str(each) for each in call.given("ids") or ()]
    if set(wanted) != set(table.rows):
        raise bad("Must name every interface of the configuration profile", "ids")
    table.rows = {key: table.rows[key] for key in wanted}
    _show(state, config)
