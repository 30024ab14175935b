"""Where a checkout lies, and the inputs that may lie beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SHARED: Final = ROOT.parent / "shared"
"""Recordings and descriptions of the API that are no part of the repository; tests skip what needs them if it is absent."""
