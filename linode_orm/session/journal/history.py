"""History: what a session did, so that it can be undone; in memory here, in a journal elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import evolve, frozen

from linode_orm.errors import InvalidRequestError, JournalError
from linode_orm.session.journal.log import CommitLog

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from linode_orm.session.commit.run_plan import RunResult
    from linode_orm.session.planning.plan import Plan

_KEPT: Final = 100
"""How many commits are remembered."""


@frozen(eq=False)
class PastCommit:
    """A commit that has ended: its plan, the numbers of the steps that were applied, and the ids that they brought."""

    plan: Plan
    done: frozenset[int]
    ids: Mapping[str, object]

    def plan_compensation(self) -> Plan:
        """Give the plan that undoes it."""
        from linode_orm.session.planning.compensating_plan import plan_compensation  # noqa: PLC0415  scripts that only read need none of it

        return plan_compensation(self.plan, self.done, self.ids)[0]


class Recording:
    """One commit while it is made: its name, and where it is written down."""

    def __init__(self, history: History, plan: Plan, name: str, ledger: CommitLog) -> None:
        self._history, self._plan = history, plan
        self.id = name
        self.ledger = ledger

    def ended(self, sent: RunResult) -> RunResult:
        """Keep what became of it; where that cannot be written down, the run counts as one that broke."""
        try:
            self._history.keep(self.id, self._plan, sent)
        except JournalError as error:
            return evolve(sent, crash=sent.crash or error)
        return sent


class History:
    """The last commits of a session, in memory."""

    def __init__(self) -> None:
        self._past: dict[str, PastCommit] = {}

    @contextmanager
    def recording(self, plan: Plan, on_error: str, conflicts: str, *, is_whole: bool = True) -> Iterator[Recording]:
        """Write a commit down while it is made; `is_whole` says that it sends all that is pending."""
        del on_error, conflicts, is_whole
        yield Recording(self, plan, uuid4().hex, CommitLog())

    def keep(self, name: str, plan: Plan, sent: RunResult) -> None:
        """Keep what became of a commit."""
        done = frozenset(entry.step.number for entry in sent.report.applied)
        self._past[name] = PastCommit(plan, done, dict(sent.ids))
        while len(self._past) > _KEPT:
            del self._past[next(iter(self._past))]

    def find(self, name: str) -> PastCommit:
        """Give a commit by its name; raise `InvalidRequestError` where it is not known."""
        if name not in [*self._past]:  # by equality: a report, given for its id, may have no hash
            msg = (
                f"no commit {name!r} is known here: a session remembers its own last {_KEPT}, "
                f"Session(journal=path) those that are in the journal"
            )
            raise InvalidRequestError(msg)
        return self._past[name]

    def abandon(self) -> None:
        """Note that nothing of an unfinished commit is to be carried on."""

    def close(self) -> None:
        """Let go what is held."""


def history_in(journal: str | os.PathLike[str] | None, base_url: str) -> History:
    """Give the history that a session keeps: in memory, or in the journal of that name."""
    if journal is None:
        return History()
    from linode_orm.session.journal.journaled_history import JournaledHistory  # noqa: PLC0415  sqlite3 is for who keeps a journal

    return JournaledHistory(journal, base_url)
