"""The cookbook's scripts: both ways of each job end alike, and send what the pages and the table say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("linode_api4", reason="the official library is not installed")
pytest.importorskip("duckdb", reason="a recipe exports to it")

from tests.proofs.cookbook.recipes import INDEX, code_lines, pages, recipes
from tests.proofs.cookbook.running import run_ours, run_theirs
from tests.proofs.cookbook.scene import SCENES
from tests.proofs.cookbook.table import rows, shown, target, total
from tests.table import note

RECIPES = recipes()
UNTYPED = {"replace-a-tag-by-another-wherever-it-is": 'Cannot access attribute "tags" for class "Model"'}
"""What the type checker cannot know: what carries a tag is of many kinds."""


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=[each.anchor for each in RECIPES])
def test_a_recipe(recipe, tmp_path, monkeypatch):
    """Both scripts leave the same account, print and write the same, and take what the page and the table say."""
    ours = run_ours(recipe, tmp_path / "ours", monkeypatch)
    theirs = run_theirs(recipe, tmp_path / "theirs", monkeypatch)
    assert (ours.refused, theirs.refused) == ([], [])
    assert ours.held == theirs.held
    assert (ours.printed, ours.files) == (theirs.printed, theirs.files)
    assert ours.printed or ours.files or ours.held != ours.held_before, "the job does something"
    stated = rows()[target(recipe)]
    slack = stated.requests // 20 if ours.scene.waits else 0  # a look more or less, by the threads' turns
    assert abs(len(ours.requests) - stated.requests) <= slack, ours.requests
    assert abs(len(theirs.requests) - stated.their_requests) <= slack, theirs.requests
    assert stated.requests - stated.fewest == len(ours.requests) - ours.fewest
    assert ours.looks <= ours.seconds / 3 or not ours.scene.waits, "a look in three seconds is enough"
    assert (recipe.sent, recipe.fewest) == (stated.requests, stated.fewest)
    assert (stated.lines, stated.their_lines) == recipe.lines
    assert ours.seconds == pytest.approx(stated.seconds, rel=0.2, abs=0.5)
    assert theirs.seconds == pytest.approx(stated.their_seconds, rel=0.05, abs=0.2)


def test_the_table_has_every_job():
    """Each recipe has a row, each row a recipe, and the last row is their sum."""
    found = rows()
    assert list(found) == [target(each) for each in RECIPES]
    assert shown("**all**", total(list(found.values()))) in INDEX.read_text(encoding="utf-8")
    assert SCENES.keys() == {each.anchor for each in RECIPES}


def test_the_figures_of_all_jobs():
    """Of 40 jobs or more: fewer or equal lines and requests in all, and the fewest requests in 95 % of them."""
    found = list(rows().values())
    everything = total(found)
    least = sum(each.requests == each.fewest for each in found)
    note("jobs of the cookbook", f"{len(found)}", ">= 40")
    note("  lines, beside linode_api4", f"{everything.lines} and {everything.their_lines}", "fewer or equal")
    note("  requests, beside linode_api4", f"{everything.requests} and {everything.their_requests}", "fewer or equal")
    note("  with the fewest requests possible", f"{least} of {len(found)}", ">= 95 %")
    assert len(found) >= 40
    assert everything.lines <= everything.their_lines
    assert everything.requests <= everything.their_requests
    assert least >= 0.95 * len(found)


def test_a_recipe_with_more_than_the_fewest_says_why():
    """Where a script sends more than the fewest requests, the page has a sentence on what the others do."""
    more = [each for each in RECIPES if each.sent > each.fewest]
    assert [each.anchor for each in more if "fewest possible are" not in each.page.read_text(encoding="utf-8")] == []


def test_every_page_is_linked():
    """The index names every page of recipes."""
    text = INDEX.read_text(encoding="utf-8")
    assert [each.name for each in pages() if f"({each.name})" not in text] == []


def test_lines_are_counted_without_blanks_and_comments():
    """A header, a comment and a blank line are no lines of code."""
    assert code_lines("# /// script\n# ///\nimport os\n\n# why\nprint(os)\n") == 2


def test_both_scripts_are_formatted(tmp_path):
    """Neither side is made shorter by the way it is written: one formatter leaves both as they are."""
    for at, each in enumerate(RECIPES):
        (tmp_path / f"a{at}.py").write_text(each.ours, encoding="utf-8")
        (tmp_path / f"b{at}.py").write_text(each.theirs, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--check", "--isolated", "--line-length", "120", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.slow
def test_our_scripts_are_typed(tmp_path):
    """The type checker finds nothing wrong in a recipe, but for what no type can say."""
    for each in RECIPES:
        (tmp_path / f"{each.anchor}.py").write_text(each.ours, encoding="utf-8")
    settings = {"pythonVersion": "3.11", "typeCheckingMode": "standard", "reportMissingModuleSource": False}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(tmp_path)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    said = [(each["file"], each["message"]) for each in found["generalDiagnostics"] if each["severity"] == "error"]
    assert [
        (file, message)
        for file, message in said
        if not any(anchor in file and text in message for anchor, text in UNTYPED.items())
    ] == []
