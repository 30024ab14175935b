"""Exit statuses: what the end of a command tells a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.errors import ConflictError, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.errors import LinodeORMError
    from linode_orm.session.planning.report import CommitReport

DONE: Final = 0
"""Everything was done, or shown."""
FAILED: Final = 1
"""An error ended the command, and nothing is left that another command carries on."""
USAGE: Final = 2
"""The command was not understood, and nothing was sent."""
LEFT: Final = 3
"""Something is left, in a journal, in doubt or half done; or something differs."""


def report_of(error: BaseException) -> CommitReport | None:
    """Return the report of a commit, or of actions, that ended in an error.

    Returns None for any other error, and for a conflict that was found before anything was sent.
    """
    report: CommitReport | None = getattr(error, "report", None)
    if isinstance(error, ConflictError) and report is not None and len(report.pending) == len(report.entries):
        return None
    return report


def status_after(journal: str | None, error: LinodeORMError | None = None) -> int:
    """Return the status of a commit that has ended, by what its journal keeps and by its error."""
    if journal is not None and _is_open(journal):
        return LEFT
    if error is None:
        return DONE
    report = report_of(error)
    return LEFT if report is not None and report.in_doubt else FAILED


def status_of(error: LinodeORMError, journal: str | None) -> int:
    """Return the status of a commit that failed: `FAILED` where nothing was done, `LEFT` where some of it was."""
    report = report_of(error)
    was_done = report is not None and (report.applied or report.not_undone)
    return LEFT if was_done else status_after(journal, error)


def _is_open(journal: str) -> bool:
    """Whether a journal keeps something for `recover`; one that cannot be read any more may."""
    from linode_orm.session.verbs.recovery import is_unfinished  # noqa: PLC0415  only who has a journal needs it

    try:
        return is_unfinished(journal)
    except JournalError:
        return True


def status_of_all(statuses: Iterable[int]) -> int:
    """Return the status of a command over several journals: one that failed beside others that did not is left."""
    seen = {*statuses}
    return LEFT if len(seen) > 1 else seen.pop()
