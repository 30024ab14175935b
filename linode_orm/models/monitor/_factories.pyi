from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.mapping import JSON
from linode_orm.models.monitor.alert_channel import AlertChannel, AlertChannelAlerts, AlertChannelContent
from linode_orm.models.monitor.alert_definition import (
    AlertDefinition,
    AlertDefinitionAlertChannel,
    AlertDefinitionEntities,
    AlertDefinitionRuleCriteria,
    AlertDefinitionTriggerConditions,
)
from linode_orm.models.monitor.alert_entity import AlertEntity
from linode_orm.models.monitor.metric_definition import MetricDefinition, MetricDefinitionDimension
from linode_orm.models.monitor.monitor_dashboard import MonitorDashboard, MonitorDashboardWidget
from linode_orm.models.monitor.monitor_service import MonitorService, MonitorServiceAlert
from linode_orm.models.monitor.stream import Stream, StreamDestinationBody, StreamDetails
from linode_orm.models.monitor.stream_destination import StreamDestination, StreamDestinationDetails
from linode_orm.models.monitor.stream_destination_history import (
    StreamDestinationHistory,
    StreamDestinationHistoryDetails,
)
from linode_orm.models.monitor.stream_history import StreamHistory, StreamHistoryDestination, StreamHistoryDetails

class MonitorFactories:
    def alert_channel(
        self,
        *,
        id: int = ...,
        label: str = ...,
        alerts: AlertChannelAlerts | Mapping[str, object] = ...,
        channel_type: Literal["email"] | str = ...,
        content: AlertChannelContent | Mapping[str, object] | None = ...,
        created: datetime = ...,
        created_by: str = ...,
        details: JSON = ...,
        type: Literal["system", "user"] | str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
    ) -> AlertChannel: ...
    def alert_definition(
        self,
        *,
        monitor_service: MonitorService | str = ...,
        id: int = ...,
        label: str = ...,
        alert_channels: Sequence[AlertDefinitionAlertChannel | Mapping[str, object]] = ...,
        class_: Literal["shared", "dedicated"] | str | None = ...,
        created: datetime = ...,
        created_by: str = ...,
        description: str = ...,
        entities: AlertDefinitionEntities | Mapping[str, object] | None = ...,
        entity_ids: Sequence[str] | None = ...,
        group_by: Sequence[str] | None = ...,
        has_more_resources: bool | None = ...,
        regions: Sequence[str] = ...,
        rule_criteria: AlertDefinitionRuleCriteria | Mapping[str, object] = ...,
        scope: str = ...,
        service_type: Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str = ...,
        severity: Literal[0, 1, 2, 3] | str = ...,
        status: Literal["enabled", "disabled", "in progress", "failed", "provisioning"] | str = ...,
        trigger_conditions: AlertDefinitionTriggerConditions | Mapping[str, object] = ...,
        type: Literal["user", "system"] | str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
    ) -> AlertDefinition: ...
    def alert_entity(
        self,
        *,
        alert_definition: AlertDefinition | tuple[str, int] = ...,
        id: int | str = ...,
        label: str = ...,
        type: str = ...,
        url: str = ...,
    ) -> AlertEntity: ...
    def metric_definition(
        self,
        *,
        monitor_service: MonitorService | str = ...,
        metric: str = ...,
        label: str = ...,
        available_aggregate_functions: Sequence[Literal["min", "max", "avg", "sum", "rate", "increase"] | str] = ...,
        dimensions: Sequence[MetricDefinitionDimension | Mapping[str, object]] = ...,
        is_alertable: bool = ...,
        metric_type: Literal["counter", "histogram", "gauge", "summary"] | str = ...,
        scrape_interval: str = ...,
        unit: Literal[
            "%", "Bytes", "sec", "bps", "msec", "Bps", "KB", "MB", "GB", "rate", "percentile", "ratio", "OPS", "IOPS"
        ]
        | str = ...,
    ) -> MetricDefinition: ...
    def monitor_dashboard(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        description: str | None = ...,
        group_by: Sequence[str] = ...,
        service_type: Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str = ...,
        type: Literal["standard"] | str = ...,
        updated: datetime = ...,
        widgets: Sequence[MonitorDashboardWidget | Mapping[str, object]] = ...,
    ) -> MonitorDashboard: ...
    def monitor_service(
        self,
        *,
        service_type: Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str = ...,
        label: str = ...,
        alert: MonitorServiceAlert | Mapping[str, object] | None = ...,
    ) -> MonitorService: ...
    def stream(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        created_by: str = ...,
        destinations: Sequence[StreamDestinationBody | Mapping[str, object]] = ...,
        details: StreamDetails | Mapping[str, object] | None = ...,
        status: str = ...,
        type: str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
        version: int = ...,
    ) -> Stream: ...
    def stream_destination(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        created_by: str = ...,
        details: StreamDestinationDetails | Mapping[str, object] = ...,
        status: str = ...,
        type: Literal["akamai_object_storage", "custom_https"] | str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
        version: int = ...,
    ) -> StreamDestination: ...
    def stream_destination_history(
        self,
        *,
        stream_destination: StreamDestination | int = ...,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        created_by: str = ...,
        details: StreamDestinationHistoryDetails | Mapping[str, object] = ...,
        status: str = ...,
        type: str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
        version: int = ...,
    ) -> StreamDestinationHistory: ...
    def stream_history(
        self,
        *,
        stream: Stream | int = ...,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        created_by: str = ...,
        destinations: Sequence[StreamHistoryDestination | Mapping[str, object]] = ...,
        details: StreamHistoryDetails | Mapping[str, object] | None = ...,
        status: str = ...,
        type: str = ...,
        updated: datetime = ...,
        updated_by: str = ...,
        version: int = ...,
    ) -> StreamHistory: ...
