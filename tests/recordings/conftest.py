"""Prints the figures at the end of a run."""

from __future__ import annotations

from typing import Any

from tests.recordings import figures


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was counted."""
    if figures.ROWS:
        terminalreporter.section("recordings")
        for row in figures.ROWS.values():
            terminalreporter.line(str(row))
