"""Whose account a client reaches, so that what was planned or written down for one is not sent to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from linode_orm.errors import Forbidden, LinodeORMError, NotFound, ResponseError, Unauthorized
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from linode_orm.wire.client import Client

NO_ACCOUNT: Final = "no account"
"""The name where the API tells of neither an account nor a profile, as a stand-in for it may."""
_PLACES: Final = (("/account", "euuid", "account"), ("/profile", "username", "user"))

_known: WeakKeyDictionary[Client, str] = WeakKeyDictionary()


def known_account(client: Client) -> str:
    """Return `account_of(client)`, read once a client: its token is always of one account."""
    return _known[client] if client in _known else account_of(client)


def account_of(client: Client) -> str:
    """Return the name of a client's account: its `euuid`, or the user if the token may not read it; 1 or 2 GETs.

    Raises the API's error where neither can be read.
    """
    name = _known[client] = _read(client)
    return name


def _read(client: Client) -> str:
    refused: LinodeORMError | None = None
    for path, key, kind in _PLACES:
        try:
            body: Any = client.send(Request("GET", path)).json()
        except (Unauthorized, Forbidden) as error:
            refused = error
        except (NotFound, ResponseError):
            continue
        else:
            name = body.get(key) if isinstance(body, dict) else None
            if isinstance(name, str) and name:
                return f"{kind} {name}"
    if refused is not None:
        raise refused
    return NO_ACCOUNT


def is_comparable(one: str, other: str) -> bool:
    """Whether two names tell whether they are of one account: both name an account, or both a user."""
    return one == other or (NO_ACCOUNT not in {one, other} and one.partition(" ")[0] == other.partition(" ")[0])
