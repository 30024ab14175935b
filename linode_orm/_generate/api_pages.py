"""Keeps docs/api-pages.json: the address of the API's own documentation of each request, by method and path."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linode_orm._generate.description import Description

FILE: Final = Path(__file__).parents[2] / "docs" / "api-pages.json"
REFERENCE: Final = "https://techdocs.akamai.com/linode-api/reference"


def bare(route: str) -> str:
    """Return a route whose placeholders have no names, which differ between the description and the declarations."""
    return re.sub(r"\{\w+\}", "{}", route)


def text(description: Description) -> str:
    """Return the contents of the file."""
    pages = {bare(route): each.page.rpartition("/")[2] for route, each in description.operations.items() if each.page}
    return json.dumps(dict(sorted(pages.items())), indent=1) + "\n"


def differs(description: Description) -> bool:
    """Whether the file is not what the description says."""
    return not FILE.exists() or FILE.read_text(encoding="utf-8") != text(description)


def settle(description: Description) -> None:
    """Write the file."""
    FILE.write_text(text(description), encoding="utf-8")


@cache
def known() -> dict[str, str]:
    """Read the last part of each address, by route."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def address(route: str) -> str:
    """Return the address of a route's page; empty for a request that only another source describes."""
    page = known().get(bare(route), "")
    return f"{REFERENCE}/{page}" if page else ""
