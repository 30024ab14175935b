"""Recovery: the session through which an unfinished commit of a journal is completed or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linode_orm._options import check_flags
from linode_orm._public import public
from linode_orm._secrets import forgets_locals
from linode_orm.errors import InvalidRequestError
from linode_orm.session.verbs.session import Session, parts_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from linode_orm.session.commit.recover import RecoveryOptions
    from linode_orm.session.journal.journal import Journal, StoredCommit
    from linode_orm.session.parts.parts import Parts
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client


@public
@forgets_locals
def recover(  # noqa: PLR0913  the options of the contract
    path: str | os.PathLike[str],
    *,
    client: Client | None = None,
    undo: bool = False,
    secrets: Mapping[str, object] | None = None,
    forget: bool = False,
    account_unchecked: bool = False,
    resume: bool = False,
) -> CommitReport:
    """Bring what a crash, or Ctrl-C, left unfinished in a journal to an end: complete the commit, or undo it.

    What was sent without an answer is looked for first. Then everything that was not done is sent; with `undo`, what
    was done is undone instead, as far as that can be. A commit that was being undone is undone to its end, and what
    `session.temporary()` made is deleted. Steps that need a secret wait for `secrets={"new:1.root_pass": ...}`, because
    the journal holds none; their entries say which. A secret that is a document is given as a dict, or as JSON. With
    `forget`, nothing is sent and the commit counts as ended.

    The report tells what became of each operation. What was refused, what was not sent and what is in doubt stays in
    the journal, and the next `recover()` carries on. A commit has ended when everything is done, or undone as far as
    that can be. Raises `CommitInterrupted` after Ctrl-C, with the same report.

    Of `session.act()` it finds out what was started, and waits for its end; what was not started stays pending, and is
    started with `resume`, in a window as before. The report is an `ActionReport` then.

    Raises `JournalError` where the file is none, damaged, in use, of another API, or of another account than the
    client's, before anything is sent; 1 or 2 GETs tell that. Where nothing tells whose account it is, that is refused,
    too, unless `account_unchecked` says that its user knows. Without `client` one is made as `Session()` makes it.
    """
    check_flags(undo=undo, forget=forget, account_unchecked=account_unchecked, resume=resume)
    if resume and (undo or forget):
        msg = "recover(resume=True) carries actions on; it goes with neither undo nor forget"
        raise InvalidRequestError(msg)
    from linode_orm.session.commit.recover import RecoveryOptions  # noqa: PLC0415  only who recovers needs it

    options = RecoveryOptions(undo=undo, secrets=secrets, account_unchecked=account_unchecked, resume=resume)
    return _recovered(path, client, options, forget=forget)


def _recovered(
    path: str | os.PathLike[str], client: Client | None, options: RecoveryOptions, *, forget: bool
) -> CommitReport:
    """Open a journal, and bring its unfinished commit to an end; what signal handlers raise is kept meanwhile."""
    from linode_orm.session.commit.interrupts import kept_interrupts  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.commit.recover import forgotten  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.journal.history import open_journal  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.planning.report import CommitReport  # noqa: PLC0415  only who recovers needs it

    with kept_interrupts():
        journal = open_journal(path, must_exist=True)
        try:
            stored = [each for name in reversed(journal.unfinished()) if (each := journal.find(name)) is not None]
            if not stored:
                return CommitReport()
            if forget:
                return _together([forgotten(journal, each) for each in stored])
            with Session(client=client) as session:
                parts = parts_of(session)
                # the newest first: a commit inside a block of temporary objects is completed before they are deleted
                return _together([_recovered_one(parts, journal, each, options) for each in stored])
        finally:
            journal.close()


def _recovered_one(parts: Parts, journal: Journal, stored: StoredCommit, options: RecoveryOptions) -> CommitReport:
    if any(each.step.operation == "action" for each in stored.steps):
        from linode_orm.session.acting.recovery import recover_actions  # noqa: PLC0415  only who acts needs it

        return recover_actions(parts.acting, journal, stored, options)
    from linode_orm.session.commit.recover import Recovery  # noqa: PLC0415  only who recovers needs it

    return Recovery(parts.commit, journal, stored, options).run()


def _together(reports: Sequence[CommitReport]) -> CommitReport:
    """Return one report for several unfinished commits, under the name of the newest."""
    if len(reports) == 1:
        return reports[0]
    entries = tuple(entry for each in reports for entry in each)
    return evolve(reports[0], entries=entries, duration=sum(each.duration for each in reports))


def is_unfinished(path: str | os.PathLike[str]) -> bool:
    """Whether a journal keeps a commit that `recover()` carries on; raise `JournalError` where it cannot be read."""
    from linode_orm.session.journal.history import open_journal  # noqa: PLC0415  only who recovers needs it

    journal = open_journal(path, must_exist=True)
    try:
        return bool(journal.unfinished())
    finally:
        journal.close()
