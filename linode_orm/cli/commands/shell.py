"""`linode-orm shell`: a Python prompt with a session."""

from __future__ import annotations

import sys

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.help import CliCommand
from linode_orm.cli.status import FAILED
from linode_orm.version import VERSION


@click.command("shell", cls=CliCommand)
@click.option("--read-only", is_flag=True, help="Refuse every request that would change something.")
@account_options
def command(*, read_only: bool, account: AccountOptions) -> None:
    """Open a Python prompt with `session`, every model and every public name; the tab key completes.

    Examples:
      linode-orm shell
      linode-orm shell --read-only --profile work
      echo 'print(session.query(Instance).count())' | linode-orm shell

    Nothing is sent before a line reads something, or commits. Completion sends nothing.

    """
    from linode_orm.cli.prompt import run_prompt  # noqa: PLC0415  help needs none of it

    with session_of(account, writes=not read_only) as session:
        address = session.client.base_url
        banner = (
            f"linode_orm {VERSION}, Python {sys.version.split()[0]}, {address}\n`session` and every model are here."
        )
        if not run_prompt(session, banner):
            raise click.exceptions.Exit(FAILED)
