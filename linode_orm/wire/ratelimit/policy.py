"""Endpoint policies: the documented limit of each group of endpoints, which holds until an answer reports another."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_DOCUMENTED: Final = "the API's page on rate limits"
_RECORDED: Final = "X-RateLimit-Limit of recorded answers"


class EndpointPolicy(NamedTuple):
    """A limit that a group of endpoints shares: `limit` requests in `per` seconds, as `source` has it."""

    name: str
    limit: int
    per: float
    source: str = _DOCUMENTED


COLLECTIONS_POLICY: Final = EndpointPolicy("collections", 200, 60)
DEFAULT_POLICY: Final = EndpointPolicy("everything else", 1600, 60)

# The first match holds, so that narrow patterns stand before wide ones. Paths have {} in place of ids.
_POLICIES: Final = (
    ("POST", r"/linode/instances", EndpointPolicy("creating instances", 20, 15)),
    ("POST", r"/linode/instances/\{\}/clone", EndpointPolicy("cloning instances", 20, 15, _RECORDED)),
    ("POST", r"/volumes", EndpointPolicy("creating volumes", 100, 60)),
    ("GET", r"/images", EndpointPolicy("lists of images", 20, 60)),
    ("GET", r"/linode/stackscripts", EndpointPolicy("lists of StackScripts", 60, 60)),
    ("GET", r"/(linode/instances|nodebalancers)/\{\}/stats(/.*)?", EndpointPolicy("statistics", 50, 60)),
    ("POST", r"/support/tickets", EndpointPolicy("opening tickets", 2, 60)),
)

# The last segments of paths whose GET answers with pages, from the API's description.
_COLLECTION_SEGMENTS: Final = frozenset(
    {
        "alert-channels",
        "alert-definitions",
        "alerts",
        "api-endpoints",
        "apps",
        "availability",
        "betas",
        "buckets",
        "child-accounts",
        "clients",
        "clusters",
        "configs",
        "connection-pools",
        "contacts",
        "credentials",
        "dashboards",
        "destinations",
        "devices",
        "disks",
        "domains",
        "endpoints",
        "engines",
        "entities",
        "events",
        "firewalls",
        "global-quotas",
        "groups",
        "history",
        "images",
        "instances",
        "invoices",
        "ips",
        "ipv6s",
        "issues",
        "items",
        "kernels",
        "keys",
        "linode-settings",
        "locks",
        "logins",
        "maintenance",
        "members",
        "metric-definitions",
        "nodebalancers",
        "nodes",
        "notifications",
        "oauth-clients",
        "object-list",
        "payment-methods",
        "payments",
        "policies",
        "pools",
        "prefixlists",
        "prices",
        "quotas",
        "ranges",
        "records",
        "regions",
        "replies",
        "rulesets",
        "service-transfers",
        "services",
        "sharegroups",
        "sshkeys",
        "stackscripts",
        "streams",
        "subnets",
        "subscriptions",
        "tags",
        "templates",
        "tfa-optional-users",
        "tickets",
        "tokens",
        "types",
        "users",
        "versions",
        "vlans",
        "volumes",
        "vpc-availability",
        "vpcs",
    }
)
# GETs that end in such a segment and answer without pages.
_NOT_PAGED: Final = frozenset(
    {
        "/linode/instances/{}/ips",
        "/regions/{}/availability",
        "/regions/{}/vpc-availability",
        "/databases/mysql/instances/{}/credentials",
        "/databases/postgresql/instances/{}/credentials",
    }
)
# An id has a digit or a character that no fixed segment has. Other names of objects follow one of `_BEFORE_NAMES`.
_ID_SEGMENT: Final = re.compile(r".*[0-9%.:@+A-Z].*")
_SEGMENTS_WITH_DIGITS: Final = frozenset({"ipv4", "ipv6", "ipv6s"})
_BEFORE_NAMES: Final = frozenset(
    {"availability", "betas", "buckets", "engines", "regions", "services", "tags", "tiers", "users", "vlans"}
)


def documented_policies() -> tuple[EndpointPolicy, ...]:
    """Return every policy, the widest first."""
    return (COLLECTIONS_POLICY, DEFAULT_POLICY, *(policy for _, _, policy in _POLICIES))


@lru_cache(maxsize=4096)
def endpoint_of(method: str, path: str) -> str:
    """Return the method and the path with `{}` in place of ids, as far as the path alone shows them."""
    segments: list[str] = []
    for each in path.split("/"):
        known = each in _SEGMENTS_WITH_DIGITS or not each
        named = bool(segments) and segments[-1] in _BEFORE_NAMES and each not in _COLLECTION_SEGMENTS
        segments.append("{}" if not known and (named or _ID_SEGMENT.fullmatch(each)) else each)
    return f"{method} {'/'.join(segments)}"


@lru_cache(maxsize=1024)
def policy_of(endpoint: str) -> EndpointPolicy:
    """Return the policy of an endpoint, given as `endpoint_of` returns it."""
    method, _, path = endpoint.partition(" ")
    # Patterns first, for an endpoint with a limit of its own may be a collection, too.
    for verb, pattern, policy in _POLICIES:
        if verb == method and re.fullmatch(pattern, path):
            return policy
    paged = method == "GET" and path.rpartition("/")[2] in _COLLECTION_SEGMENTS and path not in _NOT_PAGED
    return COLLECTIONS_POLICY if paged else DEFAULT_POLICY


def least_time(requests: Iterable[tuple[str, str]]) -> float:
    """Return the least seconds that requests (method, path) take under the documented limits."""
    counts = Counter(policy_of(endpoint_of(method, path)) for method, path in requests)
    return max((full_periods(count, each.limit) * each.per for each, count in counts.items()), default=0.0)


def full_periods(count: int, limit: int) -> int:
    """Return how many periods pass before the last of `count` requests may be sent."""
    return max(ceil(count / limit) - 1, 0)
