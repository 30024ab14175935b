"""`linode-orm plan`: a plan that was saved to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options
from linode_orm.cli.changing import SendOptions, reported
from linode_orm.cli.help import CliCommand
from linode_orm.cli.plan_files import send_saved, show_saved
from linode_orm.cli.status import status_after, status_of
from linode_orm.cli.terminal import secret_options, secrets_of
from linode_orm.errors import CommitInterrupted

if TYPE_CHECKING:
    from linode_orm.cli.terminal import Files
    from linode_orm.errors import LinodeORMError


@click.command("plan", cls=CliCommand)
@click.argument("file", type=click.Path(dir_okay=False, readable=False))
@click.option("--apply", "send", is_flag=True, help="Send it without asking, as `linode-orm apply --yes` does.")
@secret_options
@click.option("--on-error", type=click.Choice(["stop", "continue", "undo"]), default="stop", show_default=True)
@click.option("--max-deletes", type=click.IntRange(0), help="Send nothing where it deletes more objects than that.")
@account_options
def command(  # noqa: PLR0913  one for each option
    file: str,
    names: tuple[str, ...],
    files: Files,
    on_error: str,
    *,
    max_deletes: int | None,
    send: bool,
    account: AccountOptions,
) -> None:
    """Show the plan that was saved to FILE, as a diff; sends nothing.

    Examples:
      linode-orm plan plan.json
      linode-orm plan plan.json --apply --journal journal

    With --apply it is sent, and the report is shown whether everything was done or not. The exit status is then 0 where
    it was and 1 where it was not. It is 3 where Ctrl-C ended it, something is in doubt, or something is left in the
    journal for `recover`.

    """
    from linode_orm.session.planning.plan import Plan  # noqa: PLC0415  help needs no plan

    saved = Plan.load(file)
    if not send:
        show_saved(saved)
        return
    sending = SendOptions(False, True, None, on_error, max_deletes, account.journal)  # noqa: FBT003  not dry, agreed
    secrets = secrets_of(names, files)
    status = reported(
        lambda: send_saved(saved, account, sending, secrets), account.journal, undoes=False, status=_status_of
    )
    raise click.exceptions.Exit(status)


def _status_of(error: LinodeORMError, journal: str | None) -> int:
    return status_of(error, journal) if isinstance(error, CommitInterrupted) else status_after(journal, error)
