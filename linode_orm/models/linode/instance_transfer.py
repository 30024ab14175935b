"""InstanceTransfer: a Linode's network traffic of this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.linode.instance import Instance


class InstanceTransfer(Model, path="/linode/instances/{instance}/transfer", id=None, parent="Instance", verbs="get"):
    """A Linode's network traffic of this month."""

    billable: ReadOnly[int]
    quota: ReadOnly[int]
    used: ReadOnly[int] = ReadOnly(volatile=True)
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Instance | int, /) -> None: ...
