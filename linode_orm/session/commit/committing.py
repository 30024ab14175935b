"""Committing: what `commit()`, `save()` and `delete()` do, from the doubts of earlier commits to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from linode_orm.errors import CommitError, CommitInterrupted, InvalidRequestError
from linode_orm.mapping.record import changes
from linode_orm.mapping.state import Status
from linode_orm.session.commit import guards
from linode_orm.session.commit.objects import conflicts
from linode_orm.session.commit.objects.doubts import settle
from linode_orm.session.commit.objects.hands import SessionHands
from linode_orm.session.commit.objects.rekeyed import settle_keys
from linode_orm.session.commit.objects.settling import Workspace
from linode_orm.session.commit.plans import planning
from linode_orm.session.commit.plans.plan import Doubt
from linode_orm.session.commit.runs.execute import Options
from linode_orm.session.commit.runs.report import CommitReport, Entry
from linode_orm.session.commit.runs.sending import Before, raise_where_incomplete, send
from linode_orm.session.commit.runs.verifying import verified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.plans.plan import Plan
    from linode_orm.session.commit.records.history import History
    from linode_orm.session.commit.runs.ledger import Ledger
    from linode_orm.session.commit.runs.policy import Policy
    from linode_orm.session.commit.runs.sending import Sent
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.reading import Reader


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
    if instance.__state__.status is Status.DELETED:
        msg = f"{instance!r} is marked for deletion; session.commit() deletes it, session.add(x) takes the mark off"
        raise InvalidRequestError(msg)
    return _send(session, policy, only=instance)


def delete_now(session: Commits, instance: Model, policy: Policy) -> CommitReport:
    """Delete one persistent object now, in 1 request; raise the API's own error where that fails."""
    guards.check_protected(session, [instance], policy.protected_tags)
    _settle_keys(session, instance)
    try:
        return _run(session, planning.plan_deletion(instance), policy, is_whole=False)
    except CommitInterrupted:
        raise
    except CommitError as error:
        cause = error.__cause__
        if cause is None:
            raise
        raise cause from None


def _send(session: Commits, policy: Policy, only: Model | None = None) -> CommitReport:
    _settle_keys(session, only)
    plan = _planned(session, policy, only)
    guards.check_writable(session.client, plan)
    if plan.lookups:
        settle(session, planning.in_doubt(session.members, only=only))
        plan = _planned(session, policy, only)
    checked_at = None
    changed = [*session.members.touched.values()] if only is None else [only]
    changed = [each for each in changed if each.__state__.status is Status.PERSISTENT and changes(each)]
    if changed and (policy.conflicts == "check" or policy.on_error == "undo"):
        checked_at = session.client.clock.monotonic()
        gone = conflicts.look_again(session, changed)
        if policy.conflicts == "check":
            conflicts.check(changed, gone)  # promise 16a: conflicts are found before anything is written
        plan = _planned(session, policy, only)
    _let_clean_ones_go(session, session.members.touched.values() if only is None else [only])
    return _run(session, plan, policy, checked_at, is_whole=only is None) if plan else CommitReport()


def _settle_keys(session: Commits, only: Model | None) -> None:
    members = session.members
    settle_keys(session, [*members.touched.values(), *members.deleted.values(), *([] if only is None else [only])])


def _planned(session: Commits, policy: Policy, only: Model | None) -> Plan:
    return planning.plan(session.members, only=only, fold=policy.fold, fold_tags=policy.fold_tags)


def _run(
    session: Commits, plan: Plan, policy: Policy, checked_at: float | None = None, *, is_whole: bool
) -> CommitReport:
    hands = SessionHands(session, plan, watches=checked_at is not None)
    with session.history.recording(plan, policy.on_error, policy.conflicts, is_whole=is_whole) as record:
        options = Options(policy.on_error, policy.progress, record.ledger, checked_at)
        before = Before(tuple(_doubtful(session, plan, hands, record.ledger)))
        sent = send(plan, session.client, hands, options=options, before=before, name=record.id)
        sent = record.ended(sent)
    if policy.verify:  # promise 30a: what was written is read back
        sent = _verified(session, hands, sent)
    raise_where_incomplete(sent, session)
    return sent.report


def _doubtful(session: Commits, plan: Plan, hands: SessionHands, ledger: Ledger) -> Iterable[Entry]:
    """Write down since when creations are in doubt; give an entry for each that stays so, and is not sent."""
    for step in plan:
        instance = hands.object_of(step)
        doubt = session.members.in_doubt.get(id(instance))
        if isinstance(doubt, Doubt):
            ledger.intend([step], doubt.since, {step.number: doubt.known} if doubt.is_listed else {})
            if step.in_doubt:
                ledger.settle(step, "in doubt", None, doubt.reason, {})
                yield Entry(step, instance, "in doubt", note=doubt.reason)


def _verified(session: Commits, hands: SessionHands, sent: Sent) -> Sent:
    landed = [(step, hands.object_of(step), body) for step, body in sent.landed]
    return evolve(sent, report=verified(session, sent.report, landed))


def _let_clean_ones_go(session: Workspace, instances: Iterable[Model]) -> None:
    """Stop holding objects whose changes were taken back, or found done."""
    for instance in [*instances]:
        if not changes(instance):
            session.members.touched.pop(id(instance), None)
