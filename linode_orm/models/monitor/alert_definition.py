"""AlertDefinition: when an alert is raised."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    UNSET,
    Field,
    Fixed,
    Many,
    Model,
    Nested,
    One,
    ReadOnly,
    SessionBase,
    Unset,
    WriteOnly,
    act,
    operation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.mapping.query import Query
    from linode_orm.models.monitor.alert_entity import AlertEntity
    from linode_orm.models.monitor.monitor_service import MonitorService


class AlertDefinitionAlertChannel(Nested):
    """What stands under `alert_channels` of an AlertDefinition."""

    id: ReadOnly[int] = ReadOnly(refers="AlertChannel")
    label: ReadOnly[str]
    type: ReadOnly[Literal["email", "alert-channels"] | str]
    url: ReadOnly[str] = ReadOnly(format="url")


class AlertDefinitionEntities(Nested):
    """What stands under `entities` of an AlertDefinition."""

    count: ReadOnly[int]
    has_more_resources: ReadOnly[bool]
    url: ReadOnly[str]


class AlertDefinitionRuleCriteria(Nested):
    """What stands under `rule_criteria` of an AlertDefinition."""

    rules: Field[list[AlertDefinitionRuleCriteriaRule]]


class AlertDefinitionRuleCriteriaRule(Nested):
    """What stands under `rule_criteria.rules` of an AlertDefinition."""

    label: ReadOnly[str]
    aggregate_function: Field[Literal["avg", "sum", "min", "max"] | str]
    dimension_filters: Field[list[AlertDefinitionRuleCriteriaRulesDimensionFilter]]
    metric: Field[str]
    operator: Field[Literal["eq", "gt", "lt", "gte", "lte"] | str]
    threshold: Field[float] = Field(format="float")
    unit: ReadOnly[
        Literal["number", "byte", "second", "percent", "bit_per_second", "millisecond", "KB", "MB", "GB"] | str
    ]


class AlertDefinitionRuleCriteriaRulesDimensionFilter(Nested):
    """What stands under `rule_criteria.rules.dimension_filters` of an AlertDefinition."""

    label: ReadOnly[str]
    dimension_label: Field[str]
    operator: Field[Literal["eq", "neq", "startswith", "endswith"] | str]
    value: Field[str]


class AlertDefinitionTriggerConditions(Nested):
    """What stands under `trigger_conditions` of an AlertDefinition."""

    criteria_condition: Field[Literal["ALL"] | str]
    evaluation_period_seconds: Field[int]
    polling_interval_seconds: Field[int]
    trigger_occurrences: Field[int]


class AlertDefinition(
    Model,
    path="/monitor/services/{monitor_service}/alert-definitions",
    parent="MonitorService",
    parent_keys=("service_type",),
):
    """When an alert is raised."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    alert_channels: ReadOnly[list[AlertDefinitionAlertChannel]] = ReadOnly(rows_of="AlertChannel")
    channel_ids: WriteOnly[list[int]] = WriteOnly(required=True, unordered=True, refers="AlertChannel", update=True)
    class_: ReadOnly[Literal["shared", "dedicated"] | str | None] = ReadOnly(key="class")
    created: ReadOnly[datetime]
    created_by: ReadOnly[str]
    description: Field[str]
    entities: ReadOnly[AlertDefinitionEntities | None] = ReadOnly(absent=True)
    entity_ids: Field[list[str] | None] = Field(absent=True, unordered=True, refers="*")
    group_by: Field[list[str] | None] = Field(absent=True)
    has_more_resources: ReadOnly[bool | None] = ReadOnly(absent=True)
    regions: Field[list[str]]
    rule_criteria: Field[AlertDefinitionRuleCriteria] = Field(required=True)
    scope: Fixed[str]
    service_type: ReadOnly[Literal["dbaas", "linode", "nodebalancer", "firewall", "objectstorage", "logs"] | str]
    severity: Field[Literal[0, 1, 2, 3] | str] = Field(required=True)
    status: Field[Literal["enabled", "disabled", "in progress", "failed", "provisioning"] | str] = Field(
        filterable=True, volatile=True, create=False
    )
    trigger_conditions: Field[AlertDefinitionTriggerConditions] = Field(required=True)
    type: ReadOnly[Literal["user", "system"] | str] = ReadOnly(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updated_by: ReadOnly[str]
    monitor_service: One[MonitorService] = One("MonitorService")
    entity_list: Many[AlertEntity] = Many("AlertEntity")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: MonitorService | str, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            channel_ids: Sequence[int],
            rule_criteria: AlertDefinitionRuleCriteria | Mapping[str, object],
            severity: Literal[0, 1, 2, 3] | str,
            trigger_conditions: AlertDefinitionTriggerConditions | Mapping[str, object],
            monitor_service: MonitorService | str = ...,
            description: str = ...,
            entity_ids: Sequence[str] | None = ...,
            group_by: Sequence[str] | None = ...,
            regions: Sequence[str] = ...,
            scope: str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @classmethod
    @operation("GET", "/monitor/alert-definitions", answers="query:AlertDefinition", scope="collection")
    def of_all_services(cls, session: SessionBase, /) -> Query[AlertDefinition]:
        """Give a query over the alert definitions of all services, in one list."""
        return act(cls, "of_all_services", locals())

    @operation("POST", "clone", answers="AlertDefinition")
    def clone(
        self,
        *,
        label: str,
        channel_ids: Sequence[int] | Unset = UNSET,
        description: str | Unset = UNSET,
        entity_ids: Sequence[str] | Unset = UNSET,
        group_by: Sequence[str] | Unset = UNSET,
        regions: Sequence[str] | Unset = UNSET,
        rule_criteria: Mapping[str, object] | Unset = UNSET,
        severity: int | Unset = UNSET,
        trigger_conditions: Mapping[str, object] | Unset = UNSET,
    ) -> AlertDefinition:
        """Clone an alert definition."""
        return act(self, "clone", locals())
