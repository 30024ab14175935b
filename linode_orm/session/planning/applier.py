"""How `Plan.apply` reaches a session: a plan is a value far below sessions, so the top installs what applies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client

    Applier = Callable[[Plan, Client, "ApplyOptions"], CommitReport]


class ApplyOptions(NamedTuple):
    """How a plan is applied; the arguments of `Plan.apply` of the same names."""

    on_error: str = "stop"
    conflicts: str | None = None
    secrets: Mapping[str, object] | None = None
    journal: str | os.PathLike[str] | None = None
    verify: bool = False
    max_deletes: int | None = None
    policies: Iterable[Callable[[Plan], Iterable[str] | None]] = ()


_installed: list[Applier] = []


def install_applier(applier: Applier) -> None:
    """Let a function send the plans on which `apply()` is called; the package `linode_orm.session` does it once."""
    _installed[:] = [applier]


def apply(plan: Plan, client: Client, options: ApplyOptions) -> CommitReport:
    """Send a plan through the function that was installed."""
    (applier,) = _installed
    return applier(plan, client, options)
