"""The layout of JSON on a cassette: sorted keys, short values on one line, rows of lists each on a line of its own."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_ENCODE: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_HALF: Final = re.compile("[\ud800-\udfff]")
_LINE: Final = 100
"""Characters of JSON that stand on one line."""


def laid_out(value: object) -> str:
    """Return a value as JSON for readers; it is parsed to the same value."""
    text = _line(value)
    if len(text) <= _LINE or not isinstance(value, dict):
        return text
    parts = [f" {_line(key)}: {_rows(value[key])}" for key in sorted(value)]
    return "{\n" + ",\n".join(parts) + "\n}"


def _rows(value: Any) -> str:  # noqa: ANN401  JSON
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[\n" + ",\n".join(f"  {_line(each)}" for each in value) + "\n ]"
    return _line(value)


def _line(value: object) -> str:
    text = _ENCODE(value)
    # half of a surrogate pair can be escaped, and not be encoded
    return text if text.isascii() or not _HALF.search(text) else json.dumps(value, sort_keys=True)
