"""`linode-orm doctor`: whether token, network, scopes and rates are as they should be."""

from __future__ import annotations

import os
import platform
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linode_orm.cli import scope
from linode_orm.cli.account import AccountOptions, account_options, client_of
from linode_orm.cli.help import CliCommand
from linode_orm.cli.status import DONE, FAILED
from linode_orm.cli.terminal import say
from linode_orm.errors import ApiError, LinodeORMError
from linode_orm.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.wire.client import Client

_SOON = 14
"""Days before the end of a token from which on it is warned of."""


class Finding(NamedTuple):
    """What one look found: `ok`, `warn` or `fail`, and the words for it."""

    status: str
    what: str
    text: str


@click.command("doctor", cls=CliCommand)
@account_options
def command(*, account: AccountOptions) -> None:
    """Say which token is taken and what it may do, whether the API answers, what is left of its rates, and versions.

    Examples:
      linode-orm doctor
      linode-orm doctor --profile work -v

    Sends three reads at most, and never shows the token. Status 1: something keeps commands from working.

    """
    is_well = True
    for each in _findings(account):
        say(f"{each.status:<4}  {each.what:<9}  {each.text}")
        is_well = is_well and each.status != "fail"
    raise click.exceptions.Exit(DONE if is_well else FAILED)


def _findings(account: AccountOptions) -> Iterator[Finding]:
    yield Finding("ok", "versions", f"linode_orm {VERSION}, Python {platform.python_version()}, {sys.platform}")
    extras = [name for name in ("orjson", "nanoarrow", "redis", "yaml") if find_spec(name) is not None]
    yield Finding("ok", "extras", f"found {', '.join(extras) or 'none'}")
    try:
        with client_of(account) as client:
            yield Finding("ok", "token", f"from {_source(account)}, for {client.base_url}")
            yield from _answers(client)
    except LinodeORMError as error:
        yield Finding("fail", "setting", _line(error))


def _source(account: AccountOptions) -> str:
    """Return where the token comes from."""
    if scope.current() is not None:
        return "the accounts file"
    if account.profile is not None:
        return f"the profile {account.profile!r} of linode-cli"
    name = next((each for each in ("LINODE_TOKEN", "LINODE_CLI_TOKEN") if os.environ.get(each)), None)
    return name or "linode-cli's configuration"


def _answers(client: Client) -> Iterator[Finding]:
    from linode_orm.wire.messages import Request  # noqa: PLC0415  loaded with the client

    try:
        answer = client.send(Request("GET", "/profile"))
    except LinodeORMError as error:
        what = "token" if isinstance(error, ApiError) else "network"
        yield Finding("fail", what, _line(error))
        return
    profile: Any = answer.json()
    name = profile.get("username", "?") if isinstance(profile, dict) else "?"
    restricted = isinstance(profile, dict) and profile.get("restricted")
    who = f"user {name}, restricted: it sees what its grants say" if restricted else f"user {name}, unrestricted"
    yield Finding("ok", "user", who)
    yield Finding(
        "ok",
        "network",
        f"answered in {answer.elapsed * 1000:.0f} ms, in {answer.tries} tries"
        if answer.tries > 1
        else f"answered in {answer.elapsed * 1000:.0f} ms",
    )
    scopes = answer.headers.get("x-oauth-scopes", "")
    yield Finding("ok", "scopes", scopes if scopes and scopes != "unknown" else "the API does not say")
    if answer.headers.get("x-spec-version"):
        yield Finding("ok", "API", f"version {answer.headers['x-spec-version']}")
    yield from _end_of_token(client)
    yield from _clock(client)
    for row in client.budget:
        yield Finding("ok", "rates", str(row))


def _end_of_token(client: Client) -> Iterator[Finding]:
    """Find when the token ends, which its own entry in the list of tokens shows."""
    from linode_orm.wire.messages import Request  # noqa: PLC0415  loaded with the client

    try:
        client.send(Request("GET", "/profile/tokens", query={"page_size": 500}))
    except LinodeORMError as error:
        yield Finding("warn", "expiry", f"not known: {_line(error)}")
        return
    end, now = client.token_expiry, client.api_now
    if end is None or now is None:
        yield Finding("ok", "expiry", "not known: no entry of the list is of this token, or it never ends")
        return
    days = (end - now).days
    yield Finding("ok" if days > _SOON else "warn", "expiry", f"{end:%Y-%m-%d}, in {days} days")


def _clock(client: Client) -> Iterator[Finding]:
    skew = client.skew
    if skew is not None:
        seconds = skew.total_seconds()
        is_near = abs(seconds) < 60  # noqa: PLR2004  seconds that certificates and tokens bear
        yield Finding("ok" if is_near else "warn", "clock", f"the API's is {seconds:+.0f} s from this machine's")


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
