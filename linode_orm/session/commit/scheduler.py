"""The schedule of a run: which steps are ready, which wait for others, and which are held back to the end."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from linode_orm.session.planning.plan import Plan, Step


class Scheduler:
    """The steps of a plan by number, and those that are ready, lowest first.

    With `irreversible_last`, a deletion is held back until all else has succeeded, unless another step waits for it.
    The order of a plan is a static one of graphlib; this one changes while it is used, because a batch request may be
    split.
    """

    def __init__(self, plan: Plan, *, irreversible_last: bool) -> None:
        self.steps = {step.number: step for step in plan.steps}
        self._irreversible_last = irreversible_last
        self._missing = {step.number: len(step.depends_on) for step in plan.steps}
        self._followers: dict[int, list[int]] = {}
        for step in plan.steps:
            for other in step.depends_on:
                self._followers.setdefault(other, []).append(step.number)
        self._held = _last_ones(plan) if irreversible_last else set[int]()  # promise 7: deletions come last
        self._ready = [number for number, count in self._missing.items() if not count and number not in self._held]
        # A heap, so that of two ready steps the one that is planned first goes first, whatever answer came first.
        heapify(self._ready)

    def __len__(self) -> int:
        return len(self.steps)

    def is_ready(self, ended: Container[int]) -> bool:
        """Whether a step is ready that has not ended."""
        # A step whose outcome was known before the run stands among the ready ones like any other.
        while self._ready and self._ready[0] in ended:
            heappop(self._ready)
        return bool(self._ready)

    def pop(self) -> int:
        """Return the next ready step."""
        return heappop(self._ready)

    def push(self, number: int) -> None:
        """Make a step ready."""
        heappush(self._ready, number)

    def ahead(self, count: int) -> Iterator[int]:
        """Yield some of the ready steps, without taking them."""
        yield from self._ready[:count]

    def release(self, number: int, lacks: Callable[[Step], bool]) -> None:
        """Make the steps ready that waited for one that was done, unless they lack something else."""
        for follower in self._followers.get(number, ()):
            self._missing[follower] -= 1
            if not self._missing[follower] and follower not in self._held and not lacks(self.steps[follower]):
                heappush(self._ready, follower)

    @property
    def held(self) -> int:
        """How many steps are held back."""
        return len(self._held)

    def let_go(self) -> None:
        """Hold nothing back any more."""
        held, self._held = self._held, set()
        for number in held:
            if not self._missing[number]:
                heappush(self._ready, number)

    def split(self, step: Step, left: Iterable[int]) -> None:
        """Replace a batch request by its parts; those in `left` become ready, or are held back."""
        followers = self._followers.pop(step.number, [])
        del self.steps[step.number]
        for part in step.parts:
            self.steps[part.number] = part
            self._missing[part.number] = 0
            self._followers[part.number] = [*followers]
        for follower in followers:
            # A follower waited for one step, and waits for each of its parts now.
            self._missing[follower] += len(step.parts) - 1
        for number in left:
            if self._irreversible_last and self.steps[number].operation == "delete":
                self._held.add(number)
            else:
                heappush(self._ready, number)


def _last_ones(plan: Plan) -> set[int]:
    """Return the steps that cannot be undone, without those that a reversible step waits for."""
    # A reversible step may need a deletion first, such as one that frees a label. Such a deletion cannot be held back.
    held = {step.number for step in plan if any(part.operation == "delete" for part in step.whole)}
    before = {step.number: step.depends_on for step in plan}
    waiting = [other for number, others in before.items() if number not in held for other in others]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            waiting += before[number]
    return held - seen
