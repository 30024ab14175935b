"""The options of a client, typed for callers that pass them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.request_hooks import AfterHook, BeforeHook


class Options(TypedDict, total=False):
    """What `Client` takes beside a token and the network."""

    base_url: str | None
    workers: int
    timeout: float
    deadline: float
    max_request_lifetime: float | None
    settle: float | None
    read_only: bool
    profile: str | None
    clock: Clock | None
    catalogue_ttl: float
    before: Sequence[BeforeHook]
    after: Sequence[AfterHook]
    budget: bool | str | None
    processes: int | None
