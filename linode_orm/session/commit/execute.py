"""Execution: sends the steps of a plan side by side and takes their answers in."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
from queue import SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from attrs import evolve

from linode_orm.errors import (
    ApiError,
    CommitError,
    CommitInterrupted,
    LinodeORMError,
    NotFound,
    ResponseError,
    TransportError,
)
from linode_orm.mapping.mapper import quoted
from linode_orm.mapping.registry import lookup
from linode_orm.session.commit.bodies import reveal
from linode_orm.session.commit.plan import Doubt, Hidden, Pending, fill, fill_path
from linode_orm.session.commit.report import CommitReport, Entry
from linode_orm.session.commit.settling import Settler, Unclear, Workspace
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from types import FrameType

    from linode_orm.mapping import Model
    from linode_orm.session.commit.plan import Plan, Step
    from linode_orm.session.commit.report import Outcome
    from linode_orm.wire.client import Client

    Progress = Callable[[Entry, int, int], None]
    """Called after each step, on the session's thread: what became of it, how many are done, how many there are."""

_TIMED_OUT = 408
_BROKEN = 500
_SHOWN = 5


def run(plan: Plan, session: Workspace, *, on_error: str = "stop", progress: Progress | None = None) -> CommitReport:
    """Send a plan; raise `CommitError` where something was not done, `CommitInterrupted` after Ctrl-C.

    Steps start as soon as those that they depend on have succeeded, as many at a time as the client has workers.
    """
    running = _Run(plan, session, on_error, progress)
    with _listening(running):
        running.go()
    return running.report()


class Answer(NamedTuple):
    """What a worker brings back."""

    body: object
    seconds: float
    tries: int
    error: BaseException | None = None


def _call(client: Client, request: Request) -> Answer:
    """Send one request; runs on a worker, which sees values only."""
    began = perf_counter()
    try:
        response = client.send(request)
        body = response.json() if response.content and request.method != "DELETE" else {}
    except BaseException as error:  # noqa: BLE001  whatever it is, the session's thread decides
        return Answer(None, perf_counter() - began, getattr(error, "tries", 1), error)
    return Answer(body, perf_counter() - began, response.tries)


@contextmanager
def _listening(running: _Run) -> Iterator[None]:
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

    signal.signal(signal.SIGINT, ours)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, theirs)


class _Run:
    """One plan on its way: which steps are ready, which in flight, and what became of the others."""

    def __init__(self, plan: Plan, session: Workspace, on_error: str, progress: Progress | None) -> None:
        self._session = session
        self._client = session.client
        self._continues = on_error == "continue"
        self._progress = progress
        self._settler = Settler(session)
        self._steps = {step.number: step for step in plan}
        self._objects = _objects(plan, session)
        self._by_token = {step.token: self._objects[step.number] for step in plan if isinstance(step.token, str)}
        self._missing = {step.number: len(step.depends_on) for step in plan}
        self._followers: dict[int, list[int]] = {}
        for step in plan:
            for other in step.depends_on:
                self._followers.setdefault(other, []).append(step.number)
        self._ready = [number for number, count in self._missing.items() if not count]
        heapify(self._ready)
        self._flying: dict[int, Future[Answer]] = {}
        self._sent: dict[int, Doubt] = {}
        self._entries: dict[int, Entry] = {}
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._stopped = False
        self._interrupts = 0
        self._crash: BaseException | None = None
        self._began = perf_counter()
        self._room = 2 * max(1, session.client.workers)

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Start nothing more; asked a second time, wait for nothing either. Safe in a signal handler."""
        self._crash = self._crash or crash
        self._interrupts += 1
        self._stopped = True
        self._wake.put(None)

    def go(self) -> None:
        """Send everything that can be sent and take every answer in."""
        for number, step in self._steps.items():
            if step.in_doubt:
                doubt = self._session.members.in_doubt.get(id(self._objects[number]))
                self._note(step, "in doubt", note=doubt.reason if isinstance(doubt, Doubt) else "")
        while True:
            try:
                self._start()
                if not self._flying or self._interrupts > 1:
                    break
                self._wake.get()
                self._land()
            except KeyboardInterrupt:
                self.interrupt()
        self._give_up()
        self._settler.finish()

    # -- on the way out ----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._stopped:
            for future in self._flying.values():
                future.cancel()
            self._land()
            return
        while self._ready and len(self._flying) < self._room and not self._stopped:
            number = self._ready[0]
            if number not in self._entries and number not in self._flying:
                self._try(self._steps[number])
            heappop(self._ready)

    def _try(self, step: Step) -> None:
        try:
            self._launch(step.number)
        except Exception as error:  # noqa: BLE001  a value that cannot be sent must not lose the answers on their way
            self._note(step, "failed", error=error)
            self._stopped = self._stopped or not self._continues

    def _launch(self, number: int) -> None:
        step = self._steps[number]
        sent = fill(step.body, lambda each: self._identity(each) if isinstance(each, Pending) else each)
        request = Request(
            step.method,
            fill_path(step.path, lambda each: quoted(self._identity(each))),
            version=step.version,
            body=fill(sent, lambda each: self._reveal(step, each)),
            secret_keys=step.secret_keys,
        )
        if step.operation == "create":
            self._sent[number] = Doubt(step, sent, self._client.clock.now(), "")
        future = self._client.pool.submit(_call, self._client, request)
        self._flying[number] = future
        future.add_done_callback(lambda _: self._wake.put(None))

    def _identity(self, pending: Pending) -> object:
        return self._by_token[pending.token].__state__.identity

    def _reveal(self, step: Step, each: Pending | Hidden) -> object:
        verb = "create" if step.operation == "create" else "update"
        return reveal(self._objects[step.number], cast("Hidden", each), verb)

    # -- on the way back ---------------------------------------------------------------------------------------------

    def _land(self) -> None:
        """Take in every answer that has arrived; an interrupted landing is made again."""
        for number, future in list(self._flying.items()):
            if future.cancelled():
                del self._flying[number]
            elif future.done():
                self._settle(self._steps[number], future.result())
                del self._flying[number]

    def _settle(self, step: Step, answer: Answer) -> None:
        if step.number in self._entries:
            return
        error, note = answer.error, ""
        if error is None:
            try:
                note = self._take(step, answer.body)
            except Unclear as unclear:
                error = unclear
        elif step.operation == "delete" and isinstance(error, NotFound):
            self._settler.deleted(self._objects[step.number])
            error, note = None, "it was gone already"
        if isinstance(error, KeyboardInterrupt):
            self.interrupt()
        if error is None:
            self._note(step, "applied", answer, note=note)
            self._release(step)
            return
        status: Outcome = "in doubt" if _is_doubtful(step, error) else "failed"
        if step.operation == "create":
            note = self._doubt(step, error, status)
        self._note(step, status, answer, note=note, error=error)
        self._stopped = self._stopped or not self._continues

    def _take(self, step: Step, body: object) -> str:
        instance, names = self._objects[step.number], [change.name for change in step.changes]
        if step.operation == "create":
            parents = tuple(self._identity(each) if isinstance(each, Pending) else each for each in step.parents)
            self._settler.created(instance, parents, names, body)
        elif step.operation == "delete":
            self._settler.deleted(instance)
        elif step.operation == "replace":
            return self._settler.replaced(instance, names[0], body)
        else:
            return self._settler.updated(instance, names, body)
        return ""

    def _release(self, step: Step) -> None:
        for follower in self._followers.get(step.number, ()):
            self._missing[follower] -= 1
            if not self._missing[follower]:
                heappush(self._ready, follower)

    def _doubt(self, step: Step, error: BaseException, status: Outcome) -> str:
        """Remember a creation that nobody can tell the end of; one in doubt before stays so when it is refused."""
        members, instance = self._session.members, self._objects[step.number]
        before = members.in_doubt.get(id(instance))
        if isinstance(before, Doubt):
            sent = self._sent[step.number].sent
            members.in_doubt[id(instance)] = evolve(before, sent=sent, may_repeat=False)
        elif status == "in doubt":
            reason = f"{step.method} {step.path} was sent and may have been done: {error}"
            members.in_doubt[id(instance)] = evolve(self._sent[step.number], reason=reason)
            return reason
        return ""

    def _note(
        self,
        step: Step,
        status: Outcome,
        answer: Answer | None = None,
        *,
        note: str = "",
        error: BaseException | None = None,
    ) -> None:
        seconds, tries = (answer.seconds, answer.tries) if answer is not None else (0.0, 0)
        entry = Entry(step, self._objects[step.number], status, error, seconds, tries, note)
        self._entries[step.number] = entry
        if self._progress is not None:
            try:
                self._progress(entry, len(self._entries), len(self._steps))
            except KeyboardInterrupt:
                self.interrupt()
            except Exception as crash:  # noqa: BLE001  raised when the answers on their way are in
                self._crash, self._stopped = crash, True

    # -- the end -----------------------------------------------------------------------------------------------------

    def _give_up(self) -> None:
        """Leave what is still in flight in doubt."""
        for number, future in self._flying.items():
            if not future.cancel():
                error = TransportError("the answer was not waited for, because of a second Ctrl-C")
                self._settle(self._steps[number], Answer(None, 0.0, 1, error))

    def report(self) -> CommitReport:
        """Say what became of every step; raise where something was not done."""
        entries = [
            self._entries.get(number) or Entry(step, self._objects[number], "pending")
            for number, step in self._steps.items()
        ]
        report = CommitReport(tuple(entries), perf_counter() - self._began)
        if self._crash is not None:
            raise self._crash
        if self._interrupts or len(report.applied) < len(report):
            kind = CommitInterrupted if self._interrupts else CommitError
            cause = next((entry.error for entry in entries if entry.error is not None), None)
            message = _message(report, interrupted=bool(self._interrupts))
            raise kind(message, report=report, session=self._session) from cause
        return report


def _objects(plan: Plan, session: Workspace) -> dict[int, Model]:
    """Find the object that each step names."""
    members = session.members
    new = {members.token(instance): instance for instance in members.new.values()}
    found: dict[int, Model] = {}
    for step in plan:
        token = step.token
        if isinstance(token, str):
            found[step.number] = new[token]
        else:
            model = cast("type[Model]", lookup(token.model))
            known: Any = session.identity_map.find(model, token.identity, token.parents)
            found[step.number] = known
    return found


def _is_doubtful(step: Step, error: BaseException) -> bool:
    """Whether a request may have been done although it failed."""
    if isinstance(error, ApiError):
        return error.status >= _BROKEN or (error.status == _TIMED_OUT and step.method == "POST")
    if isinstance(error, TransportError):
        return getattr(error, "sent", None) is not False
    return isinstance(error, (ResponseError, Unclear)) or not isinstance(error, LinodeORMError)


def _message(report: CommitReport, *, interrupted: bool) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    shown = [*report.failed, *report.in_doubt][:_SHOWN]
    lines = [f"  {entry.operation} ({entry.step.title}) {entry.status}: {entry.note or entry.error}" for entry in shown]
    head = f"commit {'interrupted' if interrupted else 'not complete'}: {counts}"
    return "\n".join([head, *lines, "the session holds what is not done; its commit() sends only that"])
