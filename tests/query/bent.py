"""A list server that a whole session can talk to, straight or bent, whose lists may move between requests."""

from __future__ import annotations

from typing import Any

from linode_orm.wire.clock import SystemClock
from linode_orm.wire.reference_data import ReferenceDataCache
from tests.session.fakes import FakeClient


class Server(FakeClient):
    """The fake list server with what else a session asks of a client.

    `collates` orders texts without regard to case; `nulls_first` puts null before everything in both directions.
    """

    workers = 4
    base_url = "https://example.com"
    read_only = False
    collates = False
    nulls_first = False

    def __init__(self, lists: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__(lists)
        self.clock = SystemClock()
        self.reference_data = ReferenceDataCache(60, self.clock)

    def close(self) -> None:
        """Nothing to close."""

    def _filtered(self, request: Any) -> list[dict[str, Any]]:
        rows = super()._filtered(request)
        order = (request.x_filter or {}).get("+order_by")
        if order and self.nulls_first and not self.ignores_order:
            rows.sort(key=lambda row: row.get(order) is not None)
        return rows

    def _key(self, value: Any) -> Any:  # type: ignore[override]  # bent by the instance
        return super()._key(value.casefold() if self.collates and isinstance(value, str) else value)
