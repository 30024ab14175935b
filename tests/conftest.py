"""Lets `--full` run the whole of what the usual run takes a seeded tenth of, and prints the tables of such runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.table import lines

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLES = pytest.StashKey[list[str]]()


def pytest_addoption(parser):
    """Let `nox -s full` say so."""
    parser.addoption("--full", action="store_true", help="run every matrix whole, where the usual run takes a tenth")


@pytest.fixture(scope="session")
def full(request) -> bool:
    """Say whether matrices and long runs are wanted whole."""
    return request.config.getoption("--full")


@pytest.fixture(scope="session")
def tell(request) -> Callable[[str], None]:
    """Print figures at the end of the run, whether its tests pass or not."""
    return request.config.stash.setdefault(_TABLES, []).append


def pytest_terminal_summary(terminalreporter, config):
    """Print what was told, and the table of figures."""
    told = config.stash.get(_TABLES, [])
    if told:
        terminalreporter.section("figures" if config.getoption("--full") else "figures, of a seeded tenth")
        for each in told:
            terminalreporter.line(each)
            terminalreporter.line("")
    if table := lines():
        terminalreporter.section("conformance")
        for line in table:
            terminalreporter.line(line)
