"""Recovery: what a crash left behind in a journal is settled against the API, and completed or undone."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from linode_orm.errors import ConflictError, JournalError, LinodeORMError
from linode_orm.mapping.identity import identity_in
from linode_orm.session.commit import guards
from linode_orm.session.commit.apply_plan import movement
from linode_orm.session.commit.compensation import compensate
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.run_plan import EarlierOutcomes, send
from linode_orm.session.commit.secrets import secrets_for
from linode_orm.session.journal.journaled_history import JournalLog, state_of
from linode_orm.session.loading.api_time import ApiTime
from linode_orm.session.outcome.lookup import LookupResult
from linode_orm.session.outcome.nested import match_nested
from linode_orm.session.outcome.rebuild import RebuildRequest
from linode_orm.session.planning.plan import InDoubt, Pending, Plan, fill
from linode_orm.session.planning.report import CommitReport, Entry
from linode_orm.session.reconcile.in_doubt import criteria_for, find
from linode_orm.session.reconcile.targets import PlanTargets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.journal.journal import Journal, StoredCommit, StoredRequest
    from linode_orm.session.planning.report import Outcome

_SURELY_ENDED: Final = timedelta(hours=1)
"""How old an intent is whose request cannot be running, however often it was sent again."""


@frozen
class RecoveryOptions:
    """How an unfinished commit is brought to an end; the arguments of `recover` of the same names."""

    undo: bool = False
    secrets: Mapping[str, object] | None = None


def forgotten(journal: Journal, stored: StoredCommit) -> CommitReport:
    """Let a commit count as ended, without a request; return what the journal says of it."""
    journal.end(stored.id, "dropped")
    return CommitReport(tuple(_as_written(stored)), id=stored.id)


def _as_written(stored: StoredCommit) -> Iterator[Entry]:
    for known in stored.steps:
        status: Any = known.status or ("pending" if known.intent is None else "in doubt")
        yield Entry(known.step, None, status, note=known.note)


class Recovery:
    """One unfinished commit on its way to an end."""

    def __init__(self, commit: Commit, journal: Journal, stored: StoredCommit, options: RecoveryOptions) -> None:
        if stored.base_url != commit.client.base_url:
            theirs = commit.client.base_url
            msg = f"{journal.path} is the journal of {stored.base_url}, the client is of {theirs}; nothing was sent"
            raise JournalError(msg)
        self._commit, self._client = commit, commit.client
        self._journal, self._stored = journal, stored
        self._undo = options.undo or stored.state == "undoing"  # promise 23: recover(undo=True) takes it back
        self._secrets = secrets_for(stored.plan, options.secrets, may_lack=True)
        self._ids = stored.ids
        self._plan = stored.plan
        self._targets = PlanTargets(commit.objects, self._plan, self._secrets, self._ids)
        self._ledger = JournalLog(journal, stored.id)
        self._made: dict[str, set[object]] = {}

    def run(self) -> CommitReport:
        """Settle what is in doubt, then complete or undo."""
        guards.check_writable(self._client, self._plan)
        if self._undo:
            self._client.clock.sleep(max(0.0, self._until - self._client.clock.monotonic()))
        entries = {entry.step.number: entry for entry in self._settled()}
        sent = self._taken_back(entries) if self._undo else self._completed(entries)
        still = any(entry.status == "pending" and entry.note for entry in sent)
        self._journal.flush()
        state = "undone" if self._undo and not sent.not_undone else state_of(sent, interrupted=still)
        self._journal.end(self._stored.id, "undoing" if self._undo and sent.in_doubt else state)
        return sent

    @cached_property
    def _until(self) -> float:
        """The moment by the monotonic clock after which no request of the process that ended can be running.

        Its intent says when it was sent first, by the clock of the API or of that machine, and nothing when it was sent
        last.
        """
        client, now = self._client, self._client.clock.monotonic()
        unknown = [each.intent.at for each in self._stored.steps if each.intent and each.status in {None, "in doubt"}]
        here, there = client.clock.now(), client.api_now
        young = [each for each in unknown if there is None or min(here - each, there - each) < _SURELY_ENDED]
        return now + client.max_request_lifetime if young else now

    def _settled(self) -> Iterator[Entry]:
        """Give an entry for each step of which it is known by now what became of it."""
        for known in self._stored.steps:
            step = known.step
            if known.status == "undone":
                yield self._entry(known, "undone")
            elif known.status == "applied":
                yield self._applied(known)
            elif known.intent is not None and known.status not in {"failed", "pending"}:
                if step.operation == "create":
                    yield from self._looked_for(known)  # promise 22: a creation in doubt is looked for first
                elif step.parts:
                    self._targets.doubts[step.number] = evolve(self._doubt(known), until=self._until)
        for number, doubt in self._targets.doubts.items():
            self._targets.doubts[number] = self._but_for_others(doubt)

    def _but_for_others(self, doubt: InDoubt) -> InDoubt:
        """Give a doubt with the ids of objects that other steps made, now or earlier: none is the one looked for."""
        known = doubt.known
        for model in {part.model for part in doubt.step.whole if part.operation == "create"}:
            if model not in self._made:
                self._made[model] = set(self._journal.made(model))
            known |= self._made[model]  # promise 15a: those are other objects
        return evolve(doubt, known=known)

    def _entry(self, known: StoredRequest, status: Outcome, note: str = "") -> Entry:
        return Entry(known.step, self._targets.object_of(known.step), status, note=note or known.note)

    def _applied(self, known: StoredRequest, body: object = None, note: str = "") -> Entry:
        """Give the entry of what was done; riders whose ids are not written down are looked for."""
        step = known.step
        if self._undo or all(nested.token in self._ids for nested in step.nested_creates):
            return self._entry(known, "applied", note)
        doubt, parents = self._doubt(known), self._parents(known)
        inner = match_nested(self._client, doubt, parents, self._ids[str(step.token)], body)
        for each in inner.found:
            self._ids[str(each.step.token)] = each.identity
            self._targets.take(*each)
        found = {nested.token: self._ids[nested.token] for nested in step.nested_creates if nested.token in self._ids}
        self._ledger.settle(step, "applied", self._ids[str(step.token)], note, found)
        if inner.lost:
            return self._entry(known, "in doubt", inner.lost[0].reason)
        return self._entry(known, "applied", note)

    def _doubt(self, known: StoredRequest) -> InDoubt:
        step = known.step
        sent = fill(step.body, lambda each: self._ids.get(each.token) if isinstance(each, Pending) else each)
        since = known.intent or ApiTime.now(self._client)
        is_listed = known.there is not None
        return InDoubt(step, sent, since, known.note, known.there or frozenset(), is_listed=is_listed)

    def _parents(self, known: StoredRequest) -> tuple[object, ...]:
        return tuple(self._ids[each.token] if isinstance(each, Pending) else each for each in known.step.parents)

    def _looked_for(self, known: StoredRequest) -> Iterator[Entry]:
        """Look for an object whose creation may have been sent; nothing where it is not there, and may be sent."""
        step = known.step
        if any(isinstance(each, Pending) and each.token not in self._ids for each in step.parents):
            return  # its parent was never made, nor was it
        parents, doubt = self._parents(known), self._but_for_others(self._doubt(known))
        criteria = criteria_for(doubt, parents)
        if criteria.key or criteria.is_distinguishable:
            looked_up = find(self._client, criteria, lambda: self._until)
        else:
            looked_up = LookupResult(why="nothing tells whether it was made, since the API allows several alike")
        if looked_up.body is not None:
            identity = identity_in(criteria.model.__mapper__, looked_up.body, criteria.key)
            self._ids[str(step.token)] = identity
            self._made[step.model].add(identity)
            self._targets.take(step, parents, identity, looked_up.body)
            self._ledger.settle(step, "applied", identity, "", {})
            yield self._applied(known, looked_up.body, "its answer was lost; it was looked for and found")
        elif looked_up.why:
            yield self._entry(known, "in doubt", looked_up.why)
        else:
            self._targets.doubts[step.number] = doubt

    # -- on to the end -----------------------------------------------------------------------------------------------

    def _completed(self, entries: dict[int, Entry]) -> CommitReport:
        """Send what was not done."""
        plan, checked_at = self._plan, None
        if self._stored.conflicts == "check":
            checked_at = self._client.clock.monotonic()
            plan, clashes = movement(self._commit, self._rest(entries))
            steps = {step.number: step for step in (*self._plan, *plan)}
            plan = Plan(tuple(steps.values()))
            for number, found in clashes.items():
                error = ConflictError("it was changed elsewhere since", conflicts=found)
                entries[number] = Entry(steps[number], self._targets.object_of(steps[number]), "failed", error)
        for step in plan:
            missing = [name for name in step.secrets if name not in self._secrets]
            if missing and step.number not in entries:  # promise 24: it waits for its secret
                note = f"it needs the secret {', '.join(missing)}: recover(path, secrets={{...}})"
                entries[step.number] = Entry(step, self._targets.object_of(step), "pending", note=note)
        on_error = "continue" if self._stored.on_error == "undo" else self._stored.on_error
        return send(
            plan,
            self._client,
            self._targets,
            options=RunOptions(on_error, None, self._ledger, checked_at),
            before=EarlierOutcomes(tuple(entries.values()), self._ids),
            name=self._stored.id,
        ).report

    def _rest(self, entries: Mapping[int, Entry]) -> Plan:
        return Plan(tuple(step for step in self._plan if step.number not in entries))

    def _taken_back(self, entries: dict[int, Entry]) -> CommitReport:
        """Put back what was done."""
        for known in self._stored.steps:
            step = known.step
            if known.intent is None or known.status not in {None, "in doubt"} or step.number in entries:
                continue
            instance = self._targets.object_of(step)
            if step.parts and step.looks:
                entries.update(self._bundle_before_undo(known))
            elif step.operation in {"update", "replace", "bundle"}:
                entries[step.number] = Entry(step, instance, "in doubt")
            elif step.operation == "delete" and self._commit.refresh.run([instance]):
                entries[step.number] = Entry(step, instance, "applied")
        plan = Plan(tuple(entries[step.number].step if step.number in entries else step for step in self._plan))
        back = compensate(entries, plan, self._ids, self._client, self._targets, self._ledger)
        filled = [
            back.entries.get(step.number) or Entry(step, self._targets.object_of(step), "pending")
            for step in self._plan
        ]
        return CommitReport(tuple(filled), id=self._stored.id)

    def _bundle_before_undo(self, known: StoredRequest) -> dict[int, Entry]:
        """Give a rebuild that was never answered with those of its parts that were done, as the newest list shows."""
        number = known.step.number
        way = RebuildRequest(self._client, self._targets.doubts[number])
        try:
            way.look(may_have_run=True)
        except LinodeORMError as error:
            return {number: self._entry(known, "in doubt", f"it could not be looked for: {error}")}
        done = way.boarded().found
        self._ids.update({str(each.step.token): each.identity for each in done if each.identity is not None})
        step = evolve(known.step, parts=tuple(each.step for each in done))
        return {number: Entry(step, self._targets.object_of(step), "applied")} if done else {}
