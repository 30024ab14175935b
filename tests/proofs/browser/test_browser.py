"""Looks at every page of the built site in Chromium: light and dark, in the width of a phone and of a laptop."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.places import ROOT
from tests.proofs.browser.looking import CONTRAST, OVERLAPS, SIDEWAYS, served

playwright = pytest.importorskip("playwright.sync_api", reason="nox -s browser installs it")
SITE = Path(os.environ.get("LINODE_ORM_SITE", ROOT / "site"))
SHOTS = Path(os.environ.get("LINODE_ORM_SCREENSHOTS", ROOT / "screenshots"))
WIDTHS, SCHEMES = (390, 1280), ("light", "dark")
SHOWN = (
    "index.html",
    "tutorial.html",
    "faq.html",
    "cookbook/index.html",
    "cookbook/stacks.html",
    "resources/instance.html",
    "resources/map.html",
    "reference/session.html",
)
"""The pages of which screenshots are kept."""


@pytest.fixture(scope="module")
def browser():
    """Start the Chromium of this machine."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    assert found, "no Chromium on this machine: install Debian's package chromium"
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def address():
    """Serve the site."""
    assert (SITE / "index.html").exists(), "build the site first: nox -s docs"
    with served(SITE) as url:
        yield url


def names():
    """Give every page of the site."""
    found = sorted(SITE.rglob("*.html"))
    return [str(page.relative_to(SITE)) for page in found if "_static" not in page.parts]


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_readable(browser, address, width, scheme):
    """No page scrolls sideways, no block lies over another, every text has enough contrast, and no host is asked but ours."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, wrong, hosts = context.new_page(), [], set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for name in names():
        page.goto(f"{address}/{name}")
        wide = page.evaluate(SIDEWAYS)
        wrong += [f"{name}: {wide} pixels too wide"] if wide > 0 else []
        wrong += [f"{name}: {each} lies over the block before it" for each in page.evaluate(OVERLAPS)]
        wrong += [f"{name}: contrast of {each}" for each in page.evaluate(CONTRAST)]
        if name in SHOWN:
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SHOTS / f"{name.replace('/', '-').removesuffix('.html')}-{width}-{scheme}.png")
    context.close()
    assert wrong == []
    assert hosts == {urlsplit(address).netloc}


def test_search_finds_pages(browser, address):
    """The search finds a resource and a guide by their words."""
    page = browser.new_page()
    for words, wanted in (
        ("NodeBalancerConfig", "resources/node-balancer-config.html"),
        ("journal crash", "tutorial.html"),
    ):
        page.goto(f"{address}/search.html?q={words}")
        page.wait_for_selector("#search-results li a", timeout=20_000)
        page.wait_for_function(
            "document.querySelector('#search-results .search-summary')?.textContent.includes('found')"
        )
        links = page.eval_on_selector_all(
            "#search-results li a", "found => found.map(each => each.getAttribute('href'))"
        )
        assert any(wanted in link for link in links), (words, links)
    page.close()


def test_code_can_be_copied(browser, address):
    """The button beside a block copies its code."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.hover("div.highlight-python")
    page.click("div.highlight-python button.copybtn")
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('from linode_orm import'))")
    context.close()


def test_the_keyboard_reaches_the_text(browser, address):
    """The first stop of the tab key leads past the navigation to the text, as a screen reader wants it."""
    page = browser.new_page()
    page.goto(f"{address}/resources/volume.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#furo-main-content"
    page.close()
