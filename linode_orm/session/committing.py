"""Committing: what `commit()`, `save()` and `delete()` do, from doubts of earlier commits to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.execute import Progress, Workspace
    from linode_orm.session.report import CommitReport


def commit(
    session: Workspace, *, on_error: str = "stop", max_deletes: int | None = None, progress: Progress | None = None
) -> CommitReport:
    """Settle what an earlier commit left in doubt, plan, and send the plan."""
    raise NotImplementedError


def save(session: Workspace, instance: Model) -> CommitReport:
    """Send what is pending for one object and what it cannot exist without."""
    raise NotImplementedError


def delete_now(session: Workspace, instance: Model) -> CommitReport:
    """Delete one persistent object now; the API's own error where that fails."""
    raise NotImplementedError
