"""`linode-orm events`: what happened on the account, and what happens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from linode_orm.cli import scope
from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.rows import to_json, write_query
from linode_orm.cli.terminal import say

if TYPE_CHECKING:
    from linode_orm.mapping import Model


@click.command("events", cls=CliCommand)
@click.argument("classes", metavar="[CLASS]...", nargs=-1, type=ClassName())
@click.option("--follow", is_flag=True, help="Print events as they come, until Ctrl-C; with CLASS only those of it.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="The newest so many.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table", show_default=True
)
@account_options
def command(classes: tuple[type[Model], ...], limit: int, form: str, *, follow: bool, account: AccountOptions) -> None:
    """Print the newest events of the account; with --follow those that come, each once.

    Examples:
      linode-orm events
      linode-orm events --follow
      linode-orm events --follow Instance --format jsonl | jq .action

    Ctrl-C ends following with status 0.

    """
    if classes and not follow:
        msg = "classes narrow what --follow prints; `linode-orm query Event --where ...` narrows the events before"
        raise click.UsageError(msg)
    if follow and scope.current() is not None:
        msg = "--follow does not end, and a fleet has an end for each account: follow one account"
        raise click.UsageError(msg)
    if follow and form in {"json", "csv"}:
        msg = "--follow prints a line for each event: --format table or jsonl"
        raise click.UsageError(msg)
    from linode_orm.models.account.event import Event  # noqa: PLC0415  help needs no class

    with session_of(account) as session:
        if follow:
            _follow(session, classes, form)
            return
        names: Any = Event
        columns = [names.id, names.created, names.action, names.status, names.username, names.entity.label]
        newest = session.query(Event).order_by(names.created.desc(), names.id.desc()).limit(limit)
        write_query(session, newest, columns if form == "table" else [], form)


def _follow(session: Any, classes: tuple[type[Model], ...], form: str) -> None:  # noqa: ANN401  a Session
    """Print events until Ctrl-C."""
    from linode_orm.mapping.as_dict import shown_body  # noqa: PLC0415  only who follows needs it
    from linode_orm.mapping.state import state_of  # noqa: PLC0415  the same

    try:
        for event, _ in session.watch(*classes):
            if form == "jsonl":
                click.echo(to_json(shown_body(event.__mapper__, dict(state_of(event).raw))))
            else:
                say(_line(event))
            sys.stdout.flush()
    except KeyboardInterrupt:
        return


def _line(event: Any) -> str:  # noqa: ANN401  an Event
    """Return an event as a line: when, what, how far, and of what; the entity's name stands in the event."""
    entity = event.entity
    about = f"  {entity.type} {entity.id} {entity.label!r}" if entity is not None else ""
    return f"{event.created:%Y-%m-%d %H:%M:%S}  {event.action}  {event.status}{about}"
