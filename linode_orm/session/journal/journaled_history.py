"""Chronicle: the history of a session that keeps a journal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from linode_orm.errors import InvalidRequestError
from linode_orm.session.journal.history import History, PastCommit, Recording
from linode_orm.session.journal.journal import Journal
from linode_orm.session.journal.log import CommitLog

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.commit.run_plan import RunResult
    from linode_orm.session.journal.journal import StoredCommit
    from linode_orm.session.loading.api_time import ApiTime
    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.session.planning.report import CommitReport


class JournalLog(CommitLog):
    """Writes what one run does into the journal."""

    def __init__(self, journal: Journal, name: str) -> None:
        self._journal, self._name = journal, name

    def intend(self, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write down that these steps may be sent from now on."""
        self._journal.intend(self._name, steps, moment, there)

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Take down what became of a step."""
        self._journal.settle(self._name, step.number, status, identity, note, inner_ids)

    def flush(self) -> None:
        """Bring it to the disk."""
        self._journal.flush()

    def undo(self) -> None:
        """Write down that what was done is being put back."""
        self._journal.end(self._name, "undoing")


class JournaledHistory(History):
    """Keeps commits in a journal; refuses a new one while the file holds an unfinished one of another process."""

    def __init__(self, path: str | os.PathLike[str], base_url: str) -> None:
        super().__init__()
        self.journal = Journal(path)
        self.base_url = base_url
        self.own: list[str] = []

    @contextmanager
    def recording(self, plan: Plan, on_error: str, conflicts: str, *, is_whole: bool = True) -> Iterator[Recording]:
        """Write a commit down before it is made; one of this session that is unfinished goes on in it."""
        unfinished = self.journal.unfinished()
        strange = [name for name in unfinished if name not in self.own]
        if strange:  # promise 25: its own process recovers it first
            msg = (
                f"the journal {self.journal.path} holds a commit that was not finished ({strange[0][:8]}); nothing was "
                f"sent: linode_orm.recover(path) completes it, recover(path, undo=True) takes it back"
            )
            raise InvalidRequestError(msg)
        if unfinished and not is_whole:
            msg = (
                f"the journal {self.journal.path} holds the rest of a commit of this session; nothing was sent: "
                f"session.commit() carries it on, session.rollback() drops it"
            )
            raise InvalidRequestError(msg)
        name = uuid4().hex
        self.journal.begin(
            name,
            plan,
            base_url=self.base_url,
            on_error=on_error,
            conflicts=conflicts,
            instead=unfinished[0] if unfinished else None,
        )
        self.own.append(name)
        yield Recording(self, plan, name, JournalLog(self.journal, name))

    def keep(self, name: str, plan: Plan, sent: RunResult) -> None:
        """Write down how a commit ended."""
        super().keep(name, plan, sent)
        self.journal.end(name, state_of(sent.report, interrupted=sent.interrupted))

    def find(self, name: str) -> PastCommit:
        """Give a commit by its name, of this session or of the journal."""
        kept = self.journal.find(str(name))
        return super().find(name) if kept is None else past(kept)

    def abandon(self) -> None:
        """Note that nothing of an unfinished commit is to be carried on."""
        for name in self.journal.unfinished():
            if name in self.own:
                self.journal.end(name, "dropped")

    def close(self) -> None:
        """Let the file go."""
        self.journal.close()


def past(kept: StoredCommit) -> PastCommit:
    """Give what a commit in the journal did."""
    done = frozenset(each.step.number for each in kept.steps if each.status == "applied")
    return PastCommit(kept.plan, done, kept.ids)


def state_of(report: CommitReport, *, interrupted: bool) -> str:
    """Give the state of a commit that has come to its end, as far as this process is concerned.

    What was interrupted or is in doubt stays open, for `recover()`; what failed was told to its user, who has the
    rest in the session.
    """
    if len(report.applied) == len(report):
        return "finished"
    if report.in_doubt or interrupted:
        return "open"
    return "undone" if report.undone else "returned"
