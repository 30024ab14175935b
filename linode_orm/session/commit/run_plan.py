"""A run: a plan is sent, undone if its policy says so, and reported."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from linode_orm.errors import CommitError, CommitInterrupted, JournalError
from linode_orm.session.commit.compensation import compensate
from linode_orm.session.commit.executor import Executor
from linode_orm.session.commit.interrupts import first_crash, kept_interrupts
from linode_orm.session.commit.outcomes import NOTHING_EARLIER, EarlierOutcomes
from linode_orm.session.planning.placeholders import Pending
from linode_orm.session.planning.report import CommitReport, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.commit.executor import RunOptions
    from linode_orm.session.commit.interrupts import Interrupts
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.wire.client import Client

_SHOWN: Final = 5
CARRY_ON: Final = "the session holds what is not done; its commit() sends only that"


@frozen(eq=False)
class RunResult:
    """What a run left: the report, the ids of created objects by token, and the answers of applied steps."""

    report: CommitReport
    ids: Mapping[str, object]
    applied_steps: tuple[tuple[Step, object], ...]
    interrupted: bool
    crash: BaseException | None

    @property
    def is_stopped(self) -> bool:
        """Whether it was ended from outside, by a signal or by what a hook raised."""
        return self.interrupted or self.crash is not None


def run_plan(
    plan: Plan, client: Client, targets: Targets, options: RunOptions, earlier: EarlierOutcomes = NOTHING_EARLIER
) -> RunResult:
    """Send a plan and take its answers; if its policy compensates and a step failed, undo everything."""
    began = perf_counter()
    run = Executor(plan, client, targets, options, earlier)
    unknown: set[int] = set()
    undone: frozenset[Token] = frozenset()
    # Signals count until the last answer is taken, the compensation included.
    with kept_interrupts() as interrupts:
        with interrupts.interrupting(run.interrupt):
            run.run()
            if options.policy.compensates and run.failed:  # promise 6a: a failure undoes what was done
                undone, unknown = _undo(run, plan, client, targets, options)
        if options.policy.defers_answers:
            # What was undone never reaches the objects: they stay as they were before the commit.
            kept = {number for number, entry in run.entries.items() if entry.status in {"applied", "not undone"}}
            run.outcomes.apply_deferred(lambda step: step.number in kept and step.token not in undone)
        targets.finish()
        unknown |= {number for number, entry in run.entries.items() if entry.status == "in doubt"}
        # Of these nobody knows whether the API has the old values or the new ones.
        for number in sorted(unknown):
            targets.invalidate_values(run.steps[number])
        return _result(run, targets, options, perf_counter() - began)


def _undo(
    run: Executor, plan: Plan, client: Client, targets: Targets, options: RunOptions
) -> tuple[frozenset[Token], set[int]]:
    """Undo what a run did; return the tokens of undone parts, and the numbers of steps of which nobody knows it."""
    sent = EarlierOutcomes(tuple(run.entries.values()), run.ids)
    try:
        compensation = compensate(plan, sent, client, targets, options.log, options.newest)
    except Exception as error:  # noqa: BLE001  what was done stays done, and its objects must learn of it
        run.cancellation.stop_for(error)
        return frozenset(), set()
    run.cancellation.interrupts += compensation.interrupted
    run.cancellation.stop_for(compensation.crash)
    run.entries.update(compensation.entries)
    _clear_below(run, plan, targets)
    return compensation.parts, compensation.unknown


def _result(run: Executor, targets: Targets, options: RunOptions, seconds: float) -> RunResult:
    entries = [
        run.entries.get(number) or Entry(step, targets.object_of(step), "pending") for number, step in run.steps.items()
    ]
    report = CommitReport((*entries, *run.outcomes.unresolved_nested), seconds, run.window, id=options.log.name)
    applied = tuple(
        (each.step, each.body) for each in run.outcomes.applied if run.entries[each.step.number].status == "applied"
    )
    return RunResult(report, run.ids, applied, *run.cancellation.ending)


def _clear_below(run: Executor, plan: Plan, targets: Targets) -> None:
    """Record that a creation in doubt below an undone parent is undone: it is gone with its parent."""
    undone = {entry.step.token for entry in run.entries.values() if entry.status == "undone"}
    for step in plan:
        above = {each.token for each in step.parents if isinstance(each, Pending)}
        entry = run.entries.get(step.number)
        if entry is not None and entry.status == "in doubt" and above & undone:
            # The API deletes children with their parent.
            run.entries[step.number] = evolve(entry, status="undone")
            targets.clear_doubt(step)


def unsent(plan: Plan, targets: Targets) -> CommitReport:
    """Return the report of a plan of which nothing was sent."""
    return CommitReport(tuple(Entry(step, targets.object_of(step), "pending") for step in plan))


def interrupted(sent: RunResult, interrupts: Interrupts) -> RunResult:
    """Return a result with what signal handlers raised until now; it counts as raised by the commit."""
    interrupts.report = sent.report
    # What a handler raises from here on finds the report above, and is raised when the commit ends.
    if not interrupts.raised:
        return sent
    raised = interrupts.take()
    is_pressed = any(isinstance(each, KeyboardInterrupt) for each in raised)
    return evolve(sent, interrupted=sent.interrupted or is_pressed, crash=sent.crash or first_crash(raised))


def raise_where_incomplete(sent: RunResult, session: object, *, advice: str = CARRY_ON) -> None:
    """Raise what a hook or a signal handler raised, `CommitInterrupted` after Ctrl-C, `CommitError` after a failure.

    `advice` ends the message: it says how the user gets done what is not done.
    """
    report = sent.report
    # An error of the user's own code is raised as it is; the session still holds what is not done.
    if sent.crash is not None and not isinstance(sent.crash, JournalError):
        raise sent.crash
    is_done = all(entry.status == "applied" for entry in report.entries)
    if sent.interrupted or sent.crash is not None or not is_done:
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
