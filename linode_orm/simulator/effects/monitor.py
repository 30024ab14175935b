"""Monitoring: alerts, dashboards and the metrics of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import Refused, not_found
from linode_orm.simulator.hooks import after, answer, fill, instead, listing

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

FORBIDDEN: Final = 403


# -- alerts ------------------------------------------------------------------------------------------------------------


@fill("/monitor/services/{}/alert-definitions")
def _alert(call: Call) -> None:
    draft = call.draft
    draft["service_type"] = call.parent.key
    draft.update(type="user", created_by=call.state.username, updated_by=call.state.username)
    draft["class"] = None
    draft["scope"] = draft.get("scope") or "entity"
    draft["status"] = "provisioning" if call.route.verb == "create" else "enabled"
    ids = draft.get("entity_ids") or []
    path = f"/monitor/services/{call.parent.key}/alert-definitions/{draft['id']}/entities"
    draft["entities"] = {"count": len(ids), "has_more_resources": False, "url": path}
    draft["alert_channels"] = _channels(call.state, call.given("channel_ids"))
    draft["rule_criteria"] = _named(call.state, call.parent.key, draft.get("rule_criteria"))


def _named(state: AccountState, service: str, criteria: Any) -> Any:  # noqa: ANN401  JSON
    """Name metrics and dimensions as their definitions do (`TestMonitorAlertDefinition_Clone#1`)."""
    if not isinstance(criteria, dict):
        return criteria
    metrics = {row.body["metric"]: row.body for row in state.rows("MetricDefinition") if row.parents == (service,)}
    rules = []
    for rule in criteria.get("rules") or ():
        known = metrics.get(rule.get("metric"), {})
        dimensions = {each["dimension_label"]: each["label"] for each in known.get("dimensions") or ()}
        filters = [
            {**each, "label": dimensions.get(each.get("dimension_label"), each.get("label") or "")}
            for each in rule.get("dimension_filters") or ()
        ]
        names = {key: known[key] for key in ("label", "unit") if key in known}
        rules.append({**rule, **names, "dimension_filters": filters})
    return {**criteria, "rules": rules}


def _channels(state: AccountState, ids: object) -> list[Body]:
    rows = [state.get("AlertChannel", each) for each in ids] if isinstance(ids, list) else []
    known = [row for row in rows if row is not None]
    return [
        {"id": row.id, "label": row.body["label"], "type": "alert-channels", "url": f"/monitor/alert-channels/{row.id}"}
        for row in known
    ]


@after("POST /monitor/services/{}/alert-definitions")
def _alerting(call: Call) -> None:
    call.state.job(call.item, (1.0, {"status": "enabled"}))


@after("PUT /monitor/services/{}/alert-definitions/{}")
def _alert_changed(call: Call) -> None:
    call.item.change(updated_by=call.state.username)
    if "rule_criteria" in call.body:
        call.item.change(rule_criteria=_named(call.state, call.values[0], call.item.body["rule_criteria"]))
    if "channel_ids" in call.body:
        call.item.change(alert_channels=_channels(call.state, call.given("channel_ids")))


@answer("POST /monitor/services/{}/alert-definitions/{}/clone")
def _alert_cloned(call: Call) -> bytes:
    row = call.item
    kept = {key: value for key, value in row.body.items() if key not in {"id", "created", "updated"}}
    given = {key: value for key, value in call.body.items() if key in row.body}
    label = call.given("label") or f"{row.body['label']} (copy)"
    copy = call.state.make("AlertDefinition", row.parents, **{**kept, **given, "label": label})
    copy.change(status="provisioning", alert_channels=row.body["alert_channels"])
    call.state.job(copy, (1.0, {"status": "enabled"}))
    return copy.encoded()


@instead("GET /monitor/alert-definitions")
def _all_alerts(call: Call) -> list[Row]:
    return list(call.state.rows("AlertDefinition"))


@listing("GET /monitor/services/{}/alert-definitions/{}/entities")
def _entities(call: Call) -> list[Row | Body]:
    """Return the entities of the alert, ids as strings (`TestMonitorAlertDefinitionEntities_List#1`)."""
    found: list[Row | Body] = list(call.state.below(call.parent, "AlertEntity"))
    kind = call.parent.body["service_type"]
    for each in call.parent.body.get("entity_ids") or ():
        place = _place(call.state, kind, each)
        found.append({"id": str(each), "label": f"{kind}-{each}", "type": kind, "url": f"/v4/{place}/{each}"})
    return found


def _place(state: AccountState, kind: str, identity: object) -> str:
    if kind == "dbaas":
        engine = "mysql" if state.get("MySQLDatabase", identity) is not None else "postgresql"
        return f"databases/{engine}/instances"
    return "linode/instances" if kind == "linode" else f"{kind}s"


@fill("/monitor/alert-channels")
def _channel(call: Call) -> None:
    draft = call.draft
    draft.update(type="user", created_by=call.state.username, updated_by=call.state.username)
    draft["channel_type"] = draft.get("channel_type") or "email"
    if not isinstance(draft.get("details"), dict):
        draft["details"] = {"email": {"usernames": [call.state.username], "recipient_type": "user"}}
    alerts = {"url": f"/monitor/alert-channels/{draft['id']}/alerts", "type": "alerts-definitions", "alert_count": 0}
    draft["alerts"] = alerts


@listing("GET /monitor/alert-channels/{}/alerts")
def _on_channel(call: Call) -> list[Body]:
    found = []
    for row in call.state.rows("AlertDefinition"):
        if any(each["id"] == call.item.id for each in row.body["alert_channels"]):
            kind, path = row.body["service_type"], f"/monitor/services/{row.parents[0]}/alert-definitions/{row.id}"
            found.append({"id": row.id, "label": row.body["label"], "service_type": kind, "url": path})
    return [{**each, "type": "alerts-definitions"} for each in found]


# -- services ----------------------------------------------------------------------------------------------------------


@listing("GET /monitor/services/{}/dashboards")
def _dashboards(call: Call) -> list[Row]:
    return [row for row in call.state.rows("MonitorDashboard") if row.body["service_type"] == call.item.key]


@answer("POST /monitor/services/{}/token")
def _token(call: Call) -> Body:
    """Refuse unknown ids as in `TestServiceTokenInvalidEntity_POST#0`."""
    if call.item.key == "dbaas":
        names = ("MySQLDatabase", "PostgreSQLDatabase", "Database")
        ids = call.given("entity_ids") or ()
        unknown = [each for each in ids if all(call.state.get(name, each) is None for name in names)]
        if unknown:
            reason = f"The following entity_ids are not valid - {unknown}"
            raise Refused((reason, "entity_ids"), status=FORBIDDEN)
    return {"token": f"{len(call.item.key):064x}"}


@instead("POST /monitor/services/{}/metrics")
def _metrics(call: Call) -> Body:
    """Answer as a store of time series does: one series for each entity and metric."""
    if call.state.get("MonitorService", call.values[0]) is None:
        raise not_found()
    now = int(call.state.clock.now().timestamp())
    names = [each.get("name") for each in call.given("metrics") or () if isinstance(each, dict)]
    series = [
        {"metric": {"entity_id": str(one), "metric_name": str(name)}, "values": [[now - 60, "0"], [now, "0"]]}
        for one in call.given("entity_ids") or ()
        for name in names
    ]
    stats = {"executionTimeMsec": 1, "seriesFetched": str(len(series))}
    return {"status": "success", "data": {"resultType": "matrix", "result": series}, "stats": stats, "isPartial": False}
