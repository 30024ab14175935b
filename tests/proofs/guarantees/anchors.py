"""Finds the comments of the package that number the promise which a line keeps, such as `# promise 7`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = re.compile(r"\bpromise (\d+[a-z]?)\b")


class Anchor(NamedTuple):
    """Its name (`7`, `15a`), and the module and the line that it stands for."""

    name: str
    path: Path
    line: int


@cache
def anchors_of(package: Path) -> tuple[Anchor, ...]:
    """Find the anchors of all modules of a package, once."""
    return tuple(each for path in sorted(package.rglob("*.py")) for each in _anchors_in(path))


def anchor_of(package: Path, name: str) -> Anchor:
    """Find one that stands once."""
    (anchor,) = [each for each in anchors_of(package) if each.name == name]
    return anchor


def differences(found: list[str], used: list[str]) -> list[str]:
    """Say which anchors are missing, stand more than once, or are used by none or by several."""
    return [
        f"promise {name}: stands {found.count(name)} times, used {used.count(name)} times"
        for name in sorted({*found, *used})
        if (found.count(name), used.count(name)) != (1, 1)
    ]


def anchored(tree: ast.Module, line: int) -> tuple[ast.stmt, ast.FunctionDef | None]:
    """Give the innermost statement of a line, and the innermost function around it."""
    around = [each for each in ast.walk(tree) if isinstance(each, ast.stmt) and each.lineno <= line <= each.end_lineno]
    functions = [each for each in around if isinstance(each, ast.FunctionDef)]
    return around[-1], functions[-1] if functions else None


def _anchors_in(path: Path) -> Iterator[Anchor]:
    text = path.read_text(encoding="utf-8")
    if not NAME.search(text):
        return
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line = token.start[0]
            while not lines[line - 1].partition("#")[0].strip():  # a comment alone stands for the next line of code
                line += 1
            for name in NAME.findall(token.string):
                yield Anchor(name, path, line)
