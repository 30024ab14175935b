"""Holds names to the words of the field: the glossary explains them, and words of the first version are refused."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "linode_orm"
GLOSSARY = ROOT / "docs" / "glossary.md"

REFUSED: Final = frozenset(
    {
        "hands", "stowaway", "boarding", "aboard", "landed", "chronicle", "graves", "doomed", "told", "straggler",
        "prospects", "newborn", "twins", "desk", "shelf", "shelved", "mistrust", "roster", "household", "certainty",
        "settler", "rekeyed", "riders", "rides", "bundling", "membership", "sought", "carrier", "friends",
        "strangers", "world", "yard", "quay", "harbour",
    }
)  # fmt: skip
"""Words of the first version that the field has terms for."""

ORDINARY: Final = {
    "English": (
        "acquisition all and answer any argument as build masking printable plus private strict applier apply applying back block bound by call choice claim count coverage "
        "create date declare demo denial description dispatch drift earlier end entry error evaluate explanation fact "
        "first former full generate goal hidden hold inner interrupt is job kind lifecycle limit main many mark match meaning "
        "memory module money name new no not note observe one only or order ordering part pause plain progress public "
        "read recover resolve row run send shape share shown rich sighting source structure support system time touch tour "
        "tree try undo unheld unknown verdict verify whole wrong"
    ),
    "computing": (
        "absent adapter address aimd algorithm annotation array arrow assignment attribute budget cache cassette chunk class cli command compare "
        "comparison compensated compile complete constructor content context continue counter crud csv cycle dict diagram dictionary difference doctor "
        "digest factory feedback field fixture format header help html http id inspection json keyword layout leaf literal llms map markdown message "
        "model npm operand operator option output parent prompt protocol proxy python ratelimit rebuild redis request response route "
        "router scalar scope scrub server shell show signature simulate simulator site sql sqlalchemy sqlite status store terminal test typescript unset validate wire xfilter yaml"
    ),
    "public names of the contract": "sessionmaker selectable",
}
"""Words beside the glossary of which names may be made, because they mean here what they mean everywhere."""

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
ENDING = re.compile(r"(?:ation|ated|ate|ion|ing|able|ed|er|e|y|i)$")


def entries() -> list[tuple[str, str]]:
    """Return the terms of the glossary with their explanations."""
    _, *parts = re.split(r"^## (.+)$", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(term, text.strip()) for term, text in zip(parts[::2], parts[1::2], strict=True)]


def unknown(names: set[str]) -> dict[str, str]:
    """Return the words of names that stand in no list, each with a name that has it."""
    return {word: name for name in sorted(names) for word in words(name) if root(word) not in known_roots()}


@cache
def known_roots() -> frozenset[str]:
    """Return the roots of all words that names may be made of; the declarations have the words of the API."""
    models = [path.relative_to(PACKAGE / "models") for path in modules(PACKAGE / "models")]
    api = {word for path in models for part in path.with_suffix("").parts for word in words(part)}
    terms = {word for term, _ in entries() for word in words(term)}
    return frozenset(map(root, {*" ".join(ORDINARY.values()).split(), *terms, *api}))


@cache
def roots_of_the_package() -> frozenset[str]:
    """Return the roots of all words in the package's code and docstrings."""
    texts = [path.read_text(encoding="utf-8") for path in modules(PACKAGE)]
    return frozenset(root(word) for text in texts for word in words(text))


def words(name: str) -> set[str]:
    """Return the words of a name in lower case: `IdentityMap` and `identity_map` have two."""
    return {word.lower() for word in WORD.findall(name)}


def root(word: str) -> str:
    """Return what the forms of a word have in common: `plans`, `planner` and `planning` are one word."""
    singular = re.sub(r"ies$", "y", word).removesuffix("s")
    short = ENDING.sub("", singular) if len(singular) > 4 else singular
    return re.sub(r"([^aeiou])\1$", r"\1", short)


def modules(place: Path) -> Iterator[Path]:
    """Yield the modules of a folder, or the one at that path."""
    yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def defined(path: Path) -> set[str]:
    """Return the names that a module defines; those that it imports are defined elsewhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


@pytest.mark.parametrize(
    "folder",
    sorted(
        str(each.relative_to(ROOT))
        for room in (PACKAGE, ROOT / "tests")
        for each in room.iterdir()
        if each.is_dir() or each.suffix == ".py"
    ),
)
def test_no_name_has_a_refused_word(folder):
    """No folder, module, class, function, parameter, attribute or variable has a word of the first version in its name."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(ROOT / folder)
        for name in [path.stem, path.parent.name, *defined(path)]
        if REFUSED & words(name)
    }
    assert found == set()


def test_the_check_sees_what_it_looks_for(tmp_path):
    """Every kind of name is looked at, and a word counts only as a whole."""
    path = tmp_path / "told.py"
    path.write_text(
        "class TwinsTable:\n    roster: int\n    def rides_on(self, yard, *, theshold): self.shelf = stride = 1\n",
        encoding="utf-8",
    )
    refused = {name for name in [path.stem, *defined(path)] if REFUSED & words(name)}
    assert refused == {"told", "TwinsTable", "roster", "rides_on", "yard", "shelf"}


def test_modules_are_named_by_the_glossary():
    """The name of a module or folder consists of words of the glossary, ordinary words, and words of the API."""
    names = {part for path in modules(PACKAGE) for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert unknown(names - {"__init__", "__main__"}) == {}


def test_classes_are_named_by_the_glossary():
    """So does the name of a class in the rooms of sessions, requests and declarations, unless it is private."""
    names = {
        node.name
        for room in ("session", "wire", "mapping")
        for path in modules(PACKAGE / room)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    assert unknown(names) == {}


def test_the_glossary_is_in_order():
    """Entries are in the order of the alphabet, and none comes twice."""
    terms = [term for term, _ in entries()]
    assert terms == sorted(set(terms), key=lambda term: term.lower().replace("-", " "))


@pytest.mark.parametrize(("term", "text"), [pytest.param(*entry, id=entry[0]) for entry in entries()])
def test_an_entry_is_two_plain_sentences(term, text):
    """An entry has two sentences, none over 30 words, and names something that stands in the package."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    assert len(sentences) == 2
    assert [each for each in sentences if len(each.split()) > 30 or not each.endswith(".")] == []
    assert {root(word) for word in words(term)} <= roots_of_the_package()


def test_no_entry_is_named_by_a_refused_word():
    """The glossary keeps to its own words."""
    assert [term for term, _ in entries() if REFUSED & words(term)] == []
