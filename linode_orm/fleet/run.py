"""The run of one work item on a worker: token, client, recovery of the journal, session, function."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from linode_orm._public import public_in
from linode_orm.errors import JournalError
from linode_orm.fleet.client_of import client_of
from linode_orm.fleet.item import Outcome, WorkItem, portable
from linode_orm.fleet.marks import Mark
from linode_orm.fleet.plans import apply_file, why_not_applied
from linode_orm.fleet.worker_call import imported
from linode_orm.fleet.worker_item import working_on
from linode_orm.session.journal.sqlite_journal import SqliteJournal
from linode_orm.session.verbs.recovery import is_unfinished, recover
from linode_orm.session.verbs.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire.client import Client


@public_in("linode_orm.fleet")
def run(item: WorkItem) -> Outcome:
    """Do the work of an item, and return what became of it; it raises nothing but what ends the process.

    The token is resolved here. With a journal, a commit that a crash left unfinished is recovered first. An error of
    the function is in the outcome. What cannot be pickled gives a `FleetError`.
    """
    return portable(perform(item, None))


def perform(item: WorkItem, function: Callable[..., object] | None) -> Outcome:
    """Do the work of an item with a function, by its name where it is None; the outcome holds whatever it returns."""
    began, client, value, error, skipped = time.monotonic(), None, None, None, ""
    try:
        with client_of(item) as client:
            skipped = _recovered(item, client)
            if not skipped:
                _mark(item, is_done=False)
                value = _done(item, client, function)
                _mark(item, is_done=True)
    except Exception as raised:  # noqa: BLE001  it is the outcome
        error = raised
        with suppress(JournalError):  # a rerun calls the function again: what is here now is not its work
            _mark(item, is_done=False)
    requests = client.requests_sent if client is not None else 0
    return Outcome(item.account, value, error, requests, time.monotonic() - began, skipped)


def _done(item: WorkItem, client: Client, function: Callable[..., object] | None) -> object:
    if item.plan is not None:
        return apply_file(item, client)
    call = function or imported(item.function)
    session = Session(client=client, journal=item.journal)
    try:
        with working_on(item):
            return call(session, *item.arguments)
    finally:  # also after a CommitError, for which a `with` block leaves a session open
        session.close()


# -- what was done before --------------------------------------------------------------------------------------------


def _recovered(item: WorkItem, client: Client) -> str:
    """Recover the journal of an item, and return why its function need not be called, an empty text if it must.

    A function whose commit was made, by itself or by the recovery, is not called again in the same run: that would
    create everything twice.
    """
    mark = Mark.read(item.marks) if item.marks is not None else None
    was_begun = mark is not None and mark.run == item.run
    if mark is not None and was_begun and mark.is_done:
        return "done in an earlier attempt"
    if item.journal is not None and Path(item.journal).exists() and is_unfinished(item.journal):
        report = recover(item.journal, client=client)
        if is_unfinished(item.journal):
            msg = f"the journal {item.journal} could not be recovered whole:\n{report}"
            raise JournalError(msg)
    if mark is not None and was_begun and _last_commit(str(item.journal)) != mark.after:
        _mark(item, is_done=True)
        return "its commit was made in an earlier attempt"
    return why_not_applied(item) if item.plan is not None else ""


def _mark(item: WorkItem, *, is_done: bool) -> None:
    if item.marks is not None:
        Mark(item.run, None if is_done else _last_commit(str(item.journal)), is_done).write(item.marks)


def _last_commit(journal: str) -> str | None:
    if not Path(journal).exists():
        return None
    opened = SqliteJournal(journal, must_exist=True)
    try:
        return opened.newest()
    finally:
        opened.close()
