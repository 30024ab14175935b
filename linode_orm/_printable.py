"""Text from elsewhere as a terminal may show it: characters that control a terminal are written as escapes."""

from __future__ import annotations


def printable(text: object, *, keep: str = "") -> str:
    """Return text with every character escaped that is not printable: C0, C1, bidirectional marks, half surrogates.

    A blank is printable, a line end is not. Characters in `keep` stay as they are.
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(each if each.isprintable() or each in keep else _escaped(each) for each in shown)


def printable_lines(text: object) -> str:
    """Return text of several lines with every other control character escaped."""
    return printable(text, keep="\n")


def _escaped(character: str) -> str:
    return repr(character)[1:-1]
