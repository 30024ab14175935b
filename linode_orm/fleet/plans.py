"""What workers do for plans: save that of a change, and apply a saved one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from linode_orm.fleet.worker_call import imported
from linode_orm.session.planning.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.fleet.item import WorkItem
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.session.verbs.session import Session
    from linode_orm.wire.client import Client


def plan_into(
    session: Session, path: str, change: str | Callable[..., object], arguments: tuple[object, ...]
) -> str | None:
    """Make a change in a session, and save the plan of its commit; return the path, None for no change."""
    function = imported(change) if isinstance(change, str) else change
    function(session, *arguments)
    plan = session.plan()
    session.rollback()
    if not len(plan):
        Path(path).unlink(missing_ok=True)  # that of an earlier run
        return None
    Path(f"{path}.applied").unlink(missing_ok=True)
    plan.save(path)
    return path


def why_not_applied(item: WorkItem) -> str:
    """Return why the plan of an item is not to be applied, an empty text if it is."""
    return "the plan was applied before" if Path(f"{item.plan}.applied").exists() else ""


def apply_file(item: WorkItem, client: Client) -> CommitReport:
    """Apply the plan of an item with the options in its arguments, written down in its journal."""
    options: dict[str, Any] = dict(item.arguments)
    return Plan.load(str(item.plan)).apply(client, journal=item.journal, **options)
