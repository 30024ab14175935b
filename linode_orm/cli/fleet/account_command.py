"""A command in one account of a fleet: rehearsed once, then run with the session of each account."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from linode_orm.cli.scope import ReachedError, Scope
from linode_orm.cli.status import DONE
from linode_orm.fleet.worker_item import current_item

if TYPE_CHECKING:
    from pathlib import Path

    from linode_orm.cli.changing import SendOptions
    from linode_orm.session.verbs.session import Session

ACCOUNT = "{account}"
"""Stands in the words of a command for the name of each account."""


class Said(NamedTuple):
    """What a command said of one account: its exit status, its output, and how many steps its plan has."""

    status: int
    text: str
    steps: int


class Rehearsed(NamedTuple):
    """What a rehearsal found out: the form of the output, and the options of a command that sends something."""

    form: str
    sending: SendOptions | None


class AccountCommand:
    """A command and its words, called with the session of an account; it looks and plans, and sends no write.

    `plans` is the folder in which a command that changes something saves the plan of each account.
    """

    def __init__(self, command: click.Command, words: tuple[str, ...], plans: Path | None = None) -> None:
        self._command, self._words, self._plans = command, words, plans

    def rehearse(self) -> Rehearsed:
        """Run the command as far as it needs no account; raise `click.UsageError` for what is not understood."""
        with Scope().entered() as scope:
            context = self._context("account")
            try:
                with context:
                    self._command.invoke(context)
            except ReachedError:
                return Rehearsed(context.params.get("form") or "table", scope.sending)
        msg = f"{self._command.name} reaches no account: run it without `fleet`"
        raise click.UsageError(msg)

    def __call__(self, session: Session) -> Said:
        """Run the command in the account of a session; its errors are raised."""
        item = current_item()
        account = item.account if item is not None else ""
        session.client.read_only = True  # what is sent is a plan, and another session sends it
        scope = Scope(account, session, None if self._plans is None else self._plans / f"{account}.plan")
        status = DONE
        with scope.entered():
            try:
                with self._context(account) as context:
                    self._command.invoke(context)
            except click.exceptions.Exit as end:
                status = end.exit_code
        return Said(status, scope.output.getvalue(), scope.steps)

    def _context(self, account: str) -> click.Context:
        words = [each.replace(ACCOUNT, account) for each in self._words]
        return self._command.make_context(f"linode-orm fleet {self._command.name}", words)

    def __repr__(self) -> str:
        return f"linode-orm fleet {self._command.name} {' '.join(self._words)}"
