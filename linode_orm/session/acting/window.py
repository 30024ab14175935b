"""The window: actions are started as earlier ones finish, so that never more than some are unfinished."""

from __future__ import annotations

from concurrent.futures import CancelledError
from functools import partial
from math import inf, isfinite
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import JournalError, LinodeORMError, ObjectGone, WaitTimeout
from linode_orm.mapping.lifecycle import expire
from linode_orm.mapping.registry import known
from linode_orm.session.acting.actions import makes_other
from linode_orm.session.acting.goals import ReachedGoals
from linode_orm.session.acting.records import Records
from linode_orm.session.waiting.jobs import job_failed
from linode_orm.session.waiting.wait import FIRST_PAUSE, GROWTH, LONGEST_PAUSE
from linode_orm.wire.api_time import ApiTime
from linode_orm.wire.outcome import outcome_of
from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from linode_orm.session.acting.attempt import Attempt
    from linode_orm.session.acting.parts import ActingParts
    from linode_orm.session.acting.records import WindowOptions
    from linode_orm.session.waiting.started import StartedAction
    from linode_orm.wire.messages import Response

_TRIES: Final = 3
"""How often an action is sent at most whose answer was lost and of which no event tells."""
_SHORT_PAUSE: Final = 1.0
"""How many seconds pass between two looks while the end of a job lets another action begin."""
_RIPE: Final = 0.9
"""From which part of the time of the shortest job on an end is near, and states of objects are read as well."""
_PART_OF_JOB: Final = 0.03
"""Which part of the time of the shortest job passes between two looks for an end that is near."""
_PART_OF_AGE: Final = 0.1
"""Which part of their age passes between two looks at jobs while nothing tells how long they take."""
_LONGEST_REST: Final = 30.0
"""How many seconds pass without a look at most, however long jobs take: one may fail early."""
_SLICE: Final = 0.05


class Window:
    """One run of actions: which wait, which are in flight, which have jobs that run, and what became of the others.

    The session's thread decides and touches objects; workers send. One look asks for the jobs of all.
    """

    def __init__(self, parts: ActingParts, attempts: Sequence[Attempt], options: WindowOptions) -> None:
        self._parts, self._client, self._options = parts, parts.client, options
        self.records = Records(attempts, options, parts.started)
        self._waiting = [each for each in reversed(attempts) if each.phase == "waiting"]
        self._goals = ReachedGoals(parts.refresh, options.until)
        self._room = 2 * max(1, self._client.workers)  # so that no worker waits for this thread
        self._answers: SimpleQueue[tuple[Attempt, Future[Response]] | None] = SimpleQueue()
        self._next_look, self._pause = self._client.clock.monotonic(), FIRST_PAUSE
        self._shortest = inf
        """How many seconds the shortest job took so far."""
        self.is_stalled = False
        """Whether the end of one was not seen in time."""

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Start nothing more, and wait for no end of a job; safe in a signal handler."""
        self.records.interrupt(crash)
        self._answers.put(None)

    def run(self) -> None:
        """Start what may be started, and wait until everything that was started has ended."""
        while True:
            self._start()
            if not self.records.open or (self.records.is_ended and not self._flying):
                return
            self._await()
            if self._client.clock.monotonic() >= self._next_look and not self.records.is_ended:
                self._look()

    @property
    def _flying(self) -> bool:
        return any(each.phase == "flying" for each in self.records.open)

    # -- sending -----------------------------------------------------------------------------------------------------

    @property
    def _may_start(self) -> bool:
        is_wanted = bool(self._waiting) and self._options.starts
        return is_wanted and not (self.records.is_ended or self.is_stalled or self.records.is_stopped)

    def _start(self) -> None:
        """Hand actions to workers, after writing down that they may be sent."""
        going: list[Attempt] = []
        at_once = self._options.terms.at_once or len(self.records.attempts)
        flying = sum(each.phase == "flying" for each in self.records.open)
        # promise 52: the window is never larger
        while self._may_start and len(self.records.open) < at_once and flying + len(going) < self._room:
            going.append(self._waiting.pop())
            self.records.open.append(going[-1])
        if going:
            self._send(going)
            self._pause = FIRST_PAUSE

    def _send(self, going: Sequence[Attempt]) -> None:
        moment = ApiTime.now(self._client)
        try:
            # promise 21c: it is written down before it is sent
            self._options.log.intend([each.step for each in going], moment, {})
        except JournalError as error:
            self.records.crash = error
            for each in going:
                self.records.open.remove(each)
                if each.tries:
                    self.records.end(each, "in doubt", each.lost)
                else:
                    self._waiting.append(each)
            return
        for each in going:
            each.near = tuple(self._parts.actions.near(each.target))
            each.begin()
            if each.started is None:
                each.started = self._parts.started.add(
                    each.target, each.planned.operation, moment, each.planned.request.body, self._options.terms.given
                )
            if each.started is not None:
                each.started.is_in_doubt = True  # until it is answered, no state is known to come after it
            future = self._client.pool.submit(self._client.send, each.planned.request)
            future.add_done_callback(partial(self._arrive, each))

    def _arrive(self, attempt: Attempt, future: Future[Response]) -> None:
        self._answers.put((attempt, future))

    # -- answers -----------------------------------------------------------------------------------------------------

    def _await(self) -> None:
        """Wait for an answer, or for the time of the next look."""
        if self._flying:
            try:
                arrived = self._answers.get(timeout=_SLICE)
            except Empty:
                return
            while True:
                if arrived is not None:
                    self._take(*arrived)
                try:
                    arrived = self._answers.get_nowait()
                except Empty:
                    return
        left = self._next_look - self._client.clock.monotonic()
        pause(self._client, left, lambda: self.records.is_ended)

    def _take(self, attempt: Attempt, future: Future[Response]) -> None:
        """Take the answer to one request: it was done, is in doubt, or was refused."""
        try:
            response = future.result()
            planned = attempt.planned
            result = self._parts.actions.received(attempt.target, planned.operation, planned.request, response)
        except CancelledError as error:
            self.records.end(attempt, "failed", error)
        except Exception as error:  # noqa: BLE001  whatever a hook raised, the others are to be answered
            self._refused(attempt, error)
        except BaseException as crash:  # noqa: BLE001  raised when everything in flight is answered
            self.interrupt(None if isinstance(crash, KeyboardInterrupt) else crash)
            self._refused(attempt, crash)
        else:
            if attempt.started is not None:
                attempt.started.is_in_doubt = False
            self._begun(attempt, result)

    def _refused(self, attempt: Attempt, error: BaseException) -> None:
        is_in_doubt = outcome_of(error).is_in_doubt
        if not is_in_doubt and attempt.lost is None:
            self.records.withdraw(attempt)
            self.records.end(attempt, "failed", error)
            return
        # A refusal after a lost answer may be due to the first try: both are looked for.
        attempt.lost = error
        if attempt.started is None or attempt.started.event_name is None:
            self.records.end(attempt, "in doubt", error, _NO_EVENT)
            return
        clock = self._client.clock.monotonic()
        attempt.phase, attempt.until = "looking", clock + (self._client.max_request_lifetime if is_in_doubt else 0.0)
        self._next_look = min(self._next_look, clock)

    def _begun(self, attempt: Attempt, result: object = None) -> None:
        """Note that an action was done, and its job runs."""
        now = self._client.clock.monotonic()
        attempt.phase, attempt.deadline = "running", now + self._options.terms.timeout
        started, near = attempt.started, (*attempt.near, *attempt.planned.given)
        self._parts.actions.settled(attempt.target, attempt.planned.operation, result, started, near)
        has_job = started is not None and started.is_job
        if not has_job:
            self.records.withdraw(attempt)
            if self._options.until is None:
                self.records.end(attempt, "applied")
                return
        self.records.running(attempt)
        first = self._until_next_look() if isfinite(self._shortest) else FIRST_PAUSE
        self._next_look = min(self._next_look, now + first)

    # -- looking -----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask for what runs and for what is in doubt, and take what has ended."""
        try:
            self._parts.job_feed.look(
                [each.started for each in self.records.open if each.started is not None], self._ripe()
            )
        except LinodeORMError as error:
            self._parts.job_feed.failure = error  # named where a deadline passes
        again = [each for each in self.records.open if each.phase == "looking" and self._is_to_be_sent_again(each)]
        if again:
            self._send(again)
        self._take_ends()
        self._pause = self._until_next_look()
        soonest = min((each.deadline for each in self.records.open if each.phase == "running"), default=inf)
        now = self._client.clock.monotonic()
        self._next_look = max(min(now + self._pause, soonest), now)

    def _until_next_look(self) -> float:
        """Return the seconds until the next look; as long as others wait for a place, its end is to be seen soon."""
        if any(each.phase == "looking" for each in self.records.open):
            return _SHORT_PAUSE
        oldest = max((each.age for each in self._running()), default=0.0)
        if isfinite(self._shortest):
            near = min(_PART_OF_JOB * self._shortest, LONGEST_PAUSE)
            return max(_SHORT_PAUSE, near, min(_RIPE * self._shortest - oldest, _LONGEST_REST))
        if self._may_start:
            return min(max(_SHORT_PAUSE, _PART_OF_AGE * oldest), LONGEST_PAUSE)
        return min(self._pause * GROWTH, LONGEST_PAUSE)

    def _running(self) -> list[StartedAction]:
        return [each.started for each in self.records.open if each.phase == "running" and each.started is not None]

    def _ripe(self) -> list[StartedAction]:
        """Return the jobs that may end soon, by the shortest so far, while others wait for their places."""
        return [each for each in self._running() if each.age >= _RIPE * self._shortest] if self._may_start else []

    def _is_to_be_sent_again(self, attempt: Attempt) -> bool:
        """Take what events tell of an action whose answer was lost; return whether none tells, and none will."""
        started = attempt.started
        if started is not None and started.number is not None:
            started.is_in_doubt = False
            expire(attempt.target)
            self._begun(attempt)
            return False
        if self._client.clock.monotonic() < attempt.until and not self._parts.started.are_events_refused:
            return False
        if self._parts.started.are_events_refused or not has_event_of_its_own(attempt):
            self.records.end(
                attempt, "in doubt", attempt.lost, _REFUSED if self._parts.started.are_events_refused else _NO_CLUE
            )
        elif attempt.lost is not None and not outcome_of(attempt.lost).is_in_doubt:
            self.records.withdraw(attempt)
            self.records.end(attempt, "failed", attempt.lost)
        elif not self._options.starts:
            self.records.withdraw(attempt)
            self.records.end(attempt, "pending", note=_NOT_STARTED)
        elif attempt.tries >= _TRIES:
            self.records.end(attempt, "in doubt", attempt.lost, _NO_CLUE)
        else:
            return True
        return False

    def _take_ends(self) -> None:
        running = [each for each in self.records.open if each.phase == "running"]
        for each in running:
            if each.started is not None and each.started.has_failed:
                self.records.end(each, "failed", job_failed(self._parts.jobs.job(each.started)))
        over = [each for each in running if each.phase == "running" and _is_over(each)]
        met, gone = self._goals.among([each.target for each in over])
        for each in over:
            if id(each.target) in gone:
                msg = f"{each.target.__describe__()} does not exist (any more): {gone[id(each.target)]}"
                self.records.end(each, "failed", ObjectGone(msg, object=each.target))
            elif id(each.target) in met:
                self._shortest = min(self._shortest, _seconds_taken(each))
                self.records.end(each, "applied")
        now = self._client.clock.monotonic()
        for each in running:
            if each.phase == "running" and now >= each.deadline:
                self.is_stalled = True  # its place stays taken: nothing more is started
                self.records.end(each, "in doubt", self._late(each))

    def _late(self, attempt: Attempt) -> WaitTimeout:
        failure = self._parts.job_feed.failure
        why = f"; the last look failed: {failure}" if failure is not None else ""
        msg = (
            f"{attempt.target.__describe__()}: {attempt.planned.operation.name} was started, and its end was not seen "
            f"within {self._options.terms.timeout:g} s{why}"
        )
        return WaitTimeout(msg, waiting=[attempt.target])


_NOT_STARTED: Final = "no event tells of it, and none will: it was not started"
_NO_EVENT: Final = "no event tells whether it was done"
_NO_CLUE: Final = "no event tells that it was done, and it is not sent again"
_REFUSED: Final = "the token may not read events, which would tell whether it was done"


def _seconds_taken(attempt: Attempt) -> float:
    """Return how many seconds an ended job took; infinity where there is none, or another process began it."""
    started = attempt.started
    if started is None or not started.is_job or started.since.seconds is None:
        return inf
    return started.age


def _is_over(attempt: Attempt) -> bool:
    started = attempt.started
    return started is None or not started.is_job or started.is_over


def has_event_of_its_own(attempt: Attempt) -> bool:
    """Whether an event would tell that an action was done, so that none proves that it was not.

    The event of what makes an object of its own (a clone) may be about that object alone.
    """
    started, operation = attempt.started, attempt.planned.operation
    if started is None or started.event_name is None:
        return False
    if not makes_other(attempt.target, operation):
        return True
    made: Any = known(str(operation.answers))
    return (
        made is not None
        and made.__mapper__.parent == attempt.target.__mapper__.name
        and made is not type(attempt.target)
    )
