"""The snapshot: what a token could read at one time, in one file, and the sessions over it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm._printable import printable
from linode_orm._public import public
from linode_orm.session.snapshot.file import opened
from linode_orm.session.snapshot.offline import SnapshotTransport
from linode_orm.wire.client import Client

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from sqlite3 import Connection
    from types import TracebackType
    from typing import Self


@public
class SkippedRead(NamedTuple):
    """A list that a snapshot does not have: its class, its path, and how the API refused it."""

    model: str
    parents: str
    path: str
    status: int
    reason: str

    def __str__(self) -> str:
        return printable(self.reason)


@public
class Snapshot:
    """A snapshot in its file, opened for reading: `Snapshot("account.sqlite")`.

    The file is an SQLite database with a table a class, so that other programs read it as it is. `made` is when it was
    finished, `account` whose it is, `counts` the number of rows by class. `skipped` are the lists that the token could
    not read. Raises `InvalidRequestError` for a file that is no snapshot, or one of a later version.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        connection = opened(self.path)
        try:
            about = dict(connection.execute("SELECT name, value FROM _snapshot"))
            self.made = datetime.fromisoformat(about["made"])
            self.account = str(about["account"])
            self.counts: Mapping[str, int] = dict(connection.execute("SELECT name, rows FROM _classes ORDER BY rowid"))
            rows = connection.execute("SELECT class, parents, path, status, reason FROM _skipped ORDER BY rowid")
            self.skipped = tuple(SkippedRead(*row) for row in rows)
        finally:
            connection.close()

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the classes in it."""
        return tuple(self.counts)

    def client(self) -> Client:
        """Return a client that answers from the file: `Session(client=snapshot.client())`; it refuses to write.

        The same queries give what they would have given when the snapshot was made. What is not in it raises
        `InvalidRequestError`, and lists that were refused then are refused again.
        """
        transport = SnapshotTransport(self._opened(), self.path, [*self.counts])
        return Client(transport=transport, read_only=True, budget=None, workers=2)

    def _opened(self) -> Connection:
        return opened(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Do nothing: the file is open only while it is read."""

    def __repr__(self) -> str:
        rows = sum(self.counts.values())
        left = f", {len(self.skipped)} lists skipped" if self.skipped else ""
        return f"<Snapshot {self.path} of {self.account} at {self.made:%Y-%m-%d %H:%M}: {rows} objects{left}>"

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        return html_table(("class", "objects"), [*self.counts.items()], title=repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Snapshot, (self.path,)
