"""Compensation: what a commit has done is undone, as far as that can be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from linode_orm.errors import LinodeORMError, NotFound
from linode_orm.mapping.model import resource
from linode_orm.session.commit.dispatcher import read_by_new_key
from linode_orm.session.commit.executor import Executor, RunOptions
from linode_orm.session.commit.failure_policy import CONTINUE
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.reconcile.targets import CompensationTargets
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.outcome.lookup import agrees
from linode_orm.session.planning.compensating_plan import plan_compensation
from linode_orm.session.planning.plan import Key, is_new
from linode_orm.wire.messages import Request
from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.session.commit.newest import NewestValues
    from linode_orm.session.commit.outcomes import EarlierOutcomes
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.session.planning.report import Entry
    from linode_orm.wire.api_time import ApiTime
    from linode_orm.wire.client import Client


class Compensated(NamedTuple):
    """What a compensation left.

    The entries of the commit as they are now, the numbers of the steps of which nobody knows whether they are undone,
    and the tokens of what is undone of batch requests. `interrupted` says that Ctrl-C ended it, `crash` what else did.
    """

    entries: dict[int, Entry]
    unknown: set[int]
    parts: frozenset[Token]
    interrupted: bool
    crash: BaseException | None


def compensate(  # noqa: PLR0913, PLR0917  what the run of the plan had
    plan: Plan,
    sent: EarlierOutcomes,
    client: Client,
    targets: Targets,
    log: CommitLog,
    newest: NewestValues | None,
) -> Compensated:
    """Undo what was applied of a plan, newest first; `sent` is what became of its steps, and the ids they brought.

    With `newest`, each value goes back as it is there by then: what others changed since stays.
    """
    entries = {entry.step.number: entry for entry in sent.entries}
    done = {number for number, entry in entries.items() if entry.status == "applied"}
    in_doubt = {
        number
        for number, entry in entries.items()
        if entry.status == "in doubt" and entry.step.operation in {"update", "replace", "bundle"}
    }
    back, origin = plan_compensation(plan, done, sent.ids, in_doubt=in_doubt)
    # A batch request is undone by several steps, and is one entry.
    outer = {part.number: step for step in plan if step.number in entries for part in step.whole}
    originals = {number: outer.get(part.number, part) for number, part in origin.items()}
    ahead = None if newest is None else newest.of_compensation()  # promise 18c: what others wrote since stays
    options = RunOptions(CompensationLog(log, originals), CONTINUE, newest=ahead)
    undoing = Executor(back, client, CompensationTargets(targets, origin), options)
    # From here on a crash must be carried on by undoing, not by completing.
    log.undo()
    with kept_interrupts() as interrupts, interrupts.interrupting(undoing.interrupt, anew=True):
        undoing.run()
        _outlast(client, undoing)  # promise 6b: a late request of the compensation is waited for
    compensated = _Outcomes(client, undoing, entries, sent.ids).of(originals, origin)
    after = compensated.entries
    for number in done:
        # No step of the compensation undoes it: it is irreversible.
        if after[number].status == "applied":
            after[number] = evolve(entries[number], status="not undone", note=entries[number].step.lasting)
    return compensated


class _Outcomes:
    """What became of a commit, from what became of its compensating plan."""

    def __init__(
        self, client: Client, undoing: Executor, entries: Mapping[int, Entry], ids: Mapping[str, object]
    ) -> None:
        self._client, self._undoing, self._entries, self._ids = client, undoing, entries, ids

    def of(self, originals: Mapping[int, Step], origin: Mapping[int, Step]) -> Compensated:
        """Return the entries after the compensation.

        `originals` are the steps that those of the compensating plan undo, a batch request for each of its parts;
        `origin` are these parts.
        """
        reasons: dict[int, list[str]] = {}
        parts: set[Token] = set()
        for number, step in originals.items():
            ended = self._undoing.entries.get(number)
            why = reasons.setdefault(step.number, [])
            if ended is None or not (ended.status == "applied" or _is_back(self._client, ended)):
                why.append(f"it could not be undone: {'it was not tried' if ended is None else ended.error}")
            elif step.parts:
                parts.add(origin[number].token)
        after = {number: self._undone(self._entries[number], why) for number, why in reasons.items()}
        unknown = {number for number, why in reasons.items() if why}
        return Compensated({**self._entries, **after}, unknown, frozenset(parts), *self._undoing.cancellation.ending)

    def _undone(self, entry: Entry, reasons: list[str]) -> Entry:
        """Return the entry of a step as it is after its compensation, which failed for these reasons."""
        if reasons:
            return evolve(entry, status="not undone", note=reasons[0])
        if entry.status == "in doubt" and any(self._stays_in_doubt(part) for part in entry.step.whole):
            return entry
        if entry.step.lasting:
            return evolve(entry, status="not undone", note=entry.step.lasting)
        return evolve(entry, status="undone")

    def _stays_in_doubt(self, part: Step) -> bool:
        """Whether a part of a step in doubt is one that no compensation undoes."""
        return part.operation == "delete" or (is_new(part.token) and part.token not in self._ids)


def _outlast(client: Client, undoing: Executor) -> None:
    """Wait until no request of a compensation in doubt can be running; an interrupt ends that."""
    is_in_doubt = any(each.status == "in doubt" for each in undoing.entries.values())
    pause(client, client.max_request_lifetime if is_in_doubt else 0.0, lambda: undoing.cancellation.is_interrupted)


def _is_back(client: Client, ended: Entry) -> bool:
    """Whether the API is as a step of the compensation wanted it, although the step failed; 1 GET."""
    step = ended.step
    mapper = resource(step.model).__mapper__
    if "get" not in mapper.verbs or not isinstance(step.token, Key):
        return False
    path = mapper.path_for(step.token.identity, step.token.parents)
    # A rename is undone by another rename: the object is read under the key that it should have again.
    there = read_by_new_key(step, step.token.parents) or Request("GET", path, version=step.version)
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
    """Writes the outcomes of a compensating plan down as those of the steps that it undoes."""

    def __init__(self, log: CommitLog, origin: Mapping[int, Step]) -> None:
        self._log, self._origin, self.name = log, origin, log.name
        self._left = Counter(step.number for step in origin.values())

    def intend(self, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write nothing down: what a compensation sends may be sent again."""

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Write down that a step is undone, as soon as all of it is."""
        del identity, inner_ids
        undone = self._origin[step.number]
        # A batch request is undone when all of its parts are.
        self._left[undone.number] -= status == "applied"
        if not self._left[undone.number] and not undone.lasting:
            self._log.settle(undone, "undone", None, note, {})
