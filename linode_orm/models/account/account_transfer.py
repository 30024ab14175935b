"""AccountTransfer: the network traffic of the account this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class AccountTransferRegionTransfer(Nested):
    """What stands under `region_transfers` of an AccountTransfer."""

    id: ReadOnly[str]
    billable: ReadOnly[int]
    quota: ReadOnly[int]
    used: ReadOnly[int] = ReadOnly(volatile=True)


class AccountTransfer(Model, path="/account/transfer", id=None, verbs="get"):
    """The network traffic of the account this month."""

    billable: ReadOnly[int]
    quota: ReadOnly[int]
    region_transfers: ReadOnly[list[AccountTransferRegionTransfer]] = ReadOnly(rows_of="Region")
    used: ReadOnly[int] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
