"""`linode-orm apply`: sends a plan that was saved to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options
from linode_orm.cli.changing import SendOptions, asked, reported
from linode_orm.cli.help import CliCommand
from linode_orm.cli.plan_files import send_saved, show_saved
from linode_orm.cli.terminal import secret_options, secrets_of

if TYPE_CHECKING:
    from linode_orm.cli.terminal import Files


@click.command("apply", cls=CliCommand)
@click.argument("file", type=click.Path(dir_okay=False, readable=False))
@click.option("--yes", is_flag=True, help="Send without asking.")
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
    yes: bool,
    account: AccountOptions,
) -> None:
    """Show the plan that was saved to FILE, ask, and send it.

    Examples:
      linode-orm apply plan.json
      linode-orm apply plan.json --yes --journal journal
      linode-orm apply plan.json --secret new:1.root_pass

    It is sent only where the account is as it was when the plan was made, and only once. Status 1: nothing was done;
    3: some of it was, or is in doubt.

    """
    from linode_orm.session.planning.plan import Plan  # noqa: PLC0415  help needs no plan

    sending = SendOptions(False, yes, None, on_error, max_deletes, account.journal, account.is_verbose)  # noqa: FBT003  not dry
    sending.check(saves=False)
    saved = Plan.load(file)
    show_saved(saved)
    if len(saved) and (yes or asked(len(saved), "request")):
        secrets = secrets_of(names, files)
        raise click.exceptions.Exit(reported(lambda: send_saved(saved, account, sending, secrets), account.journal))
