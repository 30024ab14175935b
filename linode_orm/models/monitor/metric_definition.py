"""MetricDefinition: a metric that can be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.monitor_service import MonitorService


class MetricDefinitionDimension(Nested):
    """What stands under `dimensions` of a MetricDefinition."""

    label: ReadOnly[str]
    dimension_label: ReadOnly[str]
    values: ReadOnly[list[str]]


class MetricDefinition(
    Model,
    path="/monitor/services/{monitor_service}/metric-definitions",
    id="metric",
    parent="MonitorService",
    verbs="list",
):
    """A metric that can be watched."""

    metric: ReadOnly[str]
    label: ReadOnly[str]
    available_aggregate_functions: ReadOnly[list[Literal["min", "max", "avg", "sum", "rate", "increase"] | str]]
    dimensions: ReadOnly[list[MetricDefinitionDimension]]
    is_alertable: ReadOnly[bool] = ReadOnly(filterable=True)
    metric_type: ReadOnly[Literal["counter", "histogram", "gauge", "summary"] | str]
    scrape_interval: ReadOnly[str]
    unit: ReadOnly[
        Literal[
            "%", "Bytes", "sec", "bps", "msec", "Bps", "KB", "MB", "GB", "rate", "percentile", "ratio", "OPS", "IOPS"
        ]
        | str
    ]
    monitor_service: One[MonitorService] = One("MonitorService")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, metric: str, parent: MonitorService | str, /) -> None: ...
