"""The account that a command reaches: its options, and the session over it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linode_orm.cli import scope
from linode_orm.cli.terminal import say_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm import Client, Session
    from linode_orm.wire.messages import Request, Response


class AccountOptions(NamedTuple):
    """The options of a command about the account; `is_verbose` shows each request on standard error."""

    profile: str | None
    url: str | None
    journal: str | None
    is_verbose: bool


def account_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of every command that reaches an account; the command gets them as `account`."""

    @wraps(command)
    def taken(
        *args: Any,  # noqa: ANN401  the command's own
        profile: str | None,
        url: str | None,
        journal: str | None,
        verbose: bool,
        **options: Any,  # noqa: ANN401  the command's own
    ) -> None:
        if scope.current() is not None and (profile, url, journal) != (None, None, None):
            msg = "in a fleet the accounts file has tokens and addresses, and journals stand in --journals FOLDER"
            raise click.UsageError(msg)
        command(*args, account=AccountOptions(profile, url, journal, verbose), **options)

    path = click.Path(dir_okay=False, readable=False)
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Show each request on standard error."),
        click.option("--journal", type=path, help="Write down what is sent, for `recover` and `undo`."),
        click.option("--url", metavar="ADDRESS", help="Address of the API, if not https://api.linode.com."),
        click.option("--profile", metavar="NAME", help="User in linode-cli's configuration whose token is taken."),
    ):
        taken = option(taken)
    return taken


@contextmanager
def client_of(account: AccountOptions, *, writes: bool = False) -> Iterator[Client]:
    """Yield a client of the account; without `writes` it refuses to send anything but reads."""
    inside = scope.current()
    if inside is not None:
        yield inside.session.client
        return
    from linode_orm.wire.client import Client  # noqa: PLC0415  help and usage errors need no client

    after = [_log_request] if account.is_verbose else []
    with Client(base_url=account.url, profile=account.profile, read_only=not writes, after=after) as client:
        yield client


@contextmanager
def session_of(account: AccountOptions, *, writes: bool = False) -> Iterator[Session]:
    """Yield a session over the account; only one that `writes` has the journal."""
    inside = scope.current()
    if inside is not None:
        yield inside.session
        return
    from linode_orm.session.verbs.session import Session  # noqa: PLC0415  help and usage errors need no session

    journal = account.journal if writes else None
    with client_of(account, writes=writes) as client, Session(client=client, journal=journal) as session:
        yield session


def _log_request(request: Request, outcome: Response | BaseException) -> None:
    ended = type(outcome).__name__ if isinstance(outcome, BaseException) else getattr(outcome, "status", "")
    say_error(f"{request.title} -> {ended}")
