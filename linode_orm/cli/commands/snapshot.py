"""`linode-orm snapshot`: what the token may read, in one SQLite file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.terminal import say, say_error

if TYPE_CHECKING:
    from linode_orm.mapping import Model


@click.command("snapshot", cls=CliCommand)
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False))
@click.argument("classes", metavar="[CLASS]...", nargs=-1, type=ClassName())
@account_options
def command(file: str, classes: tuple[type[Model], ...], *, account: AccountOptions) -> None:
    """Write what the token may read to FILE, an SQLite database with a table for each class.

    Examples:
      linode-orm snapshot account.sqlite
      linode-orm snapshot zones.sqlite Domain DomainRecord
      sqlite3 account.sqlite 'SELECT label, region FROM Instance'

    Without classes it has every class but time series, public catalogues and credentials. A FILE that is there is
    replaced when the new one is whole. Secrets are masked in it. What the token may not read is named.

    """
    progress = True if account.is_verbose or sys.stderr.isatty() else None
    with session_of(account) as session:
        made = session.snapshot(file, classes or None, progress=progress)
    for each in made.skipped:
        say_error(f"skipped: {each}")
    for name, rows in made.counts.items():
        if rows:
            say(f"{rows:>8,}  {name}")
    say(f"{sum(made.counts.values()):>8,}  objects in {file}")
