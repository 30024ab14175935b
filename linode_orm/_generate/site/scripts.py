"""Reads docs/examples: a short script for each of the resources that are used most."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from linode_orm._generate.site.markdown import slug

FOLDER: Final = Path(__file__).parents[3] / "docs" / "examples"


def example(resource: str) -> str:
    """Return the script that shows a resource in use; empty where the folder has none."""
    file = FOLDER / f"{slug(resource)}.py"
    return file.read_text(encoding="utf-8") if file.exists() else ""
