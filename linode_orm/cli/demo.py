"""`linode-orm demo`: runs the tour on a small simulated account, showing code, results and requests."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.syntax import Syntax
from rich.text import Text

from linode_orm import Session
from linode_orm.cli.tour import CHAPTERS
from linode_orm.session.plan import Plan
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

_COLOURS = {"POST": "green", "PUT": "yellow", "DELETE": "red"}
_LONGEST = 3


def run(console: Console) -> None:
    """Run every chapter; the simulated account and the session are the same throughout."""
    with Simulator() as sim:
        sim.seed(instances=30, disks=2, volumes=8, domains=2, records=2, firewalls=2)
        console.print("A simulated account: 30 Linodes with disks, 8 volumes, 2 domains, 2 firewalls.\n")
        with Session(client=sim.client()) as session:
            for chapter in CHAPTERS:
                _chapter(console, chapter, session, sim)
        console.print(f"[bold]{len(sim.requests)} requests in all.[/bold]")


def _chapter(console: Console, chapter: Callable[..., Iterator[object]], session: Session, sim: Simulator) -> None:
    console.rule(f"[bold]{escape((chapter.__doc__ or '').rstrip('.'))}", align="left")
    steps = chapter(session, sim)
    for source in _sources(chapter):
        console.print(Syntax(source, "python", background_color="default"))
        before = len(sim.requests)
        value = next(steps, None)
        _result(console, value)
        sent = sim.requests.lines[before:]
        shown = ", ".join(sent[:_LONGEST]) + (", …" if len(sent) > _LONGEST else "")
        noun = "request" if len(sent) == 1 else "requests"
        console.print(Text(f"  {len(sent)} {noun}" + (f": {shown}" if sent else ""), style="dim"))
        console.print()
    next(steps, None)


def _sources(chapter: Callable[..., object]) -> Iterator[str]:
    """Cut a chapter's code into its steps, each up to and with the expression that it yields."""
    text = textwrap.dedent(inspect.getsource(chapter))
    lines, body = text.splitlines(), ast.parse(text).body[0]
    begin = body.body[0].end_lineno or 0  # type: ignore[attr-defined]  # a function's docstring
    ends = sorted(node.end_lineno or 0 for node in ast.walk(body) if isinstance(node, ast.Yield))
    for end in ends:
        step = textwrap.dedent("\n".join(lines[begin:end])).strip("\n")
        yield step.replace("yield ", "")
        begin = end


def _result(console: Console, value: Any) -> None:  # noqa: ANN401  whatever a step gives
    if isinstance(value, Plan):
        for line in str(value).splitlines():
            console.print(_coloured(line))
    elif isinstance(value, list):
        for each in value:
            console.print(Text(f"  {each!r}" if not isinstance(each, tuple) else "  " + " · ".join(map(str, each))))
    else:
        console.print(Text(textwrap.indent(str(value), "  ")))


def _coloured(line: str) -> Text:
    """Colour a line of a plan: requests by their method, what comes green, what goes red."""
    word = line.partition(" ")[0]
    if word in _COLOURS:
        return Text(f"  {line}", style=f"bold {_COLOURS[word]}")
    text = Text(f"  {line}")
    text.highlight_regex(r"(?<=[ :])\+\S+", "green")
    text.highlight_regex(r"(?<=[ :])-[\"{]\S+", "red")
    return text
