"""The file of an SQLite journal: created whole, opened by one process, and checked before anything is sent."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from linode_orm._private_files import PRIVATE, create_beside
from linode_orm.errors import JournalError
from linode_orm.session.planning.plan import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator

_APPLICATION: Final = 0x4C4F524D
"""What marks the file as a journal of this library: LORM."""
_BESIDE: Final = ("-wal", "-journal")
"""How the files are called that SQLite keeps beside one in use."""
_CANNOT: Final = (PermissionError, FileNotFoundError)
_ROOM: Final = 1 << 16
_SCHEMA: Final = """
CREATE TABLE journal (id TEXT NOT NULL);
CREATE TABLE commits (
    id TEXT PRIMARY KEY, base_url TEXT NOT NULL, on_error TEXT NOT NULL, conflicts TEXT NOT NULL,
    state TEXT NOT NULL, began TEXT NOT NULL, journal TEXT NOT NULL
);
CREATE TABLE steps (
    commit_id TEXT NOT NULL REFERENCES commits (id) ON DELETE CASCADE, number INTEGER NOT NULL, step TEXT NOT NULL,
    intent TEXT, there INTEGER, status TEXT, identity TEXT, note TEXT,
    PRIMARY KEY (commit_id, number)
) WITHOUT ROWID;
CREATE TABLE listings (
    commit_id TEXT NOT NULL REFERENCES commits (id) ON DELETE CASCADE, number INTEGER NOT NULL, ids TEXT NOT NULL,
    PRIMARY KEY (commit_id, number)
) WITHOUT ROWID;
"""


class JournalFile:
    """One journal file, locked for this process while it is open.

    Raises `JournalError` if the file is another program's, damaged, empty, locked, or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], *, must_exist: bool) -> None:
        self.path = Path(path)
        with journal_errors(self.path):
            self._place = Path(os.path.realpath(self.path))  # a whole path is never taken for a URI
            if not self._place.exists():
                if must_exist:
                    msg = f"{self.path}: there is no such journal; nothing was sent"
                    raise JournalError(msg)
                _create(self.path, self._place)
            if not self._place.is_file() or not self._place.stat().st_size:
                what = "is a directory" if self._place.is_dir() else "is empty"
                what = what if self._place.is_file() or self._place.is_dir() else "is no file on a disk"
                msg = f"{self.path} {what}, and no journal; nothing was sent: name another file, or delete it"
                raise JournalError(msg)
            if not os.access(self._place, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
                msg = "not by this user"
                raise PermissionError(msg)
            self._check_what_a_crash_left()
            self.connection = sqlite3.connect(self._place, isolation_level=None, timeout=0)
            try:
                # The lock lasts as long as the connection: two processes must not carry on the same commit.
                self.connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._check(self.connection)
                self._place.chmod(PRIVATE)  # also where it was there, and others might read it
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):  # promise 21b: on the disk
                    self.connection.execute(f"PRAGMA {pragma}")
                # A transaction that writes nothing takes the lock now, and finds out that the file cannot be written.
                self.connection.execute("BEGIN IMMEDIATE")
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.close()
                raise
            self._node = self._place.stat()

    def _check_what_a_crash_left(self) -> None:
        """Check a file that has a log beside it read-only: SQLite merges the two when a writer closes them."""
        log, index = (Path(f"{self._place}{each}") for each in ("-wal", "-shm"))
        if not log.is_file() or not log.stat().st_size:
            return
        had_index = index.exists()
        connection = sqlite3.connect(f"{self._place.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=0)
        try:
            self._check(connection)
        finally:
            connection.close()
            if not had_index:
                # Looking must leave no file behind that was not there.
                index.unlink(missing_ok=True)

    def _check(self, connection: sqlite3.Connection) -> None:
        ((application,),) = connection.execute("PRAGMA application_id")
        ((version,),) = connection.execute("PRAGMA user_version")
        if application != _APPLICATION:  # promise 26: another program's file stays as it is
            msg = f"{self.path} is an SQLite file of another program; nothing was sent"
            raise JournalError(msg)
        if version != FORMAT:
            msg = f"{self.path} is a journal of form {version}, this version reads form {FORMAT}; nothing was sent"
            raise JournalError(msg)
        checked = [row[0] for row in connection.execute("PRAGMA quick_check")]
        if checked != ["ok"]:
            msg = f"{self.path} is damaged ({checked[0]}); nothing was sent: restore it from a copy"
            raise JournalError(msg)
        if _is_mixed(connection):
            msg = (
                f"{self.path} is damaged: {self._place.name}-wal beside it is of another journal; nothing was sent: "
                f"restore both from a copy, or the journal alone and no such file beside it"
            )
            raise JournalError(msg)

    def check_in_place(self) -> None:
        """Raise `JournalError` if the file was deleted, moved or replaced: no process would find what is written."""
        try:
            is_ours = os.path.samestat(self._place.stat(), self._node)
        except FileNotFoundError:
            is_ours = False
        if not is_ours:
            msg = f"the journal {self.path} was deleted or replaced; what is not written down is not sent"
            raise JournalError(msg)

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self.connection.close()


def _is_mixed(connection: sqlite3.Connection) -> bool:
    """Whether another journal wrote some of the rows: SQLite replays any log that lies beside a file."""
    ((strange,),) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM commits WHERE journal IS NOT (SELECT id FROM journal))"
    )
    return bool(strange) or connection.execute("PRAGMA foreign_key_check").fetchone() is not None


def _create(path: Path, place: Path) -> None:
    """Create a new journal beside its place and link it there, so that no process finds half of one."""
    left = [name for name in (f"{place}{each}" for each in _BESIDE) if os.path.lexists(name)]
    if left:
        msg = f"{left[0]} is left of a journal, and {path} is gone; nothing was sent: put it back, or delete the rest"
        raise JournalError(msg)
    beside, handle = create_beside(place)
    try:
        os.close(handle)
        connection = sqlite3.connect(beside, isolation_level=None)
        try:
            for pragma in (f"application_id={_APPLICATION}", f"user_version={FORMAT}", "auto_vacuum=INCREMENTAL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO journal VALUES (?)", (uuid4().hex,))
        finally:
            connection.close()
        try:
            os.link(beside, place)
        except FileExistsError:
            what = "is a link that leads nowhere" if place.is_symlink() else "was just made by another process"
            msg = f"{path} {what}; nothing was sent: try again, or name another file"
            raise JournalError(msg) from None
        except OSError:  # where files have one name only
            beside.rename(place)
        _sync(place.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make a new name in a folder durable."""
    with suppress(OSError):  # where folders cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_full(path: Path) -> bool:
    """Whether the disk has no room for the file that SQLite keeps beside another one."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < _ROOM
    return False


@contextmanager
def journal_errors(path: Path) -> Iterator[None]:
    """Raise `JournalError` with a reason in plain words for what SQLite and the system raise."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        text = str(error)
        if "locked" in text:
            what = "is in use by another session or process"
        elif "not a database" in text or "malformed" in text or "file is encrypted" in text:
            what = f"is damaged or no journal ({text})"
        elif "full" in text or "No space" in text or ("I/O" in text and _is_full(path)):
            what = "cannot be written: the disk is full"
        elif "readonly" in text or "unable to open" in text or isinstance(error, _CANNOT):
            what = f"cannot be read and written ({text})"
        else:
            what = f"cannot be used ({text})"
        msg = f"the journal {path} {what}; what is not written down is not sent"
        raise JournalError(msg) from error
