"""The client of one account: with the token that its reference stands for, minted for a child account."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from linode_orm._secrets import SecretText
from linode_orm.errors import ConfigError, ResponseError
from linode_orm.fleet.connections import transport_to
from linode_orm.fleet.references import parse_child, resolve
from linode_orm.wire import Client
from linode_orm.wire.client import renewed_by
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.fleet.item import WorkItem

_DEEPEST = 5
"""How many accounts may stand above one another; the API has two levels."""


@contextmanager
def client_of(item: WorkItem) -> Iterator[Client]:
    """Yield a client of the item's account; on a 401 its reference is resolved again, for a token that has ended.

    A token of a child account is minted by 1 POST.

    Raises `ConfigError` where a token cannot be had, and the API's error where it is not given.
    """
    with _client(item, mint(item, item.reference)) as client:
        renewed_by(client, lambda: mint(item, item.reference))
        yield client


def _client(item: WorkItem, token: SecretText) -> Client:
    address, transport = transport_to(item.url)
    return Client(token, base_url=address, budget=item.budget, transport=transport)


def mint(item: WorkItem, reference: str, depth: int = 0) -> SecretText:
    """Return the token of a reference; that of a child account is new, by 1 POST of the account above."""
    child = parse_child(reference)
    if child is None:
        return resolve(reference)
    euuid, above = child
    if above not in item.above or depth > _DEEPEST:
        msg = f"{reference}: the fleet has no account {above!r}"
        raise ConfigError(msg)
    token = mint(item, item.above[above], depth + 1)
    request = Request("POST", f"/account/child-accounts/{quote(euuid, safe='')}/token", body={})
    with _client(item, token) as client:
        answer: Any = client.send(request).json()
    minted = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(minted, str):
        msg = f"{request.title}: the answer has no token (it is not shown)"
        raise ResponseError(msg)
    return SecretText(minted)
