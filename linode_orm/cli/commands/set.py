"""`linode-orm set`: attributes of the objects that meet a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.assignments import assignments_of
from linode_orm.cli.changing import SendOptions, agreed, commit, match_options, matching, send_options
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.terminal import secret_options, secrets_of

if TYPE_CHECKING:
    from linode_orm.cli.terminal import Files
    from linode_orm.mapping import Model


@click.command("set", cls=CliCommand)
@click.argument("model", metavar="CLASS", type=ClassName())
@click.argument("changes", metavar="NAME=VALUE...", nargs=-1)
@match_options
@secret_options
@account_options
@send_options
def command(  # noqa: PLR0913  one for each option
    model: type[Model],
    changes: tuple[str, ...],
    where: str | None,
    names: tuple[str, ...],
    files: Files,
    *,
    every: bool,
    sending: SendOptions,
    account: AccountOptions,
) -> None:
    """Set attributes of the objects of CLASS that meet a condition: show the plan, ask, send it.

    Examples:
      linode-orm set Instance label=web-7 --where 'id == 123'
      linode-orm set Instance tags+=edge tags-=old --where '"prod" in tags' --yes
      linode-orm set Instance alerts.cpu=90 watchdog_enabled=true --all -n
      linode-orm set Domain ttl_sec=300 --where 'domain.endswith(".example.org")' --save plan.json
      linode-orm set User restricted=true --where 'username == "bob"' --journal journal

    VALUE is JSON where it parses and the field is no string: 90, true, null, '["a", "b"]'. `tags+=edge` adds an item
    to a list and `tags-=old` takes one away. A secret is never given as NAME=VALUE: --secret NAME asks for it.

    """
    query_of = matching(model, where, every=every)
    assignments = assignments_of(model, changes, secrets_of(names, files))
    with session_of(account, writes=True) as session:
        query = query_of(session)
        matches = query.all()
        query.__check_whole__("update()", partial=False)
        for instance in matches:
            for each in assignments:
                each.make(instance)
        if agreed(session.plan(), sending):
            raise click.exceptions.Exit(commit(session, sending))
