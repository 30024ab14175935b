"""Price lists: prices, versions, plans and programs, which every account sees alike; made when first read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from linode_orm.simulator.seed_data import REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body

    Rows: TypeAlias = Iterator[tuple[tuple[str, ...], Body]]

SERVICES: Final = {
    "dbaas": "Databases",
    "linode": "Linodes",
    "nodebalancer": "Nodebalancers",
    "firewall": "Firewalls",
    "objectstorage": "Object Storage",
}
METRICS: Final = (("cpu_usage", "CPU Usage", "percent"), ("memory_usage", "Memory Usage", "percent"))
ENGINES: Final = (("mysql", "8"), ("postgresql", "14"), ("postgresql", "16"), ("postgresql", "17"))
STANDARD: Final = ("1.33", "1.34", "1.35")
ENTERPRISE: Final = ("v1.31.9+lke7", "v1.33.4+lke1")
POLICIES: Final = (
    ("linode/migrate", "Migrate", "Migrates the Linode to a new host while it remains fully operational.", "migrate"),
    ("linode/power_off_on", "Power Off / Power On", "Powers the Linode off and on for the event.", "power_off_on"),
)
# Endpoints of object storage: region and kind (`TestObjectStorageBucket_Access_Modify#0`).
ENDPOINTS: Final = (("us-east", "E0"), ("eu-central", "E0"), ("us-iad", "E1"), ("nl-ams", "E1"), ("us-sea", "E1"))
QUOTAS: Final = (
    ("obj-bytes", "Total Capacity", 109_951_162_777_600, "byte"),
    ("obj-objects", "Number of Objects", 100_000_000, "object"),
    ("obj-buckets", "Number of Buckets", 1000, "bucket"),
)


def _price(monthly: float) -> Body:
    return {"hourly": round(monthly / 667, 4), "monthly": float(monthly)}


def _prices(*kinds: tuple[str, str, float, int]) -> Rows:
    for identity, label, monthly, transfer in kinds:
        regional = [{"id": region, **_price(monthly * factor)} for region, factor in (("id-cgk", 1.2), ("br-gru", 1.4))]
        row = {"id": identity, "label": label, "price": _price(monthly), "region_prices": regional}
        yield (), {**row, "transfer": transfer}


def _services() -> Rows:
    for kind, label in SERVICES.items():
        yield (), {"service_type": kind, "label": label}


def _metrics() -> Rows:
    for kind in SERVICES:
        for metric, label, unit in METRICS:
            node = {"label": "Node Type", "dimension_label": "node_type", "values": ["primary", "secondary"]}
            row = {"metric": metric, "label": label, "unit": unit, "metric_type": "gauge", "is_alertable": True}
            how = {"scrape_interval": "60s", "available_aggregate_functions": ["max", "avg", "min", "sum"]}
            yield (kind,), {**row, **how, "dimensions": [node]}


def _dashboards() -> Rows:
    for number, kind in enumerate(SERVICES, start=1):
        widgets: list[Any] = [
            {"metric": metric, "label": label, "unit": "%", "color": "default", "size": 12, "chart_type": "area"}
            | {"y_label": metric, "description": None, "aggregate_function": "avg"}
            for metric, label, _ in METRICS
        ]
        row = {"id": number, "type": "standard", "service_type": kind, "label": "Resource Usage"}
        yield (), {**row, "group_by": ["entity_id"], "widgets": widgets}


def _versions() -> Rows:
    for version in STANDARD:
        yield (), {"id": version}


def _tiers() -> Rows:
    for tier, versions in (("standard", STANDARD), ("enterprise", ENTERPRISE)):
        for version in versions:
            yield (tier,), {"id": version, "tier": tier}


def _engines() -> Rows:
    for engine, version in ENGINES:
        yield (), {"id": f"{engine}/{version}", "engine": engine, "version": version}


def _database_types() -> Rows:
    sizes = (("g6-nanode-1", "nanode", "Nanode 1GB", 1, 9), ("g6-standard-1", "standard", "Linode 2GB", 2, 30))
    for identity, kind, label, memory, disk in (*sizes, ("g6-dedicated-2", "dedicated", "Dedicated 4GB", 4, 60)):
        clusters = [{"quantity": nodes, "price": _price(16 * memory * (nodes + 1) / 2)} for nodes in (1, 2, 3)]
        size = {"memory": memory * 1024, "disk": disk * 1024, "vcpus": max(1, memory // 2)}
        engines = {"mysql": clusters, "postgresql": clusters}
        yield (), {"id": identity, "class": kind, "label": f"DBaaS - {label}", **size, "engines": engines}


def _subscriptions() -> Rows:
    for clients, monthly in ((3, 20), (10, 40), (40, 100), (100, 200)):
        row = {"id": f"longview-{clients}", "label": f"Longview Pro {clients} pack", "clients_included": clients}
        yield (), {**row, "price": _price(monthly)}


def _policies() -> Rows:
    for slug, label, text, kind in POLICIES:
        seconds = 10_800 if kind == "migrate" else 259_200
        row = {"slug": slug, "label": label, "description": text, "type": kind, "notification_period_sec": seconds}
        yield (), {**row, "is_default": kind == "migrate"}


def _betas() -> Rows:
    row = {"id": "example_open_beta", "label": "Example Open Beta", "description": "An open beta.", "ended": None}
    yield (
        (),
        {**row, "greenlight_only": False, "more_info": "https://www.linode.com/", "started": "2025-06-01T00:00:00"},
    )


def _templates() -> Rows:
    for slug in ("vpc", "public"):
        where = {"ipv4": ["10.0.0.0/8"] if slug == "vpc" else ["0.0.0.0/0"], "ipv6": ["::/0"]}
        row = {"action": "ACCEPT", "protocol": "TCP", "ports": "22", "addresses": where}
        inbound = [{**row, "label": "accept-inbound-ssh", "description": "Accept inbound SSH"}]
        rules: Body = {"inbound": inbound, "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
        yield (), {"slug": slug, "rules": rules}


def _lists() -> Rows:
    for number, name in enumerate(("pl:system:object-storage:us-iad", "pl:system:resolvers:us-iad"), start=1):
        row = {"id": number, "name": name, "description": "Kept by the system", "visibility": "public", "version": 1}
        yield (), {**row, "ipv4": ["192.0.2.0/24"], "ipv6": ["2001:db8::/32"], "deleted": None}


def _account_availability() -> Rows:
    for region in REGIONS:
        known = ["Linodes", "NodeBalancers", "Block Storage", "Kubernetes"]
        yield (), {"region": region, "available": known, "unavailable": []}


def _region_availability() -> Rows:
    for region in REGIONS:
        for plan in ("g7-highmem-24", "g7-highmem-48"):
            yield (), {"region": region, "plan": plan, "available": region.startswith("us-")}


def _vpc_availability() -> Rows:
    for region in REGIONS:
        yield (), {"region": region, "available": True, "available_ipv6_prefix_lengths": [52, 48]}


def _endpoints() -> Rows:
    for region, kind in ENDPOINTS:
        yield (), {"region": region, "endpoint_type": kind, "s3_endpoint": f"{region}-1.linodeobjects.com"}


def _clusters() -> Rows:
    for region, _ in ENDPOINTS:
        host = f"{region}-1.linodeobjects.com"
        site = f"website-{host}"
        row = {"id": f"{region}-1", "domain": host, "static_site_domain": site, "region": region}
        yield (), {**row, "status": "available"}


def _quotas() -> Rows:
    for region, kind in ENDPOINTS:
        for what, name, limit, metric in QUOTAS:
            host = f"{region}-1.linodeobjects.com"
            row = {"quota_id": f"{what}-{host}", "quota_name": name, "quota_type": what, "quota_limit": limit}
            place = {"endpoint_type": kind, "s3_endpoint": host, "resource_metric": metric, "has_usage": True}
            yield (), {**row, **place, "description": f"Current {name.lower()} per account, per endpoint"}


def _global_quotas() -> Rows:
    row = {"quota_id": "keys", "quota_name": "Number of Access Keys", "quota_type": "keys", "quota_limit": 100}
    text = "Current number of access keys per account"
    yield (), {**row, "description": text, "resource_metric": "key", "has_usage": True}


PRICE_LISTS: Final[dict[str, Callable[[], Rows]]] = {
    "AccountAvailability": _account_availability,
    "BetaProgram": _betas,
    "DatabaseEngine": _engines,
    "DatabaseType": _database_types,
    "FirewallTemplate": _templates,
    "LKETieredVersion": _tiers,
    "LKEType": partial(
        _prices, ("lke-sa", "LKE Standard Availability", 0, 0), ("lke-ha", "LKE High Availability", 60, 0)
    ),
    "LKEVersion": _versions,
    "LongviewSubscription": _subscriptions,
    "LongviewType": partial(_prices, ("longview-3", "Longview Pro 3 pack", 20, 0)),
    "MaintenancePolicy": _policies,
    "MetricDefinition": _metrics,
    "MonitorDashboard": _dashboards,
    "MonitorService": _services,
    "NetworkTransferPrice": partial(_prices, ("network_transfer", "Network Transfer", 3.4, 0)),
    "NodeBalancerType": partial(_prices, ("nodebalancer", "NodeBalancer", 10, 0)),
    "ObjectStorageCluster": _clusters,
    "ObjectStorageEndpoint": _endpoints,
    "ObjectStorageGlobalQuota": _global_quotas,
    "ObjectStorageQuota": _quotas,
    "ObjectStorageType": partial(_prices, ("objectstorage", "Object Storage", 5, 1000)),
    "PrefixList": _lists,
    "RegionAvailability": _region_availability,
    "RegionVPCAvailability": _vpc_availability,
    "ReservedIPType": partial(_prices, ("reserved-ipv4", "Reserved IPv4", 2, 0)),
    "VolumeType": partial(_prices, ("volume", "Storage Volume", 0.1, 0)),
}


def install(state: AccountState) -> None:
    """Make the rows of each declared price list when they are first read."""
    for name, rows in PRICE_LISTS.items():
        if name in state.store.resources:
            state.store.awaited[name] = partial(_fill, state, name, rows)


def _fill(state: AccountState, name: str, rows: Callable[[], Rows]) -> None:
    alert = {"polling_interval_seconds": [300], "evaluation_period_seconds": [300], "scope": ["entity"]}
    for parents, fields in rows():
        row = state.make(name, parents, **fields)
        if name == "MonitorService":
            row.change(alert=alert)  # `TestMonitorServices_Get#0`
