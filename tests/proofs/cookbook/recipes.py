"""The recipes of the cookbook: sentence, script, the same with linode_api4, and what the page says that they send."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.places import ROOT
from tests.proofs.docs.blocks import FENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = ROOT / "docs" / "cookbook"
INDEX = FOLDER / "index.md"
HEADER = re.compile(r'# /// script\n# dependencies = \["(?P<library>\w+)(?:\[\w+\])?"(?:, "[\w]+")*\]\n# ///\n')
SAID = re.compile(
    r"^Sends (?P<sent>\d+) requests?(?:, the fewest possible|; the fewest possible are (?P<fewest>\d+))", re.MULTILINE
)


class Recipe(NamedTuple):
    """One job: the page and the heading that names it, both scripts, and the numbers of requests that the page states."""

    page: Path
    title: str
    ours: str
    theirs: str
    sent: int
    fewest: int

    @property
    def anchor(self) -> str:
        """The name of the recipe in tests, and the anchor of its heading."""
        return re.sub(r"[^\w -]", "", self.title.lower()).replace(" ", "-")

    @property
    def lines(self) -> tuple[int, int]:
        """How many lines of code both scripts have, without blanks and comments."""
        return code_lines(self.ours), code_lines(self.theirs)


def code_lines(script: str) -> int:
    """Count the lines of a script that are neither blank nor a comment."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in script.splitlines())


def pages() -> list[Path]:
    """Give the pages of recipes."""
    return [each for each in sorted(FOLDER.glob("*.md")) if each != INDEX]


def recipes() -> list[Recipe]:
    """Give all recipes in the order of their pages."""
    return [recipe for page in pages() for recipe in of_page(page)]


def of_page(page: Path) -> Iterator[Recipe]:
    """Give the recipes of a page: a section of it is one where it has scripts."""
    for section in re.split(r"^(?=## )", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        scripts = {}
        for block in FENCE.finditer(section):
            header = HEADER.match(block["text"])
            if block["language"] == "python" and header:
                scripts[header["library"]] = block["text"]
        if scripts:
            said = SAID.search(section)
            assert said, f"{page.name}: {section.splitlines()[0]} does not say what it sends"
            assert scripts.keys() == {"linode_orm", "linode_api4"}, f"{page.name}: {section.splitlines()[0]}"
            sent = int(said["sent"])
            title = section.splitlines()[0].removeprefix("## ")
            yield Recipe(page, title, scripts["linode_orm"], scripts["linode_api4"], sent, int(said["fewest"] or sent))
