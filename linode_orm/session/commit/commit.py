"""A commit: what `commit()`, `save()` and `delete()` read and send, from what is in doubt to the report."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import evolve

from linode_orm.errors import Clash, CommitError, CommitInterrupted, InvalidRequestError, LinodeORMError
from linode_orm.mapping.record import changes as changes_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.newest import NewestValues
from linode_orm.session.commit.reconcile import conflicts, deletions
from linode_orm.session.commit.reconcile.in_doubt import resolve_in_doubt
from linode_orm.session.commit.reconcile.objects import SessionObjects
from linode_orm.session.commit.reconcile.renamed import resolve_renames
from linode_orm.session.commit.reconcile.targets import SessionTargets
from linode_orm.session.commit.run_plan import CARRY_ON, interrupted, raise_where_incomplete, run_plan, unsent
from linode_orm.session.commit.verify import verified
from linode_orm.session.planning import planner
from linode_orm.session.planning.rebasing import can_be_read, is_read_first
from linode_orm.session.planning.report import CommitReport
from linode_orm.session.planning.steps import key_of
from linode_orm.session.waiting.bulk_refresh import groups_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linode_orm.mapping import Model, Owner
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.commit.run_plan import RunResult
    from linode_orm.session.journal.history import History
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.changes import Changes, DeletionMark
    from linode_orm.session.planning.plan import Plan, Token
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.wire.client import Client


@contextmanager
def _first_error() -> Iterator[None]:
    """Raise the error of the first request that failed, with the report, in place of that of a commit."""
    try:
        yield
    except CommitInterrupted:
        raise
    except CommitError as error:
        entries = (*error.failed, *error.in_doubt, *error.not_undone)
        first = next((each.error for each in entries if isinstance(each.error, LinodeORMError)), error.__cause__)
        if first is None:
            raise
        vars(first)["report"] = error.report
        raise first from None


class Commit:
    """Sends what is pending in a session: all of it, what one object needs, or one deletion.

    `owner` is the owner of objects that stand for the steps of another session's plan. `session` is what a
    `CommitError` names as the session to carry on with; nothing else is done with it.
    """

    def __init__(  # noqa: PLR0913, PLR0917  the parts of a session that a commit works with
        self,
        client: Client,
        identity_map: IdentityMap,
        loader: Loader,
        refresh: BulkRefresh,
        changes: Changes,
        history: History,
        owner: Owner,
        session: object,
    ) -> None:
        self.client, self.refresh, self.history, self.session = client, refresh, history, session
        self.changes = changes
        self.objects = SessionObjects(changes, identity_map, loader, owner)

    def commit(self, policy: Policy) -> CommitReport:
        """Resolve what an earlier commit left in doubt, check for conflicts, plan, and send the plan.

        Sends one or more GETs for each creation in doubt, those that the policy asks for, and the requests of the plan;
        nothing if nothing changed.
        """
        with self._kept_interrupts():
            guards.check_max_deletes(policy.max_deletes, lambda: planner.count_deletes(self.changes))
            return self._send(policy)

    def save(self, instance: Model, policy: Policy) -> CommitReport:
        """Send what is pending for one object and what it cannot exist without; nothing if it is clean.

        Raises the error of the first request that failed, with the report.
        """
        if state_of(instance).status is Status.DELETED:
            msg = f"{instance!r} is marked for deletion; session.commit() deletes it, session.add(x) takes the mark off"
            raise InvalidRequestError(msg)
        with _first_error(), self._kept_interrupts():
            return self._send(policy, only=instance)

    def delete_now(self, instance: Model, policy: Policy) -> CommitReport:
        """Delete one persistent object now, in 1 request; raise the API's own error if that fails.

        1 GET more for `protected_tags`, and for `conflicts="check"`, which raises `ConflictError` if it has changed.
        """
        with _first_error(), self._kept_interrupts():
            self._look_at_deletion(instance, policy)
            self._resolve_renames(instance)
            return self._run(planner.plan_deletion(instance), policy, is_whole=False)

    def _look_at_deletion(self, instance: Model, policy: Policy) -> None:
        checks, before = policy.conflicts == "check", state_of(instance).body
        if checks or guards.can_be_protected(instance, policy.protected_tags):
            is_gone = bool(self.refresh.run([instance]))
            guards.check_protected([instance], policy.protected_tags)
            conflicts.refuse([*deletions.moved_since(instance, before)] if checks and not is_gone else [])

    @staticmethod
    def _end_where_interrupted(report: Callable[[], CommitReport] = CommitReport) -> None:
        with kept_interrupts() as interrupts:
            interrupts.check(report)

    @contextmanager
    def _kept_interrupts(self) -> Iterator[None]:
        """Keep what signal handlers raise, to raise it when every answer is taken in."""
        with kept_interrupts() as interrupts:
            interrupts.session = self.session
            yield

    def plan(self, policy: Policy) -> Plan:
        """Return what `commit(policy)` would send, with the least seconds that it takes; sends nothing."""
        plan = self._planned(policy, None)
        reads = [("GET", path) for step in plan for path in step.reads]
        least = self.client.least_time([*((step.method, step.path) for step in plan), *reads])
        return evolve(plan, lookups=plan.lookups + self._reads_first(policy), least_time=least)

    def _reads_first(self, policy: Policy) -> int:
        """Return in how many requests at least a commit reads what its updates are built on."""
        return sum(group.cost for group in groups_of(self._looked_at(policy, None), needs_get=frozenset()))

    def _send(self, policy: Policy, only: Model | None = None) -> CommitReport:
        if self.client.read_only:
            guards.check_writable(self.client, self._planned(policy, only))
            return CommitReport()
        self._resolve_renames(only)
        if self.changes.in_doubt:
            resolve_in_doubt(self.client, self.objects, planner.in_doubt(self.changes, only=only))
        self._end_where_interrupted()
        # planned once, when everything is read that may change the plan
        read_at = self._look_again(policy, only)
        plan = self._planned(policy, only)
        self._let_clean_ones_go(plan, self.changes.touched.values() if only is None else [only])
        if plan.steps:
            return self._run(plan, policy, read_at, is_whole=only is None)
        if only is None or not self._is_anything_pending():
            self.history.end_own()
        return CommitReport()

    def _is_anything_pending(self) -> bool:
        changes = self.changes
        return bool(changes.new or changes.deleted or any(changes_of(each) for each in changes.touched.values()))

    def _look_again(self, policy: Policy, only: Model | None) -> float | None:
        """Read again what the policy asks for; return when values were read that updates are built on, if they were.

        Raises `ConflictError` if another writer changed the same, and `InvalidRequestError` for a protected tag.
        """
        changed, marks = self._changed(policy, only), self._marks(only)
        looked_at = self._looked_at(policy, only)
        if not looked_at:
            return None
        read_at: float | None = self.client.clock.monotonic()
        whole = [each for each in changed if conflicts.is_only_on_get(each)]
        whole += [each for each, mark in marks if deletions.needs_get(mark)]
        checks = policy.conflicts == "check"
        seen = {} if checks else conflicts.seen_before(changed)
        gone: set[int] = set()
        try:
            gone = {id(each) for each in self.refresh.run(looked_at, whole)}
        except LinodeORMError:
            if checks or policy.on_error.compensates or len(looked_at) > len(changed):
                raise
            read_at = None  # each value is read before it is sent, and what cannot be read then fails alone
        guards.check_protected((each for each, _ in marks), policy.protected_tags)
        found = list(deletions.clashes_of(marks, gone, checks=checks))
        for each in changed if policy.conflicts != "ignore" else ():
            if id(each) in gone:
                found.append(Clash(each, "", None, None, None))
            else:
                found += conflicts.clashes_of(each, seen, scalars=checks)
        conflicts.refuse(found)  # promise 16a: conflicts are found before anything is written
        return read_at if changed else None

    def _changed(self, policy: Policy, only: Model | None) -> list[Model]:
        """Return the changed objects that a commit reads before it writes."""
        touched = self.changes.touched.values() if only is None else [only]
        changed = [each for each in touched if state_of(each).status is Status.PERSISTENT and changes_of(each)]
        if policy.conflicts == "check" or policy.on_error.compensates:
            return changed
        if policy.conflicts == "ignore":
            return []
        folded = self._folded(self._planned(policy, only)) if policy.fold_tags else frozenset()
        return [each for each in changed if is_read_first(each) and not (folded and key_of(each) in folded)]

    @staticmethod
    def _folded(plan: Plan) -> frozenset[Token]:
        """Return the objects that get a tag by a POST for all of them, which takes nothing from their lists."""
        return frozenset(part.token for step in plan if step.model == "Tag" for part in step.parts)

    def _marks(self, only: Model | None) -> list[tuple[Model, DeletionMark]]:
        deleted = self.changes.deleted.values() if only is None else ()
        return [(each, self.changes.mark_of(each)) for each in deleted]

    def _looked_at(self, policy: Policy, only: Model | None) -> list[Model]:
        """Return the objects that a commit reads before it writes: changed ones, and some that are to be deleted."""
        deleted = (each for each, mark in self._marks(only) if _is_looked_at(each, mark, policy))
        return [*self._changed(policy, only), *deleted]

    def newest(self, name: str, read_at: float | None, unread: frozenset[Token] = frozenset()) -> NewestValues | None:
        """Return what reads values again while a plan runs, by the option `conflicts`; None if nothing is read."""
        if name == "ignore":
            return None
        owner, scalars = self.objects.owner, name == "check"
        return NewestValues(self.client, self.refresh, owner, read_at=read_at, scalars=scalars, unread=unread)

    def _resolve_renames(self, only: Model | None) -> None:
        pending = [*self.changes.touched.values(), *self.changes.deleted.values()]
        resolve_renames(self.client, self.objects, [*pending, *([] if only is None else [only])])

    def _planned(self, policy: Policy, only: Model | None) -> Plan:
        return planner.plan(self.changes, only=only, fold=policy.fold, fold_tags=policy.fold_tags)

    def _run(self, plan: Plan, policy: Policy, read_at: float | None = None, *, is_whole: bool) -> CommitReport:
        targets = SessionTargets(self.objects, plan, watches=read_at is not None)
        self._end_where_interrupted(lambda: unsent(plan, targets))
        log = self.history.begin(plan, policy.on_error.name, policy.conflicts, is_whole=is_whole)
        for step in plan.steps if self.changes.in_doubt else ():
            in_doubt = targets.in_doubt_of(step)
            if in_doubt is not None:
                log.intend([step], in_doubt.since, {step.number: in_doubt.known} if in_doubt.is_listed else {})
        newest = self.newest(policy.conflicts, read_at, self._folded(plan))
        sent = self.send(plan, targets, RunOptions(log, policy.on_error, policy.progress, newest))
        return self.report(sent, targets, verify=policy.verify)

    def send(self, plan: Plan, targets: Targets, options: RunOptions) -> RunResult:
        """Send a plan, and write down how that ended."""
        sent = run_plan(plan, self.client, targets, options)
        error = self.history.end(sent.report, interrupted=sent.is_stopped)
        return sent if error is None else evolve(sent, crash=sent.crash or error)

    def report(self, sent: RunResult, targets: Targets, *, verify: bool, advice: str = CARRY_ON) -> CommitReport:
        """Return the report of a run, after reading back what it wrote if that is to be verified.

        Raises `CommitError`, or `CommitInterrupted`, if it did not do everything; `advice` ends the message.
        """
        if verify:  # promise 30a: what was written is read back
            applied_steps = [(step, targets.object_of(step), body) for step, body in sent.applied_steps]
            sent = evolve(sent, report=verified(self.refresh, sent.report, applied_steps))
        with kept_interrupts() as interrupts:
            raise_where_incomplete(interrupted(sent, interrupts), self.session, advice=advice)
        return sent.report

    def _let_clean_ones_go(self, plan: Plan, instances: Iterable[Model]) -> None:
        """Stop holding objects whose changes were reverted, or turned out to be done."""
        planned = {part.token for step in plan.steps for part in step.parts or (step,)}
        for instance in [*instances]:
            if key_of(instance) not in planned and not changes_of(instance):
                self.changes.touched.pop(id(instance), None)


def _is_looked_at(instance: Model, mark: DeletionMark, policy: Policy) -> bool:
    """Whether an object is read again before it is deleted."""
    if not can_be_read(instance.__mapper__):
        return False
    is_protected = guards.can_be_protected(instance, policy.protected_tags)
    return mark.condition is not None or policy.conflicts == "check" or is_protected
