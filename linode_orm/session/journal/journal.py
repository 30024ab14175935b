"""The journal: before each request it records what is sent, and after it what became of it.

It is a write-ahead log, as databases keep one: an intent is durable before its request leaves. So a process that is
killed at any moment leaves a record of what it may have sent. Another store is one module with one class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.planning.plan import Plan, Step
    from linode_orm.wire.api_time import ApiTime


class NewCommit(NamedTuple):
    """A commit that is about to be made; `instead` names the unfinished one that it carries on.

    `account` names the account that it is for; it is empty where the token may read neither account nor profile.
    `state` is the state in which it begins: `undoing` where recovery takes it back instead of completing it.
    """

    id: str
    plan: Plan
    base_url: str
    on_error: str
    conflicts: str
    instead: str | None = None
    account: str = ""
    state: str = "open"


class StepResult(NamedTuple):
    """What became of a step: its status, the id of its object, and the ids of its nested creates or parts, by token.

    The statuses are those of a report, and `apart` for a batch request that was split.
    """

    number: int
    status: str
    identity: object
    note: str
    inner_ids: Mapping[str, object]


class StoredRequest(NamedTuple):
    """What a journal knows of one step: when it was intended first, what became of it, and the ids that it created.

    `last` is when it may have been sent last, where that is another time: a recovery sent it again, and ended too.
    `inner_ids` are the ids of its nested creates, or of what its parts created, by token; `there` those that were in
    its collection before, None where that was not read.
    """

    step: Step
    intent: ApiTime | None
    status: str | None
    identity: object
    note: str
    inner_ids: Mapping[str, object]
    there: frozenset[object] | None = None
    last: ApiTime | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the step may have been sent, and nothing says what became of it."""
        return self.intent is not None and self.status in {None, "in doubt"}


class StoredCommit(NamedTuple):
    """A commit in a journal; `state` is open, undoing, finished, undone, returned or dropped.

    `account` is the one of `NewCommit`, and None in a journal that holds none, as those of version 0.1.
    """

    id: str
    base_url: str
    on_error: str
    conflicts: str
    state: str
    steps: tuple[StoredRequest, ...]
    account: str | None = None

    @property
    def plan(self) -> Plan:
        """The plan of the commit."""
        from linode_orm.session.planning.plan import Plan  # noqa: PLC0415  a session has a journal, and may only read

        return Plan(tuple(each.step for each in self.steps))

    @property
    def ids(self) -> dict[str, object]:
        """The ids of the objects that the commit created, by token."""
        ids: dict[str, object] = {}
        for each in self.steps:
            if isinstance(each.step.token, str) and each.identity is not None:
                ids[each.step.token] = each.identity
            ids.update(each.inner_ids)
        return ids

    def made(self, model: str) -> Iterator[object]:
        """Yield the ids of the objects of a class that the commit created."""
        for each in self.steps:
            if each.step.model == model and each.step.operation == "create" and each.identity is not None:
                yield each.identity
            tokens = [nested.token for nested in each.step.nested_creates if nested.model == model]
            tokens += [str(part.token) for part in each.step.parts if part.model == model]
            yield from (each.inner_ids[token] for token in tokens if token in each.inner_ids)


class Journal(Protocol):
    """The place where commits are written down; subclass it for another store, which needs all methods but `made`.

    `is_lasting` says that what it holds outlives the process, so that another one may recover it.

    Each method raises `JournalError` where it cannot do what it says: what is
    not written down is not sent.
    """

    is_lasting: ClassVar[bool] = True

    def begin(self, commit: NewCommit) -> None:
        """Write a commit down before anything of it is sent."""
        ...

    def intend(self, name: str, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write down that steps of a commit may be sent from now on; they are durable when this returns.

        `moment` is when they may be sent first where they have not been intended yet, or have failed since, and when
        they may be sent last otherwise. `there` are the ids in the
        collections where some of the steps create something, by their numbers, as far as they were read.
        """
        ...

    def settle(self, name: str, result: StepResult) -> None:
        """Write down what became of a step; it becomes durable with the next intent or `end` at the latest."""
        ...

    def end(self, name: str, state: str) -> None:
        """Write down the state of a commit."""
        ...

    def unfinished(self) -> list[str]:
        """Return the names of the commits whose state is open or undoing, the oldest first."""
        ...

    def find(self, name: str) -> StoredCommit | None:
        """Return a commit by its name, None if it is not known."""
        ...

    def close(self) -> None:
        """Release what the journal holds."""
        ...

    def made(self, model: str) -> frozenset[object]:
        """Return the ids of the objects of a class that the commits in this journal created."""
        commits = [self.find(name) for name in self.unfinished()]
        return frozenset(identity for each in commits if each is not None for identity in each.made(model))


def as_sent(requests: Sequence[StoredRequest]) -> Iterator[StoredRequest]:
    """Yield the requests of a commit: the parts of each batch request that was split, and the others whole.

    `requests` are those of the steps of the plan and of their parts.
    """
    split = {each.step.number: each.step.parts for each in requests if each.status == "apart"}
    inside = {part.number for each in requests if each.status != "apart" for part in each.step.parts}
    for each in requests:
        if each.step.number not in split and each.step.number not in inside:
            waits = [
                part.number if part is not None else other
                for other in each.step.depends_on
                for part in split.get(other, (None,))
            ]
            yield each._replace(step=evolve(each.step, depends_on=tuple(waits)))


def all_steps(plan: Plan) -> list[Step]:
    """Return the steps of a plan and the parts of its batch requests: each of them may be sent."""
    return [each for step in plan for each in (step, *step.parts)]
