"""The lines that show one step of a plan: what it does to which object, what it waits for, and each edit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm._printable import printable
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.placeholders import waits_for
from linode_orm.session.planning.plan import Change, at, is_new

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from linode_orm.session.planning.plan import NestedCreate, Plan, Step

_VERBS: Final = {"create": "create", "update": "change", "replace": "change", "bundle": "change", "delete": "delete"}
MOST: Final = 8
"""How many objects inside one step are shown whole."""
FEW: Final = 3
"""How many examples stand for more of them."""
_MOST_RANGES: Final = 4
_NEWEST: Final = "  (on the newest value)"


def step_lines(step: Step) -> list[str]:
    """Return all lines of a step."""
    return [head(step), *(f"  {line}" for line in details(step))]


def verb(step: Step) -> str:
    """Return what a step does: `create`, `change`, `delete`, or the name of its action."""
    return step.action.name if step.action is not None else _VERBS[step.operation]


def head(step: Step, referred: Collection[str] | None = None) -> str:
    """Return the line that says what a step does to which object, and by which request.

    A new object has the name by which other steps speak of it, where it is among `referred`; None stands for all.
    """
    name = step.title.removeprefix("new ")
    called = is_new(step.token) and step.operation == "create" and (referred is None or step.token in referred)
    shown = f"{name} as {{{step.token}}}" if called else name
    doubt = "  (its creation is in doubt: looked for first)" if step.in_doubt else ""
    return printable(f"{step.number}. {verb(step)} {shown}  ({step.method} {step.path}){doubt}")


def member(step: Step) -> str:
    """Return the line that names an object in a block of steps which do the same."""
    return printable(f"{step.number}. {step.title.removeprefix('new ')}  ({step.method} {step.path})")


def details(step: Step) -> list[str]:
    """Return what follows the head of a step: what it waits for, its edits, and what its request holds beside them."""
    waits = [waiting([step.depends_on])] if step.depends_on else []
    return [*waits, *edits(step), *_parts(step), *_nested_creates(step)]


def edits(step: Step) -> list[str]:
    """Return the lines of the edits, and of values that the request has to have."""
    changes = (*step.changes, *_beside(step.operation, step.body, step.changes, step.nested_creates))
    return [
        printable(f"{line}{_NEWEST if change.name in step.on_newest else ''}")
        for change in changes
        for line in change.lines()
    ]


def waiting(depends_on: Iterable[tuple[int, ...]]) -> str:
    """Say what a step waits for; of several steps, that each waits for some of these."""
    known = {*depends_on}
    numbers = sorted({number for each in known for number in each})
    noun = "step" if len(numbers) == 1 else "steps"
    if len(known) == 1:
        return f"waits for {noun} {ranges(numbers)}"
    return f"each waits for its own of {noun} {ranges(numbers)}"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers, in order, as short as they go: `1-100, 103`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ["-".join(map(str, run)) for run in runs]
    if len(shown) > _MOST_RANGES:
        return f"{shown[0]}, …, {shown[-1]}"
    return ", ".join(shown)


def referred_in(plan: Plan) -> set[str]:
    """Return the names of new objects that other steps speak of."""
    return {token for step in plan for each in (step.body, step.parents) for token in waits_for(each)}


def _beside(
    operation: str, body: object, changes: tuple[Change, ...], nested_creates: Iterable[NestedCreate], depth: int = 0
) -> Iterator[Change]:
    """Yield what a request sends and no change shows: children, and values that every PUT has."""
    if operation in {"create", "update", "action"} and isinstance(body, dict):
        lists = {nested.place[depth] for nested in nested_creates if len(nested.place) > depth}
        along = " (sent along)" if operation == "update" else ""
        known = {change.key for change in changes} | lists
        for key, value in cast("dict[str, Any]", body).items():
            if key not in known:
                yield Change(f"{key}{along}", key, ABSENT, value)


def _parts(step: Step) -> Iterator[str]:
    """Yield the requests that a batch request stands for; of many, some."""
    shown = step.parts if len(step.parts) <= MOST else step.parts[:FEW]
    for part in shown:
        yield printable(f"instead of {part.method} {part.path}  {part.title}")
        yield from (printable(f"  {line}") for change in part.changes for line in change.lines())
    yield from _more(len(step.parts) - len(shown))


def _nested_creates(step: Step) -> Iterator[str]:
    """Yield the objects that the request creates together with its own; of many beside one another, some."""
    counts = Counter(nested.siblings for nested in step.nested_creates)
    seen: Counter[tuple[str | int, ...]] = Counter()
    for nested in step.nested_creates:
        seen[nested.siblings] += 1
        number, count = seen[nested.siblings], counts[nested.siblings]
        indent = "  " * (len(nested.place) // 2 - 1)
        if any(isinstance(key, int) and key >= MOST for key in nested.place[:-2]):
            continue  # inside of one that is not shown
        if count <= MOST or number <= FEW:
            yield from (f"{indent}{line}" for line in _nested_create(step, nested))
        elif number == count:
            yield from (f"{indent}{line}" for line in _more(count - FEW))


def _nested_create(step: Step, nested: NestedCreate) -> Iterator[str]:
    """Yield the lines of an object that the request creates together with its own."""
    yield printable(f"with {nested.title}")
    body, depth = at(step.body, nested.place), len(nested.place)
    changes = (*nested.changes, *_beside(step.operation, body, nested.changes, step.nested_creates, depth))
    yield from (printable(f"  {line}") for change in changes for line in change.lines())


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"and {count:,} more"
