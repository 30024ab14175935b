"""History: the commits of a session, in its journal, so that they can be carried on and undone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, cast

from linode_orm._options import check_path
from linode_orm.errors import InvalidRequestError, JournalError
from linode_orm.session.journal.accounts import account_to_write, check_account, check_place
from linode_orm.session.journal.journal import NewCommit
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.journal.memory import MemoryJournal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.journal.journal import Journal
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client

    Place = str | os.PathLike[str] | Journal
    """A file for an SQLite journal, or a journal of another kind."""


class PastCommit(NamedTuple):
    """A commit that has ended: its plan, the numbers of its applied steps, and the ids that it created, by token."""

    plan: Plan
    done: frozenset[int]
    ids: Mapping[str, object]

    def plan_compensation(self) -> Plan:
        """Return the plan that undoes the commit."""
        from linode_orm.session.planning.compensating_plan import plan_compensation  # noqa: PLC0415  scripts that only read need none of it

        return plan_compensation(self.plan, self.done, self.ids)[0]


class History:
    """The commits of a session; it refuses a new one while the journal holds an unfinished one of another process."""

    def __init__(self, journal: Journal, client: Client) -> None:
        self.journal = journal
        self._client = client
        self._own: list[str] = []
        self._temporary: set[str] = set()
        """The commits whose objects are deleted at the end of a block; nothing carries them on."""

    def begin(
        self, plan: Plan, on_error: str, conflicts: str, *, is_whole: bool = True, is_temporary: bool = False
    ) -> CommitLog:
        """Write a commit down before it is made, in place of an unfinished one of this session; return its log.

        `is_whole` says that the commit sends everything that is pending. What `is_temporary` creates is deleted at the
        end of a block, or by `recover()`; it takes no other's place, and other commits of this session leave it alone.
        Raises `InvalidRequestError` if the journal holds a commit that this one does not carry on, and `JournalError`
        if the journal cannot be written.
        """
        unfinished = self.journal.unfinished()
        # Its process may be running, or may have been killed: only recover() finds out what became of its requests.
        foreign = [name for name in unfinished if name not in self._own]
        if foreign:  # promise 25: its own process recovers it first
            msg = (
                f"the journal {self.journal} holds a commit that was not finished ({foreign[0][:8]}); nothing was "
                f"sent: linode_orm.recover(path) completes it, recover(path, undo=True) undoes it"
            )
            raise InvalidRequestError(msg)
        rest = [name for name in unfinished if name not in self._temporary]
        if rest and not is_whole and not is_temporary:
            msg = (
                f"the journal {self.journal} holds the rest of a commit of this session; nothing was sent: "
                f"session.commit() carries it on, session.rollback() drops it"
            )
            raise InvalidRequestError(msg)
        from uuid import uuid4  # noqa: PLC0415  a session that only reads needs none

        name = uuid4().hex
        instead = rest[0] if rest and not is_temporary else None
        account = account_to_write(self._client) if self.journal.is_lasting else ""
        state = "undoing" if is_temporary else "open"  # promise 45: a crash leaves what is to be deleted
        self.journal.begin(NewCommit(name, plan, self._client.base_url, on_error, conflicts, instead, account, state))
        self._own.append(name)
        if is_temporary:
            self._temporary.add(name)
        return CommitLog(self.journal, name)

    def end_temporary(self, name: str) -> None:
        """Write down that nothing is left of a temporary commit."""
        self._temporary.discard(name)
        self.journal.end(name, "undone")

    def end(self, report: CommitReport, *, interrupted: bool) -> JournalError | None:
        """Write down how a commit ended; return the error if that cannot be written."""
        try:
            self.journal.end(report.id, state_of(report, interrupted=interrupted))
        except JournalError as error:
            return error
        return None

    def find(self, name: str) -> PastCommit:
        """Return a commit by its name, of this session or of the journal; raise `InvalidRequestError` for others.

        Raises `JournalError` for one of another account or API; 1 or 2 GETs for one of another session.
        """
        stored = self.journal.find(str(name))
        if stored is None:
            msg = (
                f"no commit {name!r} is known here: a session remembers its own last 100, "
                f"Session(journal=path) those that are in the journal"
            )
            raise InvalidRequestError(msg)
        if name not in self._own and self.journal.is_lasting:
            check_place(stored, self._client, self.journal)
            check_account(stored, self._client, self.journal, must_be_known=False)
        done = frozenset(each.step.number for each in stored.steps if each.status == "applied")
        return PastCommit(stored.plan, done, stored.ids)

    def end_own(self) -> None:
        """End the unfinished commits of this session: all that was in doubt is known, and nothing is pending."""
        self._end_own("finished")

    def abandon(self) -> None:
        """Drop the unfinished commits of this session: nothing of them is carried on."""
        self._end_own("dropped")

    def _end_own(self, state: str) -> None:
        for name in self.journal.unfinished() if self._own else ():
            if name in self._own and name not in self._temporary:
                self.journal.end(name, state)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()


def open_journal(place: Place | None, *, must_exist: bool = False) -> Journal:
    """Return the journal at a place: an SQLite file for a path, one in memory for None, and a journal as it is.

    Raises `JournalError` if the file cannot be used, or must exist and does not, and `InvalidRequestError` for what is
    neither a path nor a journal.
    """
    if place is None:
        return MemoryJournal()
    if not isinstance(place, (str, os.PathLike)) and hasattr(place, "unfinished"):
        return place
    check_path("journal", place)
    path = cast("str | os.PathLike[str]", place)
    from linode_orm.session.journal.sqlite_journal import SqliteJournal  # noqa: PLC0415  sqlite3 is for who keeps a journal

    return SqliteJournal(path, must_exist=must_exist)


def state_of(report: CommitReport, *, interrupted: bool) -> str:
    """Return the state in which this process leaves a commit.

    What was interrupted or is in doubt stays open, for `recover()`, which undoes what was being undone; what failed was
    shown to its user, who has the rest in the session.
    """
    if all(entry.status == "applied" for entry in report.entries):
        return "finished"
    is_undoing = bool(report.undone or report.not_undone)
    if report.in_doubt or (interrupted and (report.not_undone or not is_undoing)):
        return "undoing" if is_undoing else "open"
    return "undone" if report.undone else "returned"
