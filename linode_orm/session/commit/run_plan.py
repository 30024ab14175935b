"""Sending: a plan is run, put back where it has to be, and told of in a report."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import evolve, field, frozen

from linode_orm.errors import CommitError, CommitInterrupted, JournalError
from linode_orm.session.commit.compensation import compensate
from linode_orm.session.commit.executor import Executor, RunOptions, interruptible
from linode_orm.session.planning.plan import Pending
from linode_orm.session.planning.report import CommitReport, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.session.reconcile.targets import Targets
    from linode_orm.wire.client import Client

_SHOWN = 5
CARRY_ON: Final = "the session holds what is not done; its commit() sends only that"


@frozen
class EarlierOutcomes:
    """What was known of a plan's steps before it is run: what became of them, and the ids that they brought."""

    entries: tuple[Entry, ...] = ()
    ids: Mapping[str, object] = field(factory=dict)


@frozen(eq=False)
class RunResult:
    """What a run left: the report, the ids of created objects by token, and the answers that were taken in."""

    report: CommitReport
    ids: Mapping[str, object]
    applied_steps: tuple[tuple[Step, object], ...]
    interrupted: bool
    crash: BaseException | None


def send(  # noqa: PLR0913  what a run is made of
    plan: Plan,
    client: Client,
    targets: Targets,
    *,
    options: RunOptions,
    before: EarlierOutcomes | None = None,
    name: str | None = None,
) -> RunResult:
    """Send a plan and take its answers in; with the policy `undo`, put everything back where something failed."""
    began = perf_counter()
    run = Executor(plan, client, targets, options)
    run.ids.update(before.ids if before is not None else {})
    for entry in before.entries if before is not None else ():
        identity = before.ids.get(str(entry.step.token)) if before is not None else None
        run.done_before(entry, identity)
    unknown: set[int] = set()
    undone: frozenset[Token] = frozenset()
    with interruptible(run):
        run.go()
        if options.compensates and run.failed:  # promise 6a: a failure puts back what was done
            back = compensate(run.entries, plan, run.ids, client, targets, options.ledger)
            run.entries.update(back.entries)
            undone = back.parts
            _let_orphans_go(run, plan, targets)
            run.interrupts += back.interrupts
            unknown |= back.unknown
    if options.compensates:
        kept = {number for number, entry in run.entries.items() if entry.status in {"applied", "not undone"}}
        run.take_all(lambda step: step.number in kept and step.token not in undone)
    targets.finish()
    unknown |= {number for number, entry in run.entries.items() if entry.status == "in doubt"}
    for number in sorted(unknown):
        targets.invalidate_values(run.steps[number])
    entries: list[Entry] = [
        run.entries.get(number) or Entry(step, targets.object_of(step), "pending") for number, step in run.steps.items()
    ]
    report = CommitReport(
        (*entries, *run.unresolved_nested), perf_counter() - began, run.window, id=name or uuid4().hex
    )
    applied_steps = tuple(
        (step, body) for step, _, _, body in run.applied_steps if run.entries[step.number].status == "applied"
    )
    return RunResult(report, run.ids, applied_steps, bool(run.interrupts), run.crash)


def _let_orphans_go(run: Executor, plan: Plan, targets: Targets) -> None:
    """Settle creations in doubt whose parent is put back: they went with it, if they were there."""
    undone = {entry.step.token for entry in run.entries.values() if entry.status == "undone"}
    for step in plan:
        above = {each.token for each in step.parents if isinstance(each, Pending)}
        if run.entries.get(step.number) and run.entries[step.number].status == "in doubt" and above & undone:
            run.entries[step.number] = evolve(run.entries[step.number], status="undone")
            targets.is_certain(step)


def raise_where_incomplete(sent: RunResult, session: object, *, advice: str = CARRY_ON) -> None:
    """Raise what a hook or a signal handler raised, `CommitInterrupted` after Ctrl-C, `CommitError` after a failure.

    `advice` says in the message how the user gets what is not done; the session of a commit holds it.
    """
    report = sent.report
    if sent.crash is not None and not isinstance(sent.crash, JournalError):
        raise sent.crash
    if sent.interrupted or sent.crash is not None or len(report.applied) < len(report):
        kind = CommitInterrupted if sent.interrupted else CommitError
        cause = sent.crash or next((entry.error for entry in report if entry.error is not None), None)
        message = "\n".join([*_lines(report, sent.crash, interrupted=sent.interrupted), advice])
        raise kind(message, report=report, session=session) from cause


def _lines(report: CommitReport, crash: BaseException | None, *, interrupted: bool) -> list[str]:
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    shown = [*report.failed, *report.in_doubt, *report.not_undone][:_SHOWN]
    lines = [f"  {entry.operation} ({entry.step.title}) {entry.status}: {entry.note or entry.error}" for entry in shown]
    head = f"commit {'interrupted' if interrupted else 'not complete'}: {counts}"
    if crash is not None:
        lines.append(f"  {crash}")
    return [head, *lines]
