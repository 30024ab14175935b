"""A plan as HTML: one page that needs no other file, and the fragment that notebooks show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.output.html import escaped
from linode_orm.session.planning.plan import is_new
from linode_orm.session.planning.shown.blocks import blocks
from linode_orm.session.planning.shown.plan import NOTHING, counts, notes
from linode_orm.session.planning.shown.steps import FEW, MOST, details, edits, ranges, referred_in, verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.session.planning.shown.blocks import Block

_STYLE: Final = """\
.linode-plan{color-scheme:light dark;--ink:#1c2024;--dim:#5b6670;--line:#d5dade;--back:#fff;--card:#f6f8f9;
--create:#17692f;--change:#8a5300;--delete:#b3261e;color:var(--ink);background:var(--back);
font:15px/1.5 system-ui,sans-serif;max-width:60rem;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){.linode-plan{--ink:#e6e9ec;--dim:#9aa6b1;--line:#3a434b;--back:#14181b;
--card:#1d2327;--create:#6fd18c;--change:#f0b35a;--delete:#ff8a80}}
.linode-plan section{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--kind);
border-radius:6px;margin:0 0 .75rem;padding:.6rem .8rem}
.linode-plan .create{--kind:var(--create)}.linode-plan .change{--kind:var(--change)}
.linode-plan .delete{--kind:var(--delete)}
.linode-plan h2{font-size:1rem;margin:0;text-align:left}.linode-plan h2 b{color:var(--kind)}
.linode-plan code{font:.85rem/1.5 ui-monospace,monospace;background:none;padding:0;color:inherit}
.linode-plan .request,.linode-plan .waits{color:var(--dim);margin:0}
.linode-plan ul{list-style:none;margin:.3rem 0 0;padding:0}
.linode-plan li{margin:0}.linode-plan li code{white-space:pre-wrap}
.linode-plan summary{cursor:pointer;margin-top:.3rem}
.linode-plan .counts{font-weight:600;margin:.2rem 0 0}.linode-plan .note{color:var(--dim);margin:.2rem 0}
.linode-plan .refused{color:var(--delete);font-weight:600;margin:.2rem 0}
"""

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}body{{margin:0;background:#fff}}
@media (prefers-color-scheme:dark){{body{{background:#14181b}}}}
main{{box-sizing:border-box;margin:0 auto;padding:1rem}}
h1{{font-size:1.3rem;margin:0 0 .75rem}}
</style>
</head>
<body>
<main class="linode-plan">
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def plan_page(plan: Plan) -> str:
    """Return a page of HTML, with every step; long blocks are folded."""
    title = escaped(f"Plan: {summary(plan)}")
    return _PAGE.format(title=title, style=_STYLE, content="\n".join(_content(plan, full=True)))


def plan_fragment(plan: Plan) -> str:
    """Return what a notebook shows: a few examples of long blocks."""
    content = "\n".join(_content(plan, full=False))
    return f'<div class="linode-plan">\n<style>\n{_STYLE}</style>\n{content}\n</div>'


def summary(plan: Plan) -> str:
    """Return how many objects a plan creates, changes and deletes."""
    kinds = [block.kind for block in blocks(plan, full=True)]
    found = [(kind, kinds.count(kind)) for kind in ("create", "change", "delete")]
    return ", ".join(f"{count:,} to {kind}" for kind, count in found if count) or NOTHING


def _content(plan: Plan, *, full: bool) -> Iterator[str]:
    referred = referred_in(plan)
    for block in blocks(plan):
        yield f'<section class="{escaped(block.kind)}">'
        yield from _single(block.steps[0], referred) if len(block.steps) == 1 else _several(block, full=full)
        yield "</section>"
    if not plan:
        yield f'<p class="note">{NOTHING}</p>'
    for note in notes(plan):
        yield f'<p class="{"refused" if note.startswith("refused") else "note"}">{escaped(note)}</p>'
    yield f'<p class="counts">{escaped(counts(plan))}</p>'


def _single(step: Step, referred: set[str]) -> Iterator[str]:
    name = step.title.removeprefix("new ")
    called = f" as {{{step.token}}}" if is_new(step.token) and step.token in referred else ""
    yield f"<h2>{step.number}. <b>{escaped(verb(step))}</b> {escaped(f'{name}{called}')}</h2>"
    yield _request(step)
    yield from _list(details(step))


def _several(block: Block, *, full: bool) -> Iterator[str]:
    numbers = ranges(step.number for step in block.steps)
    rest = block.title.removeprefix(block.kind)
    yield f"<h2>{numbers}. <b>{escaped(block.kind)}</b>{escaped(rest)}</h2>"
    if block.waits:
        yield f'<p class="waits">{escaped(block.waits)}</p>'
    yield from _list(block.lines)
    members = block.steps if full or len(block.steps) <= MOST else block.steps[:FEW]
    folded = full and len(members) > MOST
    if folded:
        yield f"<details><summary>all {len(members):,}</summary>"
    yield "<ul>"
    for step in members:
        own = "".join(f"<br><code>{escaped(line)}</code>" for line in ([] if block.is_same else edits(step)))
        name, request = escaped(step.title.removeprefix("new ")), escaped(f"{step.method} {step.path}")
        yield f'<li>{step.number}. {name} <code class="request">{request}</code>{own}</li>'
    yield "</ul>"
    if folded:
        yield "</details>"
    elif len(members) < len(block.steps):
        yield f'<p class="note">and {len(block.steps) - len(members):,} more</p>'


def _request(step: Step) -> str:
    return f'<p class="request"><code>{escaped(f"{step.method} {step.path}")}</code></p>'


def _list(lines: Iterable[str]) -> Iterator[str]:
    items = [f"<li><code>{escaped(line)}</code></li>" for line in lines]
    if items:
        yield f"<ul>{''.join(items)}</ul>"
