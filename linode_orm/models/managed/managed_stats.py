"""ManagedStats: statistics of managed Linodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ManagedStatsData(Nested):
    """What stands under `data` of a ManagedStats."""

    cpu: ReadOnly[list[ManagedStatsDataCpu]]
    disk: ReadOnly[list[ManagedStatsDataCpu]]
    net_in: ReadOnly[list[ManagedStatsDataCpu]]
    net_out: ReadOnly[list[ManagedStatsDataCpu]]
    swap: ReadOnly[list[ManagedStatsDataCpu]]


class ManagedStatsDataCpu(Nested):
    """What stands under `data.cpu` of a ManagedStats."""

    x: ReadOnly[int]
    y: ReadOnly[int]


class ManagedStats(Model, path="/managed/stats", id=None, verbs="get"):
    """Statistics of managed Linodes."""

    data: ReadOnly[ManagedStatsData]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
