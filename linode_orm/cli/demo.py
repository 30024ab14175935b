"""`linode-orm demo`: runs the tour on a small simulated account, showing code, results and requests."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from linode_orm import Session
from linode_orm._printable import printable_lines
from linode_orm.cli.tour import CHAPTERS
from linode_orm.session.planning.plan import Plan
from linode_orm.session.planning.report import CommitReport
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console

    Chapter = Callable[[Session, Simulator], Iterator[object]]

METHODS: Final = {"GET": "cyan", "POST": "green", "PUT": "yellow", "DELETE": "red"}
OUTCOMES: Final = {"applied": "green", "failed": "red", "in doubt": "magenta", "pending": "yellow"}
REQUEST: Final = re.compile(r"^\s*\d+\. .*  \((GET|POST|PUT|DELETE) /")
BAR: Final = "  | "
HANG: Final = 4
SHOWN: Final = 8
OPENING: Final = """\
A simulated account: 30 Linodes with 2 disks each, 12 volumes, 2 domains, 2 firewalls.
Below, code stands as it runs; behind bars, what it gives; then, the requests that it sent."""


def run(console: Console, chapters: Sequence[Chapter] = CHAPTERS) -> None:
    """Run the chapters; the simulated account and the session are the same throughout."""
    began = time.perf_counter()
    with Simulator() as sim:
        sim.seed(instances=30, disks=2, volumes=12, domains=2, records=2, firewalls=2)
        console.print(Text(OPENING))
        with Session(client=sim.client()) as session:
            for number, chapter in enumerate(chapters, 1):
                _chapter(console, number, chapter, session, sim)
        counted = Counter(each.method for each in sim.requests)
    listed = ", ".join(f"{counted[method]} {method}" for method in METHODS)
    seconds = time.perf_counter() - began
    console.print(Text(f"\n{counted.total()} requests in all ({listed}), in {seconds:.1f} s.", style="bold"))


def _chapter(console: Console, number: int, chapter: Chapter, session: Session, sim: Simulator) -> None:
    console.print()
    console.rule(Text(f"{number}. {(chapter.__doc__ or '').rstrip('.')}", style="bold"), align="left", characters="-")
    steps = chapter(session, sim)
    for source in sources(chapter):
        before = len(sim.requests)
        value = next(steps)
        console.print()
        console.print(Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True))
        for line in _result(console, value):
            console.print(Text.assemble((BAR, "dim"), line))
        for line in hanging(console, requests_of(sim.requests.lines[before:]), len(BAR)):
            console.print(line)


def sources(chapter: Callable[..., object]) -> Iterator[str]:
    """Cut a chapter's code into its steps, each up to and with the expression that it yields."""
    text = textwrap.dedent(inspect.getsource(chapter))
    lines, function = text.splitlines(), ast.parse(text).body[0]
    body = function.body if isinstance(function, ast.FunctionDef) else []
    begin = body[0].end_lineno or 0
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            end = statement.end_lineno or 0
            step = textwrap.dedent("\n".join(lines[begin:end])).strip("\n")
            yield re.sub(r"^yield ", "", step, flags=re.MULTILINE)
            begin = end


def requests_of(lines: Iterable[str]) -> Text:
    """Give requests as a line; those that differ only in their ids count together."""
    counted = Counter(re.sub(r"/\d+", "/...", line) for line in lines)
    total = counted.total()
    listed = ", ".join(line if number == 1 else f"{number} x {line}" for line, number in counted.items())
    noun = "request" if total == 1 else "requests"
    return Text(f"  = {total} {noun}" + (f": {listed}" if listed else ""), style="dim")


def hanging(console: Console, line: Text, taken: int = 0) -> Iterator[Text]:
    """Break a line that is too long; its other parts hang below its first one."""
    indent = len(line.plain) - len(line.plain.lstrip())
    for at, part in enumerate(line[indent:].wrap(console, max(20, console.width - indent - HANG - taken))):
        part.rstrip()
        yield Text.assemble(" " * (indent + (HANG if at else 0)), part)


def _result(console: Console, value: object) -> Iterator[Text]:
    """Give what a step gave, as lines that fit beside the bar."""
    if isinstance(value, CommitReport):
        yield from _rows(console, _table(value))
        yield Text(str(value).splitlines()[-1])
        return
    for line in _lines(value):
        yield from hanging(console, line, len(BAR))


def _lines(value: object) -> Iterator[Text]:
    if isinstance(value, Plan):
        yield from map(coloured, str(value).splitlines())
    elif isinstance(value, list):
        yield from (Text(_cells(each)) for each in value[:SHOWN])
    elif isinstance(value, dict):
        yield from (Text(f"{key}: {each}") for key, each in value.items())
    else:
        yield from map(Text, _cells(value).splitlines())
    if isinstance(value, list) and len(value) > SHOWN:
        yield Text(f"... {len(value) - SHOWN} more", style="dim")


def _cells(row: object) -> str:
    return printable_lines("  ".join(map(str, row)) if type(row) is tuple else row)


def _table(report: CommitReport) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("operation", "status", "tries", "note"):
        table.add_column(name, overflow="fold")
    for entry in report:
        note = entry.note or entry.error or ""
        status = Text(entry.status, style=OUTCOMES[entry.status])
        table.add_row(Text(entry.operation), status, str(entry.tries), Text(str(note)))
    return table


def _rows(console: Console, table: Table) -> Iterator[Text]:
    narrow = console.options.update_width(console.width - len(BAR))
    for row in console.render_lines(table, narrow, pad=False):
        line = Text.assemble(*((segment.text, segment.style or "") for segment in row))
        line.rstrip()
        yield line


def coloured(line: str) -> Text:
    """Colour a line of a plan: requests by their method, what was red, what will be green."""
    request = REQUEST.search(line)
    if request:
        return Text(line, style=f"bold {METHODS[request[1]]}")
    name, colon, rest = line.partition(": ")
    if not colon:
        return Text(line)
    old, arrow, new = rest.partition(" -> ")
    if arrow:
        return Text.assemble(f"{name}: ", (old, "red"), arrow, (new, "green"))
    if not rest.startswith(("+", "-")):
        return Text.assemble(f"{name}: ", (rest, "green"))
    goes = re.search(r"(^| )-\S", rest)
    at = goes.start() if goes else len(rest)
    return Text.assemble(f"{name}: ", (rest[:at], "green"), (rest[at:], "red"))
