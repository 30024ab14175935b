"""`linode-orm act`: an action on the objects that meet a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.assignments import arguments_of, operation_called
from linode_orm.cli.changing import SendOptions, agreed, match_options, matching, reported, send_options
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.status import DONE
from linode_orm.cli.terminal import say_error, secret_options, secrets_of

if TYPE_CHECKING:
    from linode_orm.cli.terminal import Files
    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Query


_HELP: Final = """\
Run an ACTION on the objects of CLASS that meet a condition: show the plan, ask, start them side by side.

Examples:
  linode-orm act Instance reboot --where '"web" in tags' --at-once 5
  linode-orm act Instance resize type=g6-standard-2 --where 'label == "db-1"' -n
  linode-orm act Instance rebuild image=linode/debian12 --secret root_pass --where 'id == 123'
  linode-orm act Volume detach --all --yes

`linode-orm models CLASS` lists the actions with their arguments. Status 3: some were started, and not all ended
well; with --journal, `recover` finds out what became of them.

"""


@click.command("act", cls=CliCommand, help=_HELP)
@click.argument("model", metavar="CLASS", type=ClassName())
@click.argument("action", metavar="ACTION")
@click.argument("arguments", metavar="[NAME=VALUE]...", nargs=-1)
@match_options
@click.option("--at-once", metavar="N", type=click.IntRange(1), help="At most so many are unfinished at any moment.")
@click.option("--until", metavar="EXPR", help="What finished means; by default the end of the job.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=300.0, show_default=True, help="Seconds.")
@click.option("--max-failed", metavar="N", type=click.IntRange(0), default=0, show_default=True)
@secret_options
@account_options
@send_options
def command(  # noqa: PLR0913  one for each option
    model: type[Model],
    action: str,
    arguments: tuple[str, ...],
    where: str | None,
    *,
    at_once: int | None,
    until: str | None,
    timeout: float,
    max_failed: int,
    names: tuple[str, ...],
    files: Files,
    every: bool,
    sending: SendOptions,
    account: AccountOptions,
) -> None:
    """Run an ACTION on the objects of CLASS that meet a condition."""
    query_of = matching(model, where, every=every)
    operation = operation_called(model, action)
    given = arguments_of(model, operation, arguments, secrets_of(names, files))
    if sending.on_error == "undo":
        msg = "an action is not undone: --on-error takes stop or continue here"
        raise click.UsageError(msg)
    options: dict[str, Any] = {"at_once": at_once, "timeout": timeout, "max_failed": max_failed, "arguments": given}
    if until is not None:
        from linode_orm.cli.conditions import condition_of  # noqa: PLC0415  only conditions need it

        options["until"] = condition_of(model, until)
    with session_of(account, writes=True) as session:
        raise click.exceptions.Exit(_run(session, query_of(session), getattr(model, action), sending, options))


def _run(session: Any, query: Query[Any], method: Any, sending: SendOptions, options: dict[str, Any]) -> int:  # noqa: ANN401  a session, an action
    """Show what an action would send to the matches of a query, ask, and run it; return the exit status."""
    objects = query.all()
    query.__check_whole__("act()", partial=False)
    if not objects:
        say_error("nothing matches")
        return DONE
    options["on_error"] = sending.on_error
    plan = session.act(objects, method, dry_run=True, **options)
    if not agreed(plan, sending, noun="action"):
        return DONE
    options["progress"] = sending.progress or None
    return reported(lambda: session.act(objects, method, **options), sending.journal, undoes=False)
