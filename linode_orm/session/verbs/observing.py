"""The calls of a session that look at the account as a whole, or for some time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._lazy import Later
from linode_orm._secrets import forgets_locals
from linode_orm.mapping import Model
from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    import os
    import pathlib
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Expression
    from linode_orm.session import progress as progresses
    from linode_orm.session.snapshot.snapshot import Snapshot
    from linode_orm.session.snapshot.writer import SnapshotEntry
    from linode_orm.session.waiting.wait import WaitEntry
else:  # a script that only names sessions waits for none of this
    pathlib, progresses = Later("pathlib"), Later("linode_orm.session.progress")


class Observing(SessionVerbs):
    """Waits for objects, and snapshots."""

    @forgets_locals
    def wait(
        self,
        objects: Model | Iterable[Model],
        condition: Expression,
        *more: Expression,
        timeout: float = 300.0,
        progress: bool | Callable[[WaitEntry, int, int], None] | None = None,
    ) -> None:
        """Read objects until each has met the conditions about its class; mostly 1 request a round.

        Raises `WaitTimeout` after `timeout` seconds, and `WaitFailed` (`ObjectGone` for a deleted object) as soon as
        one of them can never meet its condition. `progress` is True, or a function of a `WaitEntry`, the number of
        objects that have met it, and the number of all.
        """
        waited = [objects] if isinstance(objects, Model) else list(objects)
        for each in waited:
            self._owner.own(each)
        self._parts.waiting.wait(waited, (condition, *more), timeout, progress)

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
