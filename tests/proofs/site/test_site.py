"""Holds the built site to its promises: links, weight, no outside request, and a page for everything that is public."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import linode_orm
from linode_orm._generate.site.build import PUBLIC
from linode_orm._generate.site.markdown import slug
from linode_orm.models import INDEX
from tests.places import ROOT
from tests.proofs.site.html_page import read

HEAVIEST = 300_000
ASKS = re.compile(
    r"url\(\s*['\"]?((?:https?:)?//[^'\")]+)|@import\s+['\"]((?:https?:)?//[^'\"]+)|fetch\(\s*['\"](https?:[^'\"]+)"
)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Give the folder of the site that `nox -s docs` has built, or build one."""
    if os.environ.get("LINODE_ORM_SITE"):
        return Path(os.environ["LINODE_ORM_SITE"])
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-n",
        "-W",
        "-q",
        "-d",
        str(folder / "trees"),
        "docs",
        str(folder / "html"),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder / "html"


@pytest.fixture(scope="session")
def pages(site):
    """Give every page of the site."""
    found = sorted(site.rglob("*.html"))
    assert len(found) > len(INDEX)
    return [page for page in found if "_static" not in page.parts]


def target(page, link):
    """Give the file and the anchor that a link of a page leads to; None for an address elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path, unquote(parts.fragment)


def test_links_and_anchors(pages):
    """Every link between pages leads to a file that exists, and to an anchor that it has."""
    dead = []
    for page in pages:
        for link in read(page).links:
            found = target(page, link)
            if found is None or link == "#":
                continue
            path, anchor = found
            is_there = path.exists() and (not anchor or path.suffix != ".html" or anchor in read(path).ids)
            if not is_there:
                dead.append(f"{page.name}: {link}")
    assert dead == []


def test_no_outside_request(site, pages):
    """No page, sheet or script asks another server for anything."""
    asked = [f"{page.name}: {each}" for page in pages for each in read(page).loads if urlsplit(each).netloc]
    for file in [*site.rglob("*.css"), *site.rglob("*.js")]:
        asked += [f"{file.name}: {found[0]}" for found in ASKS.finditer(file.read_text(encoding="utf-8"))]
    assert asked == []


def weight(page):
    """Give the bytes that a browser loads for a page; the search index as servers send it, compressed."""
    files = {target(page, each)[0] for each in read(page).loads if target(page, each)}
    sheets = {file for file in files if file.suffix == ".css"}
    for sheet in sheets:
        inner = re.findall(r"@import\s+(?:url\()?['\"]([^'\")]+)", sheet.read_text(encoding="utf-8"))
        files |= {(sheet.parent / urlsplit(each).path).resolve() for each in inner}
    sizes = [
        len(gzip.compress(file.read_bytes())) if file.name == "searchindex.js" else file.stat().st_size
        for file in files
    ]
    return page.stat().st_size + sum(sizes)


def test_weight(pages):
    """No page has more than 300 KB, all in."""
    weights = {page.name: weight(page) for page in pages}
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > HEAVIEST} == {}


def test_every_resource_has_a_page(site):
    """Every declared resource has a page, and the map leads to it."""
    drawn = read(site / "resources" / "map.html").links
    for name in INDEX:
        assert (site / "resources" / f"{slug(name)}.html").exists(), name
        assert f"{slug(name)}.html" in drawn, name


def test_every_public_name_is_described(pages):
    """Every public name has a description with an anchor, and a docstring."""
    known = set().union(*(read(page).ids for page in pages if page.parent.name == "reference"))
    assert [name for name in PUBLIC if f"linode_orm.{name}" not in known] == []
    assert [name for name in PUBLIC if not (getattr(linode_orm, name).__doc__ or "").strip()] == []


def test_llms_txt_leads_to_pages(site):
    """`llms.txt` names every resource, and each of its links leads to a page."""
    links = re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text(encoding="utf-8"))
    assert [link for link in links if not (site / link).exists()] == []
    assert {f"resources/{slug(name)}.html" for name in INDEX} <= set(links)


def test_a_screen_reader_can_read(pages):
    """Every page names its language, has one first heading, skips no level, and names its pictures."""
    wrong = []
    for page in pages:
        if page.name == "search.html":
            continue  # the theme's own, whose heading stands there when a search has ended
        seen = read(page)
        levels = seen.headings
        skips = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        if seen.language != "en" or levels.count(1) != 1 or skips or seen.nameless:
            wrong.append((page.name, seen.language, levels.count(1), skips, seen.nameless))
    assert wrong == []
