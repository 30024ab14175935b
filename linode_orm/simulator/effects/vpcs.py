"""VPCs and their subnets: what their labels may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import check

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call

_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+")


@check("POST /vpcs")
def _may_create(call: Call) -> None:
    if call.given("vpc_type") == "rdma" and call.given("ipv6"):
        raise bad("RDMA VPCs cannot have IPv6 ranges", "ipv6")


@check("POST /vpcs", "PUT /vpcs/{}", "POST /vpcs/{}/subnets", "PUT /vpcs/{}/subnets/{}")
def _labelled(call: Call) -> None:
    label = call.given("label")
    if label is not None and not _LABEL.fullmatch(str(label)):
        # `TestVPC_Create_Invalid#1`, which has nothing against dashes elsewhere
        raise bad("Must only use ASCII letters, numbers, and underscores", "label")
