"""Stands between SQLite and its files: counts what is written and synced, and keeps what a power cut would leave."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# names go through as addresses: SQLite keeps them
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_CREATE, _JOURNALS = 0x4, 0x800 | 0x4000 | 0x80000
"""Flags of an opening: a file that is made, and the three kinds of journal."""
_FULL = 13
"""SQLITE_FULL: the disk has no room."""


class _Files(ctypes.Structure):
    """sqlite3_vfs, up to what is replaced."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
    )


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, in its third version."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("rest", ctypes.c_void_p * 13),
    )


def library() -> Any:
    """Give the SQLite that Python's own module uses; None where it cannot be reached."""
    try:
        import _sqlite3

        found = ctypes.CDLL(_sqlite3.__file__)
        found.sqlite3_vfs_find.restype = ctypes.POINTER(_Files)
        found.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    except (ImportError, AttributeError, OSError):
        return None
    return found


@dataclass
class Disk:
    """What SQLite does to its files from now on, in this process.

    `die_at` kills the process at that write, sync, truncation or deletion, before it takes place or after it;
    `die_at_sync` counts syncs alone. `durable` is a directory that always holds what a power cut would leave.
    `full_after` is how many writes the disk has room for.
    """

    die_at: int = 0
    die_at_sync: int = 0
    die_after: bool = False
    durable: Path | None = None
    full_after: int | None = None
    events: list[str] = field(default_factory=list)
    syncs: int = 0
    writes: int = 0
    _open: dict[int, Path] = field(default_factory=dict)
    _fresh: set[int] = field(default_factory=set)
    _methods: dict[int, tuple[_Methods, list[Any]]] = field(default_factory=dict)

    def install(self) -> None:
        """Stand between; cannot be taken back."""
        files = library().sqlite3_vfs_find(None).contents
        self._kept = [_OPEN(files.open), _DELETE(files.delete), _OPEN(self._opened), _DELETE(self._deleted)]
        files.open = ctypes.cast(self._kept[2], ctypes.c_void_p).value
        files.delete = ctypes.cast(self._kept[3], ctypes.c_void_p).value

    # -- files ---------------------------------------------------------------------------------------------------------

    def _opened(self, files: int, name: int | None, file: int, flags: int, out: int) -> int:
        code = self._kept[0](files, name, file, flags, out)
        if code == 0 and name is not None:
            self._open[file] = _path(name)
            self._fresh.discard(file)
            if flags & _CREATE and flags & _JOURNALS:
                self._fresh.add(file)
            slot = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
            if slot[0] not in {ctypes.addressof(ours) for ours, _ in self._methods.values()}:
                slot[0] = ctypes.addressof(self._ours(slot[0]))
        return int(code)

    def _ours(self, address: int) -> _Methods:
        if address not in self._methods:
            ours = _Methods.from_buffer_copy(ctypes.cast(address, ctypes.POINTER(_Methods)).contents)
            write, truncate, sync = _WRITE(ours.write), _TRUNCATE(ours.truncate), _SYNC(ours.sync)
            callbacks = [
                _WRITE(lambda file, *rest: self._written(write, file, *rest)),
                _TRUNCATE(lambda file, size: self._step("truncate", file, lambda: truncate(file, size))),
                _SYNC(lambda file, flags: self._synced(sync, file, flags)),
            ]
            ours.write, ours.truncate, ours.sync = (ctypes.cast(each, ctypes.c_void_p).value for each in callbacks)
            self._methods[address] = ours, [write, truncate, sync, *callbacks]
        return self._methods[address][0]

    def _written(self, write: Any, file: int, data: int, length: int, offset: int) -> int:
        self.writes += 1
        if self.full_after is not None and self.writes > self.full_after:
            return _FULL
        return self._step("write", file, lambda: write(file, data, length, offset))

    def _synced(self, sync: Any, file: int, flags: int) -> int:
        self.syncs += 1
        is_last = self.syncs == self.die_at_sync
        if is_last and not self.die_after:
            _die()
        code = self._step("sync", file, lambda: sync(file, flags))
        path = self._open[file]
        if code == 0 and self.durable is not None:
            self._keep(path)
            if file in self._fresh:
                self._sync_directory(path.parent)
        self._fresh.discard(file)
        if is_last:
            _die()
        return code

    def _deleted(self, files: int, name: int, is_synced: int) -> int:
        code = self._step("delete", 0, lambda: self._kept[1](files, name, is_synced))
        if is_synced and self.durable is not None:
            (self.durable / _path(name).name).unlink(missing_ok=True)
        return code

    def _step(self, what: str, file: int, work: Any) -> int:
        self.events.append(f"{what} {self._open[file].name if file else ''}")
        is_last = len(self.events) == self.die_at
        if is_last and not self.die_after:
            _die()
        code = int(work())
        if is_last:
            _die()
        return code

    def _sync_directory(self, directory: Path) -> None:
        """Let deletions last: the first sync of a new journal is one of its directory too."""
        assert self.durable is not None
        for path in self.durable.iterdir():
            if path.suffix != ".tmp" and not (directory / path.name).exists():
                path.unlink()

    def _keep(self, path: Path) -> None:
        assert self.durable is not None
        shutil.copyfile(path, self.durable / f"{path.name}.tmp")
        (self.durable / f"{path.name}.tmp").replace(self.durable / path.name)


def _path(name: int) -> Path:
    return Path(os.fsdecode(ctypes.string_at(name)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def cut_power(journal: Path, durable: Path, written: frozenset[str] = frozenset()) -> None:
    """Leave of a journal's files what had been synced; those named in `written` got to the disk by chance."""
    for path in journal.parent.glob(f"{journal.name}*"):
        if path.name not in written:
            path.unlink()
    for path in durable.glob(f"{journal.name}*"):
        if path.suffix != ".tmp" and path.name not in written:
            shutil.copyfile(path, journal.parent / path.name)
    (journal.parent / f"{journal.name}-shm").unlink(missing_ok=True)
