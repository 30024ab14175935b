"""Price lists: prices, versions, plans and programs, which every account sees alike; made when first read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from linode_orm.simulator.catalogues import catalogue, regions, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body

    Rows: TypeAlias = Iterator[tuple[tuple[str, ...], Body]]

STANDARD: Final = ("1.35", "1.34", "1.33", "1.32", "1.31")
"""Versions of Kubernetes that recorded clusters have (`TestLKENodePool_CreateWithLabelsAndTaints#1`)."""
ENTERPRISE: Final = ("v1.33.4+lke1", "v1.31.9+lke7", "v1.31.8+lke1", "v1.31.1+lke4")
SERVICES: Final = {
    "dbaas": "Databases",
    "linode": "Linodes",
    "nodebalancer": "Nodebalancers",
    "firewall": "Firewalls",
    "objectstorage": "Object Storage",
}


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
    """Yield the metrics that the recorded dashboards of a service show."""
    node = {"label": "Node Type", "dimension_label": "node_type", "values": ["primary", "secondary"]}
    how = {"scrape_interval": "60s", "available_aggregate_functions": ["max", "avg", "min", "sum"]}
    for board in table("dashboards"):
        for each in board["widgets"]:
            unit = "percent" if each["unit"] == "%" else each["unit"]
            row = {"metric": each["metric"], "label": each["label"], "unit": unit, "metric_type": "gauge"}
            yield (board["service_type"],), {**row, **how, "is_alertable": True, "dimensions": [node]}


def _rows(name: str) -> Rows:
    for row in table(name):
        yield (), row


def _versions() -> Rows:
    for version in STANDARD:
        yield (), {"id": version}


def _tiers() -> Rows:
    for tier, versions in (("standard", STANDARD), ("enterprise", ENTERPRISE)):
        for version in versions:
            yield (tier,), {"id": version, "tier": tier}


def _engines() -> Rows:
    for name in catalogue("databases")["engines"]:
        engine, _, version = name.partition("/")
        yield (), {"id": name, "engine": engine, "version": version}


def _database_types() -> Rows:
    columns = ("id", "class", "label", "memory", "disk", "vcpus")
    for *size, engines in catalogue("databases")["rows"]:
        prices = {
            engine: [
                {"quantity": nodes, "price": {"hourly": hourly, "monthly": monthly}} for nodes, hourly, monthly in each
            ]
            for engine, each in engines.items()
        }
        yield (), {**dict(zip(columns, size, strict=True)), "engines": prices}


def _subscriptions() -> Rows:
    for clients, monthly in ((3, 20), (10, 40), (40, 100), (100, 200)):
        row = {"id": f"longview-{clients}", "label": f"Longview Pro {clients} pack", "clients_included": clients}
        yield (), {**row, "price": _price(monthly)}


def _betas() -> Rows:
    row = {"id": "example_open_beta", "label": "Example Open Beta", "description": "An open beta.", "ended": None}
    yield (
        (),
        {**row, "greenlight_only": False, "more_info": "https://www.linode.com/", "started": "2025-06-01T00:00:00"},
    )


def _lists() -> Rows:
    for number, name in enumerate(("pl:system:object-storage:us-iad", "pl:system:resolvers:us-iad"), start=1):
        row = {"id": number, "name": name, "description": "Kept by the system", "visibility": "public", "version": 1}
        yield (), {**row, "ipv4": ["192.0.2.0/24"], "ipv6": ["2001:db8::/32"], "deleted": None}


def _region_availability() -> Rows:
    for plan, having, lacking in catalogue("availability")["rows"]:
        for region in (*having, *lacking):
            yield (), {"region": region, "plan": plan, "available": region in having}


def _vpc_availability() -> Rows:
    for region in regions():
        yield (), {"region": region, "available": True, "available_ipv6_prefix_lengths": [52, 48]}


def _clusters() -> Rows:
    """Yield the clusters, which only endpoints of the oldest kinds have (`TestObjectStorageBucket_GetFound#0`)."""
    for each in table("endpoints"):
        if each["endpoint_type"] in {"E0", "E1"}:
            host = str(each["s3_endpoint"])
            name = host.partition(".")[0]
            row = {"id": name, "domain": host, "static_site_domain": f"website-{host}", "region": each["region"]}
            yield (), {**row, "status": "available"}


def _quotas() -> Rows:
    columns = ("quota_type", "quota_name", "resource_metric", "has_usage", "description")
    for *row, limits in catalogue("quotas")["rows"]:
        for each in table("endpoints"):
            kind, host = each["endpoint_type"], each["s3_endpoint"]
            if host is not None and kind in limits:
                place = {"endpoint_type": kind, "s3_endpoint": host, "quota_limit": limits[kind]}
                yield (), {"quota_id": f"{row[0]}-{host}", **dict(zip(columns, row, strict=True)), **place}


def _global_quotas() -> Rows:
    row = {"quota_id": "keys", "quota_name": "Number of Access Keys", "quota_type": "keys", "quota_limit": 100}
    text = "Current number of access keys per account"
    yield (), {**row, "description": text, "resource_metric": "key", "has_usage": True}


PRICE_LISTS: Final[dict[str, Callable[[], Rows]]] = {
    "AccountAvailability": partial(_rows, "account_availability"),
    "BetaProgram": _betas,
    "DatabaseEngine": _engines,
    "DatabaseType": _database_types,
    "FirewallTemplate": partial(_rows, "firewall_templates"),
    "LKETieredVersion": _tiers,
    "LKEType": partial(
        _prices, ("lke-sa", "LKE Standard Availability", 0, 0), ("lke-ha", "LKE High Availability", 60, 0)
    ),
    "LKEVersion": _versions,
    "LongviewSubscription": _subscriptions,
    "LongviewType": partial(_prices, ("longview-3", "Longview Pro 3 pack", 20, 0)),
    "MaintenancePolicy": partial(_rows, "maintenance_policies"),
    "MetricDefinition": _metrics,
    "MonitorDashboard": partial(_rows, "dashboards"),
    "MonitorService": _services,
    "NetworkTransferPrice": partial(_prices, ("network_transfer", "Network Transfer", 3.4, 0)),
    "NodeBalancerType": partial(_rows, "nodebalancer_types"),
    "ObjectStorageCluster": _clusters,
    "ObjectStorageEndpoint": partial(_rows, "endpoints"),
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
        row = state.stocked(name, parents, fields)
        if name == "MonitorService":
            row.change(alert=alert)  # `TestMonitorServices_Get#0`
