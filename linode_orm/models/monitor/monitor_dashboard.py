"""MonitorDashboard: a dashboard of metrics."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class MonitorDashboardWidget(Nested):
    """What stands under `widgets` of a MonitorDashboard."""

    label: ReadOnly[str]
    aggregate_function: ReadOnly[Literal["min", "max", "avg", "sum", "rate"] | str]
    chart_type: ReadOnly[Literal["line", "area"] | str]
    color: ReadOnly[str]
    description: ReadOnly[str | None]
    filters: ReadOnly[list[MonitorDashboardWidgetsFilter] | None] = ReadOnly(absent=True)
    group_by: ReadOnly[list[str] | None] = ReadOnly(absent=True)
    metric: ReadOnly[str]
    size: ReadOnly[Literal[6, 12] | str]
    unit: ReadOnly[
        Literal[
            "%",
            "Bytes",
            "sec",
            "bps",
            "msec",
            "Bps",
            "KB",
            "MB",
            "GB",
            "rate",
            "percentile",
            "ratio",
            "OPS",
            "IOPS",
            "Count",
            "Kbps",
            "ms",
            "sessions/s",
        ]
        | str
    ]
    widget_grouping: ReadOnly[str | None] = ReadOnly(absent=True)
    y_label: ReadOnly[str]


class MonitorDashboardWidgetsFilter(Nested):
    """What stands under `widgets.filters` of a MonitorDashboard."""

    dimension_label: ReadOnly[str]
    operator: ReadOnly[str]
    value: ReadOnly[str]


class MonitorDashboard(Model, path="/monitor/dashboards", verbs="list get"):
    """A dashboard of metrics."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    created: ReadOnly[datetime]
    description: ReadOnly[str | None] = ReadOnly(absent=True)
    group_by: ReadOnly[list[str]]
    service_type: ReadOnly[Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str]
    type: ReadOnly[Literal["standard"] | str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    widgets: ReadOnly[list[MonitorDashboardWidget]]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
