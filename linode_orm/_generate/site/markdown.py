"""Pieces of Markdown that every generated page uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linode_orm.models import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, with an empty line before and after it; nothing where it has no row."""
    body = [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |" for row in rows]
    if body:
        yield from ("", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body, "")


def code(text: str) -> str:
    """Return a text as code."""
    return f"`{text}`" if text else ""


def slug(name: str) -> str:
    """Return the name of the page of a class: `NodeBalancerConfig` stands in `node-balancer-config`."""
    if name in INDEX:
        return INDEX[name].partition(":")[0].rpartition(".")[2].replace("_", "-")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def linked(name: str) -> str:
    """Return a link to the page of a resource, from the page of another one."""
    return f"[`{name}`]({slug(name)}.md)"


def title(service: str) -> str:
    """Return the name of a service as a heading has it."""
    return service.replace("_", " ").capitalize().replace("Lke", "LKE").replace("Vpcs", "VPCs").replace("Iam", "IAM")
