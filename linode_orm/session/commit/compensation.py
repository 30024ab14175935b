"""Reverting: what a commit has done is put back, as far as that can be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from linode_orm.errors import LinodeORMError, NotFound
from linode_orm.mapping.model import resource
from linode_orm.session.commit.executor import Executor, RunOptions, interruptible, renamed
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.outcome.lookup import agrees
from linode_orm.session.outcome.pause import pause
from linode_orm.session.planning.compensating_plan import plan_compensation
from linode_orm.session.planning.plan import Key, is_new
from linode_orm.session.reconcile.targets import CompensationTargets
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.session.planning.report import Entry
    from linode_orm.session.reconcile.targets import Targets
    from linode_orm.wire.client import Client

    Undone = tuple[Mapping[int, Step], Mapping[int, Step]]


class Back(NamedTuple):
    """What a way back left.

    The entries as they are now, how often Ctrl-C was pressed, which steps are unclear, and what is undone of bundles.
    """

    entries: dict[int, Entry]
    interrupts: int
    unknown: set[int]
    parts: frozenset[Token]


def compensate(  # noqa: PLR0913, PLR0917  what a run left
    entries: Mapping[int, Entry],
    plan: Plan,
    ids: Mapping[str, object],
    client: Client,
    targets: Targets,
    ledger: CommitLog,
) -> Back:
    """Undo what was applied, newest first."""
    done = {number for number, entry in entries.items() if entry.status == "applied"}
    doubtful = {
        number
        for number, entry in entries.items()
        if entry.status == "in doubt" and entry.step.operation in {"update", "replace", "bundle"}
    }
    back, origin = plan_compensation(plan, done, ids, doubtful=doubtful)
    outer = {part.number: step for step in plan if step.number in entries for part in step.whole}
    originals = {number: outer.get(part.number, part) for number, part in origin.items()}
    undoing = Executor(
        back,
        client,
        CompensationTargets(targets, origin),
        RunOptions(on_error="continue", ledger=CompensationLog(ledger, originals)),
    )
    ledger.undo()
    with interruptible(undoing):
        undoing.go()
        _outlast(client, undoing)  # promise 6b: a late request of the way back is waited for
    after, unknown, parts = _outcomes(client, undoing, (originals, origin), entries, ids)
    for number in done:
        if after[number].status == "applied":
            after[number] = evolve(entries[number], status="not undone", note=entries[number].step.lasting)
    return Back(after, undoing.interrupts, unknown, parts)


def _outcomes(
    client: Client, undoing: Executor, undone: Undone, entries: Mapping[int, Entry], ids: Mapping[str, object]
) -> tuple[dict[int, Entry], set[int], frozenset[Token]]:
    """Give the entries after a way back, the steps that are unclear, and what of bundles is undone.

    `undone` are the steps that those of the way back undo, a bundle for each of its parts, and those parts.
    """
    originals, origin = undone
    why: dict[int, list[str]] = {}
    parts: set[Token] = set()
    for number, step in originals.items():
        ended = undoing.entries.get(number)
        reasons = why.setdefault(step.number, [])
        if ended is None or not (ended.status == "applied" or _is_back(client, ended)):
            reasons.append(f"it could not be put back: {'it was not tried' if ended is None else ended.error}")
        elif step.parts:
            parts.add(origin[number].token)
    after = dict(entries) | {number: _put_back(entries[number], reasons, ids) for number, reasons in why.items()}
    return after, {number for number, reasons in why.items() if reasons}, frozenset(parts)


def _put_back(entry: Entry, reasons: list[str], ids: Mapping[str, object]) -> Entry:
    """Give the entry of a step as it is after its way back, which failed for these reasons."""
    if reasons:
        return evolve(entry, status="not undone", note=reasons[0])
    if entry.status == "in doubt" and any(_stays_in_doubt(part, ids) for part in entry.step.whole):
        return entry
    return evolve(entry, status="not undone" if entry.step.lasting else "undone", note=entry.step.lasting or entry.note)


def _stays_in_doubt(part: Step, ids: Mapping[str, object]) -> bool:
    return part.operation == "delete" or (is_new(part.token) and part.token not in ids)


def _outlast(client: Client, undoing: Executor) -> None:
    """Wait until no request of a way back can be running that was never answered; Ctrl-C ends that."""
    left = client.max_request_lifetime if any(each.status == "in doubt" for each in undoing.entries.values()) else 0.0
    pause(client, left, lambda: bool(undoing.interrupts))


def _is_back(client: Client, ended: Entry) -> bool:
    """Whether the world is as a step of the way back wanted it, although the step failed; 1 GET."""
    step = ended.step
    mapper = resource(step.model).__mapper__
    if "get" not in mapper.verbs or not isinstance(step.token, Key):
        return False
    path = mapper.path_for(step.token.identity, step.token.parents)
    there = renamed(step, step.token.parents) or Request("GET", path, version=step.version)
    try:
        body = client.send(there).json()
    except NotFound:
        return step.operation == "delete"
    except LinodeORMError:
        return False
    if step.operation == "delete" or not isinstance(body, dict):
        return False
    return all(agrees(mapper.keys[each.key].codec, each.new, body.get(each.key)) for each in step.changes)


class CompensationLog(CommitLog):
    """Writes the outcomes of a way back down as those of the steps that it undoes."""

    def __init__(self, ledger: CommitLog, origin: Mapping[int, Step]) -> None:
        self._ledger, self._origin = ledger, origin
        self._left = Counter(step.number for step in origin.values())

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Write down that a step is undone, as soon as all of it is."""
        del identity, inner_ids
        undone = self._origin[step.number]
        self._left[undone.number] -= status == "applied"
        if not self._left[undone.number] and not undone.lasting:
            self._ledger.settle(undone, "undone", None, note, {})

    def flush(self) -> None:
        """Bring it to the disk."""
        self._ledger.flush()
