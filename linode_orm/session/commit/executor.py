"""Execution: sends the steps of a plan side by side and takes their answers in."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from attrs import evolve, field, frozen

from linode_orm.errors import JournalError, NotFound, TransportError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.mapper import quoted
from linode_orm.mapping.model import resource
from linode_orm.session.commit.scheduler import Scheduler
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.loading.api_time import ApiTime
from linode_orm.session.outcome.batch import send_batch
from linode_orm.session.outcome.call import Answer, call, call_renaming
from linode_orm.session.outcome.create_once import ClaimedIds, create
from linode_orm.session.outcome.lookup import ids_in
from linode_orm.session.outcome.nested import Applied
from linode_orm.session.outcome.rebuild import doubt_of
from linode_orm.session.planning.natural_keys import is_listed_before
from linode_orm.session.planning.plan import Hidden, InDoubt, Key, Pending, fill, fill_path, is_new, waits_for
from linode_orm.session.planning.report import Entry
from linode_orm.session.reconcile.in_doubt import criteria_for
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from types import FrameType

    from linode_orm.session.commit.policy import Progress
    from linode_orm.session.outcome.nested import InnerOutcomes
    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.session.planning.report import Outcome
    from linode_orm.session.reconcile.targets import Targets
    from linode_orm.wire.client import Client

_OURS = "__of_a_run__"
"""What marks the handler of a run."""
_AHEAD = 64
"""How many intents of requests that may be repeated are written down together."""


@frozen
class RunOptions:
    """How a plan is sent.

    `on_error` is the failure policy; `puts_back` that answers are taken in at the end only, because a failure undoes
    everything. `checked_at` is when the newest values were read, by the monotonic clock.
    """

    on_error: str = "stop"
    progress: Progress | None = None
    ledger: CommitLog = field(factory=CommitLog)
    checked_at: float | None = None

    @property
    def compensates(self) -> bool:
        """Whether a failure undoes what was done."""
        return self.on_error == "undo"


@contextmanager
def interruptible(running: Executor) -> Iterator[None]:
    """Let Ctrl-C end the commit in good order, where its handler would interrupt it anywhere."""
    theirs = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(theirs):
        yield
        return

    def ours(number: int, frame: FrameType | None) -> None:
        try:
            theirs(number, frame)
        except BaseException as error:  # noqa: BLE001  raised when the answers on their way are in
            running.interrupt(None if isinstance(error, KeyboardInterrupt) else error)
        else:
            if getattr(theirs, _OURS, False):  # the run that this one undoes heard it, and keeps it to itself
                running.interrupt()

    vars(ours)[_OURS] = True
    signal.signal(signal.SIGINT, ours)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, theirs)


class Executor:
    """One plan on its way: which steps are ready, which in flight, and what became of the others.

    `ids` are the ids of the objects that steps before these created, by token.
    """

    def __init__(self, plan: Plan, client: Client, targets: Targets, options: RunOptions) -> None:
        self._client, self._targets, self._options = client, targets, options
        self._schedule = Scheduler(plan, irreversible_last=options.compensates)
        self.steps = self._schedule.steps
        self.ids: dict[str, object] = {}
        self.entries: dict[int, Entry] = {}
        self.applied_steps: list[Applied] = []
        self._lost: list[InDoubt] = []
        self.window = 0.0
        self.interrupts = 0
        self.crash: BaseException | None = None
        self._in_flight: dict[int, Future[Answer]] = {}
        self._doubts: dict[int, InDoubt] = {}
        self._intended: set[int] = set()
        self._claims = ClaimedIds()
        self._known: dict[tuple[object, ...], frozenset[object]] = {}
        self._gone: dict[tuple[object, ...], set[object]] = {}
        self._listed: dict[tuple[object, ...], frozenset[object]] = {}
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._hurry = threading.Event()
        self._stopped = False
        self._room = 2 * max(1, client.workers)

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Start nothing more; asked a second time, wait for nothing either. Safe in a signal handler."""
        self.crash = self.crash or crash
        self.interrupts += 1  # promise 9: pressed once, answers are waited for
        self._stopped = True
        self._hurry.set()
        self._wake.put(None)

    def interrupt_for(self, error: JournalError) -> None:
        """Start nothing more, because it cannot be written down."""
        self.crash, self._stopped = self.crash or error, True

    def done_before(self, entry: Entry, identity: object = None) -> None:
        """Note a step that needs no sending: an earlier run did it, or nobody knows whether it did."""
        step = entry.step
        self.entries[step.number] = entry
        if entry.status == "applied":
            if isinstance(step.token, str) and step.operation == "create":
                self.ids[step.token] = identity
            self._release(step)

    def go(self) -> None:
        """Send everything that can be sent and take every answer in."""
        while True:
            try:
                self._start()
                if not self._in_flight or self.interrupts > 1:
                    break
                self._wake.get()
                self._collect()
            except KeyboardInterrupt:
                self.interrupt()
        self._give_up()
        for number in self._intended - self.entries.keys():
            self._options.ledger.settle(self.steps[number], "pending", None, "", {})
        try:
            self._options.ledger.flush()
        except JournalError as error:
            self.interrupt_for(error)

    @property
    def failed(self) -> bool:
        """Whether something was not done."""
        return len(self.entries) < len(self.steps) or self.failed_so_far

    def take_all(self, wanted: Callable[[Step], bool]) -> None:
        """Take the answers in that were kept back, of these steps."""
        for applied_steps in self.applied_steps:
            if wanted(applied_steps.step):
                note, entry = self._targets.take(*applied_steps), self.entries[applied_steps.step.number]
                self.entries[applied_steps.step.number] = evolve(entry, note=entry.note or note)
        for doubt in self._lost:
            if wanted(doubt.step):
                self._targets.doubt(doubt)

    @property
    def unresolved_nested(self) -> list[Entry]:
        """Give an entry for each rider of an applied step that nobody knows the end of."""
        there = {number for number, entry in self.entries.items() if entry.status in {"applied", "not undone"}}
        return [
            Entry(doubt.step, self._targets.object_of(doubt.step), "in doubt", note=doubt.reason)
            for doubt in self._lost
            if doubt.step.number in there
        ]

    # -- on the way out ----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._stopped:
            for future in self._in_flight.values():
                future.cancel()
            self._collect()
            return
        schedule = self._schedule
        if not schedule.is_ready(self.entries) and not self._in_flight and schedule.held:
            self._let_last_ones_go()
        going: list[int] = []
        while schedule.is_ready(self.entries) and len(self._in_flight) + len(going) < self._room:
            number = schedule.pop()
            if number not in self._in_flight:
                going.append(number)
        try:
            self._intend(going)  # promise 21a: written down before it is sent
        except JournalError as error:
            self.interrupt_for(error)
        for number in going:
            if self._stopped:
                schedule.push(number)
            else:
                self._try(self.steps[number])

    def _intend(self, going: Sequence[int]) -> None:
        """Write down what is about to be sent, before it is; what may be repeated is written ahead of its turn."""
        missing = [number for number in going if number not in self._intended]
        there = {number: self._read_before(self.steps[number]) for number in missing}
        if missing:
            coming = self._schedule.ahead(_AHEAD)
            ahead = [each for each in coming if self.steps[each].operation not in {"create", "bundle"}]
            fresh = [*missing, *(number for number in ahead if not self._is_written(number))]
            listed = {number: ids for number, ids in there.items() if ids is not None}
            self._options.ledger.intend([self.steps[number] for number in fresh], ApiTime.now(self._client), listed)
            self._intended.update(fresh)

    def _read_before(self, step: Step) -> frozenset[object] | None:
        """Give the ids in the collection where a step creates what nothing else tells; None where there is no need."""
        new = next((part for part in step.whole if is_listed_before(part)), None)
        if new is None:
            return None
        collection = (new.model, new.parents)
        if collection not in self._listed:
            model = resource(new.model)
            try:
                self._listed[collection] = ids_in(self._client, model, new.parents)
            except Exception:  # noqa: BLE001  whatever it is, a lost answer stays in doubt then
                return None
        return self._listed[collection]

    def _is_written(self, number: int) -> bool:
        return number in self._intended or number in self.entries

    def _let_last_ones_go(self) -> None:
        """Send what cannot be undone, now that all else has succeeded."""
        if len(self.entries) == len(self.steps) - self._schedule.held and not self.failed_so_far:
            self._schedule.let_go()

    @property
    def failed_so_far(self) -> bool:
        """Whether a step that has ended was not done, or a rider was not found."""
        return bool(self._lost) or any(entry.status != "applied" for entry in self.entries.values())

    def _try(self, step: Step) -> None:
        try:
            self._launch(step)
        except Exception as error:  # noqa: BLE001  a value that cannot be sent must not lose the answers on their way
            self._note(step, "failed", Answer(tries=0, error=error))
            self._fail()

    def _launch(self, step: Step) -> None:
        future = self._carried(step) if step.parts else self._sent(step)
        self._in_flight[step.number] = future
        future.add_done_callback(lambda _: self._wake.put(None))

    def _sent(self, step: Step) -> Future[Answer]:
        sent = self._filled(step.body)
        request = Request(
            step.method,
            self._path(step),
            version=step.version,
            body=fill(sent, lambda each: self._targets.reveal(step, cast("Hidden", each))),
            secret_keys=step.secret_keys,
        )
        return self._submit(step, request, sent)

    def _carried(self, step: Step) -> Future[Answer]:
        """Send a bundle: its parts with all ids in them, and what was there before where it creates something."""
        parts = tuple(
            evolve(part, body=self._filled(part.body), path=self._path(part), parents=self._parents(part))
            for part in step.parts
        )
        there = self._read_before(step)
        bundle = InDoubt(step, None, ApiTime.now(self._client), "", there or frozenset(), is_listed=there is not None)
        before = self._targets.doubted(step)
        lost = TransportError(before.reason) if before is not None else None
        bundle = evolve(bundle if before is None else before, step=evolve(step, parts=parts))
        self._doubts[step.number] = bundle
        return self._client.pool.submit(send_batch, self._client, bundle, self._hurry, self._is_wanted, lost)

    def _submit(self, step: Step, request: Request, sent: object) -> Future[Answer]:
        parents = self._parents(step)
        if step.operation != "create":
            there = renamed(step, parents)
            if there is not None:
                return self._client.pool.submit(call_renaming, self._client, request, self._is_wanted, there)
            return self._client.pool.submit(call, self._client, request, self._is_wanted)
        collection = (step.model, parents)
        if collection not in self._known:
            listed = self._listed.get(collection, frozenset[object]())
            self._known[collection] = (self._targets.known(step, parents) | listed) - self._gone.get(collection, set())
        before, is_listed = self._targets.doubted(step), collection in self._listed
        doubt = InDoubt(step, sent, ApiTime.now(self._client), "", self._known[collection], is_listed=is_listed)
        if before is not None:
            doubt = evolve(before, step=step, sent=sent, until=0.0)
        self._doubts[step.number] = doubt
        lost = TransportError(before.reason) if before is not None else None
        criteria = criteria_for(doubt, parents, self._to_be_deleted(step, parents))
        outer = doubt if step.nested_creates else None
        return self._client.pool.submit(
            create, self._client, request, criteria, self._claims, self._hurry, self._is_wanted, lost, outer
        )

    def _to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Give the ids of what is still to be deleted in the collection that a step creates in."""
        return self._targets.to_be_deleted(step, parents) - self._gone.get((step.model, parents), set())

    def _is_wanted(self) -> bool:
        """Whether a request that waits for its turn is still to be sent; asked on workers."""
        return not self._stopped

    def _identity(self, pending: Pending) -> object:
        return self.ids[pending.token]

    def _filled(self, body: object) -> object:
        return fill(body, lambda each: self._identity(each) if isinstance(each, Pending) else each)

    def _path(self, step: Step) -> str:
        return fill_path(step.path, lambda each: quoted(self._identity(each)))

    def _parents(self, step: Step) -> tuple[object, ...]:
        return tuple(self._identity(each) if isinstance(each, Pending) else each for each in step.parents)

    # -- on the way back ---------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Take in every answer that has arrived; an interrupted landing is made again."""
        for number, future in list(self._in_flight.items()):
            if future.cancelled():
                del self._in_flight[number]
            elif future.done():
                answer = future.result()
                if not isinstance(answer.error, CancelledError) and number in self.steps:
                    self._settle(self.steps[number], answer)
                del self._in_flight[number]

    def _settle(self, step: Step, answer: Answer) -> None:
        if step.number in self.entries:
            return
        error = answer.error
        if self._options.checked_at is not None and step.operation in {"update", "replace", "bundle"}:
            self.window = max(self.window, self._client.clock.monotonic() - self._options.checked_at)
        if step.operation == "delete" and isinstance(error, NotFound):  # promise 12: what is gone is deleted
            answer, error = evolve(answer, error=None, note="it was gone already"), None
        if isinstance(error, KeyboardInterrupt):
            self.interrupt()
        if step.parts and answer.inner is not None and (answer.inner.left or answer.inner.lost):
            self._take_apart(step, answer, answer.inner)
            return
        if error is None:
            note = self._take(step, answer)
            self._note(step, "applied", evolve(answer, note=answer.note or note))
            self._release(step)
            if answer.inner is not None and answer.inner.lost:
                self._fail()
            return
        if answer.is_in_doubt:
            self._leave_in_doubt(step, answer)
        self._note(step, "in doubt" if answer.is_in_doubt else "failed", answer)
        self._fail()

    def _leave_in_doubt(self, step: Step, answer: Answer) -> None:
        """Remember the creations in a step of which nobody can tell the end."""
        until = self._client.clock.monotonic() + self._client.max_request_lifetime
        doubt = self._doubts.get(step.number)
        if doubt is not None and step.operation == "create":
            self._targets.doubt(evolve(doubt, reason=answer.note, may_repeat=answer.may_repeat, until=until))
        elif doubt is not None:
            for part in doubt.step.parts:
                if part.operation == "create":
                    self._targets.doubt(doubt_of(doubt, part, answer.note, until=until))

    def _take_apart(self, bundle: Step, answer: Answer, inner: InnerOutcomes) -> None:
        """Let the parts of a bundle be steps: those that are done, those in doubt, and those that are to be sent."""
        self._options.ledger.settle(bundle, "apart", None, answer.note, {})
        self._intended.discard(bundle.number)
        self._schedule.take_apart(bundle, [part.number for part in inner.left])
        for applied_steps in inner.found:
            note = self._receive([applied_steps], [])
            self._note(applied_steps.step, "applied", evolve(answer, error=None, inner=None, note=note or answer.note))
            self._release(applied_steps.step)
        for doubt in inner.lost:
            self._targets.doubt(doubt)
            self._write_down(doubt)
            self._note(doubt.step, "in doubt", Answer(answer.body, answer.seconds, answer.tries, None, doubt.reason))
            self._fail()

    def _write_down(self, doubt: InDoubt) -> None:
        """Write down since when a part of a bundle may be there, and what was there before."""
        there = {doubt.step.number: doubt.known} if doubt.is_listed else {}
        try:
            self._options.ledger.intend([doubt.step], doubt.since, there)
        except JournalError as error:
            self.interrupt_for(error)

    def _fail(self) -> None:
        # promise 4: nothing starts after a failure; promise 5: with "continue" the rest does
        self._stopped = self._stopped or self._options.on_error != "continue"

    def _take(self, step: Step, answer: Answer) -> str:
        parents, identity = self._parents(step), None
        if step.operation == "create":
            criteria = criteria_for(self._doubts[step.number], parents)
            identity = identity_in(criteria.model.__mapper__, answer.body, criteria.key, may_be_empty=True)
            self.ids[str(step.token)] = identity
        applied_steps, lost = [] if step.parts else [Applied(step, parents, identity, answer.body)], list[InDoubt]()
        if answer.inner is not None:
            applied_steps += [each._replace(step=evolve(each.step, number=step.number)) for each in answer.inner.found]
            lost += answer.inner.lost
        return self._receive(applied_steps, lost)

    def _receive(self, applied_steps: list[Applied], lost: list[InDoubt]) -> str:
        """Take in what was done, now or at the end; give what is to be said of the first."""
        self.ids.update({str(each.step.token): each.identity for each in applied_steps if each.identity is not None})
        for each in applied_steps:
            key = each.step.token
            if each.step.operation == "delete" and isinstance(key, Key):
                self._gone.setdefault((key.model, key.parents), set()).add(key.identity)
                self._known.pop((key.model, key.parents), None)  # its number may be given again
        self.applied_steps += applied_steps
        self._lost += lost
        if self._options.compensates:
            return ""
        notes = [self._targets.take(*each) for each in applied_steps]  # promise 8: what is done is no longer pending
        for doubt in lost:
            self._targets.doubt(doubt)
        return notes[0]

    def _release(self, step: Step) -> None:
        self._schedule.release(step.number, self._lacks)

    def _lacks(self, step: Step) -> bool:
        """Whether a step needs the id of a rider that was not found; it stays pending."""
        lost = {doubt.step.token for doubt in self._lost}
        return bool(lost) and not lost.isdisjoint((*waits_for(step.body), *waits_for(step.parents)))

    def _note(self, step: Step, status: Outcome, answer: Answer) -> None:
        instance = self._targets.object_of(step)
        entry = Entry(step, instance, status, answer.error, answer.seconds, answer.tries, answer.note)
        self.entries[step.number] = entry
        identity = self.ids.get(step.token) if is_new(step.token) else None
        inside = [
            *(each.token for each in step.nested_creates),
            *(part.token for part in step.parts if is_new(part.token)),
        ]
        inner = {token: self.ids[token] for token in inside if token in self.ids}
        self._options.ledger.settle(step, status, identity, answer.note, inner)
        if self._options.progress is not None:
            try:
                self._options.progress(entry, len(self.entries), len(self.steps))
            except KeyboardInterrupt:
                self.interrupt()
            except Exception as crash:  # noqa: BLE001  raised when the answers on their way are in
                self.crash, self._stopped = crash, True

    def _give_up(self) -> None:
        """Leave what is still in flight in doubt."""
        for number, future in self._in_flight.items():
            if not future.cancel():
                error = TransportError("the answer was not waited for, because of a second Ctrl-C")
                note = f"{self.steps[number].method} {self.steps[number].path} may have been done: {error}"
                self._settle(self.steps[number], Answer(error=error, note=note, is_in_doubt=True))


def renamed(step: Step, parents: tuple[object, ...]) -> Request | None:
    """Give the request that reads an object by the key that a step gives it; None where it keeps its key."""
    mapper = resource(step.model).__mapper__
    keys = [change.new for change in step.changes if (change.name,) == mapper.id_names]
    if step.operation != "update" or not keys or "get" not in mapper.verbs:
        return None
    return Request("GET", mapper.path_for(keys[0], parents), version=step.version)
