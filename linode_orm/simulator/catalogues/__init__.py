"""Public catalogues as the real API answered them: regions, types, kernels, images and lists that all accounts share.

Each file holds what recordings of api.linode.com show, as rows of a table, and says under `about` which they are.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@cache
def catalogue(name: str) -> Mapping[str, Any]:
    """Return the content of a file, which nobody may change."""
    text = files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def table(name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file that names its columns."""
    content = catalogue(name)
    for row in content["rows"]:
        yield dict(zip(content["columns"], row, strict=True))


@cache
def regions() -> tuple[str, ...]:
    """Return the ids of the regions."""
    return tuple(row[0] for row in catalogue("regions")["rows"])


@cache
def endpoints() -> Mapping[str, tuple[str, str | None]]:
    """Return the kind and the host of the first endpoint of object storage in each region that has one.

    Of several endpoints of a region the oldest kind is the first: recorded clients name the others.
    """
    found: dict[str, tuple[str, str | None]] = {}
    for row in sorted(table("endpoints"), key=lambda each: str(each["endpoint_type"])):
        found.setdefault(row["region"], (row["endpoint_type"], row["s3_endpoint"]))
    return found


def endpoint(region: str, kind: str | None = None) -> tuple[str, str] | None:
    """Return the kind and the host of a region's endpoint of that kind, of its first one by default; None without."""
    if kind is None:
        found = endpoints().get(region)
        return (found[0], found[1] or f"{region}-1.linodeobjects.com") if found is not None else None
    for row in table("endpoints"):
        if row["region"] == region and row["endpoint_type"] == kind:
            return kind, row["s3_endpoint"] or f"{region}-1.linodeobjects.com"
    return None
