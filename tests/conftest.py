"""Lets `--full` run the whole of what the usual run takes a seeded tenth of."""

from __future__ import annotations

import pytest


def pytest_addoption(parser):
    """Let `nox -s full` say so."""
    parser.addoption("--full", action="store_true", help="run every matrix whole, where the usual run takes a tenth")


@pytest.fixture(scope="session")
def full(request) -> bool:
    """Say whether matrices and long runs are wanted whole."""
    return request.config.getoption("--full")
