"""AlertEntity: an object that an alert is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.monitor.alert_definition import AlertDefinition


class AlertEntity(
    Model,
    path="/monitor/services/{monitor_service}/alert-definitions/{alert_definition}/entities",
    parent="AlertDefinition",
    verbs="list",
):
    """An object that an alert is about."""

    id: ReadOnly[int | str]
    label: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]
    alert_definition: One[AlertDefinition] = One("AlertDefinition")

    if TYPE_CHECKING:

        def __init__(
            self, session: SessionBase, id: int | str, parent: AlertDefinition | tuple[str, int], /
        ) -> None: ...
