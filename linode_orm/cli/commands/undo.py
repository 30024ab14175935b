"""`linode-orm undo`: takes back a commit that a journal holds."""

from __future__ import annotations

from pathlib import Path

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.changing import SendOptions, agreed, reported, send_options
from linode_orm.cli.help import CliCommand


@click.command("undo", cls=CliCommand)
@click.argument("commit", metavar="COMMIT")
@account_options
@send_options
def command(commit: str, *, sending: SendOptions, account: AccountOptions) -> None:
    """Take back the commit of that id: show the plan of its way back, ask, send it.

    Examples:
      linode-orm undo 5f0c9a1e7b --journal journal -n
      linode-orm undo 5f0c9a1e7b --journal journal --yes

    The id is what `set`, `delete` and `apply` say at their end when they have a --journal. What cannot be brought back
    is named in the plan.

    """
    if account.journal is None:
        msg = "a commit is found in the journal that wrote it down: give --journal FILE"
        raise click.UsageError(msg)
    if not Path(account.journal).is_file():
        msg = f"{account.journal}: there is no such journal"
        raise click.ClickException(msg)
    with session_of(account, writes=True) as session:
        plan = session.undo(commit)
        if agreed(plan, sending):
            raise click.exceptions.Exit(
                reported(
                    lambda: plan.apply(session.client, on_error=sending.on_error, max_deletes=sending.max_deletes),
                    None,
                )
            )
