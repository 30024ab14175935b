"""Runs commits in processes that may be killed: `python -m tests.proofs.faults.child` forks one for each line it is given.

A line is a job in JSON, with its number; its answer is that number and the exit status of the process: 0 where the commit
ended, 3 where it raised an error of the library. A job may be to recover a journal instead.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import linode_orm
from linode_orm import Client, LinodeORMError, Session
from linode_orm.session.commit import commit, recover
from tests.proofs.faults import bulk, bundled, temporary
from tests.proofs.faults.disk import Disk

FAILED = 3
MARK = "/profile"
"""What is read just before the commit begins."""
SETTLE = 1.0


def connect(url: str, token: str) -> Client:
    """Give a client with the patience that the server counts on."""
    return Client(token, base_url=url, workers=4, timeout=1.0, deadline=4.0, max_request_lifetime=SETTLE)


def work(job: dict[str, Any]) -> int:
    """Do a job; the token names this process, so that the server can kill it."""
    disk = Disk(**{name: job[name] for name in ("die_at", "die_at_sync", "die_after", "full_after") if name in job})
    disk.durable = Path(job["durable"]) if "durable" in job else None
    disk.install()
    if job.get("synchronous"):
        _mutate(job["synchronous"])
    try:
        (_recover if job.get("recovers") else _make_temporary if job.get("temporary") else _commit)(job)
    except LinodeORMError:
        traceback.print_exc()
        return FAILED
    if "counts" in job:
        Path(job["counts"]).write_text(json.dumps({"events": disk.events, "syncs": disk.syncs}), encoding="utf-8")
    return 0


def _commit(job: dict[str, Any]) -> None:
    with connect(job["url"], f"pid-{os.getpid()}") as client:
        session = Session(client=client, journal=job["journal"], fold_tags=True)
        if job["count"]:
            bulk.edit(session, job["count"])
        else:
            bundled.edit(session)
        client.request("GET", MARK)
        session.commit()
        session.close()


def _make_temporary(job: dict[str, Any]) -> None:
    with connect(job["url"], f"pid-{os.getpid()}") as client, Session(client=client, journal=job["journal"]) as session:
        new = temporary.objects_of(session)
        client.request("GET", MARK)
        temporary.block(session, new)


def _recover(job: dict[str, Any]) -> None:
    with connect(job["url"], f"pid-{os.getpid()}") as client:
        client.request("GET", MARK)
        linode_orm.recover(job["journal"], client=client)


def _mutate(synchronous: str) -> None:
    """Make every journal of this process as careless as that: what a mutant of the library would do."""
    import sqlite3

    class Careless(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if "synchronous" in sql.lower():
                sql = f"PRAGMA synchronous={synchronous}"
            return super().execute(sql, *rest)

    connect = sqlite3.connect
    sqlite3.connect = lambda *values, **options: connect(*values, **{**options, "factory": Careless})  # type: ignore[assignment]  # a mutant


def main() -> None:
    """Fork a process for each job, and another that says how it ended; each has everything imported already."""
    assert commit
    assert recover
    for line in sys.stdin:
        if not os.fork():
            _attend(json.loads(line))
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _attend(job: dict[str, Any]) -> None:
    """Let a process do a job, and say how it ended."""
    child = os.fork()
    if not child:
        status = 1
        try:
            status = work(job)
        except BaseException:  # noqa: BLE001  the parent sees the status
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(1, f"{job['job']} {status}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
