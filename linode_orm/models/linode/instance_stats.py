"""InstanceStats: a Linode's CPU, disk and network statistics of the last day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.linode.instance import Instance


class InstanceStatsIo(Nested):
    """What stands under `io` of an InstanceStats."""

    io: ReadOnly[list[list[float]]]
    swap: ReadOnly[list[list[float]]]


class InstanceStatsNetv4(Nested):
    """What stands under `netv4` of an InstanceStats."""

    in_: ReadOnly[list[list[float]]] = ReadOnly(key="in")
    out: ReadOnly[list[list[float]]]
    private_in: ReadOnly[list[list[float]]]
    private_out: ReadOnly[list[list[float]]]


class InstanceStats(Model, path="/linode/instances/{instance}/stats", id=None, parent="Instance", verbs="get"):
    """A Linode's CPU, disk and network statistics of the last day."""

    cpu: ReadOnly[list[list[float]]]
    io: ReadOnly[InstanceStatsIo]
    netv4: ReadOnly[InstanceStatsNetv4]
    netv6: ReadOnly[InstanceStatsNetv4]
    title: ReadOnly[str]
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Instance | int, /) -> None: ...
