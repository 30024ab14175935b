"""Temporary objects: created at the beginning of a block, and deleted at its end, whatever happens between."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from linode_orm.errors import CommitError, InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.failure_policy import CONTINUE, STOP
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.reconcile.in_doubt import resolve_in_doubt
from linode_orm.session.commit.reconcile.targets import SessionTargets
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.planning import planner
from linode_orm.session.planning.rebasing import can_be_read
from linode_orm.session.planning.report import CommitReport
from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.wire.api_time import ApiTime

_TAKEN_BACK = "what was created of the temporary objects is deleted again"
_LEFT = "the temporary objects that are left are marked for deletion; session.commit() deletes them"
_KEPT = "the temporary objects stay, and are marked for deletion; session.commit() deletes them when nothing keeps them"


class Temporary:
    """The temporary objects of one block."""

    def __init__(self, commit: Commit, policy: Policy, objects: Sequence[Model]) -> None:
        self._commit, self._policy = commit, policy
        self._changes, self._client = commit.changes, commit.client
        self._objects = objects
        self._mine: list[Model] = []
        """The objects of the block, and new ones that came with them."""
        self._log: CommitLog | None = None
        self._report = CommitReport()

    @contextmanager
    def made(self) -> Iterator[tuple[Model, ...]]:
        """Create the objects, and delete them at the end."""
        _check(self._objects, self._policy.protected_tags)
        hooks = self._commit.objects.loader.hooks
        if hooks is not None:
            hooks.check_outside()
        try:
            self._make()
        except BaseException as error:
            self._remove_after(error, takes_back=True)  # promise 44a: those made before another failed go
            raise
        try:
            yield tuple(self._objects)
        except BaseException as error:
            self._remove_after(error)  # promise 44b: whatever ends the block
            raise
        self._remove()

    # -- making ------------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        pending = {*self._changes.new}
        for each in self._objects:
            self._changes.add(each)
        given = {id(each) for each in self._objects}
        self._mine = [each for at, each in self._changes.new.items() if at in given or at not in pending]
        only = tuple(self._mine)
        planned = partial(planner.plan, self._changes, only=only, fold=self._policy.fold)
        plan = planned()
        guards.check_writable(self._client, plan)
        self._ask_policies(plan)
        self._save_needed(only)
        with kept_interrupts() as interrupts:
            plan = planned()
            targets = SessionTargets(self._commit.objects, plan)
            interrupts.check()
            self._commit.call_before(plan, planned)
            self._log = self._commit.history.begin(plan, STOP.name, self._policy.conflicts, is_temporary=True)
            sent = self._commit.send(plan, targets, RunOptions(self._log, STOP), ends_log=False)
            self._report = sent.report
            self._commit.report(sent, targets, interrupts, verify=False, advice=_TAKEN_BACK, holds_rest=False)

    def _ask_policies(self, plan: Plan) -> None:
        if self._policy.policies:
            self._commit.check_policies(plan, self._policy.policies)

    def _save_needed(self, only: tuple[Model, ...]) -> None:
        """Create what was pending before and is needed: it stays, and is no part of what is taken back."""
        own = {id(each) for each in only}
        for each in planner.needed_by(self._changes, only):
            if id(each) not in own and state_of(each).is_new:
                self._commit.save(each, self._policy)

    # -- removing ----------------------------------------------------------------------------------------------------

    def _remove_after(self, error: BaseException, *, takes_back: bool = False) -> None:
        """Delete the objects after an error of the block, which is what the user has to see."""
        try:
            self._remove(takes_back=takes_back)
        except Exception as other:  # noqa: BLE001  whatever it is, the error of the block goes on
            error.add_note(f"not every temporary object was deleted: {other}")

    def _remove(self, *, takes_back: bool = False) -> None:
        """Find out what exists, and delete it; raise `CommitError` where something may be left.

        What is taken back because the block never began is no new plan, and no policy is asked about it.
        """
        with kept_interrupts(self._commit.session, is_cleanup=True):
            self._resolve()
            doubtful = [each for each in self._mine if id(each) in self._changes.in_doubt]
            self._let_new_ones_go(doubtful)
            there = [*self._existing()]
            for each in there:
                self._changes.delete(each)
            if not takes_back:
                self._check_deletions(there)
            self._send(there, is_all=not doubtful)
        if doubtful:
            reasons = "; ".join(f"{each!r}: {self._changes.in_doubt[id(each)].reason}" for each in doubtful)
            msg = f"temporary objects are in doubt, and may exist: {reasons}"
            raise CommitError(msg, report=self._report, session=self._commit.session)
        self._end_log()

    def _end_log(self) -> None:
        """Write down that nothing is left."""
        if self._log is not None:
            self._commit.history.end_temporary(self._log.name)
            self._log = None

    def _check_deletions(self, there: Sequence[Model]) -> None:
        """Raise `InvalidRequestError` where a protected tag or a policy keeps an object; they are read again for it."""
        policy = self._policy
        rests = [each for each in there if policy.policies or guards.can_be_protected(each, policy.protected_tags)]
        if not rests:
            return
        self._commit.refresh.run([each for each in rests if can_be_read(each.__mapper__)])
        try:
            guards.check_protected(there, policy.protected_tags)
            self._ask_policies(planner.plan_deletions(self._changes, there))
        except InvalidRequestError as error:
            msg = f"{error}\n{_KEPT}"
            raise InvalidRequestError(msg) from error

    def _resolve(self) -> None:
        """Look for creations in doubt, when no request can be running that would make one later."""
        in_doubt = [known for each in self._mine if (known := self._changes.in_doubt.get(id(each))) is not None]
        if not in_doubt:
            return
        last = max(each.until for each in in_doubt)
        with kept_interrupts() as interrupts:
            pause(self._client, last - self._client.clock.monotonic(), interrupts.is_raised)
        # promise 44c: those whose answer was lost are looked for
        resolve_in_doubt(self._client, self._commit.objects, self._mine)
        for each in self._mine:
            known = self._changes.in_doubt.get(id(each))
            if known is not None and known.may_repeat:
                del self._changes.in_doubt[id(each)]  # it was looked for, and is not there

    def _let_new_ones_go(self, doubtful: Iterable[Model]) -> None:
        """Take what was never created out of the session, and what would lie below what is deleted."""
        kept = {id(each) for each in doubtful}
        mine = {id(each) for each in self._mine} - kept
        for each in [*self._changes.new.values()]:
            parent = state_of(each).pending_parent
            is_gone = id(each) in mine or (parent is not None and id(parent) in mine)
            if is_gone and id(each) in self._changes.new:
                self._changes.expunge(each)

    def _existing(self) -> Iterator[Model]:
        """Yield what may exist of the objects; one that has left the session may have left without being deleted."""
        for each in self._mine:
            state = state_of(each)
            if "delete" not in each.__mapper__.verbs or state.is_new:
                continue  # it goes with its parent, or was never created
            if state.status is Status.DETACHED:
                yield self._commit.objects.owner.reference(type(each), state.identity, state.parents, None)
            else:
                yield each

    def _send(self, there: Sequence[Model], *, is_all: bool) -> None:
        """Delete what exists; where that is all, nothing keeps the journal open, whatever a hook raises after it."""
        planned = partial(planner.plan_deletions, self._changes, there)
        plan = planned()
        if not plan.steps:
            return
        targets = SessionTargets(self._commit.objects, plan)
        with kept_interrupts(self._commit.session) as interrupts:
            self._commit.call_before(plan, planned)
            sent = self._commit.send(plan, targets, RunOptions(_Unwritten(), CONTINUE), ends_log=False)
            if is_all and all(entry.status == "applied" for entry in sent.report):
                self._end_log()
            self._commit.report(sent, targets, interrupts, verify=False, advice=_LEFT)


class _Unwritten(CommitLog):
    """Writes nothing down: as long as the creations stand in the journal, recovery deletes what they made."""

    def __init__(self) -> None:
        self.name = ""

    def intend(self, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Do nothing: a deletion may be sent again."""

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Do nothing: recovery finds out that an object is gone."""


def _check(objects: Sequence[Model], protected: frozenset[str]) -> None:
    """Raise `InvalidRequestError` for what is not new, or cannot be deleted."""
    for each in objects:
        if not isinstance(each, Model):
            msg = f"temporary() takes new objects of resource classes, not {each!r}"
            raise InvalidRequestError(msg)
        if not state_of(each).is_new:
            msg = f"temporary() takes new objects, and {each!r} is {state_of(each).status.value}"
            raise InvalidRequestError(msg)
        if "delete" not in each.__mapper__.verbs:
            msg = f"{each!r} cannot be temporary: the API cannot delete a {each.__mapper__.name}"
            raise InvalidRequestError(msg)
        if guards.can_be_protected(each, protected) and (tags := protected.intersection(value_of(each, "tags") or ())):
            msg = f"{each!r} cannot be temporary: the protected tag {', '.join(sorted(tags))} forbids its deletion"
            raise InvalidRequestError(msg)
