"""VPCDefaultRanges: the address ranges that VPCs get, and those that they may not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class VPCDefaultRanges(Model, path="/vpcs/default-ranges", id=None, verbs="get"):
    """The address ranges that VPCs get, and those that they may not have."""

    default_ipv4_ranges: ReadOnly[list[str]]
    forbidden_ipv4_ranges: ReadOnly[list[str]]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
