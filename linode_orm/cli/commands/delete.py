"""`linode-orm delete`: the objects that meet a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.changing import SendOptions, agreed, commit, match_options, matching, send_options
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand

if TYPE_CHECKING:
    from linode_orm.mapping import Model


@click.command("delete", cls=CliCommand)
@click.argument("model", metavar="CLASS", type=ClassName())
@match_options
@account_options
@send_options
def command(
    model: type[Model], where: str | None, *, every: bool, sending: SendOptions, account: AccountOptions
) -> None:
    """Delete the objects of CLASS that meet a condition: show the plan, ask, send it.

    Examples:
      linode-orm delete Volume --where 'linode is None and created < "2024-01-01"' -n
      linode-orm delete Instance --where '"temporary" in tags' --max-deletes 5
      linode-orm delete DomainRecord --where 'domain == 123 and type == "TXT"' --yes
      linode-orm delete Image --where 'label.startswith("old-")' --save plan.json

    What no longer meets the condition when it would be deleted stays, and then nothing is sent.

    """
    query_of = matching(model, where, every=every)
    with session_of(account, writes=True) as session:
        query_of(session).delete()
        if agreed(session.plan(), sending):
            raise click.exceptions.Exit(commit(session, sending))
