"""A plan as text: its blocks, and a last line that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._printable import printable
from linode_orm.session.planning.placeholders import values_wanted
from linode_orm.session.planning.shown.blocks import blocks
from linode_orm.session.planning.shown.steps import FEW, MOST, details, edits, head, member, ranges, referred_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session.planning.plan import MonthlyCost, Plan
    from linode_orm.session.planning.shown.blocks import Block

NOTHING = "nothing to commit"


def plan_text(plan: Plan, *, full: bool = False) -> str:
    """Return the text of a plan; with `full`, every step by itself."""
    if not plan and not plan.lost:
        return NOTHING
    referred = referred_in(plan)
    shown = ["\n".join(_block_lines(block, referred)) for block in blocks(plan, full=full)]
    return "\n\n".join([*shown, "\n".join([*notes(plan), counts(plan)])])


def _block_lines(block: Block, referred: set[str]) -> Iterator[str]:
    if len(block.steps) == 1:
        (step,) = block.steps
        yield head(step, referred)
        yield from (f"   {line}" for line in details(step))
        return
    yield printable(f"{ranges(step.number for step in block.steps)}. {block.title}")
    yield from (f"   {line}" for line in ([block.waits] if block.waits else []))
    yield from (f"   {line}" for line in block.lines)
    shown = block.steps if len(block.steps) <= MOST else block.steps[:FEW]
    for step in shown:
        own = "" if block.is_same else f"  {'; '.join(edits(step))}"
        yield f"   {member(step)}{own}"
    if len(shown) < len(block.steps):
        yield f"   and {len(block.steps) - len(shown):,} more"


def notes(plan: Plan) -> Iterator[str]:
    """Yield what has to be known beside the steps."""
    referred = referred_in(plan)
    if referred:
        name = min(referred, key=lambda token: (len(token), token))
        yield f"{{{name}}} stands for the id that the API gives to that object when it is created"
        values = values_wanted(part.body for step in plan for part in step.whole)
        first = min((each.name for several in values.values() for each in several), default="")
        if first:
            yield printable(f"{{{first}}} stands for a value of the answer that creates its object")
    yield from (printable(f"cannot be brought back: {each}") for each in plan.lost)
    yield from (printable(f"refused: {each}") for each in plan.refusals)


def counts(plan: Plan) -> str:
    """Return the last line: exact writes, least reads, least time, and money a month where it is known."""
    writes, reads = len(plan), plan.requests - len(plan)
    parts = [_counted(writes, "write"), f"at least {_counted(reads, 'read')}", f"at least {plan.least_time:.1f} s"]
    if plan.cost is not None:
        parts.append(_money(plan.cost))
    return printable(", ".join(parts))


def _money(cost: MonthlyCost) -> str:
    if cost.unpriced:
        shown = ", ".join(cost.unpriced[:FEW]) + (", …" if len(cost.unpriced) > FEW else "")
        return f"cost a month not known (no price of {shown})"
    amount = cost.amount
    change = f"{'+' if amount > 0 else '-'}${abs(amount):,.2f} a month" if amount else "the same cost a month"
    return f"at most {change}" if cost.is_most else change


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
