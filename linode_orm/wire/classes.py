"""Classes of endpoints: how many requests each may take in how many seconds, until answers tell better."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from attrs import frozen

_DOCUMENTED: Final = "the API's page on rate limits"
_RECORDED: Final = "X-RateLimit-Limit of recorded answers"


@frozen
class EndpointClass:
    """Endpoints that share a budget of `limit` requests in `per` seconds; `source` says who says so."""

    name: str
    limit: int
    per: float
    source: str = _DOCUMENTED


READS: Final = EndpointClass("collections", 200, 60)
OTHER: Final = EndpointClass("everything else", 1600, 60)

# the first that fits, by method and path with {} for ids; the narrow ones before the wide ones
_TABLE: Final = (
    ("POST", r"/linode/instances", EndpointClass("creating instances", 20, 15)),
    ("POST", r"/linode/instances/\{\}/clone", EndpointClass("cloning instances", 20, 15, _RECORDED)),
    ("POST", r"/volumes", EndpointClass("creating volumes", 100, 60)),
    ("GET", r"/images", EndpointClass("lists of images", 20, 60)),
    ("GET", r"/linode/stackscripts", EndpointClass("lists of StackScripts", 60, 60)),
    ("GET", r"/(linode/instances|nodebalancers)/\{\}/stats(/.*)?", EndpointClass("statistics", 50, 60)),
    ("POST", r"/support/tickets", EndpointClass("opening tickets", 2, 60)),
)

# the last words of paths whose GET gives pages, in the API's description
_COLLECTIONS: Final = frozenset(
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
# GETs that end in such a word and give no page
_WHOLE: Final = frozenset(
    {
        "/linode/instances/{}/ips",
        "/regions/{}/availability",
        "/regions/{}/vpc-availability",
        "/databases/mysql/instances/{}/credentials",
        "/databases/postgresql/instances/{}/credentials",
    }
)
# an id has a digit, or what no word of a path has; other names of things come after one of these words
_ID: Final = re.compile(r".*[0-9%.:@+A-Z].*")
_WORDS_WITH_DIGITS: Final = frozenset({"ipv4", "ipv6", "ipv6s"})
_NAMED: Final = frozenset(
    {"availability", "betas", "buckets", "engines", "regions", "services", "tags", "tiers", "users", "vlans"}
)


def documented() -> tuple[EndpointClass, ...]:
    """Give every class, the wide ones first."""
    return (READS, OTHER, *(found for _, _, found in _TABLE))


@lru_cache(maxsize=4096)
def endpoint_of(method: str, path: str) -> str:
    """Give the method and the path with `{}` in place of ids, as far as a path alone tells."""
    segments: list[str] = []
    for each in path.split("/"):
        known = each in _WORDS_WITH_DIGITS or not each
        named = bool(segments) and segments[-1] in _NAMED and each not in _COLLECTIONS
        segments.append("{}" if not known and (named or _ID.fullmatch(each)) else each)
    return f"{method} {'/'.join(segments)}"


@lru_cache(maxsize=1024)
def class_of(endpoint: str) -> EndpointClass:
    """Give the class of an endpoint, as `endpoint_of` names it."""
    method, _, path = endpoint.partition(" ")
    for verb, pattern, found in _TABLE:
        if verb == method and re.fullmatch(pattern, path):
            return found
    paged = method == "GET" and path.rpartition("/")[2] in _COLLECTIONS and path not in _WHOLE
    return READS if paged else OTHER
