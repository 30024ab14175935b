"""Prints the table of figures at the end."""

from __future__ import annotations

from tests.benchmarks.harness import TABLE


def pytest_terminal_summary(terminalreporter):
    """Print what was seen beside what was wanted."""
    if not TABLE:
        return
    width = max(len(what) for what, _, _ in TABLE)
    terminalreporter.section("figures")
    for what, seen, wanted in TABLE:
        terminalreporter.write_line(f"{what:<{width}}  {seen:<28} wanted {wanted}")
