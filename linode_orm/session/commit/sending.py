"""Sending: a plan is run, put back where it has to be, and told of in a report."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, cast
from uuid import uuid4

from attrs import evolve, field, frozen

from linode_orm.errors import CommitError, CommitInterrupted, JournalError, LinodeORMError, NotFound
from linode_orm.mapping.registry import lookup
from linode_orm.session.commit.candidates import agrees
from linode_orm.session.commit.execute import Options, Run, listening, renamed
from linode_orm.session.commit.hands import NoHands
from linode_orm.session.commit.ledger import Ledger
from linode_orm.session.commit.plan import Key, Pending
from linode_orm.session.commit.report import CommitReport, Entry
from linode_orm.session.commit.undoing import way_back
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.hands import Hands
    from linode_orm.session.commit.plan import Plan, Step
    from linode_orm.wire.client import Client

_SHOWN = 5
_SLICE = 1.0
"""For how long a pause cannot be ended, in seconds."""


@frozen
class Before:
    """What was known of a plan's steps before it is run: what became of them, and the ids that they brought."""

    entries: tuple[Entry, ...] = ()
    ids: Mapping[str, object] = field(factory=dict)


@frozen(eq=False)
class Sent:
    """What a run left: the report, the ids of created objects by token, and the answers that were taken in."""

    report: CommitReport
    ids: Mapping[str, object]
    landed: tuple[tuple[Step, object], ...]
    interrupted: bool
    crash: BaseException | None


class Back(NamedTuple):
    """What a way back left: the entries as they are now, how often Ctrl-C was pressed, and which steps are unclear."""

    entries: dict[int, Entry]
    interrupts: int
    unknown: set[int]


def send(  # noqa: PLR0913  what a run is made of
    plan: Plan,
    client: Client,
    hands: Hands,
    *,
    options: Options,
    before: Before | None = None,
    name: str | None = None,
) -> Sent:
    """Send a plan and take its answers in; with the policy `undo`, put everything back where something failed."""
    began = perf_counter()
    run = Run(plan, client, hands, options)
    run.ids.update(before.ids if before is not None else {})
    for entry in before.entries if before is not None else ():
        identity = before.ids.get(str(entry.step.token)) if before is not None else None
        run.done_before(entry, identity)
    unknown: set[int] = set()
    with listening(run):
        run.go()
        if options.puts_back and run.failed:
            back = put_back(run.entries, plan, run.ids, client, hands, options.ledger)
            run.entries.update(back.entries)
            _let_orphans_go(run, plan, hands)
            run.interrupts += back.interrupts
            unknown |= back.unknown
    if options.puts_back:
        kept = {number for number, entry in run.entries.items() if entry.status in {"applied", "not undone"}}
        run.take_all(kept.__contains__)
    hands.finish()
    unknown |= {number for number, entry in run.entries.items() if entry.status == "in doubt"}
    for number in sorted(unknown):
        if run.steps[number].operation in {"update", "replace"}:
            hands.unsure(run.steps[number])
    entries: list[Entry] = [
        run.entries.get(number) or Entry(step, hands.object_of(step), "pending") for number, step in run.steps.items()
    ]
    report = CommitReport((*entries, *run.stowaways), perf_counter() - began, run.window, id=name or uuid4().hex)
    landed = tuple((step, body) for step, _, _, body in run.landed if run.entries[step.number].status == "applied")
    return Sent(report, run.ids, landed, bool(run.interrupts), run.crash)


def put_back(  # noqa: PLR0913, PLR0917  what a run left
    entries: Mapping[int, Entry],
    plan: Plan,
    ids: Mapping[str, object],
    client: Client,
    hands: Hands,
    ledger: Ledger,
) -> Back:
    """Undo what was applied, newest first."""
    after, unknown = dict(entries), set[int]()
    done = {number for number, entry in entries.items() if entry.status == "applied"}
    doubtful = {
        number
        for number, entry in entries.items()
        if entry.status == "in doubt" and entry.step.operation in {"update", "replace"}
    }
    back, origin = way_back(plan, done, ids, doubtful=doubtful)
    undoing = Run(back, client, NoHands(hands, origin), Options(on_error="continue", ledger=Backwards(ledger, origin)))
    ledger.undo()
    with listening(undoing):
        undoing.go()
        _outlast(client, undoing)
    for number, step in origin.items():
        entry, ended = entries[step.number], undoing.entries.get(number)
        if ended is not None and (ended.status == "applied" or _is_back(client, ended)):
            after[step.number] = evolve(entry, status="undone")
        else:
            why = ended.error if ended is not None else "it was not tried"
            after[step.number] = evolve(entry, status="not undone", note=f"it could not be put back: {why}")
            unknown.add(step.number)
    for number in done:
        if after[number].status == "applied":
            after[number] = evolve(entries[number], status="not undone", note=entries[number].step.lasting)
    return Back(after, undoing.interrupts, unknown)


def _let_orphans_go(run: Run, plan: Plan, hands: Hands) -> None:
    """Settle creations in doubt whose parent is put back: they went with it, if they were there."""
    undone = {entry.step.token for entry in run.entries.values() if entry.status == "undone"}
    for step in plan:
        above = {each.token for each in step.parents if isinstance(each, Pending)}
        if run.entries.get(step.number) and run.entries[step.number].status == "in doubt" and above & undone:
            run.entries[step.number] = evolve(run.entries[step.number], status="undone")
            hands.is_certain(step)


def _outlast(client: Client, undoing: Run) -> None:
    """Wait until no request of a way back can be running that was never answered; Ctrl-C ends that."""
    left = client.settle if any(each.status == "in doubt" for each in undoing.entries.values()) else 0.0
    while left > 0 and not undoing.interrupts:
        client.clock.sleep(min(_SLICE, left))
        left -= _SLICE


def _is_back(client: Client, ended: Entry) -> bool:
    """Whether the world is as a step of the way back wanted it, although the step failed; 1 GET."""
    step = ended.step
    mapper = cast("type[Model]", lookup(step.model)).__mapper__
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


class Backwards(Ledger):
    """Writes the outcomes of a way back down as those of the steps that it undoes."""

    def __init__(self, ledger: Ledger, origin: Mapping[int, Step]) -> None:
        self._ledger, self._origin = ledger, origin

    def settle(self, step: Step, status: str, identity: object, note: str, aboard: Mapping[str, object]) -> None:
        """Write down that a step is undone."""
        del identity, aboard
        if status == "applied":
            self._ledger.settle(self._origin[step.number], "undone", None, note, {})

    def flush(self) -> None:
        """Bring it to the disk."""
        self._ledger.flush()


def raise_where_incomplete(sent: Sent, session: object) -> None:
    """Raise what a hook or a signal handler raised, `CommitInterrupted` after Ctrl-C, `CommitError` after a failure."""
    report = sent.report
    if sent.crash is not None and not isinstance(sent.crash, JournalError):
        raise sent.crash
    if sent.interrupted or sent.crash is not None or len(report.applied) < len(report):
        kind = CommitInterrupted if sent.interrupted else CommitError
        cause = sent.crash or next((entry.error for entry in report if entry.error is not None), None)
        raise kind(
            _message(report, sent.crash, interrupted=sent.interrupted), report=report, session=session
        ) from cause


def _message(report: CommitReport, crash: BaseException | None, *, interrupted: bool) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    shown = [*report.failed, *report.in_doubt, *report.not_undone][:_SHOWN]
    lines = [f"  {entry.operation} ({entry.step.title}) {entry.status}: {entry.note or entry.error}" for entry in shown]
    head = f"commit {'interrupted' if interrupted else 'not complete'}: {counts}"
    if crash is not None:
        lines.append(f"  {crash}")
    return "\n".join([head, *lines, "the session holds what is not done; its commit() sends only that"])
