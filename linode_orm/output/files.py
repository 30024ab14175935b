"""Where the text of a table goes: a path, an open file, or a string."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO


def write_text(parts: Iterable[str], file: str | os.PathLike[str] | TextIO | None) -> str | None:
    """Write parts of a text to a path, in UTF-8, or to a text file; return the text where there is neither."""
    if file is None:
        return "".join(parts)
    if isinstance(file, (str, os.PathLike)):
        # half a surrogate pair has no form in UTF-8, and must not end a file in its middle
        with open(file, "w", encoding="utf-8", errors="replace", newline="") as opened:  # noqa: PTH123  a path of any kind
            opened.writelines(parts)
        return None
    if not hasattr(file, "write"):
        msg = f"a path or a text file is needed, not {file!r}"
        raise TypeError(msg)
    for part in parts:
        file.write(part)
    return None
