"""Holds pages and docstrings to short sentences, and to the words of the field."""

from __future__ import annotations

import pytest

from linode_orm._generate.site import build
from tests.places import ROOT
from tests.proofs.docs.sentences import Sentence, of_markdown, of_module, of_page
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
    """A long sentence is seen across lines, in lists, in cells and in code; fenced blocks and headings are none."""
    page = tmp_path / "page.md"
    long = " ".join(["word"] * 33)
    page.write_text(f"# {long}\n\n| a | {long} |\n\n```text\n{long}\n```\n\n`{long}` here.\n\n- One.\n- {long}.\n")
    found = [(each.place, len(each.words)) for each in of_page(page, "page") if len(each.words) > LONGEST]
    assert found == [("page:3", 33), ("page:9", 34), ("page:11", 33)]
    assert Sentence("", "See [the page](a/b.md) of `x.y(z)`.").words == ["See", "the", "page", "of", "x", "y", "z"]
    assert Sentence("", "One of `a`, `b`, `c` or `d`, not `a` or `b`.").words == [
        "One",
        "of",
        "names",
        "not",
        "a",
        "or",
        "b",
    ]


def test_the_check_sees_tables_of_docstrings(tmp_path):
    """Each column of a line in a docstring is read by itself: three blanks end it."""
    module = tmp_path / "module.py"
    long = " ".join(["word"] * 33)
    module.write_text(f'"""A table.\n\n    state      ({long})\n    other      short\n"""\n')
    assert [len(each.words) for each in of_module(module, "module") if len(each.words) > LONGEST] == [33]


def test_generated_pages():
    """No sentence of a page that is made from the declarations or from docstrings has more than 32 words."""
    found = []
    for name, text in {**build.resources(), **build.reference()}.items():
        found += [
            f"{each.place}: {len(each.words)} words: {each.text}"
            for each in of_markdown(text, name)
            if len(each.words) > LONGEST
        ]
    assert found == []
