"""Whose commit a journal holds: one of another API, or of another account, is not carried on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.errors import Forbidden, JournalError, LinodeORMError, Unauthorized
from linode_orm.session.loading.account import account_of, is_comparable, known_account

if TYPE_CHECKING:
    from linode_orm.session.journal.journal import Journal, StoredCommit
    from linode_orm.wire.client import Client

_UNCHECKED: Final = "recover(path, account_unchecked=True) goes on where you know that it is the same one"


def account_to_write(client: Client) -> str:
    """Return the name of the account that a commit is for, empty where that cannot be read; GETs once a client."""
    try:
        return known_account(client)
    except LinodeORMError:
        return ""


def check_place(stored: StoredCommit, client: Client, journal: Journal) -> None:
    """Raise `JournalError` where a commit is of another API."""
    if stored.base_url != client.base_url:
        msg = f"{journal} is the journal of {stored.base_url}, the client is of {client.base_url}; nothing was sent"
        raise JournalError(msg)


def check_account(stored: StoredCommit, client: Client, journal: Journal, *, must_be_known: bool = True) -> None:
    """Raise `JournalError` where a commit is of another account; 1 or 2 GETs.

    It `must_be_known` whose it is: else only what is surely of another account is refused. A journal of version 0.1
    names no account, and is not asked for one. Raises the API's own error where the API is away.
    """
    if stored.account is None:
        return
    why = "its own token could read neither account nor profile"
    if stored.account:
        try:
            account = account_of(client)
        except (Unauthorized, Forbidden) as error:
            why = f"this token can read neither account nor profile: {error}"
        else:
            if account == stored.account:
                return
            if is_comparable(account, stored.account):
                msg = f"{journal} is of {stored.account}, and the client's token is of {account}; nothing was sent"
                raise JournalError(msg)
            why = f"it is of {stored.account}, and this token tells only {account}"
    if must_be_known:
        msg = f"nothing tells whether {journal} is of the client's account ({why}); nothing was sent: {_UNCHECKED}"
        raise JournalError(msg)
