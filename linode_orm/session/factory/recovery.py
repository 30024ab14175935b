"""Recovery: the session through which an unfinished commit of a journal is completed or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._options import check_flag
from linode_orm._public import public
from linode_orm._secrets import forgets_locals
from linode_orm.session.session import Session, parts_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client


@public
@forgets_locals
def recover(
    path: str | os.PathLike[str],
    *,
    client: Client | None = None,
    undo: bool = False,
    secrets: Mapping[str, object] | None = None,
    forget: bool = False,
) -> CommitReport:
    """Bring the commit that a crash, or Ctrl-C, left unfinished in a journal to an end: complete it, or undo it.

    What was sent without an answer is looked for first. Then everything that was not done is sent; with `undo`, what
    was done is undone instead, as far as that can be. A commit that was being undone is undone to its end. Steps that
    need a secret wait for `secrets={"new:1.root_pass": ...}`, because the journal holds none; their entries say which.
    A secret that is a document is given as a dict, or as JSON. With `forget`, nothing is sent and the commit counts as
    ended.

    The report says what became of each operation. Raises `JournalError` if the file is none, damaged, in use, or of
    another API, before anything is sent. Without `client` one is made as `Session()` makes it.
    """
    from linode_orm.session.commit.recover import Recovery, RecoveryOptions, forgotten  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.journal.history import open_journal  # noqa: PLC0415  only who recovers needs it
    from linode_orm.session.planning.report import CommitReport  # noqa: PLC0415  only who recovers needs it

    check_flag("undo", undo)
    check_flag("forget", forget)
    journal = open_journal(path, must_exist=True)
    try:
        names = journal.unfinished()
        stored = journal.find(names[-1]) if names else None
        if stored is None:
            return CommitReport()
        if forget:
            return forgotten(journal, stored)
        with Session(client=client) as session:
            return Recovery(
                parts_of(session).commit, journal, stored, RecoveryOptions(undo=undo, secrets=secrets)
            ).run()
    finally:
        journal.close()
