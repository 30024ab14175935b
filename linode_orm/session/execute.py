"""Execution: sends the steps of a plan side by side and takes their answers in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Runner
    from linode_orm.session.identity import IdentityMap
    from linode_orm.session.loading import Loader
    from linode_orm.session.plan import Plan
    from linode_orm.session.report import CommitReport, Entry
    from linode_orm.wire.client import Client


class Roster(Protocol):
    """The session's new, touched and deleted objects; execution takes out what is done. `Membership` is one."""

    new: MutableMapping[int, Model]
    touched: MutableMapping[int, Model]
    deleted: MutableMapping[int, Model]
    in_doubt: MutableMapping[int, object]

    def token(self, instance: Model) -> str:
        """Give the name by which a plan speaks of a new object: `new:3`."""
        ...


class Workspace(Protocol):
    """What execution needs of a session. `Session` is one as it stands; no other hook is called.

    A created object gets identity, parents and status, goes into `identity_map` and out of `members.new` here; a
    deleted one is detached by `loader.detach`, with everything known below it.
    """

    client: Client
    identity_map: IdentityMap
    loader: Loader
    runner: Runner
    members: Roster


Progress = "Callable[[Entry, int, int], None]"
"""Called after each step, on the session's thread: what became of it, how many are done, how many there are."""


def run(plan: Plan, session: Workspace, *, on_error: str = "stop", progress: Progress | None = None) -> CommitReport:
    """Send a plan; raise `CommitError` where a step failed."""
    raise NotImplementedError
