"""LinodeInterfaceHistory: an earlier state of a Linode's interface."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.linode.linode_interface import LinodeInterface


class LinodeInterfaceHistory(
    Model,
    path="/linode/instances/{instance}/interfaces/history",
    id="interface_history_id",
    parent="Instance",
    verbs="list",
):
    """An earlier state of a Linode's interface."""

    interface_history_id: ReadOnly[int] = ReadOnly(filterable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    interface_data: ReadOnly[str]
    interface_id: ReadOnly[int] = ReadOnly(filterable=True)
    interface: One[LinodeInterface] = One("LinodeInterface", via="interface_id")
    linode_id: ReadOnly[int] = ReadOnly(filterable=True, refers="Instance")
    version: ReadOnly[int] = ReadOnly(filterable=True)
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, interface_history_id: int, parent: Instance | int, /) -> None: ...
