"""Blocks: the steps of a plan as they are shown, those that do the same to many objects together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from linode_orm.session.planning.shown.steps import MOST, edits, verb, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.session.planning.plan import Plan, Step

_SAME: Final = 3
"""From how many steps on the same edit is one block."""
_SPLIT: Final = 4
"""In how many different ways objects are changed at most, so that each way is a block."""


@frozen
class Block:
    """Steps that are shown together: one step, or several of one kind.

    `lines` are the edits that all of them make; it is empty where they differ, which `is_same` tells.
    """

    steps: tuple[Step, ...]
    is_same: bool = True
    lines: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What the steps do: `create`, `change`, `delete`, or the name of their action."""
        return verb(self.steps[0])

    @property
    def title(self) -> str:
        """What is done to how many objects."""
        each = ", the same in each" if self.lines else ""
        return f"{self.kind} {len(self.steps):,} {_plural(self.steps[0].model)}{each}"

    @property
    def waits(self) -> str:
        """What the steps wait for; empty if for nothing."""
        found = [each.depends_on for each in self.steps if each.depends_on]
        return waiting(found) if found else ""


def blocks(plan: Plan, *, full: bool = False) -> list[Block]:
    """Return the blocks of a plan, in the order of their first steps; with `full`, each step by itself."""
    if full:
        return [Block((step,)) for step in plan]
    groups: dict[object, list[Step]] = {}
    kinds = {part.number: (part.operation, part.model) for step in plan for part in step.whole}
    for step in plan:
        groups.setdefault(_signature(step, kinds), []).append(step)
    found = [block for steps in groups.values() for block in _blocks_of(steps)]
    return sorted(found, key=lambda block: block.steps[0].number)


def _signature(step: Step, kinds: Mapping[int, tuple[str, str]]) -> object:
    """Return what steps have in common that may be shown together."""
    if step.parts or step.nested_creates or step.in_doubt:
        return step.number
    body = frozenset(step.body) if isinstance(step.body, dict) else None
    keys = tuple(change.key for change in step.changes)
    waits = frozenset(kinds.get(number) for number in step.depends_on)
    return step.operation, step.action, step.model, len(step.parents), body, keys, waits


def _blocks_of(steps: list[Step]) -> Iterator[Block]:
    """Yield the blocks of steps of one kind: one for each edit that several share, and one for the others."""
    if len(steps) < _SAME:
        yield from (Block((step,)) for step in steps)
        return
    by_edit: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        by_edit.setdefault(tuple(edits(step)), []).append(step)
    shared = {lines: those for lines, those in by_edit.items() if len(those) >= _SAME}
    if len(shared) > _SPLIT:
        shared = {}
    for lines, those in shared.items():
        yield Block(tuple(those), lines=lines)
    yield from _others([step for lines, those in by_edit.items() if lines not in shared for step in those])


def _others(steps: Iterable[Step]) -> Iterator[Block]:
    """Yield the blocks of steps that make different edits: one for all where they are many."""
    left = tuple(sorted(steps, key=lambda step: step.number))
    if len(left) > MOST:
        yield Block(left, is_same=False)
    else:
        yield from (Block((step,)) for step in left)


def _plural(name: str) -> str:
    if name.endswith(("s", "x")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"
