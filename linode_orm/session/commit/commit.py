"""Committing: what `commit()`, `save()` and `delete()` do, from the doubts of earlier commits to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError
from linode_orm.mapping.record import changes
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.run_plan import EarlierOutcomes, raise_where_incomplete, send
from linode_orm.session.commit.verify import verified
from linode_orm.session.planning import planner
from linode_orm.session.planning.plan import InDoubt
from linode_orm.session.planning.report import CommitReport, Entry
from linode_orm.session.reconcile import conflicts
from linode_orm.session.reconcile.apply_outcome import Workspace
from linode_orm.session.reconcile.in_doubt import settle
from linode_orm.session.reconcile.renamed import resolve_renames
from linode_orm.session.reconcile.targets import SessionTargets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.commit.run_plan import RunResult
    from linode_orm.session.journal.history import History
    from linode_orm.session.journal.log import CommitLog
    from linode_orm.session.loading.reader import Reader
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.query.runner import QueryRunner


class Commits(Workspace, Protocol):
    """What committing needs of a session."""

    @property
    def runner(self) -> QueryRunner:
        """What answers queries."""
        ...

    @property
    def reader(self) -> Reader:
        """What reads single objects."""
        ...

    @property
    def history(self) -> History:
        """What remembers commits, in memory or in a journal."""
        ...


def commit(session: Commits, policy: Policy) -> CommitReport:
    """Settle what an earlier commit left in doubt, look for conflicts, plan, and send the plan.

    Sends the plan's requests, after one or more GETs for each creation in doubt, and those that the policy asks for;
    nothing where nothing changed.
    """
    guards.check_max_deletes(_planned(session, policy, None), policy.max_deletes)
    guards.check_protected(session, session.members.deleted.values(), policy.protected_tags)
    return _send(session, policy)


def save(session: Commits, instance: Model, policy: Policy) -> CommitReport:
    """Send what is pending for one object and what it cannot exist without; nothing where it is clean."""
    if state_of(instance).status is Status.DELETED:
        msg = f"{instance!r} is marked for deletion; session.commit() deletes it, session.add(x) takes the mark off"
        raise InvalidRequestError(msg)
    return _send(session, policy, only=instance)


def delete_now(session: Commits, instance: Model, policy: Policy) -> CommitReport:
    """Delete one persistent object now, in 1 request; raise the API's own error where that fails."""
    guards.check_protected(session, [instance], policy.protected_tags)
    _resolve_renames(session, instance)
    try:
        return _run(session, planner.plan_deletion(instance), policy, is_whole=False)
    except CommitInterrupted:
        raise
    except CommitError as error:
        cause = error.__cause__
        if cause is None:
            raise
        raise cause from None


def _send(session: Commits, policy: Policy, only: Model | None = None) -> CommitReport:
    _resolve_renames(session, only)
    plan = _planned(session, policy, only)
    guards.check_writable(session.client, plan)
    if plan.lookups:
        settle(session, planner.in_doubt(session.members, only=only))
        plan = _planned(session, policy, only)
    checked_at = None
    changed = [*session.members.touched.values()] if only is None else [only]
    changed = [each for each in changed if state_of(each).status is Status.PERSISTENT and changes(each)]
    if changed and (policy.conflicts == "check" or policy.on_error == "undo"):
        checked_at = session.client.clock.monotonic()
        gone = conflicts.look_again(session, changed)
        if policy.conflicts == "check":
            conflicts.check(changed, gone)  # promise 16a: conflicts are found before anything is written
        plan = _planned(session, policy, only)
    _let_clean_ones_go(session, session.members.touched.values() if only is None else [only])
    return _run(session, plan, policy, checked_at, is_whole=only is None) if plan else CommitReport()


def _resolve_renames(session: Commits, only: Model | None) -> None:
    members = session.members
    resolve_renames(session, [*members.touched.values(), *members.deleted.values(), *([] if only is None else [only])])


def _planned(session: Commits, policy: Policy, only: Model | None) -> Plan:
    return planner.plan(session.members, only=only, fold=policy.fold, fold_tags=policy.fold_tags)


def _run(
    session: Commits, plan: Plan, policy: Policy, checked_at: float | None = None, *, is_whole: bool
) -> CommitReport:
    targets = SessionTargets(session, plan, watches=checked_at is not None)
    with session.history.recording(plan, policy.on_error, policy.conflicts, is_whole=is_whole) as record:
        options = RunOptions(policy.on_error, policy.progress, record.ledger, checked_at)
        before = EarlierOutcomes(tuple(_doubtful(session, plan, targets, record.ledger)))
        sent = send(plan, session.client, targets, options=options, before=before, name=record.id)
        sent = record.ended(sent)
    if policy.verify:  # promise 30a: what was written is read back
        sent = _verified(session, targets, sent)
    raise_where_incomplete(sent, session)
    return sent.report


def _doubtful(session: Commits, plan: Plan, targets: SessionTargets, ledger: CommitLog) -> Iterable[Entry]:
    """Write down since when creations are in doubt; give an entry for each that stays so, and is not sent."""
    for step in plan:
        instance = targets.object_of(step)
        doubt = session.members.in_doubt.get(id(instance))
        if isinstance(doubt, InDoubt):
            ledger.intend([step], doubt.since, {step.number: doubt.known} if doubt.is_listed else {})
            if step.in_doubt:
                ledger.settle(step, "in doubt", None, doubt.reason, {})
                yield Entry(step, instance, "in doubt", note=doubt.reason)


def _verified(session: Commits, targets: SessionTargets, sent: RunResult) -> RunResult:
    applied_steps = [(step, targets.object_of(step), body) for step, body in sent.applied_steps]
    return evolve(sent, report=verified(session, sent.report, applied_steps))


def _let_clean_ones_go(session: Workspace, instances: Iterable[Model]) -> None:
    """Stop holding objects whose changes were taken back, or found done."""
    for instance in [*instances]:
        if not changes(instance):
            session.members.touched.pop(id(instance), None)
