"""The cookbook's scripts: both ways of each job end alike, and send what the pages and the table say."""

from __future__ import annotations

import pytest

pytest.importorskip("linode_api4", reason="the official library is not installed")

from tests.proofs.cookbook.recipes import recipes  # noqa: E402  after the skip
from tests.proofs.cookbook.running import run_ours, run_theirs  # noqa: E402  after the skip

RECIPES = recipes()


@pytest.mark.parametrize("recipe", RECIPES, ids=[each.anchor for each in RECIPES])
def test_a_recipe(recipe, tmp_path, monkeypatch):
    """Both scripts leave the same account, print and write the same, and ours sends what the page says."""
    ours = run_ours(recipe, tmp_path / "ours", monkeypatch)
    theirs = run_theirs(recipe, tmp_path / "theirs", monkeypatch)
    assert ours.refused == []
    assert theirs.refused == []
    print(f"{recipe.anchor}: lines {recipe.lines}, requests {len(ours.requests)} {len(theirs.requests)}, s {ours.seconds:.1f} {theirs.seconds:.1f}")
    assert ours.held == theirs.held
    if ours.scene.same_output:
        assert (ours.printed, ours.files) == (theirs.printed, theirs.files)
    rounds = sum(each == "GET /account/events" for each in ours.requests) if ours.scene.waits else 0
    assert len(ours.requests) == recipe.sent, ours.requests
    assert recipe.fewest == ours.scene.fewest + rounds
