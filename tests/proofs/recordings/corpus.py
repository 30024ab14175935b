"""The recorded interactions with the real API."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.places import SHARED

FILE = SHARED / "recordings" / "open.jsonl.gz"
needed = pytest.mark.skipif(not FILE.exists(), reason="the recordings are not on this machine")

Line = dict[str, Any]


def lines() -> list[Line]:
    """Give every recorded interaction, in order."""
    with gzip.open(FILE, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def name(line: Line) -> str:
    """Give the name under which notes and facts speak of an interaction."""
    return f"{line['cassette']}#{line['index']}"
