"""Execution: the steps of a plan are sent side by side, each as soon as what it waits for is done."""

from __future__ import annotations

from concurrent.futures import CancelledError
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from attrs import evolve, frozen

from linode_orm.errors import JournalError, LinodeORMError, NotFound, TransportError
from linode_orm.session.commit.cancellation import Cancellation
from linode_orm.session.commit.collection_ids import CollectionIds
from linode_orm.session.commit.created_ids import CreatedIds, answer_values
from linode_orm.session.commit.dispatcher import Dispatcher, Flight
from linode_orm.session.commit.failure_policy import STOP, FailurePolicy
from linode_orm.session.commit.intents import AHEAD, Intents
from linode_orm.session.commit.outcomes import NOTHING_EARLIER, EarlierOutcomes, Outcomes
from linode_orm.session.commit.scheduler import Scheduler
from linode_orm.session.outcome.call import Answer, RunContext
from linode_orm.session.outcome.claimed_ids import ClaimedIds
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from linode_orm.session.commit.newest import NewestStep, NewestValues
    from linode_orm.session.commit.policy import Progress
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.journal.log import CommitLog
    from linode_orm.session.outcome.nested import InnerOutcomes
    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.session.planning.report import Entry, Outcome
    from linode_orm.wire.client import Client


@frozen
class RunOptions:
    """How a plan is sent; `newest` reads the values again that updates are built on."""

    log: CommitLog
    policy: FailurePolicy = STOP
    progress: Progress | None = None
    newest: NewestValues | None = None


class Executor:
    """One run of a plan: which steps are ready, which in flight, and when it ends.

    Kahn's algorithm, run as answers arrive: the scheduler counts for each step how many others it still waits for. The
    session's thread decides and touches objects; workers send, and see values only. What a worker answers wakes the
    thread through a queue, so that no answer waits for another one.

    `earlier` is what is known before of some steps: they are not sent, and their ids stand where others wait for them.
    """

    def __init__(
        self,
        plan: Plan,
        client: Client,
        targets: Targets,
        options: RunOptions,
        earlier: EarlierOutcomes = NOTHING_EARLIER,
    ) -> None:
        self._client, self._targets, self._options = client, targets, options
        self._schedule = Scheduler(plan, irreversible_last=options.policy.compensates)
        self.steps = self._schedule.steps
        self._created = CreatedIds(earlier.ids, answer_values(plan) if len(plan.steps) > 1 else {})
        self.ids = self._created.by_token
        collections = CollectionIds(client, targets)
        self.outcomes = Outcomes(targets, self._created, collections, defers_answers=options.policy.defers_answers)
        self.entries = self.outcomes.entries
        self._intents = Intents(options.log, client, collections)
        self.cancellation = Cancellation(options.policy)
        is_wanted, hurry = self.cancellation.is_wanted, self.cancellation.hurry
        context = RunContext(client, is_wanted, hurry, ClaimedIds(), ClaimedIds())
        self._dispatcher = Dispatcher(targets, self._created, collections, context)
        self._in_flight: dict[int, Flight] = {}
        self._answers: dict[int, Answer] = {}
        """The answers of steps in flight, which workers leave here."""
        self._wake: SimpleQueue[None] = SimpleQueue()
        # Twice the workers: while this thread takes an answer, each worker already has its next request.
        self._room = 2 * max(1, client.workers)  # so that no worker waits for this thread
        self.window = 0.0
        # What is known from before counts as ended, so that only the rest is sent and waited for.
        for entry in earlier.entries:
            self.entries[entry.step.number] = entry
            if entry.status == "applied":
                self._schedule.release(entry.step.number, self.outcomes.lacks)

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Start nothing more; asked a second time by Ctrl-C, wait for nothing either. Safe in a signal handler."""
        self.cancellation.interrupt(crash)
        # The session's thread may be waiting for an answer, and must see that it need not.
        self._wake.put(None)

    def run(self) -> None:
        """Send everything that can be sent and take every answer."""
        # Before anything starts: what waits for such a creation stays pending with it.
        self._hold_back()
        while len(self.entries) < len(self.steps):
            try:
                self._start()
                if self.cancellation.interrupts > 1:
                    break
                if not self._in_flight:
                    if self.cancellation.is_set or not self._schedule.is_ready(self.entries):
                        break
                    continue  # none of this round could be sent, and others are ready
                self._wake.get()
                self._collect()
            except KeyboardInterrupt:
                self.interrupt()
        if self._in_flight:
            self._give_up()
        self._intents.withdraw(self.steps, self.entries.keys())

    @property
    def failed(self) -> bool:
        """Whether something was not done."""
        return len(self.entries) < len(self.steps) or self.outcomes.failed

    # -- sending -----------------------------------------------------------------------------------------------------

    def _hold_back(self) -> None:
        """Send no creation in doubt that could make a second object."""
        for step in self.steps.values():
            if step.operation == "create" and step.number not in self.entries:
                in_doubt = self._targets.in_doubt_of(step)
                if in_doubt is not None and not in_doubt.may_repeat:
                    self._record(step, "in doubt", Answer(tries=0, note=in_doubt.reason))

    def _start(self) -> None:
        """Hand ready steps to workers, after writing down what is about to be sent."""
        if self.cancellation.is_set:
            for flight in self._in_flight.values():
                # Only a request that no worker has begun is cancelled; the others are waited for.
                flight.future.cancel()
            self._collect()
            return
        if self._options.policy.compensates:
            self._release_held()
        going = self._next_steps()
        if self._options.newest is not None:
            going = self._on_newest(going, self._options.newest)
        try:
            # One write covers this round and what follows soon: each write waits for the disk, and a thousand would add
            # up.
            coming = (self.steps[number] for number in self._schedule.ahead(AHEAD) if number not in self.entries)
            self._intents.write(going, coming)  # promise 21a: written down before it is sent
        except JournalError as error:
            self.cancellation.stop_for(error)
        for step in going:
            if self.cancellation.is_set:
                # Not written down, or stopped meanwhile: it stays pending.
                self._schedule.push(step.number)
            else:
                self._launch(step)

    def _next_steps(self) -> list[Step]:
        going: list[Step] = []
        while self._schedule.is_ready(self.entries) and len(self._in_flight) + len(going) < self._room:
            number = self._schedule.pop()
            if number not in self._in_flight:
                going.append(self.steps[number])
        return going

    def _on_newest(self, going: list[Step], newest: NewestValues) -> list[Step]:
        """Return the steps on the newest values, which are read again where that is due; a step that clashes fails."""
        if not any(newest.is_due(step, at) for at, step in enumerate(going)):
            return going
        flying = {self.steps[number].token for number in self._in_flight}
        busy = self.entries.keys() | self._in_flight.keys()
        renewal = newest.renewal(going, [step for number, step in self.steps.items() if number not in busy], flying)
        for step in renewal.later:
            self._schedule.push(step.number)
        self.steps.update(renewal.steps)  # promise 18b: what others wrote since the plan was made is kept
        for number, failure in renewal.failures.items():
            self._end(self.steps[number], "failed", Answer(tries=0, error=self._error_of(failure, self.steps[number])))
            self.cancellation.fail((number,))
        left_out = renewal.failures.keys() | {step.number for step in renewal.later}
        return [self.steps[step.number] for step in going if step.number not in left_out]

    def _error_of(self, failure: NewestStep | LinodeORMError, step: Step) -> LinodeORMError:
        if isinstance(failure, LinodeORMError):
            return failure
        # With answers deferred, the objects stay as they are until everything has ended.
        return self._targets.conflict(step, failure, learns=not self._options.policy.defers_answers)

    def _release_held(self) -> None:
        """Let what cannot be undone be ready, if all else has succeeded."""
        held = self._schedule.held
        # A deletion cannot be undone. It must not run while anything may still fail and undo the rest.
        if not held or self._in_flight or self._schedule.is_ready(self.entries):
            return
        if len(self.entries) == len(self.steps) - held and not self.outcomes.failed:
            self._schedule.let_go()

    def _launch(self, step: Step) -> None:
        try:
            flight = self._dispatcher.launch(step, self._intents.moment, self._options.newest)
        except Exception as error:  # noqa: BLE001  a value that cannot be sent must not lose the answers on their way
            self._end(step, "failed", Answer(tries=0, error=error))
            self.cancellation.fail((step.number,))
            return
        if self._options.newest is not None:
            self._options.newest.count()
        self._in_flight[step.number] = flight
        flight.future.add_done_callback(partial(self._arrive, flight))

    def _arrive(self, flight: Flight, _: Future[Answer]) -> None:
        """Leave an answer to the session's thread; called on the worker, before it takes its next step."""
        answer, step = self._answer_of(flight), flight.attempt.step
        # Counted here: when the session's thread takes the answer, the worker may have sent its next step already.
        if (answer.error is not None or answer.inner is not None) and (failed := answer.failed_steps(step)):
            self.cancellation.fail(failed)
        self._answers[step.number] = answer
        self._wake.put(None)

    # -- answers -----------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Take every answer that has arrived; an answer is removed only after it was taken whole."""
        # The numbers are copied at one stroke, because workers add to them meanwhile.
        for number in list(self._answers):
            answer = self._answers[number]
            was_given_up = answer.was_given_up
            if not was_given_up and number in self.steps:
                self._settle(self.steps[number], answer)
            del self._answers[number], self._in_flight[number]
            if was_given_up and not self.cancellation.is_set:
                self._schedule.push(number)  # its values grew old while it waited for its turn: they are read again

    def _answer_of(self, flight: Flight) -> Answer:
        """Give what a worker answered; what it raised (a KeyboardInterrupt of a hook) ends the step alone."""
        if flight.future.cancelled():
            return Answer(tries=0, error=CancelledError())
        error = flight.future.exception()
        if error is None:
            answer = flight.future.result()
            # promise 12: what is gone is deleted
            if flight.attempt.step.operation == "delete" and isinstance(answer.error, NotFound):
                # A lost answer to an earlier try, or another client: either way the object is not there.
                return evolve(answer, error=None, note="it was gone already")
            return answer
        if not outcome_of(error).is_in_doubt:
            return Answer(error=error)
        until = self._client.clock.monotonic() + self._client.max_request_lifetime
        note = f"{flight.attempt.step.method} {flight.attempt.step.path} may have been done: {type(error).__name__}"
        return Answer(error=error, note=note, in_doubt=evolve(flight.attempt, reason=note, until=until))

    def _settle(self, step: Step, answer: Answer) -> None:
        """Take the answer of one step: it was done, is in doubt, failed, or is split into its parts."""
        if step.number in self.entries:
            return
        # The time between the read of a value and the end of its write: another write in it would go unseen.
        if self._options.newest is not None and step.operation in _CHANGES:
            self.window = max(self.window, self._options.newest.age(step, answer.ended) or 0.0)
        if isinstance(answer.error, KeyboardInterrupt):
            self.interrupt()
        if answer.inner is not None and answer.splits(step):
            self._split(step, answer)
        elif answer.error is None:
            note = self.outcomes.receive(step, answer)
            self._end(step, "applied", evolve(answer, note=answer.note or note))
            self._schedule.release(step.number, self.outcomes.lacks)
        else:
            if answer.in_doubt is not None:
                self.outcomes.leave_in_doubt(answer.in_doubt)
            self._end(step, "failed" if answer.in_doubt is None else "in doubt", answer)

    def _split(self, step: Step, answer: Answer) -> None:
        """Let the parts of a batch request be steps: those that are done, those in doubt, and those to be sent."""
        # In the journal the parts take the place of the batch request, so that a recovery asks for each of them.
        inner = cast("InnerOutcomes", answer.inner)
        self._intents.split(step, answer.note)
        self._schedule.split(step, [part.number for part in inner.left])
        for applied in inner.found:
            note = self.outcomes.receive_applied([applied])
            self._end(applied.step, "applied", evolve(answer, error=None, inner=None, note=note or answer.note))
            self._schedule.release(applied.step.number, self.outcomes.lacks)
        for in_doubt in inner.in_doubt:
            self.outcomes.leave_in_doubt(in_doubt)
            try:
                self._intents.write_in_doubt(in_doubt)
            except JournalError as error:
                self.cancellation.stop_for(error)
            self._end(in_doubt.step, "in doubt", evolve(answer, error=None, inner=None, note=in_doubt.reason))

    def _end(self, step: Step, status: Outcome, answer: Answer) -> None:
        """Record what became of a step, write it down, and report it to the user."""
        entry = self._record(step, status, answer)
        if self._options.progress is not None:
            try:
                # The user's code: whatever it raises must not lose the answers of the requests in flight.
                self._options.progress(entry, len(self.entries), len(self.steps))
            except KeyboardInterrupt:
                self.interrupt()
            except Exception as crash:  # noqa: BLE001  raised when the answers on their way are in
                self.cancellation.stop_for(crash)

    def _record(self, step: Step, status: Outcome, answer: Answer) -> Entry:
        entry = self.outcomes.record(step, status, answer)
        # A token is looked up, not the answer: a nested create may have brought the id.
        identity = self.ids.get(step.token) if isinstance(step.token, str) else None
        brings_more = step.nested_creates or step.parts or self._created.wanted
        inner_ids = self.outcomes.inner_ids(step) if brings_more else {}
        self._options.log.settle(step, status, identity, answer.note, inner_ids)
        return entry

    def _give_up(self) -> None:
        """Leave what is still in flight in doubt, after a second Ctrl-C."""
        for number, flight in self._in_flight.items():
            if not flight.future.cancel():
                error = TransportError("the answer was not waited for, because of a second Ctrl-C")
                note = f"{self.steps[number].method} {self.steps[number].path} may have been done: {error}"
                until = self._client.clock.monotonic() + self._client.max_request_lifetime
                in_doubt = evolve(flight.attempt, reason=note, until=until)
                self._settle(self.steps[number], Answer(error=error, note=note, in_doubt=in_doubt))


_CHANGES = frozenset({"update", "replace", "bundle"})
