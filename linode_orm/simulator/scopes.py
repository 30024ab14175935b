"""The headers that say which scopes a call needs and how long its answer may be cached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.credentials import ALL

if TYPE_CHECKING:
    from linode_orm.simulator.credentials import Credential

UNKNOWN: Final = "unknown"
READ, WRITE = "read_only", "read_write"

_SERVICES: Final = {
    "networking": "ips",
    "linode": "linodes",
    "vpcs": "vpc",
    "placement": "linodes",
    "profile": "account",
    "tags": "account",
    "support": "account",
    "object-storage": "object_storage",
    "iam": "account",
    "locks": "account",
    "managed": "account",
    "entities": "account",
}
"""What scopes call a service, by the first part of its path; others are called as in their paths."""
_FREE: Final = (
    "/regions",
    "/linode/types",
    "/linode/kernels",
    "/betas",
    "/databases/types",
    "/databases/engines",
    "/databases/mysql/config",
    "/databases/postgresql/config",
    "/account/maintenance",
    "/maintenance/policies",
    "/network-transfer/prices",
    "/networking/firewalls/templates",
    "/nodebalancers/types",
    "/volumes/types",
    "/lke/types",
    "/longview/types",
    "/object-storage/types",
    "/networking/reserved/ips/types",
)
"""What may be read with any scope."""
_PARTS: Final = {
    "/account/events": "events",
    "/account/child-accounts": "child_account",
    "/linode/stackscripts": "stackscripts",
    "/networking/firewalls": "firewall",
    "/networking/vlans": "linodes",
}
"""Parts of a service that have a scope of their own."""
_BOTH: Final = {
    ("POST", "/images"): "images:read_write,linodes:read_only",
    ("GET", "/profile"): ALL,
    ("GET", "/profile/grants"): ALL,
    ("GET", "/images"): ALL,
}
"""Calls that need two scopes, or any."""
_PATTERNS: Final = (
    ("POST", re.compile(r"/volumes/[^/]+/(attach|detach)"), "linodes:read_write,volumes:read_write"),
    ("GET", re.compile(r"/vpcs(/[^/]+)?/ip(v6)?s"), "ips:read_only"),
    ("GET", re.compile(r"/vpcs.*"), ALL),
    ("GET", re.compile(r"/regions/[^/]+/vpc-availability"), "vpc:read_only"),
    ("DELETE", re.compile(r"/domains/[^/]+/records/[^/]+"), "domains:read_only"),
    ("POST", re.compile(r"/monitor/services/dbaas/.*"), "databases:read_only"),
    ("DELETE", re.compile(r"/monitor/services/dbaas/.*"), "databases:read_only"),
)
"""Calls whose scopes do not follow from their service, as they are recorded."""


def accepted(method: str, path: str) -> str:
    """Return the value of X-Accepted-Oauth-Scopes (docs/api-notes.md#scopes)."""
    path = path.rstrip("/")
    if (method, path) in _BOTH:
        return _BOTH[method, path]
    for verb, pattern, scopes in _PATTERNS:
        if method == verb and pattern.fullmatch(path):
            return scopes
    if method == "GET" and path.startswith(_FREE):
        return ALL
    first = path.strip("/").partition("/")[0]
    part = next((scope for place, scope in _PARTS.items() if path.startswith(place)), None)
    service = part or _SERVICES.get(first, first.replace("-", "_"))
    is_read = part == "events" or (method == "GET" and not path.endswith("/kubeconfig"))
    return f"{service}:{READ if is_read else WRITE}"


def granted(credential: Credential | None) -> str:
    """Return the value of X-Oauth-Scopes: those of the token, or `unknown` where there is none that is good."""
    return UNKNOWN if credential is None else credential.scopes


def allows(held: str, needed: str) -> bool:
    """Whether a token with these scopes may make a call that needs those; `linodes:*` is all of a service."""
    has = held.replace(",", " ").split()
    return ALL in has or all(_covers(has, each) for each in needed.split(","))


def _covers(has: list[str], needed: str) -> bool:
    if needed == ALL:
        return bool(has)
    service, _, level = needed.partition(":")
    enough = {needed, f"{service}:{WRITE}", f"{service}:*"} if level == READ else {needed, f"{service}:*"}
    return not enough.isdisjoint(has)


def cached(path: str) -> str:
    """Return the value of Cache-Control.

    Only the region lists name a lifetime of their own (docs/api-notes.md#cache-lifetimes).
    """
    if path in {"/regions", "/regions/availability"}:
        return "private, max-age=900"
    return "private, max-age=60, s-maxage=60"
