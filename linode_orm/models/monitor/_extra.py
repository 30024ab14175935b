"""What kinds of monitored objects have beyond their fields: the measured values, which lie on a host of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.errors import ResponseError
from linode_orm.mapping import UNSET, Model, Nested, ReadOnly, act, operation
from linode_orm.mapping.addressing import quoted
from linode_orm.models._files import client_of
from linode_orm.wire import Request
from linode_orm.wire.config import DEFAULT_URL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.mapping import JSON, Unset
    from linode_orm.models.monitor.monitor_service import MonitorToken


HOST: Final = "https://monitor-api.linode.com/v2beta"
"""Where the values lie; `POST /monitor/services/{type}/token` gives the token for it."""


class MetricSeries(Nested):
    """The values of one metric of one object: pairs of a moment in seconds and a number as text."""

    metric: ReadOnly[dict[str, JSON]]
    values: ReadOnly[list[list[float | str]]]


class MetricData(Nested):
    """What was measured."""

    result: ReadOnly[list[MetricSeries]]
    result_type: ReadOnly[str] = ReadOnly(key="resultType")


class MetricStats(Nested):
    """What it took to find the values."""

    execution_time_msec: ReadOnly[int | str | None] = ReadOnly(key="executionTimeMsec", absent=True)
    series_fetched: ReadOnly[int | str | None] = ReadOnly(key="seriesFetched", absent=True)


class MetricsResult(Nested):
    """The answer to a question for metrics."""

    data: ReadOnly[MetricData]
    is_partial: ReadOnly[bool | None] = ReadOnly(key="isPartial", absent=True)
    stats: ReadOnly[MetricStats | None] = ReadOnly(absent=True)
    status: ReadOnly[str]


class Metrics(Model):
    """The values measured on objects of one kind."""

    if TYPE_CHECKING:
        service_type: ReadOnly[str]

    @operation("POST", "metrics", answers="value", gives=MetricsResult, idempotent=True)
    def metrics(
        self,
        *,
        entity_ids: Sequence[int],
        metrics: Sequence[Mapping[str, str]],
        filters: Sequence[Mapping[str, str]] | Unset = UNSET,
        absolute_time_duration: Mapping[str, str] | Unset = UNSET,
        relative_time_duration: Mapping[str, int | str] | Unset = UNSET,
        time_granularity: Mapping[str, int | str] | Unset = UNSET,
    ) -> MetricsResult:
        """Read what was measured on these objects: 2 requests, one of them for the token that the other needs."""
        given = {name: each for name, each in locals().items() if name != "self" and each is not UNSET}
        token: MonitorToken = act(self, "token", {"entity_ids": entity_ids})
        answer = _ask(self, self.service_type, token.token, given)
        return MetricsResult.__hydrate__(answer, None, "")


def _ask(metrics: Metrics, service: str, token: str, body: Mapping[str, object]) -> dict[str, object]:
    client = client_of(metrics)
    path = f"/monitor/services/{quoted(service)}/metrics"
    base = (
        HOST if client.base_url == DEFAULT_URL else f"{client.base_url}/v4"
    )  # another API has everything in one place
    answer = client.send(
        Request("POST", path, body=dict(body), idempotent=True, url=f"{base}{path}", token=token)
    ).json()
    if not isinstance(answer, dict):
        msg = f"POST {path}: an object was expected, not {type(answer).__name__}"
        raise ResponseError(msg)
    return {**answer}
