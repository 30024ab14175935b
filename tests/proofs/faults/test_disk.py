"""Tests of the disk that power is cut from: what SQLite synced is there afterwards, and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.proofs.faults.disk import Disk, cut_power, library

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(library() is None, reason="this Python's SQLite cannot be reached"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]


def in_a_child(work) -> int:
    """Run something in a process of its own, which dies with it; give the signal that ended it."""
    child = os.fork()
    if not child:  # pragma: no cover  another process
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def write(path, mode: str, synchronous: str, rows: int) -> None:
    """Commit rows one by one."""
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"PRAGMA journal_mode={mode}")
        base.execute(f"PRAGMA synchronous={synchronous}")
        base.execute("CREATE TABLE t (x)")
        for row in range(rows):
            with base:
                base.execute("INSERT INTO t VALUES (?)", (row,))
        os._exit(0)  # the power goes while it is open


def rows_in(path) -> int:
    """Count what is left."""
    with closing(sqlite3.connect(path)) as base:
        return base.execute("SELECT count(*) FROM t").fetchone()[0]


@pytest.mark.parametrize(
    ("mode", "synchronous", "left"), [("WAL", "FULL", 3), ("DELETE", "FULL", 2), ("DELETE", "EXTRA", 3)]
)
def test_what_was_synced_is_there(tmp_path, mode, synchronous, left):
    """A commit is there after a power cut exactly where SQLite says so: in mode DELETE the last one needs EXTRA."""
    durable = tmp_path / "durable"
    durable.mkdir()

    def work():
        Disk(durable=durable).install()
        write(tmp_path / "base", mode, synchronous, 3)

    assert in_a_child(work) == 0
    cut_power(tmp_path / "base", durable)
    assert rows_in(tmp_path / "base") == left


def test_what_was_not_synced_is_gone(tmp_path):
    """With synchronous=OFF nothing of it is left."""
    durable = tmp_path / "durable"
    durable.mkdir()

    def work():
        Disk(durable=durable).install()
        write(tmp_path / "base", "DELETE", "OFF", 3)

    in_a_child(work)
    cut_power(tmp_path / "base", durable)
    assert not (tmp_path / "base").exists()


@pytest.mark.parametrize("die_after", [False, True])
def test_a_process_dies_at_each_write(tmp_path, die_after):
    """Wherever it is killed, what is left can be read and has whole commits."""
    seen = set()
    for at in range(1, 40):
        path = tmp_path / f"base-{at}"

        def work(path=path, at=at):
            Disk(die_at=at, die_after=die_after).install()
            write(path, "WAL", "FULL", 3)

        if in_a_child(work) == 0:
            break
        try:
            seen.add(rows_in(path))
        except sqlite3.OperationalError:
            seen.add(None)
    assert at > 10
    assert seen == {None, 0, 1, 2, 3}


def test_a_full_disk(tmp_path):
    """A write beyond what the disk has room for fails in SQLite's own words."""
    said = tmp_path / "said"

    def work():
        Disk(full_after=8).install()
        try:
            write(tmp_path / "base", "WAL", "FULL", 50)
        except sqlite3.OperationalError as error:
            said.write_text(str(error))

    in_a_child(work)
    assert said.read_text() == "database or disk is full"
    shutil.rmtree(tmp_path)
