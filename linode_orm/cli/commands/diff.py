"""`linode-orm diff`: what differs between two snapshots, or between one and the account now."""

from __future__ import annotations

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.help import CliCommand
from linode_orm.cli.rows import write_record
from linode_orm.cli.status import DONE, LEFT
from linode_orm.cli.terminal import say


@click.command("diff", cls=CliCommand)
@click.argument("old", metavar="OLD", type=click.Path(dir_okay=False))
@click.argument("new", metavar="[NEW]", type=click.Path(dir_okay=False), required=False)
@click.option("--format", "form", type=click.Choice(["table", "json", "jsonl"]), default="table", show_default=True)
@account_options
def command(old: str, new: str | None, form: str, *, account: AccountOptions) -> None:
    """Say what differs from the snapshot OLD to the snapshot NEW, or to the account as it is now.

    Examples:
      linode-orm diff yesterday.sqlite
      linode-orm diff yesterday.sqlite today.sqlite
      linode-orm diff yesterday.sqlite --format jsonl | jq -r .key

    Objects are the same where their keys are. The exit status is 0 where nothing differs, and 3 where something does.

    """
    from linode_orm.session.snapshot.diff import diff  # noqa: PLC0415  help needs none of it
    from linode_orm.session.snapshot.snapshot import Snapshot  # noqa: PLC0415  the same

    if new is not None:
        found = diff(Snapshot(old), Snapshot(new))
    else:
        with session_of(account) as session:
            found = diff(Snapshot(old), session)
    if form == "table":
        say(found)
    elif form == "json":
        write_record(found.to_dict())
    else:
        for each in found:
            write_record(each.to_dict())
    raise click.exceptions.Exit(LEFT if len(found) else DONE)
