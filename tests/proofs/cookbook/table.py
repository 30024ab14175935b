"""The table of all jobs in docs/cookbook/index.md: `python -m tests.proofs.cookbook.table` measures and writes it anew."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.proofs.cookbook.recipes import INDEX, Recipe, recipes
from tests.proofs.cookbook.running import run_ours, run_theirs

HEAD = "| job | lines | with linode_api4 | requests | with linode_api4 | fewest | seconds | with linode_api4 |\n"
ROW = re.compile(r"^\| \[(?P<title>[^]]+)\]\((?P<target>[^)]+)\) \|(?P<figures>.+)\|$", re.MULTILINE)
SUM = "| **all** |"


class Figures(NamedTuple):
    """What a job takes: lines of code, requests and seconds, here and with linode_api4, and the fewest requests."""

    lines: int
    their_lines: int
    requests: int
    their_requests: int
    fewest: int
    seconds: float
    their_seconds: float


def measured(recipe: Recipe, folder: Path, patch: pytest.MonkeyPatch) -> Figures:
    """Run both scripts of a recipe, and give its figures."""
    ours, theirs = run_ours(recipe, folder / "ours", patch), run_theirs(recipe, folder / "theirs", patch)
    return Figures(
        *recipe.lines,
        len(ours.requests),
        len(theirs.requests),
        ours.fewest,
        round(ours.seconds, 1),
        round(theirs.seconds, 1),
    )


def rows() -> dict[str, Figures]:
    """Give the figures that the page shows, by the target of the link."""
    found = {}
    for row in ROW.finditer(INDEX.read_text(encoding="utf-8")):
        cells = [each.strip().replace(",", "") for each in row["figures"].split("|")]
        found[row["target"]] = Figures(*map(int, cells[:5]), *map(float, cells[5:]))
    return found


def shown(name: str, figures: Figures) -> str:
    """Give a line of the table."""
    cells = [f"{each:,}" for each in figures[:5]] + [f"{each:,.1f}" for each in figures[5:]]
    return f"| {name} | " + " | ".join(cells) + " |\n"


def total(all_figures: list[Figures]) -> Figures:
    """Add the figures of all jobs."""
    return Figures(*(round(sum(column), 1) for column in zip(*all_figures, strict=True)))


def table(found: dict[Recipe, Figures]) -> str:
    """Give the whole table."""
    lines = [shown(f"[{each.title}]({target(each)})", figures) for each, figures in found.items()]
    return HEAD + "|---" + "|--:" * 7 + "|\n" + "".join(lines) + shown("**all**", total(list(found.values())))


def target(recipe: Recipe) -> str:
    """Give the link to a recipe."""
    return f"{recipe.page.name}#{recipe.anchor}"


def state(recipe: Recipe, sent: int) -> None:
    """Write into the recipe's page what it sends."""
    before, heading, section = recipe.page.read_text(encoding="utf-8").partition(f"## {recipe.title}\n")
    section = re.sub(r"^Sends \d+", f"Sends {sent}", section, count=1, flags=re.MULTILINE)
    recipe.page.write_text(before + heading + section, encoding="utf-8")


def main() -> None:
    """Measure all jobs, and write what they take into the table and the pages."""
    found = {}
    for recipe in recipes():
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            found[recipe] = measured(recipe, Path(folder), patch)
        state(recipe, found[recipe].requests)
        print(shown(recipe.title, found[recipe]), end="")
    text = INDEX.read_text(encoding="utf-8")
    before, _, after = text.partition(HEAD)
    _, _, rest = after.partition(SUM)
    INDEX.write_text(before + table(found) + rest.partition("\n")[2], encoding="utf-8")


if __name__ == "__main__":
    main()
