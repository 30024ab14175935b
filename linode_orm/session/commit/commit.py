"""A commit: what `commit()`, `save()` and `delete()` read and send, from what is in doubt to the report."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import evolve

from linode_orm._lazy import Later
from linode_orm.errors import CommitError, CommitInterrupted, ConflictError, InvalidRequestError, LinodeORMError
from linode_orm.mapping.record import changes as changes_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.newest import NewestValues
from linode_orm.session.commit.preconditions import Preconditions, check_deletion
from linode_orm.session.commit.reconcile.objects import SessionObjects
from linode_orm.session.planning import planner
from linode_orm.session.planning.plan import Source
from linode_orm.session.planning.report import CommitReport
from linode_orm.session.planning.steps import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linode_orm.mapping import Model, Owner
    from linode_orm.session.commit import executor, hooked
    from linode_orm.session.commit import run_plan as runs
    from linode_orm.session.commit.executor import RunOptions
    from linode_orm.session.commit.interrupts import Interrupts
    from linode_orm.session.commit.policy import PlanPolicy, Policy
    from linode_orm.session.commit.reconcile import renamed
    from linode_orm.session.commit.reconcile import targets as session_targets
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.commit.run_plan import RunResult
    from linode_orm.session.journal.history import History
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.wire.client import Client

else:  # few sessions have hooks, and one that only plans sends nothing
    hooked = Later("linode_orm.session.commit.hooked")
    executor = Later("linode_orm.session.commit.executor")
    runs = Later("linode_orm.session.commit.run_plan")
    renamed = Later("linode_orm.session.commit.reconcile.renamed")
    session_targets = Later("linode_orm.session.commit.reconcile.targets")

_NOTHING: Final[frozenset[Token]] = frozenset()


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
        if self.objects.loader.hooks is not None:
            self.objects.loader.hooks.check_outside()
        with kept_interrupts(self.session) as interrupts:
            guards.check_max_deletes(policy.max_deletes, lambda: planner.count_deletes(self.changes))
            report = self._send(policy, interrupts)
            if self.changes.manual_order.pairs:
                self.changes.manual_order.clear()
            return report

    def save(self, instance: Model, policy: Policy) -> CommitReport:
        """Send what is pending for one object and what it cannot exist without; nothing if it is clean.

        Raises the error of the first request that failed, with the report.
        """
        if state_of(instance).status is Status.DELETED:
            msg = f"{instance!r} is marked for deletion; session.commit() deletes it, session.add(x) takes the mark off"
            raise InvalidRequestError(msg)
        if self.objects.loader.hooks is not None:
            self.objects.loader.hooks.check_outside()
        with _first_error(), kept_interrupts(self.session) as interrupts:
            return self._send(policy, interrupts, only=instance)

    def delete_now(self, instance: Model, policy: Policy) -> CommitReport:
        """Delete one persistent object now, in 1 request; raise the API's own error if that fails.

        1 GET more for `protected_tags`, and for `conflicts="check"`, which raises `ConflictError` if it has changed.
        """
        if self.objects.loader.hooks is not None:
            self.objects.loader.hooks.check_outside()
        with _first_error(), kept_interrupts(self.session) as interrupts:
            if policy.policies:
                self.check_policies(planner.plan_deletion(instance), policy.policies)
            with self._reported(lambda: planner.plan_deletion(instance)):
                check_deletion(instance, policy, self.refresh)
            self._resolve_renames(instance)
            if policy.policies:
                self.check_policies(planner.plan_deletion(instance), policy.policies)
            again = partial(planner.plan_deletion, instance)
            return self._run(again(), policy, interrupts, is_whole=False, plan_again=again)

    def plan(self, policy: Policy, read_list: Callable[[type[Model]], object] | None = None) -> Plan:
        """Return what `commit(policy)` would send, with what it takes and costs; sends nothing.

        `read_list` reads the price lists that the client has not read yet; without it nothing is sent.
        """
        from linode_orm.session.commit.preview import preview  # noqa: PLC0415  only who looks at plans needs it

        return preview(self, self._planned(policy, None), policy, self.preconditions(policy, None), read_list)

    def check_policies(self, plan: Plan, policies: Iterable[PlanPolicy]) -> None:
        """Raise `InvalidRequestError` where a policy refuses a plan; reads what it is about, if that was never read."""
        from linode_orm.session.commit.plan_policies import refuse_by_policies  # noqa: PLC0415  few sessions have any
        from linode_orm.session.commit.preview import cost_of  # noqa: PLC0415  the same

        refuse_by_policies(evolve(plan, cost=cost_of(plan, self.client, self.objects)), policies, self)

    def _send(self, policy: Policy, interrupts: Interrupts, only: Model | None = None) -> CommitReport:
        if policy.policies:  # before anything is read for the commit, and again when that is done
            self.check_policies(self._planned(policy, only), policy.policies)
        if self.client.read_only:
            guards.check_writable(self.client, self._planned(policy, only))
            return CommitReport()
        # Renames first: what is looked for next may lie below an object that has another key by now.
        self._resolve_renames(only)
        if self.changes.in_doubt:
            from linode_orm.session.commit.reconcile.in_doubt import resolve_in_doubt  # noqa: PLC0415  few commits have any

            resolve_in_doubt(self.client, self.objects, planner.in_doubt(self.changes, only=only))
        interrupts.check()
        # planned once, when everything is read that may change the plan
        preconditions = self.preconditions(policy, only)
        with self._reported(lambda: self._planned(policy, only)):
            preconditions.check(self.refresh, self.client)
        plan = self._planned(policy, only)
        if policy.policies and plan.steps:  # promise 49b: asked again about what is there now
            self.check_policies(plan, policy.policies)
        self._let_clean_ones_go(plan, self.changes.touched.values() if only is None else [only])
        if plan.steps:
            again = partial(self._planned, policy, only)
            return self._run(plan, policy, interrupts, preconditions, is_whole=only is None, plan_again=again)
        # Nothing is left of what an earlier commit did not finish: it must not keep other processes from beginning.
        if only is None or not self._is_anything_pending():
            self.history.end_own()
        return CommitReport()

    def _is_anything_pending(self) -> bool:
        changes = self.changes
        return bool(changes.new or changes.deleted or any(changes_of(each) for each in changes.touched.values()))

    def preconditions(self, policy: Policy, only: Model | None) -> Preconditions:
        """Return what is read before the commit writes, and what must hold then."""
        folded = _folded(self._planned(policy, only)) if policy.fold_tags else _NOTHING
        return Preconditions(self.changes, policy, only, folded)

    @contextmanager
    def _reported(self, planned: Callable[[], Plan]) -> Iterator[None]:
        """Give a conflict that is found before anything is sent the report of the plan: all of it is pending."""
        try:
            yield
        except ConflictError as error:
            plan = planned()
            error.report = runs.unsent(plan, session_targets.SessionTargets(self.objects, plan))
            self.tell_conflict(error)
            raise

    def tell_conflict(self, error: ConflictError) -> None:
        """Call the hooks of a conflict that is about to be raised."""
        hooks = self.objects.loader.hooks
        if hooks is not None:
            hooked.tell_conflict(hooks, error)

    def call_before(self, plan: Plan, plan_again: Callable[[], Plan] | None) -> None:
        """Call the hooks before a plan is sent; `plan_again` makes the plan anew, None where a file holds it."""
        hooks = self.objects.loader.hooks
        if hooks is not None:
            hooked.call_before(hooks, evolve(plan, source=Source(self.session)), plan_again)

    def _newest_for(self, plan: Plan, policy: Policy, preconditions: Preconditions) -> NewestValues | None:
        # Most updates hold plain values alone, which no other writer's value goes into: nothing is read again for them.
        if not (preconditions.changed or policy.fold_tags or policy.on_error.compensates):
            return None
        unread = _folded(plan) if policy.fold_tags else _NOTHING
        return self.newest(policy.conflicts, preconditions.read_at, unread)

    def newest(self, name: str, read_at: float | None, unread: frozenset[Token] = frozenset()) -> NewestValues | None:
        """Return what reads values again while a plan runs, by the option `conflicts`; None if nothing is read."""
        if name == "ignore":
            return None
        owner, scalars = self.objects.owner, name == "check"
        return NewestValues(self.client, self.refresh, owner, read_at=read_at, scalars=scalars, unread=unread)

    def _resolve_renames(self, only: Model | None) -> None:
        pending = [*self.changes.touched.values(), *self.changes.deleted.values()]
        renamed.resolve_renames(self.client, self.objects, [*pending, *([] if only is None else [only])])

    def _planned(self, policy: Policy, only: Model | None) -> Plan:
        # A session that refuses implicit requests could not read the ids later.
        reads_ids = policy.verify or self.changes.collections.is_refused
        return planner.plan(self.changes, only=only, fold=policy.fold, fold_tags=policy.fold_tags, reads_ids=reads_ids)

    def _run(  # noqa: PLR0913  what a run needs to know
        self,
        plan: Plan,
        policy: Policy,
        interrupts: Interrupts,
        preconditions: Preconditions | None = None,
        *,
        is_whole: bool,
        plan_again: Callable[[], Plan],
    ) -> CommitReport:
        has_read = preconditions is not None and preconditions.read_at is not None
        targets = session_targets.SessionTargets(self.objects, plan, watches=has_read)
        interrupts.check(lambda: runs.unsent(plan, targets))
        if self.objects.loader.hooks is not None:
            self.call_before(plan, plan_again)
        log = self.history.begin(plan, policy.on_error.name, policy.conflicts, is_whole=is_whole)
        # This log takes the place of an earlier one, in which it stood since when these creations are in doubt.
        for step in plan.steps if self.changes.in_doubt else ():
            in_doubt = targets.in_doubt_of(step)
            if in_doubt is not None:
                log.intend([step], in_doubt.since, {step.number: in_doubt.known} if in_doubt.is_listed else {})
        newest = self._newest_for(plan, policy, preconditions) if preconditions is not None else None
        sent = self.send(plan, targets, executor.RunOptions(log, policy.on_error, policy.progress, newest))
        return self.report(sent, targets, interrupts, verify=policy.verify)

    def send(self, plan: Plan, targets: Targets, options: RunOptions, *, ends_log: bool = True) -> RunResult:
        """Send a plan, and write down how that ended; without `ends_log` its log stays open."""
        hooks = self.objects.loader.hooks
        with hooks.keeping() if hooks is not None else nullcontext():
            sent = runs.run_plan(plan, self.client, targets, options)
        if not ends_log:
            return sent
        error = self.history.end(sent.report, interrupted=sent.is_stopped)
        return sent if error is None else evolve(sent, crash=sent.crash or error)

    def report(  # noqa: PLR0913  how a run ends
        self,
        sent: RunResult,
        targets: Targets,
        interrupts: Interrupts,
        *,
        verify: bool,
        advice: str = "",
        holds_rest: bool = True,
    ) -> CommitReport:
        """Return the report of a run, after reading back what it wrote if that is to be verified.

        Raises `CommitError`, or `CommitInterrupted`, if it did not do everything; `advice` ends the message where
        another one than to commit again helps. `holds_rest` says that the session holds what is not done.
        """
        if verify:  # promise 30a: what was written is read back
            from linode_orm.session.commit.verify import verified  # noqa: PLC0415  few commits are verified

            applied_steps = [(step, targets.object_of(step), body) for step, body in sent.applied_steps]
            sent = evolve(sent, report=verified(self.refresh, sent.report, applied_steps))
        sent, hooks = runs.interrupted(sent, interrupts), self.objects.loader.hooks
        session = self.session if holds_rest else None
        raise_it = partial(runs.raise_where_incomplete, sent, session, advice=advice or runs.CARRY_ON)
        if hooks is not None:
            hooked.end(hooks, sent.report, raise_it)
        raise_it()
        return sent.report

    def _let_clean_ones_go(self, plan: Plan, instances: Iterable[Model]) -> None:
        """Stop holding objects whose changes were reverted, or turned out to be done."""
        planned = {part.token for step in plan.steps for part in step.parts or (step,)}
        for instance in [*instances]:
            if key_of(instance) not in planned and not changes_of(instance):
                self.changes.touched.pop(id(instance), None)


def _folded(plan: Iterable[Step]) -> frozenset[Token]:
    """Return the objects that get a tag by a POST for all of them, which takes nothing from their lists."""
    return frozenset(part.token for step in plan if step.model == "Tag" for part in step.parts)
