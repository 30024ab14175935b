"""Jobs of a session: what their user asks of them, and the wait for many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from weakref import ref

from linode_orm._options import check_seconds
from linode_orm._progress import shown
from linode_orm.action_errors import JobFailed
from linode_orm.errors import WaitTimeout
from linode_orm.mapping.state import Status, state_of
from linode_orm.models._jobs import Job
from linode_orm.session.waiting.started import LATEST_EVENT_DELAY
from linode_orm.session.waiting.wait import FIRST_PAUSE, GROWTH, LONGEST_PAUSE, WaitEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.models import Event
    from linode_orm.session.waiting.job_feed import JobFeed
    from linode_orm.session.waiting.started import StartedAction
    from linode_orm.wire.client import Client

    Tell = Callable[[WaitEntry, int, int], None]

_FRESH: Final = 1.0
"""For how many seconds what was last seen of a job counts as what is."""
_SHOWN: Final = 5


class SessionJob(Job):
    """A job of one session, by the action that started it."""

    def __init__(self, keeper: JobWaiting, instance: Model, started: StartedAction) -> None:
        self._keeper, self._started = keeper, started
        self.object, self.action = instance, started.name

    @property
    def event(self) -> Event | None:
        """The account's event of the job; see `Job`."""
        if self._started.event is None:
            self._keeper.freshen(self._started)
        return cast("Event | None", self._started.event)

    @property
    def status(self) -> str:
        """`scheduled`, `started`, `finished` or `failed`; see `Job`."""
        self._keeper.freshen(self._started)
        return status_of(self._started)

    @property
    def progress(self) -> int:
        """How far the job is in percent; see `Job`."""
        self._keeper.freshen(self._started)
        return 100 if status_of(self._started) == "finished" else self._started.percent

    def wait(self, timeout: float = 300.0, progress: bool | Tell | None = None) -> None:  # noqa: FBT001  the contract's
        """Wait until the job has ended; see `Job`."""
        self._keeper.wait([self], timeout, progress)

    @property
    def started(self) -> StartedAction:
        """The action that started it."""
        return self._started

    def __repr__(self) -> str:
        return f"<Job {self.action} of {self.object.__describe__()}: {status_of(self._started)}>"


def status_of(started: StartedAction) -> str:
    """Return the status of a job, as far as it was seen."""
    if started.is_over:
        return "failed" if started.has_failed else "finished"
    return {"": "scheduled", "notification": "started"}.get(started.status, started.status)


class JobWaiting:
    """Gives out the jobs of a session, asks for them, and waits for them."""

    def __init__(self, client: Client, feed: JobFeed, check: Callable[[], None], *, refuses_lazy: bool) -> None:
        self._client, self._feed, self._check, self._refuses_lazy = client, feed, check, refuses_lazy

    def job(self, started: StartedAction) -> SessionJob:
        """Return the job that an action has started: the same one as long as somebody holds it."""
        known = started.job() if started.job is not None else None
        if known is None:
            known = SessionJob(self, self._feed.reference(started.key), started)
            started.job = ref(known)
        return known

    def freshen(self, started: StartedAction) -> None:
        """Ask for a job, unless it has ended, or was asked for within the last second; at most 2 requests."""
        if self._refuses_lazy:
            return
        self._check()
        if not started.is_over and self._client.clock.monotonic() - started.asked >= _FRESH:
            self._feed.look([started])

    def wait(self, jobs: Sequence[SessionJob], timeout: float, progress: bool | Tell | None = None) -> None:  # noqa: FBT001  the option of session.wait()
        """Wait until jobs have ended; raise `JobFailed` for the first one that failed, `WaitTimeout` at the end."""
        self._check()
        check_seconds("timeout", timeout, may_be_zero=True)
        if jobs:
            with shown(progress, "wait") as tell:
                _JobWait(
                    self._client, self._feed, list({id(each): each for each in jobs}.values()), timeout, tell
                ).run()


class _JobWait:
    """One wait for some jobs: rounds with longer and longer pauses, in each of which one request asks for all."""

    def __init__(
        self, client: Client, feed: JobFeed, jobs: list[SessionJob], timeout: float, tell: Tell | None
    ) -> None:
        self._clock, self._feed, self._jobs, self._timeout, self._tell = client.clock, feed, jobs, timeout, tell
        self._began = client.clock.monotonic()
        self._shown: dict[int, tuple[str, int]] = {}

    def run(self) -> None:
        """Run rounds until every job has ended, and read the objects then."""
        pause = FIRST_PAUSE
        while True:
            # what is fresh needs no look
            self._feed.look([each.started for each in self._jobs])
            self._show()
            failed = next((each for each in self._jobs if each.started.has_failed), None)
            if failed is not None:
                self._freshen([each for each in self._jobs if each.started.is_over])
                raise self._failed(failed)
            if all(each.started.is_over for each in self._jobs):
                self._freshen(self._jobs)
                return
            left = self._began + self._timeout - self._clock.monotonic()
            if left <= 0:
                raise self._late()
            self._clock.sleep(min(pause, left))
            pause = min(pause * GROWTH, LONGEST_PAUSE)

    def _freshen(self, jobs: Sequence[SessionJob]) -> None:
        """Read the objects of jobs that have ended, until each shows the state that ended its job, or should by now."""
        ended, pause = self._clock.monotonic(), FIRST_PAUSE
        waiting = [each.object for each in jobs]
        while waiting:
            gone = self._feed.refresh(waiting)
            by_object = {id(each.object): each.started for each in jobs}
            known = [each for each in waiting if not any(each is one for one in gone)]
            waiting = [each for each in known if not shows_end(each, by_object[id(each)])]
            if self._clock.monotonic() - ended >= LATEST_EVENT_DELAY:
                return
            if waiting:
                self._clock.sleep(pause)
                pause *= GROWTH

    def _show(self) -> None:
        """Report every job that has changed since it was reported last."""
        if self._tell is None:
            return
        done, seconds = sum(each.started.is_over for each in self._jobs), self._clock.monotonic() - self._began
        for each in self._jobs:
            seen = status_of(each.started), each.started.percent
            if self._shown.get(id(each)) != seen:
                self._shown[id(each)] = seen
                status = "reached" if each.started.is_over else "waiting"
                note = f"{each.action} {seen[0]}" + (f", {seen[1]} %" if seen[1] and not each.started.is_over else "")
                self._tell(WaitEntry(each.object, status, note, seen[1] or None, seconds), done, len(self._jobs))

    def _failed(self, job: SessionJob) -> JobFailed:
        over = [each for each in self._jobs if each.started.is_over]
        reached = [each.object for each in over if not each.started.has_failed]
        waiting = [each.object for each in self._jobs if each not in over]
        return job_failed(job, reached=reached, waiting=[job.object, *waiting])

    def _late(self) -> WaitTimeout:
        late = [each for each in self._jobs if not each.started.is_over]
        lines = [f"{each.object.__describe__()}: {each.action} has not ended" for each in late[:_SHOWN]]
        lines += [f"and {len(late) - _SHOWN} more"] if len(late) > _SHOWN else []
        failure = f"; the last look failed: {self._feed.failure}" if self._feed.failure is not None else ""
        reached = [each.object for each in self._jobs if each.started.is_over]
        msg = f"{'; '.join(lines)} within {self._timeout:g} s{failure}"
        return WaitTimeout(msg, reached=reached, waiting=[each.object for each in late])


def shows_end(instance: Model, started: StartedAction) -> bool:
    """Whether an object shows the state that ended its job, where that is a state of its own."""
    if started.end is None or started.has_failed or started.subject != started.key:
        return True
    return state_of(instance).status is Status.DETACHED or started.end.is_met(state_of(instance).body)


def job_failed(job: SessionJob, *, reached: Iterable[Model] = (), waiting: Iterable[Model] = ()) -> JobFailed:
    """Return the error of a job that failed."""
    started = job.started
    why = started.message or "its event says no more"
    msg = f"{job.object.__describe__()}: {job.action} failed: {why} (event {started.number})"
    return JobFailed(msg, object=job.object, job=job, event=started.event, reached=reached, waiting=waiting)
