"""Splits the prose of pages and docstrings into sentences; tables, code and lists of names are no prose."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,}).*?^(?P=mark)\s*$", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
END = re.compile(r"(?<=[.!?])[)\"'*`]*\s+(?=[A-Z`\"'(\[*])")
COMMAND = re.compile(r"^ +linode-orm .*$", re.MULTILINE)
TABLE = re.compile(r"^.*\S {3,}\S.*$", re.MULTILINE)
"""A line with columns: a table of a docstring."""
LINK = re.compile(r"\]\([^)]*\)")
CODE = re.compile(r"`[^`]*`")
WORD = re.compile(r"[^\W\d_][\w'-]*|\d[\d,.]*")


class Sentence(NamedTuple):
    """A sentence, and where its paragraph begins."""

    place: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words; a piece of code counts as one."""
        return WORD.findall(CODE.sub(" code ", LINK.sub("]", self.text)))


def of_page(path: Path, name: str) -> Iterator[Sentence]:
    """Yield the sentences of a Markdown page."""
    text = FENCE.sub(lambda found: "\n" * found[0].count("\n"), path.read_text(encoding="utf-8"))
    lines = ["" if line.lstrip().startswith(("|", "#", "<", "=")) else line for line in text.split("\n")]
    yield from _paragraphs("\n".join(lines), name, 1)


def of_module(path: Path, name: str) -> Iterator[Sentence]:
    """Yield the sentences of the docstrings of a module, with those below attributes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from _paragraphs(node.value.value, name, node.lineno)


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
