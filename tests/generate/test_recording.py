"""Holds the recorded demo of the first page to what the demo shows now, and to what a page may load."""

from __future__ import annotations

import re
from html import unescape

import pytest

from linode_orm._generate.site import recording
from tests.places import ROOT

FILE = ROOT / "docs" / recording.NAME


@pytest.fixture(scope="module")
def drawn():
    """Record the demo."""
    return recording.record()


def test_the_drawing_of_the_repository_is_what_the_demo_shows(drawn):
    """The file beside the pages is a recording of the demo as it is; only its seconds may differ."""
    kept = FILE.read_text(encoding="utf-8")
    assert recording.without_seconds(kept) == recording.without_seconds(drawn)


def test_the_drawing_shows_a_real_run(drawn):
    """It has the command, the code, the plan and the requests, as text."""
    text = unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))).replace("\xa0", " ")
    for wanted in ("$ linode-orm demo", "session.plan()", "tags: ", "PUT /linode/instances/", "requests in all"):
        assert wanted in text


def test_the_drawing_loads_nothing(drawn):
    """It names no font, picture or script of another server."""
    assert "@font-face" not in drawn
    assert not re.search(r"url\((?!#)|href=|<script|<image", drawn)


def light(colour):
    """Give the relative luminance of a colour, as WCAG defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_can_be_read(drawn):
    """Each colour of a text has the contrast of WCAG's level AA on the terminal's own background, on a light and a dark page."""
    under = re.search(r'<rect fill="(#[0-9a-f]{6})"', drawn)[1]
    inks = set(re.findall(r"\.demo-r\d+ \{ fill: (#[0-9a-f]{6})", drawn))
    assert len(inks) > 3
    assert {
        ink: round((light(ink) + 0.05) / (light(under) + 0.05), 2)
        for ink in inks
        if (light(ink) + 0.05) / (light(under) + 0.05) < 4.5
    } == {}


def test_a_recording_is_kept_until_it_differs(tmp_path):
    """A second recording leaves the file as it is; a changed file is recorded anew."""
    recording.write(tmp_path)
    file = tmp_path / recording.NAME
    first = file.read_text(encoding="utf-8")
    recording.write(tmp_path)
    assert file.read_text(encoding="utf-8") == first
    file.write_text(first.replace("session", "sezzion"), encoding="utf-8")
    recording.write(tmp_path)
    assert "sezzion" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_pages_describe_the_drawing(page):
    """README and the first page show it, with a text that says what is seen."""
    (alternative,) = re.findall(
        rf"!\[([^\]]+)\]\((?:docs/)?{recording.NAME}\)", (ROOT / page).read_text(encoding="utf-8")
    )
    assert len(alternative.split()) > 15
