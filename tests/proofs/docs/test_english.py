"""Holds pages and docstrings to short sentences, and to the words of the field."""

from __future__ import annotations

import re

import pytest

from tests.places import ROOT
from tests.proofs.docs.sentences import Sentence, of_module, of_page
from tests.proofs.meta.test_names import REFUSED

PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "AGENTS.md", "SECURITY.md", "CODE_OF_CONDUCT.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "cookbook").glob("*.md")),
    *sorted((ROOT / "docs" / "changelog.d").glob("*.md")),
]
MODULES = sorted((ROOT / "linode_orm").rglob("*.py"))
LONGEST = 32


def sentences(path):
    """Give the sentences of a page or of a module's docstrings."""
    read = of_module if path.suffix == ".py" else of_page
    return list(read(path, str(path.relative_to(ROOT))))


def faults(path):
    """Give what is wrong with the sentences of a file."""
    found = []
    for each in sentences(path):
        if len(each.words) > LONGEST:
            found.append(f"{each.place}: {len(each.words)} words: {each.text}")
        used = {word.lower() for word in each.words} & REFUSED
        found += [f"{each.place}: the word {word!r}: {each.text}" for word in sorted(used)]
    return found


@pytest.mark.parametrize("path", [each for each in PAGES if each.exists()], ids=lambda path: path.name)
def test_pages(path):
    """No sentence of a page has more than 32 words, and none has a word of the first version."""
    assert faults(path) == []


def test_docstrings():
    """No sentence of a docstring has more than 32 words, and none has a word of the first version."""
    assert [fault for path in MODULES for fault in faults(path)] == []


def test_the_check_sees_what_it_looks_for(tmp_path):
    """A long sentence is seen across lines and in lists; code is one word, and tables, fences and headings are none."""
    page = tmp_path / "page.md"
    long = " ".join(["word"] * 33)
    page.write_text(f"# {long}\n\n| {long} |\n\n```text\n{long}\n```\n\n`{long}` stands here.\n\n- One.\n- {long}.\n")
    assert [len(each.words) for each in of_page(page, "page") if len(each.words) > LONGEST] == [33]
    assert Sentence("", "See [the page](a/b.md) of `x.y(z)`.").words == ["See", "the", "page", "of", "code"]
    assert re.fullmatch(r"page:\d+", next(iter(of_page(page, "page"))).place)
