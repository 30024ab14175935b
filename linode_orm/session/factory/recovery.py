"""Recovery: the session through which an unfinished commit of a journal is completed or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._options import check_flags
from linode_orm._public import public
from linode_orm._secrets import forgets_locals
from linode_orm.session.session import Session, parts_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from linode_orm.session.commit.recover import RecoveryOptions
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
) -> CommitReport:
    """Bring the commit that a crash, or Ctrl-C, left unfinished in a journal to an end: complete it, or undo it.

    What was sent without an answer is looked for first. Then everything that was not done is sent; with `undo`, what
    was done is undone instead, as far as that can be. A commit that was being undone is undone to its end. Steps that
    need a secret wait for `secrets={"new:1.root_pass": ...}`, because the journal holds none; their entries say which.
    A secret that is a document is given as a dict, or as JSON. With `forget`, nothing is sent and the commit counts as
    ended.

    The report tells what became of each operation. What was refused, what was not sent and what is in doubt stays in
    the journal, and the next `recover()` carries on. A commit has ended when everything is done, or undone as far as
    that can be. Raises `CommitInterrupted` after Ctrl-C, with the same report.

    Raises `JournalError` where the file is none, damaged, in use, of another API, or of another account than the
    client's, before anything is sent; 1 or 2 GETs tell that. Where nothing tells whose account it is, that is refused,
    too, unless `account_unchecked` says that its user knows. Without `client` one is made as `Session()` makes it.
    """
    check_flags(undo=undo, forget=forget, account_unchecked=account_unchecked)
    from linode_orm.session.commit.recover import RecoveryOptions  # noqa: PLC0415  only who recovers needs it

    options = RecoveryOptions(undo=undo, secrets=secrets, account_unchecked=account_unchecked)
    return _recovered(path, client, options, forget=forget)


def _recovered(
    path: str | os.PathLike[str], client: Client | None, options: RecoveryOptions, *, forget: bool
) -> CommitReport:
    """Open a journal, and bring its unfinished commit to an end; what signal handlers raise is kept meanwhile."""
    from linode_orm.session.commit.interrupts import kept_interrupts  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.commit.recover import Recovery, forgotten  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.journal.history import open_journal  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.planning.report import CommitReport  # noqa: PLC0415  only who recovers needs it

    with kept_interrupts():
        journal = open_journal(path, must_exist=True)
        try:
            names = journal.unfinished()
            stored = journal.find(names[-1]) if names else None
            if stored is None:
                return CommitReport()
            if forget:
                return forgotten(journal, stored)
            with Session(client=client) as session:
                return Recovery(parts_of(session).commit, journal, stored, options).run()
        finally:
            journal.close()


def is_unfinished(path: str | os.PathLike[str]) -> bool:
    """Whether a journal keeps a commit that `recover()` carries on; raise `JournalError` where it cannot be read."""
    from linode_orm.session.journal.history import open_journal  # noqa: PLC0415  only who recovers needs it

    journal = open_journal(path, must_exist=True)
    try:
        return bool(journal.unfinished())
    finally:
        journal.close()
