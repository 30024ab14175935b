"""Splits the prose of pages and docstrings into sentences; each cell of a table is read by itself, and blocks of code are no prose."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,}).*?^(?P=mark)\s*$", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
END = re.compile(r"(?<=[.!?])[)\"'*`]*\s+(?=[A-Z0-9`\"'(\[*])")
COMMAND = re.compile(r"^ +linode-orm .*$", re.MULTILINE)
TABLE = re.compile(r"^.*\S {3,}\S.*$", re.MULTILINE)
"""A line with columns: a table of a docstring."""
COLUMN = re.compile(r"(?<=\S) {3,}")
CELL = re.compile(r"(?<!\\)\|")
NAMES = re.compile(r"`[^`]*`(?:(?:,| and| or|, and|, or) `[^`]*`){3,}")
"""Four pieces of code or more that are only listed."""
LINK = re.compile(r"\]\([^)]*\)")
WORD = re.compile(r"[^\W\d_][\w'-]*|\d[\d,.]*")


class Sentence(NamedTuple):
    """A sentence, and where its paragraph begins."""

    place: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words, those of code among them; a list of names counts as one, and the address of a link as none."""
        return WORD.findall(NAMES.sub("names", LINK.sub("]", self.text)))


def of_page(path: Path, name: str) -> Iterator[Sentence]:
    """Yield the sentences of a Markdown page."""
    yield from of_markdown(path.read_text(encoding="utf-8"), name)


def of_markdown(text: str, name: str) -> Iterator[Sentence]:
    """Yield the sentences of a text in Markdown, with those in the cells of its tables."""
    lines = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
    for at, line in enumerate(lines, 1):
        if line.startswith("|"):
            yield from _cells(CELL.split(line.strip("|")), f"{name}:{at}")
    prose = ["" if line.lstrip().startswith(("|", "#", "<", "=")) else line for line in lines]
    yield from _paragraphs("\n".join(prose), name, 1)


def of_module(path: Path, name: str) -> Iterator[Sentence]:
    """Yield the sentences of the docstrings of a module, with those below attributes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for line in TABLE.findall(node.value.value):
                yield from _cells(COLUMN.split(line.strip()), f"{name}:{node.lineno}")
            yield from _paragraphs(node.value.value, name, node.lineno)


def _cells(cells: list[str], place: str) -> Iterator[Sentence]:
    for cell in cells:
        yield from (Sentence(place, sentence.strip()) for sentence in END.split(cell) if sentence.strip())


def _paragraphs(text: str, name: str, first: int) -> Iterator[Sentence]:
    at = first
    text = COMMAND.sub("", TABLE.sub("", text))
    for block in re.split(r"(\n[ \t]*\n)", text):
        if not block.strip():
            at += block.count("\n")
            continue
        for item in ITEM.split(block):
            for sentence in END.split(" ".join(item.split())):
                if sentence.strip():
                    yield Sentence(f"{name}:{at}", sentence.strip())
        at += block.count("\n")
