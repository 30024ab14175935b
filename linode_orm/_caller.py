"""The caller: the line of the program that called the library, for warnings and messages."""

from __future__ import annotations

import linecache
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def warn(warning: Warning) -> None:
    """Warn of the line that called the library."""
    depth, _ = _calling()
    warnings.warn(warning, stacklevel=depth)


def caller() -> str:
    """Return file, number and text of the line that called the library."""
    _, frame = _calling()
    file, number = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, number, frame.f_globals).strip()
    return f"{Path(file).name}:{number}" + (f" `{text}`" if text else "")


def _calling() -> tuple[int, FrameType]:
    """Return the first frame outside of the package, and how far it lies above the caller of this function."""
    depth, frame = 0, sys._getframe()  # noqa: SLF001  the way of `warnings` itself, which has no public one before 3.12
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == __package__:
        depth, frame = depth + 1, frame.f_back
    return depth, frame
