"""Names: of attributes, modules and nested classes."""

from __future__ import annotations

import keyword
import re
from typing import Final

_ACRONYMS: Final = {"NodeBalancer": "Node_Balancer", "MySQL": "Mysql", "PostgreSQL": "Postgresql", "OAuth": "Oauth",
                    "IPv6": "Ipv6", "IPv4": "Ipv4"}  # fmt: skip
_BORDER: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """Give a class's name as an attribute's or a module's: `VPCSubnet` gives `vpc_subnet`."""
    for plain, spaced in _ACRONYMS.items():
        name = name.replace(plain, spaced)
    return _BORDER.sub("_", name).lower()


def attribute(key: str) -> str:
    """Give a raw key as the name of an attribute: `class` gives `class_`, `revision-id` gives `revision_id`."""
    name = re.sub(r"\W", "_", key)
    return f"{name}_" if keyword.iskeyword(name) else name


def argument(key: str) -> str:
    """Give a raw key as the name of an argument."""
    return attribute(key)


def camel(path: str) -> str:
    """Give a key as part of a class's name: `placement_group` gives `PlacementGroup`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", path) if part)


def singular(name: str) -> str:
    """Give one of what a list's name says: `addresses` gives `address`."""
    for plural, single in (("sses", "ss"), ("ies", "y"), ("ses", "se"), ("s", "")):
        if name.endswith(plural) and not name.endswith(("ss", "us", "is")):
            return name.removesuffix(plural) + single
    return name
