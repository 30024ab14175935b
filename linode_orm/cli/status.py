"""Exit statuses: what the end of a command tells a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.errors import CommitError, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable

DONE: Final = 0
"""Everything was done, or shown."""
FAILED: Final = 1
"""An error ended the command, and nothing is left that another command carries on."""
USAGE: Final = 2
"""The command was not understood, and nothing was sent."""
LEFT: Final = 3
"""Something is left, in a journal, in doubt or half done; or something differs."""


def status_after(journal: str | None, error: CommitError | None = None) -> int:
    """Return the status of a commit that has ended, by what its journal keeps and by its error."""
    if journal is not None and _is_open(journal):
        return LEFT
    if error is None:
        return DONE
    return LEFT if error.report.in_doubt else FAILED


def status_of(error: CommitError, journal: str | None) -> int:
    """Return the status of a commit that failed: `FAILED` where nothing was done, `LEFT` where some of it was."""
    report = error.report
    return LEFT if report.applied or report.not_undone else status_after(journal, error)


def _is_open(journal: str) -> bool:
    """Whether a journal keeps something for `recover`; one that cannot be read any more may."""
    from linode_orm.session.factory.recovery import is_unfinished  # noqa: PLC0415  only who has a journal needs it

    try:
        return is_unfinished(journal)
    except JournalError:
        return True


def status_of_all(statuses: Iterable[int]) -> int:
    """Return the status of a command over several journals: one that failed beside others that did not is left."""
    seen = {*statuses}
    return LEFT if len(seen) > 1 else seen.pop()
