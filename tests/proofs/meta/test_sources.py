"""Holds what the package cites to be within reach of its readers: the notes on the API, under an anchor each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = ("linode_orm", "tests", "docs", "README.md", "CHANGELOG.md", "noxfile.py", "pyproject.toml", ".ci")
SUFFIXES = {".py", ".toml", ".md", ".sh", ".yml", ".yaml", ""}
CITED = re.compile(r"docs/([\w-]+\.md)#([\w-]+)")
LINKED = re.compile(r"\]\(([\w/.-]*\.md|)#([\w-]+)\)")
OUT_OF_REACH = re.compile(r"\bFACTS(?:\.md,)? \d+|\bFACTS:|\.\./shared")
SHOWN = "### The heading of `one` entry\n```sh\n# no heading\n```\n"


def sources() -> list[Path]:
    """Return every file that a reader of the repository has, but this one."""
    found = (ROOT / place for place in PLACES)
    files = [path for each in found for path in ([each] if each.is_file() else sorted(each.rglob("*")))]
    return [path for path in files if path.is_file() and path.suffix in SUFFIXES and str(path) != __file__]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page: its headings in lower case, with dashes for blanks and without signs."""
    plain = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def missing(path: Path) -> Iterator[str]:
    """Yield the anchors that a file cites or links to and that no page has."""
    text = path.read_text(encoding="utf-8")
    targets = [(ROOT / "docs" / page, anchor) for page, anchor in CITED.findall(text)]
    if path.suffix == ".md":
        targets += [(path.parent / page if page else path, anchor) for page, anchor in LINKED.findall(text)]
    for page, anchor in targets:
        if not page.exists() or anchor not in anchors(page.read_text(encoding="utf-8")):
            yield f"{page.name}#{anchor}"


def test_the_anchors_of_a_page():
    """A heading's anchor is what renderers make of it; a comment in a block of code is no heading."""
    assert anchors(SHOWN) == {"the-heading-of-one-entry"}


def test_what_is_cited_is_there():
    """Each anchor that code, tests or pages name belongs to a heading of that page."""
    assert {str(path.relative_to(ROOT)): [*missing(path)] for path in sources() if any(missing(path))} == {}


def test_a_missing_anchor_is_found(tmp_path):
    """An anchor that no page has is reported, of pages that exist and of others."""
    path = tmp_path / "cites.py"
    path.write_text("# docs/api-notes.md#no-such-thing, docs/no-such-page.md#here", encoding="utf-8")
    assert [*missing(path)] == ["api-notes.md#no-such-thing", "no-such-page.md#here"]


@pytest.mark.parametrize("folder", PLACES)
def test_nothing_out_of_reach_is_cited(folder):
    """No file cites a source, or names a path, that stands outside of the repository."""
    inside = [path for path in sources() if path.relative_to(ROOT).parts[0] == folder]
    assert [str(path) for path in inside if OUT_OF_REACH.search(path.read_text(encoding="utf-8"))] == []


def test_the_notes_that_nothing_cites_are_none():
    """Each paragraph on what the code relies on is cited in the package or its tests."""
    notes = (ROOT / "docs" / "api-notes.md").read_text(encoding="utf-8")
    (relied,) = re.findall(r"^## What the code relies on$(.*?)^## ", notes, re.MULTILINE | re.DOTALL)
    texts = [path.read_text(encoding="utf-8") for path in sources() if path.suffix in {".py", ".toml"}]
    cited = {anchor for text in texts for page, anchor in CITED.findall(text) if page == "api-notes.md"}
    assert anchors(relied) - cited == set()
