"""Committing: what `commit()`, `save()` and `delete()` do, from the doubts of earlier commits to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError
from linode_orm.mapping.record import changes
from linode_orm.mapping.state import Status
from linode_orm.session.commit import planning
from linode_orm.session.commit.doubts import settle
from linode_orm.session.commit.execute import run
from linode_orm.session.commit.report import CommitReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.execute import Progress
    from linode_orm.session.commit.plan import Plan
    from linode_orm.session.commit.settling import Workspace


def commit(
    session: Workspace, *, on_error: str = "stop", max_deletes: int | None = None, progress: Progress | None = None
) -> CommitReport:
    """Settle what an earlier commit left in doubt, plan, and send the plan.

    Sends the plan's requests, after one or more GETs for each creation in doubt; nothing where nothing changed.
    """
    _check_max_deletes(max_deletes)
    plan = planning.plan(session.members)
    if max_deletes is not None and plan.deletes > max_deletes:
        msg = f"this commit would delete {plan.deletes} objects, and max_deletes is {max_deletes}; nothing was sent"
        raise InvalidRequestError(msg)
    return _send(session, plan, on_error=on_error, progress=progress)


def save(session: Workspace, instance: Model, *, progress: Progress | None = None) -> CommitReport:
    """Send what is pending for one object and what it cannot exist without; nothing where it is clean."""
    if instance.__state__.status is Status.DELETED:
        msg = f"{instance!r} is marked for deletion; session.commit() deletes it, session.add(x) takes the mark off"
        raise InvalidRequestError(msg)
    plan = planning.plan(session.members, only=instance)
    return _send(session, plan, on_error="stop", progress=progress, only=instance)


def delete_now(session: Workspace, instance: Model) -> CommitReport:
    """Delete one persistent object now, in 1 request; raise the API's own error where that fails."""
    try:
        return run(planning.plan_deletion(instance), session)
    except CommitInterrupted:
        raise
    except CommitError as error:
        cause = error.__cause__
        if cause is None:
            raise
        raise cause from None


def _send(
    session: Workspace, plan: Plan, *, on_error: str, progress: Progress | None, only: Model | None = None
) -> CommitReport:
    if plan and session.client.read_only:
        msg = f"nothing was sent: the client is read-only, and the plan has {len(plan)} writes"
        raise InvalidRequestError(msg)
    if plan.lookups:
        settle(session, planning.in_doubt(session.members, only=only))
        plan = planning.plan(session.members, only=only)
    _let_clean_ones_go(session, session.members.touched.values() if only is None else [only])
    return run(plan, session, on_error=on_error, progress=progress) if plan else CommitReport()


def _check_max_deletes(most: int | None) -> None:
    if most is not None and (type(most) is not int or most < 0):
        msg = f"max_deletes is a whole number from 0, or None, not {most!r}"
        raise InvalidRequestError(msg)


def _let_clean_ones_go(session: Workspace, instances: Iterable[Model]) -> None:
    """Stop holding objects whose changes were taken back, or found done."""
    for instance in [*instances]:
        if not changes(instance):
            session.members.touched.pop(id(instance), None)
