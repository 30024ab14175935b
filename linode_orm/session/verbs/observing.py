"""The calls of a session that look at the account as a whole, or for some time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from linode_orm._lazy import Later
from linode_orm._options import check_seconds
from linode_orm._secrets import forgets_locals
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.model import check_class
from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    import os
    import pathlib
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from linode_orm import _progress as progresses
    from linode_orm.mapping import Expression
    from linode_orm.models import Event
    from linode_orm.models import _jobs as jobs
    from linode_orm.models._jobs import Job
    from linode_orm.session.snapshot.snapshot import Snapshot
    from linode_orm.session.snapshot.writer import SnapshotEntry
    from linode_orm.session.waiting.jobs import SessionJob
    from linode_orm.session.waiting.wait import WaitEntry
else:  # a script that only names sessions waits for none of this
    pathlib, progresses = Later("pathlib"), Later("linode_orm._progress")
    jobs = Later("linode_orm.models._jobs")

M = TypeVar("M", bound=Model)


class Observing(SessionVerbs):
    """Waits for objects, and snapshots."""

    @forgets_locals
    def wait(
        self,
        objects: Model | Job | Iterable[Model | Job],
        *conditions: Expression,
        timeout: float = 300.0,
        progress: bool | Callable[[WaitEntry, int, int], None] | None = None,
    ) -> None:
        """Read objects until each has met the conditions about its class; mostly 1 request a round.

        A job among them is waited for until it has ended; its object is fresh then. Jobs alone need no condition.
        Raises `WaitTimeout` after `timeout` seconds, `WaitFailed` (`ObjectGone` for a deleted object) as soon as one
        of the objects can never meet its condition, and `JobFailed` as soon as a job has failed. `progress` is True, or
        a function of a `WaitEntry`, the number of objects that have met it, and the number of all.
        """
        given = [objects] if isinstance(objects, (Model, jobs.Job)) else list(objects)
        running = [cast("SessionJob", each) for each in given if isinstance(each, jobs.Job)]
        waited = [self._owner.own(each) for each in given if not isinstance(each, jobs.Job)]
        for each in running:
            self._owner.own(each.object)
        self._owner.check()
        if running and not waited and conditions:
            msg = (
                "a wait for jobs takes no condition: a job has an end of its own; give the objects to wait for a state"
            )
            raise InvalidRequestError(msg)
        if waited and not conditions:
            msg = f"what is to be waited for? session.wait() takes a condition on {type(waited[0]).__name__}"
            raise InvalidRequestError(msg)
        until = self.client.clock.monotonic() + timeout
        if running:
            self._parts.jobs.wait(running, timeout, progress)
            timeout = max(0.0, until - self.client.clock.monotonic())
        if waited or not running:
            self._parts.waiting.wait(waited, conditions, timeout, progress)

    @overload
    def watch(
        self,
        model: type[M],
        /,
        *,
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> Iterator[tuple[Event, M]]: ...
    @overload
    def watch(
        self,
        *models: type[Model],
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> Iterator[tuple[Event, Model | None]]: ...
    def watch(
        self,
        *models: type[Model],
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> Iterator[tuple[Event, Any]]:
        """Return an iterator of the account's events from now on, each with the object that it is about.

        The object is that of the identity map, and its next read asks the API; it is None where an event names none of
        a known class. With `models`, only events about objects of these classes come. Each event comes once when it is
        seen, and once more when its job has ended. A failure that may pass is waited out, and nothing is missed or
        repeated for it. `since` goes on after an event (or its id), or begins at a time; without it 1 request tells the
        newest event now. Then it sends 1 request every `every` seconds. It ends after `timeout` seconds; without one it
        never does. Raises `ApiError` where the token may not read events.
        """
        self._owner.check()
        for each in models:
            check_class(each, "session.watch()")
        check_seconds("timeout", timeout, or_none=True, may_be_zero=True)
        check_seconds("every", every)
        begin = since.id if isinstance(since, Model) else since
        feed = self._parts.watch(models, since=begin, timeout=timeout, every=every)
        return cast("Iterator[tuple[Event, Any]]", feed)

    @forgets_locals
    def snapshot(
        self,
        path: str | os.PathLike[str],
        models: Iterable[type[Model]] | None = None,
        *,
        progress: bool | Callable[[SnapshotEntry, int, int], None] | None = None,
    ) -> Snapshot:
        """Write what the token may read into one SQLite file, and return it; pending changes are not in it.

        The file is for its user alone, and appears whole or not at all. It has a table a class, with typed columns and
        the body as it came, secrets masked. Without `models` it has every class but time series, public catalogues and
        credentials. The parents of a class come with it; a child class costs a request for each parent. Lists that the
        token may not read are named in `skipped`; raises their error where none can be read. `progress` is True, or a
        function of a `SnapshotEntry`, the number of lists that are done, and the number of those known so far.
        """
        self._owner.check()
        from linode_orm.session.snapshot.classes import classes_of  # noqa: PLC0415  few scripts take a snapshot
        from linode_orm.session.snapshot.snapshot import Snapshot  # noqa: PLC0415  the same
        from linode_orm.session.snapshot.writer import write_snapshot  # noqa: PLC0415  the same

        with progresses.shown(progress, "snapshot") as tell:
            write_snapshot(self.client, pathlib.Path(path), classes_of(models), tell)
        return Snapshot(path)
