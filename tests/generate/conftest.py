"""The facts of people, as they are about the description made by hand."""

from __future__ import annotations

import pytest

from tests.generate.test_generator import COMMON, SHIPS


@pytest.fixture
def facts(tmp_path):
    """Write the facts of people."""
    (tmp_path / "_common.toml").write_text(COMMON)
    (tmp_path / "ships.toml").write_text(SHIPS)
    return tmp_path
