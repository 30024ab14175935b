"""Seed data: the regions, types, kernels and images with which every simulated account starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState

CAPABILITIES: Final = [
    "Linodes",
    "NodeBalancers",
    "Block Storage",
    "Vlans",
    "Cloud Firewall",
    "VPCs",
    "Placement Group",
]
REGIONS: Final = {
    "us-east": ("Newark, NJ", "us"),
    "us-west": ("Fremont, CA", "us"),
    "us-central": ("Dallas, TX", "us"),
    "us-southeast": ("Atlanta, GA", "us"),
    "us-ord": ("Chicago, IL", "us"),
    "us-sea": ("Seattle, WA", "us"),
    "us-iad": ("Washington, DC", "us"),
    "us-mia": ("Miami, FL", "us"),
    "us-lax": ("Los Angeles, CA", "us"),
    "ca-central": ("Toronto, CA", "ca"),
    "eu-west": ("London, UK", "gb"),
    "eu-central": ("Frankfurt, DE", "de"),
    "nl-ams": ("Amsterdam, NL", "nl"),
    "fr-par": ("Paris, FR", "fr"),
    "se-sto": ("Stockholm, SE", "se"),
    "it-mil": ("Milan, IT", "it"),
    "es-mad": ("Madrid, ES", "es"),
    "ap-south": ("Singapore, SG", "sg"),
    "ap-west": ("Mumbai, IN", "in"),
    "ap-southeast": ("Sydney, AU", "au"),
    "ap-northeast": ("Tokyo 2, JP", "jp"),
    "jp-osa": ("Osaka, JP", "jp"),
    "br-gru": ("Sao Paulo, BR", "br"),
    "id-cgk": ("Jakarta, ID", "id"),
}
# Class, then memory in GB, disk in GB, processors and transfer in GB for each size.
SIZES: Final = {
    "nanode": {1: (25, 1, 1000)},
    "standard": {2: (50, 1, 2000), 4: (80, 2, 4000), 8: (160, 4, 5000), 16: (320, 6, 8000), 32: (640, 8, 16000)},
    "dedicated": {4: (80, 2, 4000), 8: (160, 4, 5000), 16: (320, 8, 6000), 32: (640, 16, 7000)},
    "highmem": {24: (20, 2, 5000), 48: (40, 2, 6000), 90: (90, 4, 7000)},
}
KERNELS: Final = {
    "linode/latest-64bit": "Latest 64 bit (6.14.3-x86_64-linode168)",
    "linode/latest-32bit": "Latest 32 bit (6.14.3-x86-linode189)",
    "linode/grub2": "GRUB 2",
    "linode/grub-legacy": "GRUB (Legacy)",
    "linode/direct-disk": "Direct Disk",
    "linode/6.14.3-x86_64-linode168": "6.14.3-x86_64-linode168",
}
IMAGES: Final = {
    "linode/debian12": ("Debian 12", "Debian", 1500),
    "linode/debian13": ("Debian 13", "Debian", 1600),
    "linode/ubuntu22.04": ("Ubuntu 22.04 LTS", "Ubuntu", 3000),
    "linode/ubuntu24.04": ("Ubuntu 24.04 LTS", "Ubuntu", 3200),
    "linode/alpine3.21": ("Alpine 3.21", "Alpine", 300),
    "linode/arch": ("Arch Linux", "Arch", 2500),
    "linode/fedora42": ("Fedora 42", "Fedora", 2300),
    "linode/rocky9": ("Rocky Linux 9", "Rocky", 2400),
    "linode/almalinux9": ("AlmaLinux 9", "AlmaLinux", 2200),
}


def stock(state: AccountState) -> None:
    """Make the rows of the seed data that are declared."""
    for name, rows in (("Region", _regions()), ("Type", _types()), ("Kernel", _kernels()), ("Image", _images())):
        if name in state.store.resources:
            for row in rows:
                state.make(name, **row)


def _regions() -> Iterator[dict[str, object]]:
    for identity, (label, country) in REGIONS.items():
        yield {
            "id": identity,
            "label": label,
            "country": country,
            "capabilities": list(CAPABILITIES),
            "status": "ok",
            "site_type": "core",
            "resolvers": {"ipv4": "203.0.113.1, 203.0.113.2", "ipv6": "2001:db8::1, 2001:db8::2"},
            "placement_group_limits": {
                "maximum_pgs_per_customer": 100,
                "maximum_linodes_per_pg": 5,
                "maximum_linodes_per_flexible_pg": 5,
            },
        }


def _types() -> Iterator[dict[str, object]]:
    for kind, sizes in SIZES.items():
        for memory, (disk, processors, transfer) in sizes.items():
            number = {"nanode": "nanode-1", "standard": f"standard-{processors}"}.get(kind, f"{kind}-{processors}")
            price = {"hourly": round(memory * 0.0075, 4), "monthly": float(memory * 5 + 2)}
            yield {
                "id": f"g{7 if kind == 'highmem' else 6}-{number}" if kind != "highmem" else f"g7-highmem-{memory}",
                "label": f"{kind.capitalize()} {memory}GB",
                "class": kind,
                "disk": disk * 1024,
                "memory": memory * 1024,
                "vcpus": processors,
                "gpus": 0,
                "network_out": 1000 * processors,
                "transfer": transfer,
                "price": price,
                "region_prices": [{"id": "br-gru", **{key: round(each * 1.4, 4) for key, each in price.items()}}],
                "addons": {"backups": {"price": {"hourly": 0.003, "monthly": 2.0}, "region_prices": []}},
                "successor": None,
            }


def _kernels() -> Iterator[dict[str, object]]:
    for identity, label in KERNELS.items():
        yield {
            "id": identity,
            "label": label,
            "version": label.split("-")[0] if label[0].isdigit() else "",
            "architecture": "i386" if "32bit" in identity else "x86_64",
            "kvm": True,
            "pvops": True,
            "deprecated": False,
        }


def _images() -> Iterator[dict[str, object]]:
    for identity, (label, vendor, size) in IMAGES.items():
        yield {
            "id": identity,
            "label": label,
            "vendor": vendor,
            "size": size,
            "is_public": True,
            "deprecated": False,
            "created_by": "linode",
            "type": "manual",
            "status": "available",
            "capabilities": ["cloud-init"],
            "description": "",
        }
