"""Reads docs/meanings.toml: what the fields of often used resources mean, with their units."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[3] / "docs" / "meanings.toml"
COMMON: Final = "_common"


@cache
def known() -> dict[str, dict[str, str]]:
    """Return the meanings by resource and field, as the file has them."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def meaning(resource: str, field: str) -> str:
    """Return what a field means; empty where nobody has written it down."""
    own = known().get(resource)
    return own.get(field) or known()[COMMON].get(field, "") if own is not None else ""
