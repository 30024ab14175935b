"""`linode-orm plan`: a plan that was saved to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options
from linode_orm.cli.changing import SendOptions
from linode_orm.cli.help import CliCommand
from linode_orm.cli.plan_files import send_saved, show_saved
from linode_orm.cli.status import report_of, status_after, status_of
from linode_orm.cli.terminal import say_failure, say_report, secret_options, secrets_of
from linode_orm.errors import CommitInterrupted, LinodeORMError

if TYPE_CHECKING:
    from linode_orm.cli.terminal import Files


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
    it was and 1 where it was not. It is 3 where Ctrl-C ended it, something is in doubt, or
    left in the journal for `recover`.

    """
    from linode_orm.session.planning.plan import Plan  # noqa: PLC0415  help needs no plan

    saved = Plan.load(file)
    if not send:
        show_saved(saved)
        return
    sending = SendOptions(False, True, None, on_error, max_deletes, account.journal)  # noqa: FBT003  not dry, agreed
    try:
        say_report(send_saved(saved, account, sending, secrets_of(names, files)))
    except LinodeORMError as error:
        if report_of(error) is None:
            raise
        say_failure(error)
        is_cut_off = isinstance(error, CommitInterrupted)
        status = status_of(error, account.journal) if is_cut_off else status_after(account.journal, error)
        raise click.exceptions.Exit(status) from None
