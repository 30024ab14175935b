"""Patterns of `like`: `%` stands for any characters, `_` for one, and an escape character takes both literally."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_WILDCARDS: Final = {"%": ".*", "_": "."}


@frozen
class Pattern:
    """The operand of `like` and `ilike`: a text with `%` and `_`, and the character that escapes them, if any."""

    text: str
    escape: str | None = None

    def __repr__(self) -> str:
        return repr(self.text) if self.escape is None else f"{self.text!r}, escape={self.escape!r}"

    def problem(self) -> str:
        """Return why this is no pattern; empty if it is one."""
        if self.escape is None:
            return ""
        if len(self.escape) != 1:
            return f"escape is one character, not {self.escape!r}"
        literals = [literal for literal, _ in self._parts()]
        return f"{self.text!r} ends in its escape character {self.escape!r}" if "" in literals else ""

    def _parts(self) -> Iterator[tuple[str, bool]]:
        """Yield each character, and whether it is a wildcard; an empty one behind an escape at the end."""
        characters = iter(self.text)
        for each in characters:
            if each == self.escape:
                yield next(characters, ""), False
            else:
                yield each, each in _WILDCARDS

    def compiled(self, *, folds: bool) -> re.Pattern[str]:
        """Return the regular expression that matches whole strings; `folds` takes out upper and lower case."""
        parts = [
            _WILDCARDS[each] if is_wildcard else re.escape(each.casefold() if folds else each)
            for each, is_wildcard in self._parts()
        ]
        return re.compile("".join(parts), re.DOTALL)

    @property
    def longest_literal(self) -> str:
        """The longest run of characters that every match has; empty if the pattern is of wildcards alone."""
        runs = [""]
        for each, is_wildcard in self._parts():
            if is_wildcard:
                runs.append("")
            else:
                runs[-1] += each
        return max(runs, key=len)
