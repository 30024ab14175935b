"""The file of an SQLite journal: created whole, opened by one process, and checked before anything is sent."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from weakref import WeakSet

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
_LOG_HEADER: Final = 32
_LOG_STARTS: Final = (bytes.fromhex("377f0682"), bytes.fromhex("377f0683"))
"""How a log of SQLite begins, by the order of its bytes."""
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
_ADDED: Final = """
CREATE TABLE IF NOT EXISTS accounts (
    commit_id TEXT PRIMARY KEY REFERENCES commits (id) ON DELETE CASCADE, account TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_tries (
    commit_id TEXT NOT NULL REFERENCES commits (id) ON DELETE CASCADE, number INTEGER NOT NULL, moment TEXT NOT NULL,
    PRIMARY KEY (commit_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS in_use (needs_log INTEGER PRIMARY KEY);
DELETE FROM in_use;
"""
"""What a journal of version 0.1 lacks, and what a process that died may have left.

`in_use` has a row in the file itself as long as the log holds something newer, and none in what both are together. So a
file without its log differs from one into which the log was merged. A process that dies before its first transaction is
whole leaves the row in both; where both are there it goes, since the log is merged when they are closed.
"""
_STATES: Final = ("open", "undoing", "finished", "undone", "returned", "dropped")
_LARGE_LOG: Final = 1 << 24
"""At how many bytes the log is merged into the file."""

_open: WeakSet[JournalFile] = WeakSet()
"""The files that this process has open, which a forked child must leave alone."""


class JournalFile:
    """One journal file, locked for this process while it is open.

    A forked child has it open by inheritance only. It is refused, and its end closes nothing, since SQLite would merge
    the log of its parent into the file and delete it.

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
            self._check_log()
            self._check_what_a_crash_left()
            self._connection = sqlite3.connect(self._place, isolation_level=None, timeout=0)
            try:
                # The lock lasts as long as the connection: two processes must not carry on the same commit.
                self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._check(self._connection)
                self._place.chmod(PRIVATE)  # also where it was there, and others might read it
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):  # promise 21b: on the disk
                    self._connection.execute(f"PRAGMA {pragma}")
                # A log that SQLite merges by itself would take the row of `in_use` out of the file.
                self._connection.execute("PRAGMA wal_autocheckpoint=0")
                # A transaction takes the lock now, and finds out that the file cannot be written.
                self._connection.execute("BEGIN IMMEDIATE")
                for statement in _ADDED.split(";"):
                    self._connection.execute(statement)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.close()
                raise
            self._node, self._process, self._says_in_use = self._place.stat(), os.getpid(), False
            _open.add(self)

    @property
    def _log(self) -> Path:
        return Path(f"{self._place}-wal")

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection; raises `JournalError` in a forked child."""
        if os.getpid() != self._process:
            msg = (
                f"the journal {self.path} belongs to the process {self._process}, which this one was forked from; "
                f"nothing was sent: a child opens a journal and a session of its own"
            )
            raise JournalError(msg)
        return self._connection

    def begin(self) -> None:
        """Begin a transaction, in a file that names its log: a file that was moved alone is refused then."""
        if not self._says_in_use or self._log.stat().st_size > _LARGE_LOG:
            self.connection.execute("INSERT OR IGNORE INTO in_use VALUES (1)")
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._says_in_use = True
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("DELETE FROM in_use")

    def _check_log(self) -> None:
        """Raise `JournalError` where the file says that a log belongs to it, and there is none beside it."""
        log = self._log
        if log.is_file():
            with log.open("rb") as file:
                header = file.read(_LOG_HEADER)
            if len(header) == _LOG_HEADER and header.startswith(_LOG_STARTS):
                return
        # unchangeable, so that SQLite reads the file alone, and leaves nothing beside it
        uri = f"{self._place.as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0)
        try:
            ((application,),) = connection.execute("PRAGMA application_id")
            needs_log = application == _APPLICATION and _is_in_use(connection)
        finally:
            connection.close()
        if needs_log:
            msg = (
                f"{self.path} was in use when it was moved or copied, and {log.name} is not beside it, which holds the "
                f"newest of it; nothing was sent: bring both to one place, under names that belong together"
            )
            raise JournalError(msg)

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
        ((strange,),) = connection.execute(
            "SELECT count(*) FROM commits WHERE state NOT IN (?, ?, ?, ?, ?, ?)", _STATES
        )
        if strange:  # it would count as one that has ended
            msg = f"{self.path} is damaged: a commit in it is in no known state; nothing was sent: restore it"
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
        """Let the file go; a forked child leaves it as it is."""
        if os.getpid() != self._process:
            return
        _open.discard(self)
        with suppress(sqlite3.Error):
            self._connection.close()

    def __del__(self) -> None:
        if hasattr(self, "_process"):  # it was opened; a connection that nobody closes is a warning from 3.13 on
            self.close()

    def keep_open(self) -> None:
        """Let the connection never be closed in this process, not at its end either."""
        _forever(self._connection)


def _leave_to_parent() -> None:
    """Keep a forked child from closing, at its end, what its parent has open."""
    for file in (*_open,):
        file.keep_open()


def _forever(connection: sqlite3.Connection) -> None:
    """Count one reference more than there is, so that Python never destroys an object."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def _is_in_use(connection: sqlite3.Connection) -> bool:
    """Whether a journal says that its log holds the newest of it; one of version 0.1 does not say it."""
    ((is_known,),) = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'in_use'")
    return bool(is_known and connection.execute("SELECT 1 FROM in_use").fetchone())


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
            connection.executescript(_SCHEMA + _ADDED)
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
