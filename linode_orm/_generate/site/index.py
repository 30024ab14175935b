"""The tree of contents of the site: each section of the first page lists its pages, and no page is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECTION: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([\w./-]+)\.md(?:#[\w-]+)?\)")
OTHERS: Final = "How-to guides"
"""The section that takes the pages that no section names."""
GENERATED: Final = {
    "Reference": (
        "- [Resources](resources/index.md): a page for each, with fields, relations, requests and errors\n"
        "- [Map of relations](resources/map.md)\n"
        "- [Public API](reference/index.md): each class and function, from its docstring\n"
    ),
}
"""What the site has beside the pages that stand in the repository."""


def with_contents(text: str, docs: Path) -> str:
    """Return the first page with a tree of contents below each section."""
    for section, lines in GENERATED.items():
        text = text.replace(f"## {section}\n\n", f"## {section}\n\n{lines}")
    head, *rest = _SECTION.split(text)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    named = {page for body in sections.values() for page in _LINK.findall(body)}
    unnamed = [page for page in pages(docs) if page not in named]
    trees = []
    for section, body in sections.items():
        own = [*dict.fromkeys(_LINK.findall(body)), *(unnamed if section == OTHERS else [])]
        trees += _tree(section, [each for each in own if each != "resources/map"])
    return "".join([head, *(f"## {section}{body}" for section, body in sections.items())]) + "\n".join(["", *trees])


def pages(docs: Path) -> Iterator[str]:
    """Yield the pages of a folder that stand in the repository, without the first one."""
    for folder in ("", "cookbook/"):
        for page in sorted((docs / folder).glob("*.md")):
            if f"{folder}{page.stem}" != "index":
                yield f"{folder}{page.stem}"


def _tree(caption: str, own: list[str]) -> list[str]:
    return ["```{toctree}", f":caption: {caption}", ":hidden:", "", *own, "```", ""] if own else []
