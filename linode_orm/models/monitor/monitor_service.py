"""MonitorService: a kind of object that can be monitored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import JSON, UNSET, Many, Model, Owner, ReadOnly, Unset, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models.monitor.alert_definition import AlertDefinition
    from linode_orm.models.monitor.metric_definition import MetricDefinition
    from linode_orm.models.monitor.monitor_dashboard import MonitorDashboard


class MonitorService(Model, path="/monitor/services", id="service_type", verbs="list get"):
    """A kind of object that can be monitored."""

    service_type: ReadOnly[Literal["dbaas"] | str]
    label: ReadOnly[str]
    alert_definitions: Many[AlertDefinition] = Many("AlertDefinition")
    metric_definitions: Many[MetricDefinition] = Many("MetricDefinition")
    dashboards: Many[MonitorDashboard] = Many("MonitorDashboard", path="dashboards")

    if TYPE_CHECKING:

        def __init__(self, session: Owner, service_type: str, /) -> None: ...

    @operation("POST", "token", answers="value")
    def token(self, *, entity_ids: Sequence[str] | Unset = UNSET) -> JSON:
        """Create a token for a service type."""
        return act(self, "token", locals())
