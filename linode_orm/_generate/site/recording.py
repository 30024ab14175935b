"""Records the first step of `linode-orm demo` as a drawing of a terminal."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "demo.svg"
WIDTH: Final = 88
BACKGROUND: Final = (22, 27, 34)
INK: Final = (230, 237, 243)
COLOURS: Final = [
    (110, 118, 129),
    (255, 123, 114),
    (126, 231, 135),
    (242, 204, 96),
    (121, 192, 255),
    (210, 168, 255),
    (118, 227, 234),
    INK,
]
"""Readable on the background of the terminal, whatever the colour of the page around it."""
_FONT: Final = re.compile(r"\s*@font-face \{[^}]*\}")
_SECONDS: Final = re.compile(r"\d+\.\d+(?:&#160;| )s\b")


def record() -> str:
    """Run the step on a simulated account, and return the drawing of what the terminal shows; it loads no font."""
    from rich.console import Console  # noqa: PLC0415  an extra
    from rich.terminal_theme import TerminalTheme  # noqa: PLC0415  the same
    from rich.text import Text  # noqa: PLC0415  the same

    from linode_orm.cli import demo  # noqa: PLC0415  it needs the extra too
    from linode_orm.cli.tour import CHAPTERS  # noqa: PLC0415  the same

    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(Text("$ linode-orm demo", style="bold"))
    demo.run(console, CHAPTERS[:1])
    title = f"linode-orm demo, the first of {len(CHAPTERS)} steps"
    drawn = console.export_svg(title=title, theme=TerminalTheme(BACKGROUND, INK, COLOURS), unique_id="demo")
    return _FONT.sub("", "\n".join(line.rstrip() for line in drawn.splitlines())) + "\n"


def without_seconds(drawn: str) -> str:
    """Return a drawing without the seconds that differ from run to run."""
    return _SECONDS.sub("... s", drawn)


def write(docs: Path) -> None:
    """Record into the folder of the documentation, unless the drawing there differs only in its seconds."""
    file, drawn = docs / NAME, record()
    if not file.exists() or without_seconds(file.read_text(encoding="utf-8")) != without_seconds(drawn):
        file.write_text(drawn, encoding="utf-8")
