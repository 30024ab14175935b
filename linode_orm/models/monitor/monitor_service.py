"""MonitorService: a kind of object that can be monitored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import UNSET, Many, Nested, ReadOnly, SessionBase, Unset, act, operation
from linode_orm.models.monitor._extra import Metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models.monitor.alert_definition import AlertDefinition
    from linode_orm.models.monitor.metric_definition import MetricDefinition
    from linode_orm.models.monitor.monitor_dashboard import MonitorDashboard


class MonitorServiceAlert(Nested):
    """What stands under `alert` of a MonitorService."""

    evaluation_period_seconds: ReadOnly[list[int]]
    polling_interval_seconds: ReadOnly[list[int]]
    scope: ReadOnly[list[str]]


class MonitorToken(Nested):
    """What `token()` of a MonitorService answers."""

    token: ReadOnly[str]


class MonitorService(Metrics, path="/monitor/services", id="service_type", verbs="list get"):
    """A kind of object that can be monitored."""

    service_type: ReadOnly[Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str]
    label: ReadOnly[str]
    alert: ReadOnly[MonitorServiceAlert | None] = ReadOnly(absent=True)
    alert_definitions: Many[AlertDefinition] = Many("AlertDefinition")
    metric_definitions: Many[MetricDefinition] = Many("MetricDefinition")
    dashboards: Many[MonitorDashboard] = Many("MonitorDashboard", path="dashboards")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, service_type: str, /) -> None: ...

    @operation("POST", "token", answers="value", gives=MonitorToken)
    def token(self, *, entity_ids: Sequence[int] | Unset = UNSET) -> MonitorToken:
        """Create a token for a service type."""
        return act(self, "token", locals())
