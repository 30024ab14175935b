"""The headers that say which scopes a call needs and how long its answer may be cached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState

UNKNOWN: Final = "unknown"
ENDLESS: Final = "*"

_SCOPES: Final = {
    "networking": "ips",
    "linode": "linodes",
    "images": "images",
    "vpcs": "vpc",
    "placement": "linodes",
    "profile": "account",
    "tags": "account",
    "support": "account",
    "object-storage": "object_storage",
}
_FREE: Final = ("/regions", "/linode/types", "/linode/kernels", "/betas", "/databases/types", "/databases/engines")


def accepted(method: str, path: str) -> str:
    """Return the value of X-Accepted-Oauth-Scopes (docs/api-notes.md#scopes)."""
    if path.startswith(_FREE):
        return "*"
    if path.startswith("/account/events"):
        return "events:read_only"
    if path.startswith("/networking/firewalls"):
        service = "firewall"
    else:
        first = path.strip("/").partition("/")[0]
        service = _SCOPES.get(first, first.replace("-", "_"))
    return f"{service}:{'read_only' if method == 'GET' else 'read_write'}"


def granted(state: AccountState, token: str | None) -> str:
    """Return the value of X-Oauth-Scopes: a token of this account has its own scopes until it ends, others have all."""
    if not token or token.startswith("bad"):
        return UNKNOWN
    row = state.tokens.get(token)
    if row is None:
        return ENDLESS
    end = datetime.fromisoformat(row.body["expiry"]).replace(tzinfo=UTC)
    return UNKNOWN if row.gone or state.clock.now() >= end else str(row.body["scopes"])


def allows(held: str, needed: str) -> bool:
    """Whether a token with these scopes may make a call that needs those."""
    has = held.split()
    return ENDLESS in has or all(
        each == ENDLESS or each in has or each.replace("read_only", "read_write") in has for each in needed.split(",")
    )


def cached(path: str) -> str:
    """Return the value of Cache-Control.

    Only the region lists name a lifetime of their own (docs/api-notes.md#cache-lifetimes).
    """
    if path in {"/regions", "/regions/availability"}:
        return "private, max-age=900"
    return "private, max-age=60, s-maxage=60"
