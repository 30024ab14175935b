"""The headers that say what a call needs and how long its answer keeps."""

from __future__ import annotations

from typing import Final

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
    """Give what X-Accepted-Oauth-Scopes says (FACTS 4)."""
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


def cached(path: str) -> str:
    """Give what Cache-Control says: only the region lists name a lifetime of their own (FACTS 4)."""
    if path in {"/regions", "/regions/availability"}:
        return "private, max-age=900"
    return "private, max-age=60, s-maxage=60"
