"""Seed data: the regions, types, kernels and images with which every simulated account starts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.catalogues import catalogue, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body

RESOLVERS: Final = {"ipv4": "203.0.113.1, 203.0.113.2", "ipv6": "2001:db8::1, 2001:db8::2"}


def stock(state: AccountState) -> None:
    """Make the rows of the seed data that are declared when they are first read."""
    for name, rows in SEED_DATA.items():
        if name in state.store.resources:
            state.store.awaited[name] = partial(_fill, state, name, rows)


def _fill(state: AccountState, name: str, rows: Callable[[], Iterator[Body]]) -> None:
    for row in rows():
        state.stocked(name, (), row)


def _regions() -> Iterator[Body]:
    content = catalogue("regions")

    def named(numbers: list[int]) -> list[str]:
        return [content["words"][number] for number in numbers]

    limits = ("maximum_pgs_per_customer", "maximum_linodes_per_pg", "maximum_linodes_per_flexible_pg")
    for identity, label, country, site, able, alerts, metrics, most in content["rows"]:
        yield {
            "id": identity,
            "label": label,
            "country": country,
            "capabilities": named(able),
            "status": "ok",
            "site_type": site,
            "resolvers": RESOLVERS,
            "monitors": {"alerts": named(alerts), "metrics": named(metrics)},
            "placement_group_limits": dict(zip(limits, most, strict=True)),
        }


def _price(pair: list[float]) -> Body:
    return {"hourly": pair[0], "monthly": pair[1]}


def _in_regions(rows: list[list[Any]]) -> list[Body]:
    return [{"id": region, **_price(pair)} for region, *pair in rows]


def _types() -> Iterator[Body]:
    sizes = ("id", "label", "class", "memory", "disk", "vcpus", "gpus", "transfer", "network_out", "successor")
    for row in catalogue("types")["rows"]:
        price, regional, backups, backups_regional = row[len(sizes) :]
        yield {
            **dict(zip(sizes, row, strict=False)),
            "price": _price(price),
            "region_prices": _in_regions(regional),
            "addons": {"backups": {"price": _price(backups), "region_prices": _in_regions(backups_regional)}},
            "accelerated_devices": 0,
        }


def _images() -> Iterator[Body]:
    for row in table("images"):
        able = row.pop("cloud_init")
        yield {
            **row,
            "is_public": True,
            "created_by": "linode",
            "type": "manual",
            "status": "available",
            "capabilities": ["cloud-init"] if able else [],
            "description": "",
            "expiry": None,
            "is_shared": False,
            "image_sharing": None,
            "regions": [],
            "tags": [],
            "total_size": 0,
        }


SEED_DATA: Final[dict[str, Callable[[], Iterator[Body]]]] = {
    "Region": _regions,
    "Type": _types,
    "Kernel": partial(table, "kernels"),
    "Image": _images,
}
