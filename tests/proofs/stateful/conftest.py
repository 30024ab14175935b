"""What every test of commits at random keeps to: a batch is sent before an answer lands (behaviour of the session)."""

from __future__ import annotations

import pytest

from linode_orm.session.commit import executor
from tests.proofs.stateful.faulty_api import LateNews, Waking


@pytest.fixture(autouse=True)
def in_turn(monkeypatch):
    """Let a run hear of answers where it waits for them; none is left to the next test."""
    monkeypatch.setattr(executor, "SimpleQueue", Waking)
    yield
    LateNews.waiting.clear()
