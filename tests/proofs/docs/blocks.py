"""The fenced blocks of a page, and which of them are files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.py)\n")
ID = re.compile(r"\d{7,}")


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def file(self):
        """The name of the file that the block is: its first line is a comment that says so; None for any other block."""
        found = FILE.match(self.text) if self.language == "python" else None
        return found[1] if found else None


def blocks(page, *languages):
    """Give the fenced blocks of a page in these languages."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 2, found["language"], found["text"])
        for found in FENCE.finditer(text)
        if found["language"] in languages
    ]


def pattern(text):
    """Give a regular expression for what a block prints: three dots are anything, seven digits any id."""
    literal = ".*?".join(map(re.escape, text.strip().split("...")))
    return r"\s*" + ID.sub(r"\\d{7,}", literal) + r"\s*"
