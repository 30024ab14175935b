"""Firewalls: their rules, with version and fingerprint, and their devices."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.json_types import merged_value
from linode_orm.simulator.errors import Refused, bad, not_found
from linode_orm.simulator.firewall_devices import devices_of
from linode_orm.simulator.hooks import after, answer, check, fill, instead
from linode_orm.simulator.limits import rule_problems
from linode_orm.simulator.validate import check_part

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

CLASSES: Final = {
    "linode": "Instance",
    "nodebalancer": "NodeBalancer",
    "interface": "LinodeInterface",
    "linode_interface": "LinodeInterface",
}


def _stamped(rules: Body, version: int) -> Body:
    plain = {key: each for key, each in rules.items() if key not in {"version", "fingerprint"}}
    print_ = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:8]
    return {**plain, "version": version, "fingerprint": print_}


def _as_given(rules: Body, given: Any) -> Body:  # noqa: ANN401  JSON
    """Show only the kinds of addresses that a rule was given (`TestFirewallRules_ExtendedProtocols#0`)."""
    found = dict(rules)
    for side in ("inbound", "outbound"):
        asked = given.get(side) if isinstance(given, dict) else None
        if isinstance(asked, list):
            found[side] = [_only_named(rule, each) for rule, each in zip(rules.get(side) or (), asked, strict=False)]
    return found


def _only_named(rule: Any, given: Any) -> Any:  # noqa: ANN401  JSON
    named = given.get("addresses") if isinstance(given, dict) else None
    if not isinstance(rule, dict) or not isinstance(named, dict) or not isinstance(rule.get("addresses"), dict):
        return rule
    kept = {family: each for family, each in rule["addresses"].items() if named.get(family) is not None}
    return {**rule, "addresses": kept}


@fill("/networking/firewalls")
def _new(call: Call) -> None:
    draft = call.draft
    draft["status"] = "enabled"
    draft["rules"] = _stamped(_as_given(draft["rules"], call.given("rules")), 1)
    draft["tags"] = sorted(set(draft["tags"]))
    draft["entities"] = []


@check("POST /networking/firewalls")
def _rules_are_right(call: Call) -> None:
    rules = call.given("rules")
    wrong = list(rule_problems(rules)) if call.state.limits and isinstance(rules, dict) else []
    if wrong:
        raise Refused(*wrong)


@after("POST /networking/firewalls")
def _with_devices(call: Call) -> None:
    devices = call.given("devices")
    groups = devices if isinstance(devices, dict) else {}
    for plural, ids in groups.items():
        kind = str(plural).removesuffix("s")
        for identity in ids or ():
            call.state.make("FirewallDevice", call.item.chain, entity=_entity(call.state, kind, identity))
    _show_entities(call.state, call.item)


@after("PUT /networking/firewalls/{}")
def _switched(call: Call) -> None:
    """Tell of a firewall that is switched on or off, beside its update (API reference, "List events")."""
    status = call.item.body["status"]
    if status != call.before["status"]:
        call.state.events.add("firewall_enable" if status == "enabled" else "firewall_disable", call.item)


@instead("GET /networking/firewalls/{}/rules")
def _rules(call: Call) -> Body:
    return dict(call.state.need("Firewall", call.values[0]).body["rules"])


@instead("PUT /networking/firewalls/{}/rules")
def _rules_changed(call: Call) -> Body:
    """Replace the rules, with a new version and fingerprint (`TestFirewallRules_Update#1`)."""
    state, row = call.state, call.state.need("Firewall", call.values[0])
    field, before = row.resource.fields["rules"], row.body["rules"]
    check_part(state, "Firewall", {"rules": field}, {"rules": call.body})
    rules = _as_given(merged_value(field, before, call.body, state.now), call.body)
    row.hidden.setdefault("history", []).append(row.body)
    state.change(row, rules=_stamped(rules, int(before.get("version") or 0) + 1))
    state.events.add("firewall_rules_update", row)
    return dict(row.body["rules"])


def _target(state: AccountState, kind: str, identity: object) -> Row:
    """Return what a device names; an interface lies below its Linode."""
    name = CLASSES.get(kind)
    target = state.get(name, identity) if name and name != "LinodeInterface" else None
    if name == "LinodeInterface":
        target = next((row for row in state.rows(name) if row.id == identity), None)
    if target is None:
        raise bad(f"{kind} {identity} not found", "id")
    return target


def _entity(state: AccountState, kind: str, identity: object) -> Body:
    """Return the entity of a device; that of an interface names its Linode, too (API reference, "List devices")."""
    target = _target(state, kind, identity)
    above = None
    if target.resource.name == "LinodeInterface":
        host = state.get("Instance", target.parents[0])
        above = {**state.events.entity(host), "parent_entity": None} if host is not None else None
    return {**state.events.entity(target), "type": kind, "parent_entity": above}


def guard(state: AccountState, firewall: Row, kind: str, target: Row) -> Row:
    """Put an object behind a firewall, unless it is there."""
    for device in state.below(firewall, "FirewallDevice"):
        if (device.body["entity"]["type"], device.body["entity"]["id"]) == (kind, target.id):
            return device
    device = state.make("FirewallDevice", firewall.chain, entity=_entity(state, kind, target.id))
    _show_entities(state, firewall)
    return device


@check("POST /networking/firewalls/{}/devices")
def _may_attach(call: Call) -> None:
    for key in ("id", "type"):
        if call.given(key) is None:
            raise bad(f"{key} is required", key)
    entity = _entity(call.state, str(call.given("type")), call.given("id"))
    for device in call.state.below(call.parent, "FirewallDevice"):
        if device.body["entity"]["id"] == entity["id"] and device.body["entity"]["type"] == entity["type"]:
            raise bad("The device is already assigned to this firewall")


@fill("/networking/firewalls/{}/devices")
def _device(call: Call) -> None:
    if call.route.verb == "create":
        call.draft["entity"] = _entity(call.state, str(call.given("type")), call.given("id"))


@after("POST /networking/firewalls/{}/devices", "DELETE /networking/firewalls/{}/devices/{}")
def _devices_changed(call: Call) -> None:
    _show_entities(call.state, call.parent)


def _show_entities(state: AccountState, firewall: Row) -> None:
    firewall.change(entities=[device.body["entity"] for device in state.below(firewall, "FirewallDevice")])


@after("POST /linode/instances", "POST /nodebalancers")
def _born_behind(call: Call) -> None:
    """Attach a new Linode or NodeBalancer to the firewall that its POST names."""
    firewall = call.state.get("Firewall", call.given("firewall_id"))
    if firewall is not None:
        kind = "linode" if call.resource.name == "Instance" else "nodebalancer"
        call.state.make("FirewallDevice", firewall.chain, entity=_entity(call.state, kind, call.item.id))
        _show_entities(call.state, firewall)


@answer("PUT /linode/instances/{}/firewalls", "PUT /nodebalancers/{}/firewalls")
def _replace(call: Call) -> dict[str, object]:
    state, kind = call.state, "linode" if call.resource.name == "Instance" else "nodebalancer"
    wanted = [state.need("Firewall", identity) for identity in call.given("firewall_ids") or ()]
    for device in devices_of(state, kind, call.item.id):
        state.remove(device)
        _show_entities(state, state.need("Firewall", device.chain[0]))
    for firewall in wanted:
        state.make("FirewallDevice", firewall.chain, entity=_entity(state, kind, call.item.id))
        _show_entities(state, firewall)
    return {"data": [row.body for row in wanted], "page": 1, "pages": 1, "results": len(wanted)}


@instead("GET /networking/firewalls/{}/history")
def _history(call: Call) -> list[Body]:
    """Return the firewall as it was with each version of its rules, the newest first."""
    row = call.state.need("Firewall", call.values[0])
    return [dict(row.body), *reversed(row.hidden.get("history", []))]


@instead("GET /networking/firewalls/{}/history/rules/{}")
def _version(call: Call) -> Body:
    """Return one version of the rules, as the official library's fixture shows it."""
    for body in _history(call):
        if str(body["rules"].get("version")) == call.values[1]:
            return dict(body["rules"])
    raise not_found()


@answer("GET /networking/firewalls/{}/rules/expansion")
def _expansion(call: Call) -> Body:
    """Return the rules with those of their rule sets in place of references."""
    rules = dict(call.parent.body["rules"])
    for side in ("inbound", "outbound"):
        rules[side] = [each for rule in rules[side] or () for each in _expanded(call.state, rule)]
    return rules


def _expanded(state: AccountState, rule: Body) -> list[Body]:
    found = state.get("FirewallRuleSet", rule.get("ruleset"))
    if rule.get("ruleset") is None:
        usual = {"description": "", "ports": "", "label": "", "addresses": {"ipv4": [], "ipv6": []}}
        return [{**usual, **{key: value for key, value in rule.items() if value is not None}}]
    return list(found.body["rules"]) if found is not None else []


@fill("/networking/firewalls/rulesets")
def _ruleset(call: Call) -> None:
    call.draft.update(version=1, deleted=None, is_service_defined=False)


@after("PUT /networking/firewalls/rulesets/{}")
def _ruleset_changed(call: Call) -> None:
    call.item.change(version=int(call.item.body["version"]) + 1)


@check("DELETE /networking/firewalls/{}")
def _may_delete(call: Call) -> None:
    """Refuse while the account's settings name the firewall."""
    settings = call.state.singleton(call.state.store.resources["FirewallSettings"], ())
    if call.item.id in (settings.body.get("default_firewall_ids") or {}).values():
        raise bad("Firewall is in use as a default firewall")


@check("PUT /networking/firewalls/settings")
def _known(call: Call) -> None:
    for key, identity in (call.given("default_firewall_ids") or {}).items():
        if identity is not None and call.state.get("Firewall", identity) is None:
            raise bad("Firewall not found", f"default_firewall_ids.{key}")
