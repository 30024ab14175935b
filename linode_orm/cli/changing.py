"""What commands that change an account share: whom they change, and how a plan is shown, asked about and sent."""

from __future__ import annotations

import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linode_orm.cli import scope
from linode_orm.cli.status import DONE, FAILED, report_of, status_of
from linode_orm.cli.terminal import is_terminal, output, say, say_error, say_failure, say_report
from linode_orm.errors import LinodeORMError

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Query
    from linode_orm.session.verbs.session import Session


class SendOptions(NamedTuple):
    """The options of a command about sending: show alone, ask nothing, or save; `is_verbose` shows progress."""

    is_dry: bool
    is_agreed: bool
    file: str | None
    on_error: str
    max_deletes: int | None
    journal: str | None = None
    is_verbose: bool = False

    def check(self, *, saves: bool = True, in_folder: bool = False) -> None:
        """Raise `click.UsageError` where nobody could be asked, before anything is sent."""
        if self.file is not None and not in_folder and Path(self.file).is_dir():
            msg = f"--save {self.file} is a folder, and a plan is a file"
            raise click.UsageError(msg)
        if self.is_dry or self.is_agreed or self.file is not None or is_terminal():
            return
        instead = "--yes to send, -n to look, or --save FILE" if saves else "--yes to send"
        msg = f"this is a pipe, and nobody can be asked: give {instead}"
        raise click.UsageError(msg)

    @property
    def progress(self) -> bool:
        """Whether progress is shown on standard error."""
        return self.is_verbose or sys.stderr.isatty()


def send_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of sending; the command gets them as `sending`. `account_options` stands above it."""

    @wraps(command)
    def taken(
        *args: Any,  # noqa: ANN401  the command's own
        dry_run: bool,
        yes: bool,
        save: str | None,
        on_error: str,
        max_deletes: int | None,
        **options: Any,  # noqa: ANN401  the command's own
    ) -> None:
        account = options["account"]
        sending = SendOptions(dry_run, yes, save, on_error, max_deletes, account.journal, account.is_verbose)
        inside = scope.current()
        if inside is None:
            sending.check()
        else:
            inside.sending = sending
            sending = sending._replace(is_dry=True, file=None)
        command(*args, sending=sending, **options)

    for option in (
        click.option("--max-deletes", type=click.IntRange(0), help="Send nothing where it deletes more than that."),
        click.option("--on-error", type=click.Choice(["stop", "continue", "undo"]), default="stop", show_default=True),
        click.option("--save", metavar="FILE", type=click.Path(), help="Write the plan to a file."),
        click.option("--yes", is_flag=True, help="Send without asking."),
        click.option("-n", "--dry-run", is_flag=True, help="Show the plan and send nothing."),
    ):
        taken = option(taken)
    return taken


def match_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which objects are meant."""
    where = click.option("--where", metavar="EXPR", help="The condition that they meet; see `linode-orm query`.")
    every = click.option("--all", "every", is_flag=True, help="All objects of the class.")
    return where(every(command))


def matching(model: type[Model], where: str | None, *, every: bool) -> Callable[[Session], Query[Any]]:
    """Return what makes the query of the objects that are meant; raise `click.UsageError` where nothing says so."""
    if where is None and not every:
        msg = f"say which: --where EXPR, or --all for every {model.__name__}"
        raise click.UsageError(msg)
    if where is not None and every:
        msg = "--where EXPR says which, and --all says all: give one of them"
        raise click.UsageError(msg)
    if where is None:
        return lambda session: session.query(model)
    from linode_orm.cli.conditions import condition_of  # noqa: PLC0415  only conditions need it

    condition = condition_of(model, where)
    return lambda session: session.query(model).filter(condition)


def agreed(plan: Any, sending: SendOptions, *, noun: str = "request") -> bool:  # noqa: ANN401  a plan
    """Show a plan, save it where that is asked for, and ask; return whether it is to be sent."""
    inside = scope.current()
    if inside is not None:
        inside.steps = len(plan)
        if inside.plan_file is not None and len(plan):
            plan.save(inside.plan_file)
    show_plan(plan)
    if sending.file is not None:
        plan.save(Path(sending.file))
        say_error(f"saved to {sending.file}; linode-orm apply sends it")
    if sending.is_dry or sending.file is not None or not len(plan):
        return False
    return sending.is_agreed or asked(len(plan), noun)


def show_plan(plan: Any) -> None:  # noqa: ANN401  a plan
    """Print a plan; end the command, with nothing sent, where it cannot be shown."""
    try:
        say(plan)
        output().flush()
    except OSError as error:
        msg = f"the plan cannot be shown ({error.strerror or error}), and nothing was sent"
        raise click.ClickException(msg) from None


def asked(count: int, noun: str) -> bool:
    """Ask whether so many requests are to be sent; end the command with status 1 where they are not."""
    if click.confirm(f"Send {count} {noun}{'s' * (count != 1)}?", err=True):
        return True
    say_error("Nothing was sent.")
    raise click.exceptions.Exit(FAILED)


def commit(session: Session, sending: SendOptions) -> int:
    """Send what a session has pending; print the report; return the exit status."""
    on_error: Any = sending.on_error
    return reported(
        lambda: session.commit(on_error=on_error, max_deletes=sending.max_deletes, progress=sending.progress or None),
        sending.journal,
    )


def reported(
    send: Callable[[], Any],
    journal: str | None,
    *,
    undoes: bool = True,
    status: Callable[[LinodeORMError, str | None], int] = status_of,
) -> int:
    """Send something whose answer is a report, and print that; return the exit status, after an error by `status`."""
    try:
        report = send()
    except LinodeORMError as error:
        if report_of(error) is None:
            raise
        say_failure(error)
        return status(error, journal)
    say_report(report)
    if journal is not None and undoes:
        say_error(f"linode-orm undo {report.id} --journal {journal}  takes it back")
    return DONE
