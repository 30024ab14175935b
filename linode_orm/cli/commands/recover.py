"""`linode-orm recover`: settles what a crash left unfinished in journals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from linode_orm.cli.account import AccountOptions, account_options, client_of
from linode_orm.cli.help import CliCommand
from linode_orm.cli.status import FAILED, LEFT, report_of, status_after, status_of_all
from linode_orm.cli.terminal import say, say_failure, secret_options, secrets_of
from linode_orm.errors import LinodeORMError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm import CommitReport
    from linode_orm.cli.terminal import Files


@click.command("recover", cls=CliCommand)
@click.argument(
    "journals", metavar="JOURNAL...", nargs=-1, required=True, type=click.Path(dir_okay=False, readable=False)
)
@click.option("--undo", is_flag=True, help="Take back what was done instead of completing it.")
@click.option("--forget", is_flag=True, help="Send nothing; count the commit as settled by hand.")
@click.option("--resume", is_flag=True, help="Start the actions on many objects that were not started.")
@click.option("--account-unchecked", is_flag=True, help="Go on where nothing tells whose account the commit is for.")
@secret_options
@account_options
def command(  # noqa: PLR0913  one for each option
    journals: tuple[str, ...],
    names: tuple[str, ...],
    files: Files,
    *,
    undo: bool,
    forget: bool,
    resume: bool,
    account_unchecked: bool,
    account: AccountOptions,
) -> None:
    """Settle what a crash left unfinished in each JOURNAL: say what was done, and complete it or take it back.

    Examples:
      linode-orm recover journal
      linode-orm recover journal --undo
      linode-orm recover journal --resume      # actions that were not started
      linode-orm recover journals/*

    A journal that cannot be settled does not keep the others from it. The exit status is 0 where nothing is left to do,
    1 where an error ended it, and 3 where something is left.

    """
    if len(journals) > 1 and (names or files):
        msg = "a secret is named by its place in one journal: give --secret and --secret-file with one JOURNAL"
        raise click.UsageError(msg)
    from linode_orm.session.verbs.recovery import recover  # noqa: PLC0415  help needs none of it

    options: dict[str, Any] = {"undo": undo, "forget": forget, "resume": resume, "account_unchecked": account_unchecked}
    settle = partial(_settle, recover, account, {**options, "secrets": secrets_of(names, files)})
    raise click.exceptions.Exit(status_of_all(_settled(journals, settle)))


def _settle(
    recover: Callable[..., CommitReport], account: AccountOptions, options: dict[str, Any], journal: str
) -> CommitReport:
    """Settle one journal, by the account that the options name, or as scripts find it."""
    if account.profile is None and account.url is None and not account.is_verbose:
        return recover(journal, **options)
    with client_of(account, writes=True) as client:
        return recover(journal, client=client, **options)


def _settled(journals: tuple[str, ...], settle: Callable[[str], CommitReport]) -> Iterator[int]:
    """Settle one journal after the other; yield the exit status of each, up to one that Ctrl-C ends."""
    for journal in journals:
        if len(journals) > 1:
            say(f"{journal}:")
        try:
            say(settle(journal))
            yield status_after(journal)
        except LinodeORMError as error:
            say_failure(error)
            if isinstance(error, KeyboardInterrupt):
                yield LEFT
                return
            yield FAILED if report_of(error) is None else status_after(journal, error)
