"""Saved plans: how the commands that send one apply it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.cli.account import client_of
from linode_orm.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.cli.account import AccountOptions
    from linode_orm.cli.changing import SendOptions
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport


def show_saved(plan: Plan) -> None:
    """Print a saved plan, and the names of the secrets that it asks for."""
    say(plan)
    if plan.secrets:
        say(f"\nasks for: {', '.join(plan.secrets)}")


def send_saved(
    plan: Plan, account: AccountOptions, sending: SendOptions, secrets: Mapping[str, str] | None
) -> CommitReport:
    """Send a plan, after looking whether the account is as it was; return the report."""
    with client_of(account, writes=True) as client:
        options: dict[str, Any] = {"on_error": sending.on_error, "secrets": secrets}
        return plan.apply(client, journal=account.journal, max_deletes=sending.max_deletes, **options)
