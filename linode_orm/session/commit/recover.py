"""Recovery: what a crash left in a journal is resolved against the API, and completed or undone."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from linode_orm.errors import ApiError, ConflictError, JournalError, LinodeORMError, ResponseError, TransportError
from linode_orm.mapping.identity import identity_in
from linode_orm.session.commit import guards
from linode_orm.session.commit.compensation import compensate
from linode_orm.session.commit.created_ids import answer_values, learn_values
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.failure_policy import policy_of_recovery
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.outcomes import EarlierOutcomes
from linode_orm.session.commit.plan_comparison import comparison_for, movement
from linode_orm.session.commit.reconcile.in_doubt import find
from linode_orm.session.commit.reconcile.targets import PlanTargets
from linode_orm.session.commit.run_plan import RunResult, interrupted, raise_where_incomplete, run_plan
from linode_orm.session.commit.secrets import secrets_for
from linode_orm.session.journal.accounts import check_account, check_place
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.outcome.lookup import criteria_for
from linode_orm.session.outcome.nested import match_nested
from linode_orm.session.outcome.rebuild import RebuildRequest
from linode_orm.session.outcome.resolve import LookupResult
from linode_orm.session.planning.placeholders import Hidden, Pending, fill
from linode_orm.session.planning.plan import InDoubt, Plan
from linode_orm.session.planning.report import CommitReport, Entry
from linode_orm.wire.api_time import ApiTime
from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.interrupts import Interrupts
    from linode_orm.session.journal.journal import Journal, StoredCommit, StoredRequest
    from linode_orm.session.outcome.lookup import LookupCriteria
    from linode_orm.session.planning.plan import Step
    from linode_orm.session.planning.report import Outcome

_SURELY_ENDED: Final = timedelta(hours=1)
"""How old an intent is whose request cannot be running, however often it was sent again."""
_STAYS_OPEN: Final = "the journal keeps what is not done; recover(path) carries on"
_ENDED: Final = "its process ended before an answer came"
_TRIES: Final = 8
"""How many lifetimes of a request a creation takes at most that is sent again and again."""
_NO_CLUE: Final = "nothing tells whether it was made, since the API allows several alike"


@frozen
class RecoveryOptions:
    """How an unfinished commit is ended; the arguments of `recover` of the same names."""

    undo: bool = False
    secrets: Mapping[str, object] | None = None
    account_unchecked: bool = False
    resume: bool = False


def forgotten(journal: Journal, stored: StoredCommit) -> CommitReport:
    """End a commit without a request; return what the journal says of it."""
    journal.end(stored.id, "dropped")
    return CommitReport(tuple(_as_written(stored)), id=stored.id)


def _as_written(stored: StoredCommit, why: str = "") -> Iterator[Entry]:
    for known in stored.steps:
        status: Any = known.status or ("in doubt" if known.is_in_doubt else "pending")
        is_left = status not in {"applied", "undone"}
        yield Entry(known.step, None, status, note=(why if is_left else "") or known.note)


def _state(report: CommitReport, *, is_undone: bool) -> str:
    """Return the state of a commit: it has ended when everything is done, or undone as far as that can be."""
    if not is_undone:
        return "finished" if all(entry.status == "applied" for entry in report) else "open"
    lost = [entry for entry in report.not_undone if not entry.step.lasting or entry.note != entry.step.lasting]
    return "undoing" if lost or report.in_doubt or report.applied else "undone"


class Recovery:
    """One unfinished commit: what became of each step is found out, then the rest is sent, or all is undone.

    Whatever is not done when it ends stays in the journal, which is open until everything is done.
    """

    def __init__(self, commit: Commit, journal: Journal, stored: StoredCommit, options: RecoveryOptions) -> None:
        check_place(stored, commit.client, journal)
        self._commit, self._client = commit, commit.client
        self._journal, self._stored, self._options = journal, stored, options
        self._undo = options.undo or stored.state == "undoing"  # promise 23: recover(undo=True) undoes it
        self._secrets = secrets_for(stored.plan, options.secrets, may_lack=True)
        self._ids, self._plan = stored.ids, stored.plan
        self._targets = PlanTargets(commit.objects, self._plan, self._secrets, self._ids)
        self._log = CommitLog(journal, stored.id)
        self._wanted = answer_values(self._plan)
        self._made: dict[str, set[object]] = {}
        self._ending: tuple[bool, BaseException | None] = (False, None)
        """Whether Ctrl-C ended what was sent, and what else did."""

    def run(self) -> CommitReport:
        """Resolve what is in doubt, then complete or undo; with `kept_interrupts`, an interrupt ends it in good order.

        Raises `CommitInterrupted` after Ctrl-C, what another signal handler raised, and `CommitError` where the journal
        cannot be written any more.
        """
        guards.check_writable(self._client, self._plan)
        with kept_interrupts() as interrupts:
            try:
                if not self._options.account_unchecked:
                    check_account(self._stored, self._client, self._journal)
            except (ApiError, TransportError) as error:
                return CommitReport(tuple(_as_written(self._stored, f"not sent: {error}")), id=self._stored.id)
            if self._undo:
                # Undoing what may still be running would undo too early: the late request would win.
                pause(self._client, self._until - self._client.clock.monotonic(), interrupts.is_raised)
            entries = {entry.step.number: entry for entry in self._resolved()}
            if interrupts.raised:
                report = self._filled(entries)
            else:
                report = self._undone(entries) if self._undo else self._completed(entries)
            return self._ended(report, interrupts)

    def _ended(self, report: CommitReport, interrupts: Interrupts) -> CommitReport:
        """Write down in which state the commit is, and raise what ended the recovery early."""
        is_pressed, crash = self._ending
        try:
            self._journal.end(self._stored.id, _state(report, is_undone=self._undo))
        except JournalError as error:
            crash = crash or error
        result = interrupted(RunResult(report, self._ids, (), is_pressed, crash), interrupts)
        if result.is_stopped:
            raise_where_incomplete(result, None, advice=_STAYS_OPEN)
        return report

    def _filled(self, entries: Mapping[int, Entry]) -> CommitReport:
        """Return the report of entries; a step that has none is pending."""
        filled = (entries.get(step.number) or self._rest(step) for step in self._plan)
        return CommitReport(tuple(filled), id=self._stored.id)

    def _rest(self, step: Step) -> Entry:
        is_in_doubt = any(each.is_in_doubt and each.step.number == step.number for each in self._stored.steps)
        return Entry(step, self._targets.object_of(step), "in doubt" if is_in_doubt else "pending")

    @cached_property
    def _until(self) -> float:
        """The time of the monotonic clock from which no request of the process that ended can be running.

        Its intent says when it was sent last, by the clock of the API or of that machine.
        """
        client, now = self._client, self._client.clock.monotonic()
        in_doubt = [each for each in self._stored.steps if each.intent is not None and each.is_in_doubt]
        moments = [moment.at for each in in_doubt if (moment := each.last or each.intent) is not None]
        # Either clock may be wrong: of the two ages the smaller one counts, which errs to the side of waiting.
        here, there = client.clock.now(), client.api_now
        long_ago = max(_SURELY_ENDED, timedelta(seconds=_TRIES * client.max_request_lifetime))
        young = [each for each in moments if there is None or min(here - each, there - each) < long_ago]
        return now + client.max_request_lifetime if young else now

    # -- what became of each step ------------------------------------------------------------------------------------

    def _resolved(self) -> Iterator[Entry]:
        """Yield an entry for each step of which it is known by now what became of it."""
        for known in self._stored.steps:
            step = known.step
            if known.status == "undone":
                yield self._entry(known, "undone")
            elif known.status == "applied":
                yield self._applied(known)
            elif known.is_in_doubt and step.operation == "create":
                yield from self._look_for(known)  # promise 22: a creation in doubt is looked for first
            elif known.is_in_doubt and step.parts:
                self._targets.in_doubt[step.number] = evolve(self._in_doubt(known), until=self._until)
        for number, in_doubt in self._targets.in_doubt.items():
            # Once more at the end: steps that were looked for later have brought ids.
            self._targets.in_doubt[number] = self._but_for_others(in_doubt)

    def _look_for(self, known: StoredRequest) -> Iterator[Entry]:
        """Look for an object whose creation is in doubt; yield no entry if it is not there and may be sent."""
        step = known.step
        if any(isinstance(each, Pending) and each.token not in self._ids for each in step.parents):
            return  # its parent was never made, nor was it
        parents, in_doubt = self._parents(known), self._but_for_others(self._in_doubt(known))
        criteria = criteria_for(in_doubt, parents)
        looked_up = LookupResult(why=_NO_CLUE)
        if criteria.key or criteria.is_distinguishable:
            looked_up = self._find(criteria)
        if looked_up.body is not None:
            identity = identity_in(criteria.model.__mapper__, looked_up.body, criteria.key)
            self._ids[str(step.token)] = identity
            self._made[step.model].add(identity)
            self._targets.apply(step, parents, identity, looked_up.body)
            self._log.settle(
                step, "applied", identity, "", learn_values(self._ids, self._wanted, str(step.token), looked_up.body)
            )
            yield self._applied(known, looked_up.body, "its answer was lost; it was looked for and found")
        elif looked_up.why:
            yield self._entry(known, "in doubt", looked_up.why)
        else:
            # It was looked for after the last moment at which it could appear: it may be sent.
            self._targets.in_doubt[step.number] = evolve(in_doubt, may_repeat=True)

    def _find(self, criteria: LookupCriteria) -> LookupResult:
        try:
            return find(self._client, criteria, self._until)
        except LinodeORMError as error:
            return LookupResult(why=f"it could not be looked for: {error}")

    def _applied(self, known: StoredRequest, body: object = None, note: str = "") -> Entry:
        """Return the entry of a step that was done; look for nested creates whose ids are not written down."""
        step = known.step
        needed = (nested for nested in step.nested_creates if nested.is_needed)
        if self._undo or all(nested.token in self._ids for nested in needed):
            return self._entry(known, "applied", note)
        in_doubt, parents = self._in_doubt(known), self._parents(known)
        inner = match_nested(self._client, in_doubt, parents, self._ids[str(step.token)], body)
        found = learn_values(self._ids, self._wanted, str(step.token), body)
        for each in inner.found:
            self._ids[str(each.step.token)] = each.identity
            found |= learn_values(self._ids, self._wanted, str(each.step.token), each.body)
            self._targets.apply(*each)
        found |= {nested.token: self._ids[nested.token] for nested in step.nested_creates if nested.token in self._ids}
        self._log.settle(step, "applied", self._ids[str(step.token)], note, found)
        if inner.in_doubt:
            return self._entry(known, "in doubt", inner.in_doubt[0].reason)
        return self._entry(known, "applied", note)

    def _value_of(self, placeholder: Pending | Hidden) -> object:
        """Return the id, or the value, that a placeholder stands for; None where its object was never made."""
        if isinstance(placeholder, Hidden):
            return placeholder
        try:
            return placeholder.id_in(self._ids)
        except (KeyError, ResponseError):
            return None

    def _in_doubt(self, known: StoredRequest) -> InDoubt:
        """Return what the journal knows of a step in doubt."""
        step = known.step
        sent = fill(step.body, self._value_of)
        since = known.intent or ApiTime.now(self._client)
        is_listed = known.there is not None
        return InDoubt(step, sent, since, known.note or _ENDED, known.there or frozenset(), is_listed=is_listed)

    def _but_for_others(self, in_doubt: InDoubt) -> InDoubt:
        """Add the ids of objects that other steps created, now or earlier: none of them is looked for."""
        known = in_doubt.known
        for model in {part.model for part in in_doubt.step.whole if part.operation == "create"}:
            if model not in self._made:
                self._made[model] = set(self._journal.made(model))
            known |= self._made[model]  # promise 15a: those are other objects
        return evolve(in_doubt, known=known)

    def _parents(self, known: StoredRequest) -> tuple[object, ...]:
        return tuple(self._ids[each.token] if isinstance(each, Pending) else each for each in known.step.parents)

    def _entry(self, known: StoredRequest, status: Outcome, note: str = "") -> Entry:
        return Entry(known.step, self._targets.object_of(known.step), status, note=note or known.note)

    # -- to the end --------------------------------------------------------------------------------------------------

    def _completed(self, entries: dict[int, Entry]) -> CommitReport:
        """Send what was not done."""
        plan, read_at = self._plan, self._client.clock.monotonic()
        if self._stored.conflicts != "ignore":
            try:
                plan = self._rebased_plan(entries)
            except (ApiError, TransportError, ResponseError) as error:
                left = (step for step in plan if step.number not in entries)
                later = {step.number: evolve(self._rest(step), note=f"not sent: {error}") for step in left}
                return self._filled({**entries, **later})
        for step in plan:
            missing = [name for name in step.secrets if name not in self._secrets]
            if missing and step.number not in entries:  # promise 24: it waits for its secret
                note = f"it needs the secret {', '.join(missing)}: recover(path, secrets={{...}})"
                entries[step.number] = Entry(step, self._targets.object_of(step), "pending", note=note)
        newest = self._commit.newest(self._stored.conflicts, read_at)
        options = RunOptions(self._log, policy_of_recovery(self._stored.on_error), newest=newest)
        earlier = EarlierOutcomes(tuple(entries.values()), self._ids)
        sent = run_plan(plan, self._client, self._targets, options, earlier)
        self._ending = sent.interrupted, sent.crash
        return sent.report

    def _rebased_plan(self, entries: dict[int, Entry]) -> Plan:
        """Return the plan on the newest values; add an entry for each step that clashes with them."""
        rest = Plan(tuple(step for step in self._plan if step.number not in entries))
        moved, clashes = movement(self._commit, rest, comparison_for(rest, self._stored.conflicts))
        steps = {step.number: step for step in (*self._plan, *moved)}
        for number, found in clashes.items():
            error = ConflictError("it was changed elsewhere since", conflicts=found)
            entries[number] = Entry(steps[number], self._targets.object_of(steps[number]), "failed", error)
        return Plan(tuple(steps.values()))

    def _undone(self, entries: dict[int, Entry]) -> CommitReport:
        """Undo what was done."""
        for known in self._stored.steps:
            step = known.step
            if not known.is_in_doubt or step.number in entries:
                continue
            instance = self._targets.object_of(step)
            if step.parts and step.looks:
                entries.update(self._rebuild_before_undo(known))
            elif step.operation in {"update", "replace", "bundle"}:
                entries[step.number] = Entry(step, instance, "in doubt")
            elif step.operation == "delete":
                entries.update(self._deletion_before_undo(known))
        plan = Plan(tuple(entries[step.number].step if step.number in entries else step for step in self._plan))
        sent = EarlierOutcomes(tuple(entries.values()), self._ids)
        newest = self._commit.newest(self._stored.conflicts, None)
        compensated = compensate(plan, sent, self._client, self._targets, self._log, newest)
        self._ending, after = (compensated.interrupted, compensated.crash), compensated.entries
        # What a process that was killed never sent is pending: nothing of it is to be undone.
        filled = [
            after.get(step.number) or Entry(step, self._targets.object_of(step), "pending") for step in self._plan
        ]
        return CommitReport(tuple(filled), id=self._stored.id)

    def _deletion_before_undo(self, known: StoredRequest) -> dict[int, Entry]:
        """Give a deletion in doubt as applied where its object is gone, and as in doubt where that cannot be read."""
        step = known.step
        instance = self._targets.object_of(step)
        try:
            is_gone = bool(self._commit.refresh.run([instance]))
        except LinodeORMError as error:
            return {step.number: self._entry(known, "in doubt", f"it could not be looked for: {error}")}
        return {step.number: Entry(step, instance, "applied")} if is_gone else {}

    def _rebuild_before_undo(self, known: StoredRequest) -> dict[int, Entry]:
        """Return a rebuild in doubt with the parts that were done, as the newest list shows."""
        number = known.step.number
        rebuild = RebuildRequest(self._client, self._targets.in_doubt[number])
        try:
            rebuild.look(may_have_run=True)
        except LinodeORMError as error:
            return {number: self._entry(known, "in doubt", f"it could not be looked for: {error}")}
        done = rebuild.outcomes().found
        self._ids.update({str(each.step.token): each.identity for each in done if each.identity is not None})
        step = evolve(known.step, parts=tuple(each.step for each in done))
        return {number: Entry(step, self._targets.object_of(step), "applied")} if done else {}
