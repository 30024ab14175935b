"""The output of a fleet: that of each account under its name, or rows of all accounts in one document."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from linode_orm.cli.status import DONE, FAILED, LEFT, report_of, status_of
from linode_orm.cli.terminal import say, say_error, say_report
from linode_orm.errors import LinodeORMError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.cli.fleet.account_command import Said
    from linode_orm.fleet import Outcome


class Printer:
    """Prints what commands said of accounts, as each comes, and keeps their statuses."""

    def __init__(self, form: str = "table") -> None:
        self._form = form
        self._statuses: list[int] = []
        self._rows = 0
        self._has_head = False

    def said(self, outcome: Outcome) -> None:
        """Print what a command said of an account, or the error that it ended with."""
        if outcome.error is not None:
            self._failed(outcome, None)
            return
        said: Said = outcome.value
        self._statuses.append(said.status)
        if self._form == "table":
            self._headed(outcome.account, said.text)
        elif self._form == "json":
            for line in said.text.splitlines():
                sys.stdout.write(f"{',' if self._rows else '['}\n {line}")
                self._rows += 1
        else:
            sys.stdout.write(self._without_head(said.text) if self._form == "csv" else said.text)
        sys.stdout.flush()

    def sent(self, outcome: Outcome, journal: str | None) -> None:
        """Print the report of what was sent to an account."""
        if outcome.error is not None:
            self._failed(outcome, journal)
            return
        self._statuses.append(DONE)
        say(f"== {outcome.account}")
        say_report(outcome.skipped or outcome.value)

    def end(self, left: Iterable[str] = ()) -> int:
        """End the document; name the accounts that were not started, and return the exit status."""
        if self._form == "json":
            sys.stdout.write("\n]\n" if self._rows else "[]\n")
            sys.stdout.flush()
        not_started = [*left]
        if not_started:
            say_error(f"not started: {', '.join(not_started)}")
            self._statuses.append(FAILED)
        found = {*self._statuses} or {DONE}
        return found.pop() if len(found) == 1 else LEFT

    def _failed(self, outcome: Outcome, journal: str | None) -> None:
        error = outcome.error
        report = None
        if isinstance(error, LinodeORMError):
            self._statuses.append(status_of(error, journal))
            report = report_of(error)
        else:
            self._statuses.append(FAILED)
        if report is not None:
            say(f"== {outcome.account}")
            say_report(report)
        text = error.format_message() if isinstance(error, click.ClickException) else f"{type(error).__name__}: {error}"
        say_error(f"{outcome.account}: {text}")

    def _headed(self, account: str, text: str) -> None:
        say(f"== {account}")
        click.echo(text, nl=False)

    def _without_head(self, text: str) -> str:
        """Return rows of CSV, the line of names only the first time."""
        head, end, rows = text.partition("\n")
        if self._has_head:
            return rows
        self._has_head = bool(text)
        return f"{head}{end}{rows}"
