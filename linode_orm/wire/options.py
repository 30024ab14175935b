"""The options of a client, as those take them who make one for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.watch import After, Before


class Options(TypedDict, total=False):
    """What `Client` takes beside a token and the network."""

    base_url: str | None
    workers: int
    timeout: float
    deadline: float
    settle: float | None
    read_only: bool
    profile: str | None
    clock: Clock | None
    catalogue_ttl: float
    before: Sequence[Before]
    after: Sequence[After]
    budget: bool | str | None
    processes: int | None
