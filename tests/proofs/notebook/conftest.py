"""The option that keeps what the notebook shows."""

from __future__ import annotations


def pytest_addoption(parser):
    """Add the option."""
    parser.addoption("--keep-outputs", action="store_true", help="write what the notebook shows into its file")
